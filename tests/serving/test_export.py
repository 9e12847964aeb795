import json
import os
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.files import draft_name
from ganzoo.serving import transfer, warmup
from ganzoo.serving.export import ABANDONED, export, remove_abandoned
from ganzoo.training import train


@pytest.fixture(scope="module")
def image_run(tmp_path_factory):
    """A run that made images for a few steps."""
    path = tmp_path_factory.mktemp("export") / "run"
    overrides = ["model.generator.width=8", "model.discriminator.width=8", "batch_size=16", "steps=4"]
    train("digits_dcgan", path, overrides, log=lambda line: None)
    return path


@pytest.fixture(scope="module")
def exported(image_run):
    return export(image_run, image_run.parent / "exported" / "digits")


def test_an_export_gives_the_images_of_its_run(image_run, exported):
    expected = load(image_run).sample(70, seed=3)
    np.testing.assert_allclose(load(exported.parent).sample(70, seed=3), expected, atol=1e-5)
    np.testing.assert_allclose(load(exported).sample(70, seed=3), expected, atol=1e-5)
    signatures = tf.saved_model.load(str(exported)).signatures
    images = signatures["sample"](count=tf.constant(70), seed=tf.constant(3))["images"]
    np.testing.assert_allclose(images, expected, atol=1e-5)


def test_an_export_holds_every_function_once(exported):
    (graph,) = SavedModel.FromString((exported / "saved_model.pb").read_bytes()).meta_graphs
    names = [function.signature.name for function in graph.graph_def.library.function]
    for name in ("serving_default", "sample", "inputs", "png", "discriminate"):
        assert sum(name in of for of in names) == 1, names


def test_a_sample_does_not_depend_on_how_many_are_asked_for(image_run, exported):
    for model in (load(image_run), load(exported)):
        many = model.sample(150, seed=1)
        for count in (1, 63, 64, 65):
            np.testing.assert_array_equal(model.sample(count, seed=1), many[:count])
        assert np.abs(model.sample(4, seed=2) - many[:4]).max() > 1e-3


def test_samples_are_in_range_and_by_the_average(image_run):
    model = load(image_run)
    images = model.sample(64)
    assert images.shape == (64, 8, 8, 1) and images.dtype == np.float32 and np.abs(images).max() <= 1
    current = model.model.generator(model.model.draw_inputs(64, 0)["latents"], training=False)
    assert np.abs(current - images).max() > 1e-4


def test_the_next_export_is_the_next_version(image_run, tmp_path):
    for version in ("1", "2", "3"):
        assert export(image_run, tmp_path / "model").name == version
    assert sorted(child.name for child in (tmp_path / "model").iterdir()) == ["1", "2", "3"]
    assert 'load("model/3")' in (tmp_path / "model" / "3" / "README.md").read_text()
    assert load(tmp_path / "model").path.name == "3"


def test_an_export_that_fails_leaves_nothing(image_run, tmp_path, monkeypatch):
    from ganzoo.serving import cards

    def full(card):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cards, "render", full)
    with pytest.raises(UserError, match="cannot write the export .*No space left"):
        export(image_run, tmp_path / "model")
    assert list((tmp_path / "model").iterdir()) == []


def test_a_picture_of_grey_samples_is_grey(exported):
    picture = Image.open(exported / "samples.png")
    assert picture.mode == "L" and picture.size == (265, 265)


def test_the_card_states_what_was_exported(exported):
    card = json.loads((exported / "card.json").read_text())
    assert card["recipe"] == "digits_dcgan" and card["steps"] == 4 and card["range"] == "[-1, 1]"
    assert "model.generator.width=8" in card["overrides"]
    assert set(card["signatures"]) == {"serving_default", "sample", "png", "inputs", "discriminate"}
    text = (exported / "README.md").read_text()
    assert "4 generator steps" in text and "`serving_default`" in text
    assert "| licence of the weights | not stated |" in text  # a stranger's weights are the stranger's
    assert card["path"] == f"{exported.parent.name}/1" and f'tf.saved_model.load("{card["path"]}")' in text
    assert "](samples.png)" in text and (exported / "samples.png").stat().st_size > 100


def test_an_export_without_its_discriminator_samples_the_same_and_says_so(image_run, exported, tmp_path):
    smaller = export(image_run, tmp_path / "digits", without=("discriminate",))
    np.testing.assert_array_equal(load(smaller).sample(20), load(exported).sample(20))
    names = [name for name, _ in tf.train.list_variables(str(smaller / "variables" / "variables"))]
    assert any("generator" in name for name in names) and not any("discriminator" in name for name in names)
    card = json.loads((smaller / "card.json").read_text())
    assert "discriminate" not in card["signatures"]
    assert card["left_out"] == {"signatures": ["discriminate"], "networks": ["discriminator"]}
    assert "| `discriminate`, and `discriminator`, with which fine-tuning begins anew |" in (smaller / "README.md").read_text()
    built = load(image_run).model
    taken = {name for name, weights in transfer.weights_of(smaller, built).networks.items() if weights}
    assert taken == {"generator"}


def test_what_an_export_does_not_serve_cannot_be_left_out(image_run, tmp_path):
    with pytest.raises(UserError, match="only discriminate can be left out of this export, not sample"):
        export(image_run, tmp_path / "digits", without=("sample",))
    assert not any((tmp_path / "digits").iterdir())


WITHOUT_GANZOO = """
    import importlib.machinery, sys
    class Refused:  # found, as TensorFlow itself looks for keras, but never imported
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in ("ganzoo", "keras"):
                return importlib.machinery.ModuleSpec(name, self, origin="refused")
        def create_module(self, spec):
            raise ImportError(spec.name)
        def exec_module(self, module):
            raise ImportError(module)
    sys.meta_path.insert(0, Refused())
    import numpy as np, tensorflow as tf
    signatures = tf.saved_model.load({path!r}).signatures
    count, seed = tf.constant(9), tf.constant(5)
    images = signatures["sample"](count=count, seed=seed)["images"].numpy()
    latents = signatures["inputs"](count=count, seed=seed, first=tf.constant(0))["latents"]
    np.testing.assert_allclose(signatures["serving_default"](latents=latents)["images"], images, atol=1e-6)
    pngs = signatures["png"](count=count, seed=seed)["image_bytes"].numpy()
    decoded = np.stack([tf.io.decode_png(png).numpy() for png in pngs])
    np.testing.assert_array_equal(decoded, np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8))
    assert signatures["discriminate"](images=images)["logits"].shape == (9, 1)
    assert "ganzoo" not in sys.modules and "keras" not in sys.modules
    np.save("images.npy", images)
"""


def test_every_signature_works_where_neither_ganzoo_nor_keras_can_be_imported(exported, fresh_python, tmp_path):
    fresh_python(WITHOUT_GANZOO.format(path=str(exported)))
    np.testing.assert_allclose(np.load(tmp_path / "images.npy"), load(exported).sample(9, seed=5), atol=1e-5)


# TensorFlow's C API, from the library inside its wheel: the loader that TF Serving uses, without TensorFlow's Python.
THROUGH_C = """
    import ctypes, sys, numpy as np
    package, model = sys.argv[1:]
    ctypes.CDLL(package + "/libtensorflow_framework.so.2", mode=ctypes.RTLD_GLOBAL)
    tf = ctypes.CDLL(package + "/libtensorflow_cc.so.2", mode=ctypes.RTLD_GLOBAL)
    P, S, I = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    class Output(ctypes.Structure):
        _fields_ = [("oper", P), ("index", I)]
    for name, result in dict(TF_NewStatus=P, TF_NewGraph=P, TF_NewSessionOptions=P, TF_LoadSessionFromSavedModel=P,
                             TF_GraphOperationByName=P, TF_AllocateTensor=P, TF_TensorData=P, TF_Message=S,
                             TF_GetCode=I, TF_TensorByteSize=ctypes.c_size_t, TF_Version=S).items():
        getattr(tf, name).restype = result
    status, graph = P(tf.TF_NewStatus()), P(tf.TF_NewGraph())
    def check():
        assert tf.TF_GetCode(status) == 0, tf.TF_Message(status)
    tags = (S * 1)(b"serve")
    options = P(tf.TF_NewSessionOptions())
    session = P(tf.TF_LoadSessionFromSavedModel(options, None, model.encode(), tags, 1, graph, None, status))
    check()
    def output(name):
        operation, index = name.split(":")
        found = tf.TF_GraphOperationByName(graph, operation.encode())
        assert found, name
        return Output(found, int(index))
    def scalar(value):
        tensor = tf.TF_AllocateTensor(3, None, 0, ctypes.c_size_t(4))  # 3 is TF_INT32
        ctypes.cast(tf.TF_TensorData(P(tensor)), ctypes.POINTER(ctypes.c_int32))[0] = value
        return tensor
    names = dict(zip(("count", "seed", "images"), open("names").read().split()))
    inputs = (Output * 2)(output(names["count"]), output(names["seed"]))
    values = (P * 2)(scalar(9), scalar(5))
    outputs, results = (Output * 1)(output(names["images"])), (P * 1)()
    tf.TF_SessionRun(session, None, inputs, values, 2, outputs, results, 1, None, 0, None, status)
    check()
    data = ctypes.string_at(tf.TF_TensorData(P(results[0])), tf.TF_TensorByteSize(P(results[0])))
    np.save("images.npy", np.frombuffer(data, np.float32).reshape(9, 8, 8, 1))
    assert "tensorflow" not in sys.modules and "ganzoo" not in sys.modules
"""


def test_the_c_loader_that_tf_serving_uses_runs_an_export(exported, tmp_path):
    import subprocess

    graph = tf.compat.v1.saved_model.loader.load
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        signature = graph(session, ["serve"], str(exported)).signature_def["sample"]
    names = [signature.inputs["count"].name, signature.inputs["seed"].name, signature.outputs["images"].name]
    (tmp_path / "names").write_text("\n".join(names))
    package = Path(tf.__file__).parent
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(THROUGH_C), str(package), str(exported)],
        cwd=tmp_path,
        check=True,
        timeout=120,
    )
    np.testing.assert_allclose(np.load(tmp_path / "images.npy"), load(exported).sample(9, seed=5), atol=1e-5)


def test_the_warm_up_requests_name_every_signature_and_run(exported, replays_warm_up):
    replays_warm_up(exported)


def test_the_warm_up_requests_are_what_tf_serving_declares(exported):
    logs = pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2", reason="tensorflow-serving-api is not installed")
    for record in tf.data.TFRecordDataset(str(exported / warmup.FILE)).as_numpy_iterator():
        log = logs.PredictionLog.FromString(record)
        assert log.WhichOneof("log_type") == "predict_log"
        assert log.predict_log.request.model_spec.signature_name and log.predict_log.request.inputs


def test_points_are_exported_without_a_png(tmp_path, tiny_recipe):
    train(tiny_recipe, tmp_path / "run", steps=2, log=lambda line: None)
    path = export(tmp_path / "run", tmp_path / "points")
    signatures = tf.saved_model.load(str(path)).signatures
    assert "png" not in signatures
    assert signatures["sample"](count=tf.constant(3), seed=tf.constant(0))["points"].shape == (3, 2)


@pytest.mark.parametrize("low, high, dtype", [(0, 255, tf.uint8), (0.0, 1.0, tf.float32), (-1.0, 1.0, tf.float32)])
def test_a_foreign_saved_model_is_sampled_whatever_its_range(tmp_path, low, high, dtype):
    @tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
    def generate(z):
        unit = tf.sigmoid(tf.reshape(tf.tile(10 * z[:, :4], [1, 4]), (-1, 4, 4, 1)))
        return tf.cast(low + (high - low) * unit, dtype)

    module = tf.Module()
    module.generate = generate
    tf.saved_model.save(module, str(tmp_path / "foreign"), signatures=generate)
    images = load(tmp_path / "foreign").sample(100, seed=0)
    assert images.shape == (100, 4, 4, 1) and images.dtype == np.float32
    assert images.min() < -0.95 and images.max() > 0.95


def test_options_that_a_model_does_not_have_are_refused(exported):
    with pytest.raises(UserError, match="takes no option 'label': it has none"):
        load(exported).sample(1, label=3)


@pytest.mark.parametrize("make", [lambda p: None, lambda p: (p / "saved_model.pb").write_text("broken")])
def test_what_is_no_model_is_one_line(tmp_path, make):
    make(tmp_path)
    with pytest.raises(UserError) as error:
        load(tmp_path)
    assert "\n" not in str(error.value)


def test_what_a_killed_export_left_is_removed_by_the_next_one(tmp_path):
    old, young, other = (tmp_path / name for name in (draft_name("1"), draft_name("1"), ".notes"))
    for path in (old, young, other):
        path.mkdir()
        (path / "saved_model.pb").write_text("half")
    for path in (old, other):
        os.utime(path, (time.time() - ABANDONED - 60,) * 2)
    remove_abandoned(tmp_path)
    assert not old.exists() and young.exists() and other.exists()
