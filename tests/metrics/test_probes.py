"""Classifiers on real and generated data: equal laws, shuffled labels, classes that were never seen."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.classification import _looked_up, adversarial_accuracy, boundary_distortion, classification_performance
from ganzoo.metrics.probes import train_classifiers
from ganzoo.metrics.relative_score import normalized_relative_discriminative_scores as nrds

CLASSES, COUNT = 4, 400
MEANS = 3 * np.eye(CLASSES, 5)


def labelled(seed, count=COUNT, scale=1.0, means=MEANS):
    draws = np.random.default_rng(seed)
    labels = draws.integers(CLASSES, size=count)
    return means[labels] + scale * draws.standard_normal((count, 5)), labels


REAL, REAL_LABELS = labelled(0)
FAKE, FAKE_LABELS = labelled(1)
TEST, TEST_LABELS = labelled(2)


def trained(fake=FAKE, labels=FAKE_LABELS):
    return train_classifiers(REAL, REAL_LABELS, fake, labels, TEST)


@pytest.fixture(scope="module")
def good():
    return trained()


def test_a_perfect_model_teaches_as_much_as_reals(good):
    found = classification_performance(good, FAKE_LABELS, TEST_LABELS)
    # Bayes' accuracy of four unit Gaussians whose means are 3 sqrt(2) apart is about 0.95.
    assert found["real"] == pytest.approx(0.95, abs=0.04) and found["train"] == pytest.approx(found["real"], abs=0.02)
    assert found["gqi"] == pytest.approx(100 * found["train"] / found["real"]) and found["test"] == pytest.approx(
        0.95, abs=0.04
    )
    other = adversarial_accuracy(good, TEST_LABELS)
    assert abs(other["gap"]) < 0.02 and other["divergence"] < 0.15 and 0 < other["floor"] < other["divergence"]
    assert other["accuracy_real"] - other["accuracy_fake"] == pytest.approx(other["gap"])


def test_a_copy_of_the_training_data_is_the_training_data():
    copied = trained(REAL, REAL_LABELS)
    found = adversarial_accuracy(copied, TEST_LABELS)
    assert found["divergence"] < 3 * found["floor"] + 0.01 and abs(found["gap"]) < 0.01
    assert classification_performance(copied, REAL_LABELS, TEST_LABELS)["gqi"] == pytest.approx(100, abs=1.5)


def test_shuffled_labels_teach_chance():
    shuffled = np.random.default_rng(3).permutation(FAKE_LABELS)
    found = trained(FAKE, shuffled)
    scores, other = classification_performance(found, shuffled, TEST_LABELS), adversarial_accuracy(found, TEST_LABELS)
    assert scores["train"] == pytest.approx(1 / CLASSES, abs=0.12) and scores["test"] == pytest.approx(1 / CLASSES, abs=0.08)
    assert other["gap"] > 0.5 and other["divergence"] > 8 * other["floor"]


def test_a_class_that_is_never_generated_is_never_recognised():
    kept = FAKE_LABELS > 0
    found = trained(FAKE[kept], FAKE_LABELS[kept])
    assert found.of_fake.shape == (3, COUNT, CLASSES) and not found.of_fake[:, :, 0].any()
    share = (TEST_LABELS == 0).mean()
    assert classification_performance(found, FAKE_LABELS[kept], TEST_LABELS)["train"] == pytest.approx(0.95 - share, abs=0.05)


def test_accuracies_by_hand(good):
    right = [(values.argmax(axis=1) == TEST_LABELS).mean() for values in good.of_fake]
    found = classification_performance(good, FAKE_LABELS, TEST_LABELS)
    assert found["train"] == pytest.approx(np.mean(right)) and found["train_sd"] == pytest.approx(np.std(right, ddof=1))
    clipped = np.maximum(good.of_fake, 1e-6), np.maximum(good.of_real, 1e-6)
    p, q = (values / values.sum(2, keepdims=True) for values in clipped)
    divergence = (p * np.log(p / q)).sum(2).mean()
    assert adversarial_accuracy(good, TEST_LABELS)["divergence"] == pytest.approx(divergence, rel=1e-12)


def test_the_effective_share_is_one_for_reals_and_less_for_few_repeated():
    sides = REAL, REAL_LABELS, FAKE, FAKE_LABELS, TEST, TEST_LABELS
    assert boundary_distortion(*sides)["effective"] > 0.3
    again = np.concatenate([np.flatnonzero(label == FAKE_LABELS)[:3].repeat(34) for label in range(CLASSES)])[:COUNT]
    few = boundary_distortion(REAL, REAL_LABELS, FAKE[again], FAKE_LABELS[again], TEST, TEST_LABELS)
    assert few["effective"] < 0.15 and few["accuracy"] < few["real"]
    wrong = boundary_distortion(REAL, REAL_LABELS, FAKE, (FAKE_LABELS + 1) % CLASSES, TEST, TEST_LABELS)
    assert wrong["effective"] == 0 and wrong["smallest"] == pytest.approx(8 / COUNT)


def test_a_shrunken_covariance_turns_the_boundary_by_the_closed_form():
    # Two classes at -m and m with covariance diag(1, s): the best direction is S^-1 m. A model that shrinks the second
    # variance to b teaches (m1, m2 / b) in its place, which cuts the held-out accuracy to Phi(w.m / sqrt(w S w)).
    from scipy.stats import norm

    m, spread, shrunk = np.array([1.0, 1.0]), np.array([1.0, 4.0]), np.array([1.0, 0.25])

    def sample(seed, variances, count=4000):
        draws = np.random.default_rng(seed)
        labels = draws.integers(2, size=count)
        return (2 * labels[:, None] - 1) * m + np.sqrt(variances) * draws.standard_normal((count, 2)), labels

    def accuracy(direction):
        return norm.cdf(direction @ m / np.sqrt(direction**2 @ spread))

    found = boundary_distortion(*sample(0, spread), *sample(1, shrunk), *sample(2, spread), cap=4000)
    assert found["real"] == pytest.approx(accuracy(m / spread), abs=0.02)
    assert found["accuracy"] == pytest.approx(accuracy(m / shrunk), abs=0.02) and found["accuracy"] < found["real"] - 0.05


def test_labels_that_say_nothing_are_refused():
    for labels, words in ((FAKE_LABELS[:-1], "one whole number each"), (FAKE_LABELS * 0, "one class alone")):
        with pytest.raises(UserError, match=words):
            trained(FAKE, labels)


def test_equal_models_share_the_relative_score_and_real_data_wins():
    models = [labelled(10 + number)[0] for number in range(3)]
    real = labelled(20, 1200)[0]
    scores, spread = nrds(real, models, epochs=8)
    np.testing.assert_allclose(scores, 1 / 3, atol=0.02)
    assert scores.sum() == pytest.approx(1) and (spread < 0.03).all()
    bad = [models[0], models[1] + 2, 3 * models[2]]
    found, _ = nrds(real, bad, epochs=8)
    assert found.argmax() == 0 and found[0] > 0.45
    np.testing.assert_allclose(nrds(real, [models[0]] * 2, epochs=4, seeds=1)[0], 0.5, atol=0.02)
    with pytest.raises(UserError, match="two models"):
        nrds(real, [models[0]])


def test_the_fewest_reals_that_teach_as_much_are_looked_up():
    curve, shares = np.array([0.5, 0.8, 0.8, 0.9]), np.array([0.125, 0.25, 0.5, 1.0])
    assert _looked_up(0.8, curve, shares) == pytest.approx(0.25) and _looked_up(0.4, curve, shares) == 0
    assert _looked_up(0.65, curve, shares) == pytest.approx(np.sqrt(0.125 * 0.25)) and _looked_up(0.95, curve, shares) == 1
