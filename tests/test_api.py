"""The public face: names that are there without being imported, functions of arrays, results that show themselves."""

import importlib
import inspect
import json
import subprocess
import sys
import types

import numpy as np
import public_names
import pytest

import ganzoo
from ganzoo.errors import UserError

FUNCTIONS = ("birthday", "compare", "evaluate", "export", "load", "neighbours", "sample", "train")
ROOMS = tuple(public_names.INTERNAL)


def fresh(code):
    """Runs code in a new interpreter."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_importing_ganzoo_imports_nothing_heavy():
    code = (
        "import time; start = time.process_time()\n"
        "import sys, ganzoo\n"
        "names = dir(ganzoo), ganzoo.train, ganzoo.metrics, ganzoo.families, dir(ganzoo.layers)\n"
        "print(time.process_time() - start)\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'scipy', 'click', 'rich', 'PIL', 'platformdirs'} & sys.modules.keys()\n"
        "assert not heavy, heavy"
    )
    assert min(float(fresh(code)) for _ in range(3)) < 0.1


def test_the_functions_and_rooms_are_there_and_nothing_else():
    assert set(FUNCTIONS) < set(ganzoo.__all__) == set(dir(ganzoo))
    for name in ganzoo.__all__:
        assert name in FUNCTIONS or isinstance(getattr(ganzoo, name), types.ModuleType | type), name
    for name in FUNCTIONS:
        function = getattr(ganzoo, name)
        assert inspect.isfunction(function) and function.__module__ == "ganzoo.api"
        hints = [p.annotation for p in inspect.signature(function).parameters.values()]
        assert inspect.Parameter.empty not in hints and inspect.signature(function).return_annotation


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_class_and_function_of_a_room_is_exported(room):
    stub = public_names.PACKAGE / room / "__init__.pyi"
    assert stub.read_text() == public_names.stub(room), f"run {public_names.__file__}"
    package = importlib.import_module(f"ganzoo.{room.replace('/', '.')}")
    names = [name for some in public_names.public_names(room).values() for name in some]
    assert set(names) <= set(dir(package))
    for name in names:
        value = getattr(package, name)
        assert callable(value) and value.__name__ == name and value.__doc__, name


def test_no_import_of_a_module_replaces_a_public_name():
    code = (
        "import importlib, pkgutil, types, ganzoo\n"
        f"rooms = {[room.replace('/', '.') for room in ROOMS]}\n"
        "for module in pkgutil.walk_packages(ganzoo.__path__, 'ganzoo.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "for package in (ganzoo, *(importlib.import_module('ganzoo.' + room) for room in rooms)):\n"
        "    for name in package.__all__:\n"
        "        value = getattr(package, name)\n"
        "        is_room = isinstance(value, types.ModuleType)\n"
        "        assert not is_room or package is ganzoo or value.__name__.removeprefix('ganzoo.') in rooms, value\n"
        f"assert all(callable(getattr(ganzoo, name)) for name in {FUNCTIONS})\n"
    )
    fresh(code)


def test_public_names_are_what_they_say():
    from ganzoo.families.gan import GAN
    from ganzoo.layers.spectral_norm import SpectralNormDense
    from ganzoo.metrics.frechet import frechet_distance
    from ganzoo.networks.mlp import mlp_generator

    assert ganzoo.families.GAN is GAN and ganzoo.networks.mlp_generator is mlp_generator
    assert ganzoo.layers.SpectralNormDense is SpectralNormDense and ganzoo.metrics.frechet_distance is frechet_distance
    assert ganzoo.losses.Hinge and ganzoo.data.Points and ganzoo.metrics.text.bleu and ganzoo.metrics.birthday.birthday_test
    with pytest.raises(AttributeError):
        _ = ganzoo.no_such_name


def test_three_lines_score_two_arrays():
    rng = np.random.default_rng(0)
    real = rng.integers(0, 128, (300, 8, 8, 1), np.uint8)
    fake = rng.integers(0, 256, (150, 8, 8), np.uint8)
    scores = ganzoo.evaluate(fake, real, "frechet_distance,precision_recall", extractor="pixels", log=lambda line: None)
    (fd,) = (score for score in scores if score["metric"] == "frechet_distance")
    assert fd["value"] > 2 * fd["real"] and scores[fd["name"]] is fd
    assert str(scores).splitlines()[1].split()[:3] == ["score", "value", "held-out"] and fd["name"] in repr(scores)
    assert f"{fd['value']:.4g}" in scores._repr_html_() and "<table" in scores._repr_html_()
    assert scores.to_dict()[fd["name"]]["value"] == fd["value"] and json.dumps(scores)
    as_floats = ganzoo.evaluate(
        fake / 127.5 - 1, real.astype(np.float32), ["frechet_distance"], extractor="pixels", log=lambda line: None
    )
    assert as_floats[0]["value"] == pytest.approx(fd["value"])
    with pytest.raises(KeyError, match="frechet_distance|FD"):
        scores["no such"]


def test_texts_are_scored_as_lists_of_strings():
    real = [f"the {noun} {verb} {where}" for noun in ("cat", "dog") for verb in ("sits", "runs") for where in ("here", "there")]
    scores = ganzoo.evaluate(real[:3] * 4, real * 4, ["distinct_n"], log=lambda line: None)
    assert all(score["metric"] == "distinct_n" for score in scores) and len(scores)


def test_a_frame_where_pandas_is_and_one_line_where_it_is_not(monkeypatch):
    from ganzoo.report.results import Comparison, Scores

    score = {"name": "FD", "value": 1.5, "real": 0.5, "protocol_line": "N=2"}
    rows = [{"name": "FD", "values": [{"value": 1.0}, {"value": 2.0}], "real": 0.5}]
    built = []

    class Frame:
        def __init__(self, rows):
            built.append(rows)

        def set_index(self, name):
            return name

    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(DataFrame=Frame))
    assert Scores([score]).to_frame() == "name" and built[0][0]["value"] == 1.5 and built[0][0]["floor"] is None
    Comparison(models=["a", "b"], rows=rows).to_frame()
    assert built[1] == [{"name": "FD", "a": 1.0, "b": 2.0, "held-out": 0.5}]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        Scores([score]).to_frame()


def test_the_documented_metric_of_ones_own_is_scored(monkeypatch):
    from ganzoo.metrics import registry

    registry.import_all()
    monkeypatch.setattr(registry, "REGISTRY", dict(registry.REGISTRY))
    text = (public_names.PACKAGE.parent / "docs" / "python.md").read_text()
    (code,) = (block.partition("```")[0] for block in text.split("```python\n") if "@ganzoo.metrics.metric" in block)
    rng = np.random.default_rng(0)
    names = {"fake": rng.normal(size=(100, 2)) + 3, "real": rng.normal(size=(200, 2))}
    exec(code, names)
    score = names["scores"]["mean_shift[points]"]
    assert score["value"] == pytest.approx(3 * 2**0.5, rel=0.2) and 0 < score["real"] < 0.5


def test_models_are_compared_by_the_names_that_they_are_given():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 2))
    models = {"near": real[:150] + 0.1, "far": real[:150] + 3}
    record = ganzoo.compare(models, real[150:], ["c2st", "nearest_neighbour_test"], log=lambda line: None)
    assert record["models"] == ["near", "far"] and record["rows"][0]["best"] == ["near"]
    assert "no other model is clearly better" in str(record) and "<b>" in record._repr_html_()
    assert json.loads(json.dumps(record)) == record.to_dict()
    assert ganzoo.compare([*models.values()], real[150:], ["c2st"])["models"] == ["model 1", "model 2"]


def test_birthday_and_neighbours_of_arrays_print_their_tables():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (200, 8, 8, 1), np.uint8)
    record = ganzoo.birthday(images[:100], images, (10, 20), 5, log=lambda line: None)
    assert "all pairs of 100" in str(record) and "<pre>" in record._repr_html_() and record["n_eff"]
    found = ganzoo.neighbours(images[:50], images, 50, "pixels", log=lambda line: None)
    assert repr(found) == found["verdict"] and found.picture.mode == "RGB" and "<img" in found._repr_html_()
    with pytest.raises(UserError, match="counts edits"):
        ganzoo.birthday(["a b", "a c", "b c"], ["a b", "c d"], flips=True)


def test_overrides_may_be_a_dict(tmp_path, tiny_recipe):
    silent = {"log": lambda line: None}
    facts = ganzoo.train(
        tiny_recipe, tmp_path / "run", {"model.generator.width": 4, "model.adversarial_loss": "losses.Hinge()"}, **silent
    )
    assert facts["steps"] == 20
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["overrides"] == ["model.generator.width=4", "model.adversarial_loss=losses.Hinge()"]
    sampler = ganzoo.load(tmp_path / "run")
    assert repr(sampler) == f"<tiny: GAN, points (2,) of ring8, step 20, from {tmp_path / 'run'}>"
    exported = ganzoo.export(tmp_path / "run", tmp_path / "model")
    assert "GAN, points (2,) of ring8, step 20" in repr(ganzoo.load(exported))
    np.testing.assert_allclose(ganzoo.sample(exported, 5), ganzoo.sample(sampler, 5), atol=1e-5)
    assert sampler._repr_png_().startswith(b"\x89PNG") and sampler.show(9).size == (384, 384)


def test_a_model_of_text_shows_and_gives_strings():
    sampler = ganzoo.load(public_names.PACKAGE.parent / "exported" / "grammar_mle")
    texts = ganzoo.sample(sampler, 5, seed=1)
    assert texts == sampler.show(5, seed=1) and all(isinstance(text, str) for text in texts)
    assert sampler._repr_png_() is None and sampler.show()[0] in sampler._repr_html_()


def test_the_citation_and_the_changelog_name_this_version():
    root = public_names.PACKAGE.parent
    assert f"version: {ganzoo.__version__}\n" in (root / "CITATION.cff").read_text()
    assert ganzoo.__version__ in (root / "CHANGELOG.md").read_text()


def test_every_metric_is_typed():
    from ganzoo.metrics.registry import all_metrics

    for metric in all_metrics().values():
        signature = inspect.signature(metric.function)
        assert inspect.Parameter.empty not in [p.annotation for p in signature.parameters.values()], metric.name
        assert signature.return_annotation == (float if set(metric.parts) == {""} else dict[str, float]), metric.name
