"""Generators in one file: Keras' and ONNX' give what their arithmetic says, and what is no generator ends in one line."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.serving.sampling import load

WEIGHTS = np.random.default_rng(0).normal(size=(4, 12)).astype(np.float32)


def latents():
    return noise.sample_rows(noise.Normal(), 64, (4,), 3).numpy()


def expected(count):
    """What both models give, as [count, 2, 2, 3]: channels first in the ONNX file, last in the Keras one."""
    return np.tanh(latents() @ WEIGHTS).reshape(64, 3, 2, 2).transpose(0, 2, 3, 1)[:count]


def keras_model():
    z = keras.Input([4])
    flat = keras.layers.Dense(12, use_bias=False, activation="tanh", name="dense")(z)
    model = keras.Model(z, keras.layers.Permute((2, 3, 1))(keras.layers.Reshape((3, 2, 2))(flat)))
    model.get_layer("dense").set_weights([WEIGHTS])
    return model


def onnx_file(path, batch="batch", trailing=(), kind=None):
    onnx = pytest.importorskip("onnx", reason="onnx is absent")
    pytest.importorskip("onnxruntime", reason="onnxruntime is absent")
    helper, real = onnx.helper, onnx.TensorProto.FLOAT if kind is None else getattr(onnx.TensorProto, kind)
    weights = onnx.numpy_helper.from_array(WEIGHTS, "weights")
    flat, shape = (onnx.numpy_helper.from_array(np.array(s), n) for s, n in (([-1, 4], "flat"), ([-1, 3, 2, 2], "shape")))
    nodes = [
        helper.make_node("Reshape", ["z", "flat"], ["rows"]),
        helper.make_node("Cast", ["rows"], ["floats"], to=onnx.TensorProto.FLOAT),
        helper.make_node("MatMul", ["floats", "weights"], ["product"]),
        helper.make_node("Tanh", ["product"], ["bounded"]),
        helper.make_node("Reshape", ["bounded", "shape"], ["images"]),
    ]
    given = helper.make_tensor_value_info("z", real, [batch, 4, *trailing])
    made = helper.make_tensor_value_info("images", onnx.TensorProto.FLOAT, [batch, 3, 2, 2])
    graph = helper.make_graph(nodes, "generator", [given], [made], [weights, flat, shape])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_keras_file_gives_what_its_model_does(tmp_path, ending):
    keras_model().save(tmp_path / f"mine{ending}")
    sampler = load(tmp_path / f"mine{ending}")
    np.testing.assert_allclose(sampler.sample(70, seed=3)[:5], expected(5), atol=1e-5)
    assert sampler.name == "mine" and sampler.sample(70, seed=3).shape == (70, 2, 2, 3)


@pytest.mark.parametrize(("batch", "trailing"), [("batch", ()), (1, ()), (24, (1, 1))])
def test_an_onnx_file_gives_what_its_model_does(tmp_path, batch, trailing):
    sampler = load(onnx_file(tmp_path / "mine.onnx", batch, trailing))
    np.testing.assert_allclose(sampler.sample(5, seed=3), expected(5), atol=1e-5)
    assert any("[N, C, H, W]" in line for line in sampler.notes)


def test_what_is_no_generator_is_one_line(tmp_path):
    (tmp_path / "broken.keras").write_text("no zip")
    two = [keras.Input([4]), keras.Input([4])]
    keras.Model(two, keras.layers.Add()(two)).save(tmp_path / "two.keras")
    keras.Sequential([keras.Input([4]), keras.layers.Lambda(lambda x: x)]).save(tmp_path / "code.keras")
    for name, message in (
        ("broken", "cannot be loaded by Keras"),
        ("two", "must take one input"),
        ("code", "cannot be loaded"),
    ):
        with pytest.raises(UserError, match=message) as error:
            load(tmp_path / f"{name}.keras")
        assert "\n" not in str(error.value)
    onnx_file(tmp_path / "whole.onnx", kind="INT64")
    (tmp_path / "torn.onnx").write_bytes((tmp_path / "whole.onnx").read_bytes()[:99])
    for name, message in (("whole", "must take one real input"), ("torn", "cannot be loaded by onnxruntime")):
        with pytest.raises(UserError, match=message) as error:
            load(tmp_path / f"{name}.onnx")
        assert "\n" not in str(error.value)


def test_a_family_in_a_keras_file_samples_as_itself(tmp_path):
    from ganzoo.families.gan import GAN
    from ganzoo.networks.mlp import mlp_discriminator, mlp_generator

    generator = mlp_generator(shape=(2,), latent_dim=4, width=8, output="linear")
    model = GAN(generator=generator, discriminator=mlp_discriminator(shape=(2,), width=8))
    model.compile({name: keras.optimizers.Adam() for name in ("generator", "discriminator")}, seed=0)
    model.save(tmp_path / "points.keras")
    sampler = load(tmp_path / "points.keras")
    drawn = model.sample(**model.draw_inputs(64, tf.constant(0), tf.constant(0))).numpy()[:5]
    np.testing.assert_allclose(sampler.sample(5, seed=0), drawn, atol=1e-6)
    assert sampler.family == "GAN"
