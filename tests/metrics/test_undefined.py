"""Every metric on samples that say little: a finite value, or the reason why there is none; never NaN, infinity, a warning."""

import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from ganzoo.data.shape_captions import ShapeCaptions
from ganzoo.errors import UserError
from ganzoo.metrics.checks import LARGEST, Undefined
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.path_length import Paths
from ganzoo.metrics.probes import train_classifiers
from ganzoo.metrics.registry import OF_FEATURES, all_metrics
from ganzoo.metrics.text.kneser_ney import KneserNey
from ganzoo.metrics.wasserstein_critic import Critics

COUNT, DIM = 24, 6


def normal(seed, count=COUNT, dim=DIM):
    return np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)


REAL, FAKE, TEST = normal(0), normal(1) + 0.3, normal(2)
SAME = np.full((COUNT, DIM), 0.1, np.float32)
FEATURES = {  # reference, generated, held out
    "one sample over and over": (SAME, SAME, SAME),
    "constant on each side": (SAME, SAME + 1, SAME),
    "zeros": (0 * SAME, 0 * SAME, 0 * SAME),
    "generated are all one": (REAL, SAME, TEST),
    "reference is all one": (SAME, FAKE, TEST),
    "held-out is all one": (REAL, FAKE, SAME),
    "two different ones": (REAL[np.arange(COUNT) % 2], FAKE[np.arange(COUNT) % 2], TEST),
    "equal sets": (REAL, REAL, REAL),
    "equal two": (REAL[:2], REAL[:2], REAL[:2]),
    "two samples": (REAL[:2], FAKE[:2], TEST[:2]),
    "four samples": (REAL[:4], FAKE[:4], TEST[:4]),
    "fewer than dimensions": (normal(0, 8, 32), normal(1, 8, 32), normal(2, 8, 32)),
    "no overlap": (REAL, FAKE + 100, TEST),
    "huge": tuple(values * np.float32(1e18) for values in (REAL, FAKE, TEST)),
    "tiny": tuple(values * np.float32(1e-18) for values in (REAL, FAKE, TEST)),
    "worlds apart": (REAL, FAKE * np.float32(1e30), TEST),
    "far from the origin": tuple(values + np.float32(1e6) for values in (REAL, FAKE, TEST)),
}
SURE = np.eye(3)[np.zeros(COUNT, int)]
EVEN = np.full((COUNT, 3), 1 / 3)
PROBABILITIES = {  # reference, generated, labels
    "one class": (SURE, SURE, np.zeros(COUNT, int)),
    "other classes": (SURE, SURE[:, ::-1], np.zeros(COUNT, int)),
    "no idea": (EVEN, EVEN, np.arange(COUNT) % 3),
    "two samples": (SURE[:2], EVEN[:2], np.array([2, 2])),
    "a single class": (np.ones((COUNT, 1)), np.ones((COUNT, 1)), np.zeros(COUNT, int)),
}
FLAT = np.full((COUNT, 16, 16, 1), 90, np.uint8)
STEP = np.repeat(np.uint8([[0], [200]]), 8, axis=0)[None, :, :, None] * np.ones((COUNT, 1, 16, 1), np.uint8)
CORNER = FLAT.copy()
CORNER[:, 0, 0] = 0  # the one pixel without a neighbour above or to the left
NOISE = np.random.default_rng(0).integers(0, 256, FLAT.shape, np.uint8)
IMAGES = {
    "flat": (FLAT, FLAT),
    "flat reference": (FLAT, NOISE),
    "flat generated": (NOISE, FLAT),
    "one contrast": (STEP, STEP),
    "one pixel": (CORNER, CORNER),
    "equal": (NOISE, NOISE),
    "two": (NOISE[:2], NOISE[2:4]),
}
TEXTS = {
    "one sentence over and over": ([("a", "b", "c")] * COUNT,) * 3,
    "single words": ([("a",)] * COUNT, [("b",)] * COUNT, [("a",)] * COUNT),
    "empty sentences": ([()] * COUNT,) * 3,
    "nothing in common": ([("a", "b")] * COUNT, [("c", "d")] * COUNT, [("e", "f")] * COUNT),
    "two": ([("a", "b"), ("b", "a")],) * 3,
    "no repeats": tuple([(f"{side}{n}", "x", "y", f"z{n}") for n in range(COUNT)] for side in "rft"),
}


class Lazily(dict):
    """A context whose values may be functions, called when they are asked for."""

    def __getitem__(self, name):
        value = super().__getitem__(name)
        return value() if callable(value) else value


def of_features(real, fake, test):
    return Lazily(
        real=real,
        fake=fake,
        test=test,
        neighbours=lambda: neighbours(real, fake),
        test_neighbours=lambda: neighbours(real, test),
        real_points=real[:, :2],
        fake_points=fake[:, :2],
        conditions=np.arange(len(fake)) % 3,
        real_labels=np.arange(len(real)) % 3,
        fake_labels=np.arange(len(fake)) % 3,
        test_labels=np.arange(len(test)) % 3,
        classifiers=lambda: train_classifiers(
            *(part for side in (real, fake) for part in (side, np.arange(len(side)) % 3)), test
        ),
        critics=Critics(
            *(side[:, :1].T.astype(float) for side in (real, fake, test, fake)), np.array([np.ptp(real.astype(float))])
        ),
        paths=Paths(real, fake[np.arange(len(real)) % len(fake)], 0.1, 1.0),
        test_inversions=np.abs(test[:, 0]),
        train_inversions=np.abs(real[:, 0]),
        reconstructions=fake[: min(len(fake), len(test))],
        originals=test[: min(len(fake), len(test))],
        modes=SimpleNamespace(means=REAL[:3, :2], scale=1.0),
        seed=0,
    )


def of_text(real, fake, test):
    vocabulary = {word: None for text in (real, fake, test) for sentence in text for word in sentence}
    return Lazily(
        real_text=real,
        fake_text=fake,
        test_text=test,
        training_text=real,
        references=10,
        vocabulary=vocabulary,
        language_model=lambda: KneserNey(real, vocabulary=vocabulary),
        true_likelihoods=(np.full(len(fake), -np.inf), np.full(len(fake), 3)),
        model_likelihoods=(np.full(len(test), -np.inf), np.full(len(test), 3)),
        accepted=np.zeros(len(fake), bool),
        seed=0,
    )


def result(name, context):
    """The metric's result, or the reason why there is none."""
    known = all_metrics()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            parts = known(context)
        except UserError as error:
            assert "\n" not in str(error)
            return error
    for part, (value, low, high) in parts.items():
        assert math.isfinite(value), part
        assert (low is None) == (high is None) and (low is None or low <= value <= high), part
        assert low is None or low < high, "an interval without width claims that nothing is uncertain"
    declared = {part for part in known.parts if "*" not in part}
    assert declared <= {*parts, *known.undefined}
    return parts


def those(*arguments, without=()):
    """The metrics that use any of some arguments."""
    needing = [name for name, known in all_metrics().items() if set(arguments) & set(known.needs) and name not in without]
    assert needing
    return needing


@pytest.mark.parametrize("case", FEATURES)
def test_features_that_say_little(case):
    context = of_features(*FEATURES[case])
    names = those(*(OF_FEATURES - {"real_probs", "fake_probs"}), "fake_points")
    results = {name: result(name, context) for name in names}
    assert any(not isinstance(found, UserError) for found in results.values()), "no metric can be taken at all"
    for name, error in results.items():
        if isinstance(error, UserError) and len(context["real"]) >= 20:
            assert isinstance(error, Undefined) and "undefined" in str(error), name


@pytest.mark.parametrize("case", PROBABILITIES)
def test_probabilities_that_say_little(case):
    real, fake, labels = PROBABILITIES[case]
    for name in those("fake_probs"):
        found = result(name, {"real_probs": real, "fake_probs": fake, "fake_labels": labels, "seed": 0})
        assert not isinstance(found, UserError) or (isinstance(found, Undefined) and len(fake) < 8), name


@pytest.mark.parametrize("case", IMAGES)
def test_images_that_say_little(case):
    real, fake = IMAGES[case]
    context = {"real_images": real, "fake_images": fake, "outputs": fake, "targets": real, "seed": 0}
    context["truth"] = SimpleNamespace(distances=lambda images: np.zeros(len(images)))
    for name in those("fake_images", "outputs", without=("caption_match", "segmentation", "sliced_wasserstein_patches")):
        found = result(name, context)
        assert not isinstance(found, UserError) or isinstance(found, Undefined), name


@pytest.mark.parametrize("case", TEXTS)
def test_text_that_says_little(case):
    context = of_text(*TEXTS[case])
    for name in those("fake_text", "true_likelihoods", "model_likelihoods", "accepted"):
        found = result(name, context)
        assert not isinstance(found, UserError) or isinstance(found, Undefined), (name, found)


def test_captions_that_speak_of_nothing_are_left_out():
    reader = ShapeCaptions()
    claims = np.array([reader.claims(text) for text in reader.bank])
    row = int(np.argmax((claims == -1).sum(axis=1)))
    images = np.zeros((COUNT, *reader.image_shape), np.uint8)
    context = {"fake_images": images, "fake_captions": [reader.bank[row]] * COUNT, "caption_reader": reader}
    assert not isinstance(result("caption_match", context), UserError)


@pytest.mark.parametrize("name", ["density_coverage", "realism"])
def test_balls_without_room_are_no_score_of_zero(name):
    copies = REAL[np.arange(COUNT) % 2]
    assert "undefined" in str(result(name, of_features(copies, FAKE, TEST)))


def test_what_is_beyond_all_reason_is_refused_in_one_line():
    for name in those("fake"):
        sides = {"fake": (REAL, FAKE.astype(float) * 1e200), "real": (REAL.astype(float) * 1e200, FAKE)}
        for real, fake in [of_side for side, of_side in sides.items() if side in all_metrics()[name].needs]:
            found = result(name, of_features(real, fake, real))
            assert isinstance(found, UserError) and f"metrics take up to {LARGEST:g}" in str(found), name
    for name in those("fake_probs"):
        context = {"real_probs": np.full((COUNT, 3), np.nan), "fake_probs": np.full((COUNT, 3), np.nan)}
        assert "NaN" in str(result(name, context | {"fake_labels": np.zeros(COUNT, int), "seed": 0})), name


@pytest.mark.parametrize(
    ("name", "power"),
    [
        ("frechet_distance", 2),
        ("frechet_distance_debiased", 2),
        ("frechet_distance_infinity", 2),
        ("sliced_wasserstein", 2),
        ("mmd_rbf", 0),
        ("vendi", 0),
        ("precision_recall", 0),
        ("auth_pct", 0),
        ("nearest_neighbour_test", 0),
        ("retrieval", 0),
    ],
)
@pytest.mark.parametrize("scale", [2.0**60, 2.0**-60, 2.0**110])
def test_units_do_not_matter(name, power, scale):
    small = result(name, of_features(REAL, FAKE, TEST))
    large = result(name, of_features(*(values * np.float32(scale) for values in (REAL, FAKE, TEST))))
    for part, (value, _, _) in small.items():
        factor = scale ** (power if part not in ("bandwidth", "to_fake", "to_real") else 1)
        assert large[part][0] == pytest.approx(value * factor, rel=1e-4), part
