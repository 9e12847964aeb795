"""The models in `exported/`: whole each; one of each kind draws, and answers every request that TF Serving warms it up with."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

import ganzoo
from ganzoo.serving import warmup
from ganzoo.serving.cards import completed, render
from ganzoo.zoo import PICTURE, TEXTS

ROOT = Path(__file__).parents[1]
EXPORTED = sorted((ROOT / "exported").glob("*/1"))


def kinds(versions):
    """The first model of each family with each set of signatures: to load one takes seconds."""
    found = {}
    for version in versions:
        card = json.loads((version / "card.json").read_text())
        found.setdefault((card["family"], *sorted(card["signatures"])), version)
    return list(found.values())


@pytest.mark.parametrize("version", EXPORTED, ids=lambda version: version.parent.name)
def test_an_exported_model_is_whole(version):
    (graph,) = SavedModel.FromString((version / "saved_model.pb").read_bytes()).meta_graphs
    taken = {name: of.inputs for name, of in graph.signature_def.items() if not name.startswith("__")}
    assert set(taken) == set(json.loads((version / "card.json").read_text())["signatures"])
    assert "functions" not in {child.local_name for child in graph.object_graph_def.nodes[0].children}, "a second copy of all"
    asked = set()
    for record in tf.data.TFRecordDataset(str(version / warmup.FILE)).as_numpy_iterator():
        request = warmup.message("PredictionLog").FromString(record).predict_log.request
        protos = {key: tensor_pb2.TensorProto.FromString(p.SerializeToString()) for key, p in request.inputs.items()}
        inputs = taken[request.model_spec.signature_name]
        assert {key: proto.dtype for key, proto in protos.items()} == {key: of.dtype for key, of in inputs.items()}
        asked.add(request.model_spec.signature_name)
    assert asked == set(taken)
    weights = tf.train.load_checkpoint(str(version / "variables" / "variables"))
    for name, dtype in weights.get_variable_to_dtype_map().items():
        assert not dtype.is_floating or np.isfinite(weights.get_tensor(name)).all(), name
    samples = TEXTS if "tokenize" in taken else PICTURE
    assert (version / samples).stat().st_size > 100 and f"]({samples})" in (version / "README.md").read_text()


@pytest.mark.parametrize("version", kinds(EXPORTED), ids=lambda version: version.parent.name)
def test_a_model_of_each_kind_draws_and_answers(version, replays_warm_up):
    sampler = ganzoo.load(version)
    assert len(sampler.sample(3, seed=0)) == 3
    replays_warm_up(version, sampler.module)  # loaded once: loading is most of the cost


def test_the_gallery_shows_every_exported_model():
    page = (ROOT / "docs" / "zoo.md").read_text()
    assert [version.parent.name for version in EXPORTED] == re.findall(r"^## (.*)$", page, re.MULTILINE)


@pytest.mark.parametrize("version", EXPORTED, ids=lambda version: version.parent.name)
def test_a_card_is_as_it_would_be_written_today(version):
    card = json.loads((version / "card.json").read_text())
    page = render(completed(card | {"path": f"{version.parent.name}/1"}))
    assert (version / "README.md").read_text() == page, "`ganzoo card` writes it anew"


def test_cards_and_their_pictures_are_small():
    files = [file for version in EXPORTED for file in (version / "README.md", *version.glob("samples.*"))]
    sizes = [file.stat().st_size for file in files]
    # 64 coloured samples of 64x64 take 490,000, of 32x32 150,000, grey ones of 8x8 5,000.
    assert max(sizes) < 500_000 and sum(sizes) < 50_000 * len(EXPORTED)


def test_there_are_exported_models():
    assert len(EXPORTED) > 30
