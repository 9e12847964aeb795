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

FUNCTIONS = ("birthday", "compare", "evaluate", "export", "load", "neighbours", "sample", "tournament", "train")
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


MODULES = ("averages", "errors", "likelihoods", "losses", "negative_sampling", "noise", "penalties", "recipe", "regularizers")
SHARED = {
    "errors": {"one_line", "plain", "usable_path", "whole_number"},
    "noise": {"folded", "folded_seed", "normal", "parted", "replica_rows", "seed_of", "training_normal", "uniform"},
}


@pytest.mark.parametrize("name", MODULES)
def test_completion_shows_what_a_module_defines_and_not_what_it_imports(name):
    module = importlib.import_module(f"ganzoo.{name}")
    defined = {
        key for key, value in vars(module).items() if f"{getattr(value, '__module__', '')}.".startswith(f"ganzoo.{name}.")
    }
    public = {key for key in defined if key[0] != "_"} - SHARED.get(name, set())
    assert set(dir(module)) == set(module.__all__) == public
    assert {room for room in ganzoo.__all__ if room in MODULES} == set(MODULES)


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


RNG = np.random.default_rng(0)
POINTS, REAL_POINTS = RNG.normal(size=(200, 2)), RNG.normal(size=(200, 2))
IMAGES = RNG.integers(0, 256, (60, 8, 8, 1), np.uint8)
TEXTS = [f"the {noun} {verb} {where}" for noun in ("cat", "dog") for verb in ("sits", "runs") for where in ("here", "there")]


class Tensor:
    """As another library's, such as torch's, which may refuse to be an array."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        if self.values is None:
            raise RuntimeError("call detach() first\nand so on")
        return self.values


@pytest.mark.parametrize(
    "fake, real",
    [
        (POINTS.tolist(), Tensor(REAL_POINTS)),
        ((point for point in POINTS), REAL_POINTS),
        ((text for text in TEXTS), np.array(TEXTS * 2)),
        ([text.split() for text in TEXTS], np.array(TEXTS * 2, object)),
    ],
)
def test_examples_may_come_in_many_forms(fake, real):
    metrics = ["distinct_n"] if isinstance(real, np.ndarray) and real.ndim == 1 else ["c2st"]
    assert ganzoo.evaluate(fake, real, metrics, log=lambda line: None)[0]["value"] > 0


EVALUATE = {
    "None": (None, {}, "fake must be a path"),
    "number": (3, {}, "not an int"),
    "dict": ({"images": IMAGES}, {}, "not a dict"),
    "ragged": ([[1, 2], [3]], {}, "fake is no array"),
    "tensor": (Tensor(None), {}, "fake is no array: call detach.. first$"),
    "mixed": (np.array(["a b", 3], object), {}, "fake holds no images"),
    "bytes": ([b"a b", b"c d"], {}, "fake holds no images"),
    "metrics": (POINTS, {"metrics": None}, "no such metric: None"),
    "function": (POINTS, {"metrics": [np.mean]}, "no such metric: <function"),
    "count 0": (POINTS, {"count": 0}, "count must be a whole number of at least 2, not 0"),
    "count text": (POINTS, {"count": "10"}, "not '10'"),
    "count float": (POINTS, {"count": 50.0}, "not 50.0"),
    "reference": (POINTS, {"reference_count": 0}, "reference count must be"),
    "seed": (POINTS, {"seed": -1}, "seed must be a whole number of at least 0"),
    "seed None": (POINTS, {"seed": None}, "not None"),
    "cache": (POINTS, {"cache": False}, "a cache is a directory's path"),
    "extractor": (IMAGES, {"real": IMAGES, "extractor": 3}, "an extractor is a name"),
    "function of images": (IMAGES, {"real": IMAGES, "extractor": len}, r"the extractor len must give \[64, d\]"),
    "images": (IMAGES, {}, "fake gives images and real holds points"),
    "two words": (["a b", "c d"], {}, "fake gives text and real holds points"),
    "points": (POINTS, {"real": IMAGES}, "fake gives points and real holds images"),
    "no text": (POINTS, {"real": ["a b", "c d"] * 2}, "fake gives points and real holds text"),
}


@pytest.mark.parametrize("case", EVALUATE)
def test_what_a_user_may_mistake_is_one_line(case):
    fake, options, words = EVALUATE[case]
    options = {"real": REAL_POINTS, "metrics": ["c2st"], "log": lambda line: None} | options
    with pytest.raises(UserError, match=words) as error:
        ganzoo.evaluate(fake, **options)
    assert "\n" not in str(error.value)


OTHERS = {
    "load": (lambda: ganzoo.load(None), "a model is named by its path, not by a NoneType"),
    "sample": (lambda: ganzoo.sample(POINTS), "by its path, not by a ndarray|an ndarray"),
    "train": (lambda: ganzoo.train(None), "a recipe is named by its path"),
    "overrides": (lambda: ganzoo.train("ring_vanilla", overrides=5), "overrides are a dict"),
    "export": (lambda: ganzoo.export(3), "a run is named by its path, not by an int"),
    "compare text": (lambda: ganzoo.compare("run", POINTS), "a list or a dict of models, not a str"),
    "compare one": (lambda: ganzoo.compare([POINTS], POINTS), "at least two models"),
    "sizes": (lambda: ganzoo.birthday(POINTS, POINTS, 10), "batch sizes are several numbers"),
    "no sizes": (lambda: ganzoo.birthday(POINTS, POINTS, ()), "batch sizes are several numbers"),
    "size": (lambda: ganzoo.birthday(TEXTS, TEXTS, (1,)), "a batch size must be a whole number of at least 2"),
    "batches": (lambda: ganzoo.birthday(POINTS, POINTS, (10,), 0), "number of batches must be"),
    "threshold": (lambda: ganzoo.birthday(POINTS, POINTS, (10,), 3, threshold=float("nan")), "threshold is a distance"),
    "negative": (lambda: ganzoo.birthday(TEXTS, TEXTS, (4,), 3, threshold=-1), "threshold is a distance"),
    "neighbours": (lambda: ganzoo.neighbours(IMAGES, IMAGES, 10.5), "number of samples must be a whole number"),
    "seed": (lambda: ganzoo.neighbours(IMAGES, IMAGES, 10, seed=-1), "seed must be a whole number of at least 0"),
    "great seed": (lambda: ganzoo.evaluate(POINTS, POINTS, ["ndb"], seed=2**32), "seed must be a whole number of at most"),
    "no tournament": (lambda: ganzoo.tournament("run"), "a list of models, not a str"),
    "tournament's seed": (lambda: ganzoo.tournament(["a", "b"], seed=-1), "seed must be a whole number of at least 0"),
    "kinds": (lambda: ganzoo.birthday(POINTS, ["a b", "c d"]), "model gives points and real holds text"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_mistakes_with_the_other_functions_are_one_line_too(case):
    call, words = OTHERS[case]
    with pytest.raises(UserError, match=words):
        call()


def test_a_cache_may_be_a_path(tmp_path):
    ganzoo.evaluate(POINTS, REAL_POINTS, ["c2st"], cache=tmp_path, log=lambda line: None)
    assert list((tmp_path / "scores").rglob("*.json"))


def test_texts_are_scored_as_lists_of_strings():
    real = [f"the {noun} {verb} {where}" for noun in ("cat", "dog") for verb in ("sits", "runs") for where in ("here", "there")]
    scores = ganzoo.evaluate(real[:3] * 4, real * 4, ["distinct_n"], log=lambda line: None)
    assert all(score["metric"] == "distinct_n" for score in scores) and len(scores)


def test_a_frame_where_pandas_is_and_one_line_where_it_is_not(monkeypatch):
    from ganzoo.report.results import Comparison, Scores, Tournament

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
    model = {"name": "a", "generator_skill": {"rating": 1500.0}, "discriminator_skill": {"rating": 1400.0}}
    Tournament(models=[model]).to_frame()
    assert built[2] == [{"name": "a", "generator_skill": 1500.0, "discriminator_skill": 1400.0}]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        Scores([score]).to_frame()


def test_the_documented_metric_of_ones_own_is_scored(monkeypatch):
    from ganzoo.metrics import registry

    registry.all_metrics()
    monkeypatch.setattr(registry, "REGISTRY", dict(registry.REGISTRY))
    text = (public_names.PACKAGE.parent / "docs" / "python.md").read_text()
    (code,) = (block.partition("```")[0] for block in text.split("```python\n") if "@ganzoo.metrics.metric" in block)
    rng = np.random.default_rng(0)
    names = {"fake": rng.normal(size=(100, 2)) + 3, "real": rng.normal(size=(200, 2))}
    exec(code, names)
    score = names["scores"]["mean_shift[points]"]
    assert score["value"] == pytest.approx(3 * 2**0.5, rel=0.2) and 0 < score["real"] < 0.5


def test_models_are_compared_by_the_names_that_they_are_given(tmp_path):
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 2))
    models = {"near": real[:150] + 0.1, "far": real[:150] + 3}
    record = ganzoo.compare(models, real[150:], ["c2st", "nearest_neighbour_test"], log=lambda line: None)
    assert record["models"] == ["near", "far"] and record["rows"][0]["best"] == ["near"]
    assert "no other model is clearly better" in str(record) and "<b>" in record._repr_html_()
    assert json.loads(json.dumps(record)) == record.to_dict()
    assert ganzoo.compare([*models.values()], real[150:], ["c2st"])["models"] == ["model 1", "model 2"]
    np.savez(tmp_path / "points.npz", points=real[:150])
    by_path = {"a": tmp_path / "points.npz", "b": str(tmp_path / "points.npz")}
    assert ganzoo.compare(by_path, real[150:], ["c2st"])["models"] == ["a", "b"]


def test_birthday_and_neighbours_of_arrays_print_their_tables():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (200, 8, 8, 1), np.uint8)
    record = ganzoo.birthday(images[:100], images, (10, 20), 5, log=lambda line: None)
    assert "all pairs of 100" in str(record) and "<pre>" in record._repr_html_() and record["n_eff"]
    found = ganzoo.neighbours(images[:50], images, 50, "pixels", log=lambda line: None)
    assert repr(found).splitlines() == [*(f"note: {warning}" for warning in found["warnings"]), found["verdict"]]
    assert "note: model is part of the real data: all of its 50 images stand in real" in repr(found)
    assert found.picture.mode == "RGB" and "<img" in found._repr_html_()
    with pytest.raises(UserError, match="counts edits"):
        ganzoo.birthday(["a b", "a c", "b c"], ["a b", "c d"], flips=True)


def test_overrides_may_be_a_dict(tmp_path, tiny_recipe):
    silent = {"log": lambda line: None}
    overrides = {"model.generator.width": np.int64(4), "model.adversarial_loss": "losses.Hinge()"}
    facts = ganzoo.train(tiny_recipe, tmp_path / "run", overrides, **silent)
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
