"""Every registered metric is what its definition says: parts, titles, context; and the metrics need nothing above them."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from ganzoo.data.shape_captions import ShapeCaptions
from ganzoo.metrics import registry
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.path_length import Paths
from ganzoo.metrics.probes import train_classifiers
from ganzoo.metrics.registry import ARGUMENTS, Metric, Part, all_metrics, metric, metrics_of
from ganzoo.metrics.text.kneser_ney import KneserNey
from ganzoo.metrics.wasserstein_critic import Critics

COUNT = 60
EXTRACTOR = SimpleNamespace(name="e", inception=False)


def probabilities(rng, count):
    values = rng.random((count, 4)) + 0.1
    return values / values.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def context():
    """Every argument that any metric asks for, small."""
    rng = np.random.default_rng(0)
    real, fake, test = (rng.normal(size=(COUNT, 5)).astype(np.float32) for _ in range(3))
    images, others = (rng.integers(0, 256, (COUNT, 16, 16, 3), np.uint8) for _ in range(2))
    text = [[tuple(rng.choice(list("abcde"), 7).tolist()) for _ in range(COUNT)] for _ in range(3)]
    reader = ShapeCaptions()
    given = {
        "real": real,
        "fake": fake,
        "test": test,
        "real_probs": probabilities(rng, COUNT),
        "fake_probs": probabilities(rng, COUNT),
        "critics": Critics(real[:, :1].T, fake[:, :1].T, test[:, :1].T, fake[:, :1].T, np.ones(1)),
        "test_inversions": rng.random(COUNT),
        "train_inversions": rng.random(COUNT),
        "paths": Paths(real, fake, 0.1, 1.0),
        "reconstructions": fake,
        "originals": test,
        "own_real": fake,
        "own_test": test,
        "real_pixels": real,
        "test_pixels": test,
        "truth": SimpleNamespace(distances=lambda images: np.linspace(0, 0.3, len(images))),
        "real_labels": np.arange(COUNT) % 2,
        "test_labels": rng.integers(0, 4, COUNT),
        "fake_labels": (labels := np.arange(COUNT) % 2),
        "classifiers": train_classifiers(real, rng.integers(0, 4, COUNT), fake, labels, test),
        "fake_captions": [reader.bank[row] for row in range(COUNT)],
        "conditions": rng.integers(0, 4, COUNT),
        "caption_reader": reader,
        "segmenter": reader,
        "real_images": images,
        "fake_images": others,
        "outputs": others,
        "targets": images,
        "jacobians": rng.normal(size=(6, 5, 3)),
        "log_weights": rng.normal(size=(6, 4)),
        "real_points": real[:, :2],
        "fake_points": fake[:, :2],
        "modes": SimpleNamespace(means=real[:3, :2], scale=1.0),
        "neighbours": neighbours(real, fake, k=5),
        "test_neighbours": neighbours(real, test, k=5),
        "real_text": text[0],
        "fake_text": text[1],
        "test_text": text[2],
        "training_text": text[0],
        "references": 50,
        "language_model": KneserNey(text[0]),
        "vocabulary": list("abcde"),
        "true_likelihoods": (np.full(COUNT, -9.0), np.full(COUNT, 8)),
        "model_likelihoods": (np.full(COUNT, -8.0), np.full(COUNT, 8)),
        "accepted": rng.random(COUNT) < 0.5,
        "seed": 0,
    }
    assert set(given) == set(ARGUMENTS)
    return given


@pytest.mark.parametrize("name", all_metrics())
def test_a_metric_returns_the_parts_that_it_declares(name, context):
    known = all_metrics()[name]
    parts = known(context)
    for part in parts:
        known.part(part)
    assert {part for part in known.parts if not {"*", "["} & set(part)} <= {*parts, *known.undefined}
    for part, declared in known.parts.items():
        floor = declared.floor if isinstance(declared, Part) else None
        assert floor is None or known.part(floor).direction == "aside", part
    assert known.main in parts or known.main == ""


@pytest.mark.parametrize("name", all_metrics())
def test_a_metric_says_what_it_is(name):
    known = all_metrics()[name]
    assert known.cost and set(known.record()["needs"]) == set(known.needs)
    assert known.meaning[-1] in ".?" and known.misleads[-1] == "." and known.paper and known.least >= 100
    assert set(known.of) <= {"image", "point", "text"}
    assert known.baseline in ("held-out", "halves", "reference", None)
    held_out = {"test", "test_labels", "test_neighbours", "test_text"} & set(known.needs)
    assert not held_out or known.baseline != "held-out"  # which would be scored against itself


@pytest.mark.parametrize("kind", ["image", "point", "text"])
def test_no_two_scores_share_a_title(kind):
    titles = [known.called(part, EXTRACTOR) for known in metrics_of(kind).values() for part in known.parts]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("kind, first", [("image", "frechet_distance"), ("point", "frechet_distance"), ("text", "bleu")])
def test_a_default_selection_has_one_order(kind, first):
    places = [known.default for known in metrics_of(kind).values() if known.is_default(kind)]
    assert places == sorted(places) and len(places) == len(set(places)) > 5
    assert next(iter(metrics_of(kind))) == first
    assert sum(known.is_compared(kind) for known in metrics_of(kind).values()) >= 5


def test_only_inception_carries_the_published_title():
    distance, inception = all_metrics()["frechet_distance"], SimpleNamespace(name="inception", inception=True)
    assert (distance.called("", EXTRACTOR), distance.called("", inception)) == ("FD[e]", "FID")
    assert all_metrics()["ndb"].called("js", inception) == "ndb.js[inception]"
    assert all_metrics()["kernel_distance"].called("se", inception) == "KID.se"
    assert all_metrics()["bleu"].called("4", EXTRACTOR) == "BLEU-4"


def test_what_is_known_of_a_part_stands_in_its_metric(monkeypatch):
    monkeypatch.setattr(registry, "REGISTRY", {})
    facts = {"direction": "lower", "least": 100, "paper": "", "meaning": "", "misleads": ""}

    @metric("mine", parts={"p": None, "class_*": "zero", "q": Part(floor="p")}, **facts)
    def mine(fake):
        return {"p": 1, "q": (2.0, 1.0, 3.0)}

    (known,) = registry.REGISTRY.values()
    # A part "p" of another metric is no score; this one's is.
    assert known.part("p").direction == "lower" and known.part("class_7").direction == "zero"
    assert known({"fake": None}) == {"p": (1.0, None, None), "q": (2.0, 1.0, 3.0)}
    with pytest.raises(ValueError, match="declares no part 'r'"):
        known.part("r")
    for wrong, words, function in (({"direction": "up"}, "direction", mine), ({}, "two metrics", lambda fake: 1)):
        with pytest.raises(ValueError, match=words):
            metric("mine", **(facts | wrong))(function)
    with pytest.raises(ValueError, match="unknown arguments"):
        metric("other", **facts)(lambda something: 1)
    assert isinstance(known, Metric)
    for module in ("ganzoo_recipe_mine", "ganzoo_recipe_recipe"):  # a recipe file, and its copy in a run

        def ours(fake):
            return 1

        ours.__module__ = module
        metric("ours", **facts)(ours)
    assert registry.REGISTRY["ours"].function is ours


def test_metrics_import_alone():
    # What takes a second to import is imported where it is used: `ganzoo metrics` only lists.
    code = (
        "import sys, pkgutil, importlib, ganzoo.metrics\n"
        "for m in pkgutil.walk_packages(ganzoo.metrics.__path__, 'ganzoo.metrics.'): importlib.import_module(m.name)\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('tensorflow', 'keras', 'tensorflow_gan', 'sklearn', 'gudhi')\n"
        "       or m in ('scipy.stats', 'scipy.optimize', 'scipy.signal')\n"
        "       or (m.startswith('ganzoo.') and m.split('.')[1] not in ('metrics', 'errors', 'optional'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_list_of_metrics_needs_no_tensorflow():
    code = (
        "import sys; from ganzoo.cli.main import main\n"
        "main(['metrics', '--long'], standalone_mode=False)\n"
        "print([m for m in ('tensorflow', 'keras', 'sklearn', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == "[]" and any(line.startswith("frechet_distance ") for line in lines)


def test_ends_of_an_interval_are_no_scores_of_their_own(monkeypatch):
    monkeypatch.setattr(registry, "REGISTRY", {})

    @metric(
        "mine",
        parts={"mean": None},
        bounds={"mean": ("low", "high")},
        direction="lower",
        least=100,
        paper="",
        meaning="",
        misleads="",
    )
    def mine(fake):
        return {"mean": 2, "low": 1.0, "high": 4.0} if fake else {"mean": 2}

    (known,) = registry.REGISTRY.values()
    assert known({"fake": True}) == {"mean": (2.0, 1.0, 4.0)} and known({"fake": False}) == {"mean": (2.0, None, None)}
