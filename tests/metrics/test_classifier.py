import numpy as np
import pytest
from scipy.special import softmax

from ganzoo.errors import UserError
from ganzoo.metrics import tfgan
from ganzoo.metrics.classifier import (
    am_score,
    inception_score,
    inception_score_infinity,
    label_accuracy,
    m_inception_score,
    mode_score,
)

DRAWS = np.random.default_rng(0)
PROBS = DRAWS.dirichlet(np.full(10, 0.3), 2000)
SKEWED = DRAWS.dirichlet(np.linspace(0.1, 2, 10), 2000)
ONE_HOT = np.eye(10)[np.arange(1000) % 10]
UNIFORM = np.full((100, 10), 0.1)


def kl(p, q):
    return (p * np.log(p / q)).sum(axis=-1)


def test_sure_and_balanced_scores_the_number_of_classes():
    assert inception_score(ONE_HOT) == pytest.approx({"mean": 10, "sd": 0, "plain": 10}, abs=1e-12)


def test_constant_probabilities_score_one():
    assert inception_score(np.tile(PROBS[:1], (50, 1))) == pytest.approx({"mean": 1, "sd": 0, "plain": 1}, abs=1e-12)


def test_inception_score_is_its_definition():
    assert inception_score(PROBS)["plain"] == pytest.approx(np.exp(kl(PROBS, PROBS.mean(0)).mean()), rel=1e-12)


def test_inception_score_at_infinity_takes_the_bias_of_few_samples_away():
    many = np.random.default_rng(5).dirichlet(np.full(10, 0.3), 100_000)
    truth = inception_score(many)["plain"]
    parts = np.split(many[:20_000], 200)
    plain = [inception_score(part)["plain"] for part in parts]
    infinite = [inception_score_infinity(part, seed) for seed, part in enumerate(parts)]
    assert np.mean(plain) < truth - 0.02
    assert abs(np.mean(infinite) - truth) < 0.4 * abs(np.mean(plain) - truth)
    assert inception_score_infinity(ONE_HOT[:10].repeat(100, 0), 1) == pytest.approx(10, abs=0.1)
    with pytest.raises(UserError, match="needs 8"):
        inception_score_infinity(PROBS[:7])


def test_inception_score_splits_are_consecutive():
    expected = [inception_score(part)["plain"] for part in np.split(PROBS, 10)]
    scores = inception_score(PROBS)
    assert scores["mean"] == pytest.approx(np.mean(expected))
    assert scores["sd"] == pytest.approx(np.std(expected))


def test_small_samples_score_low():
    small = np.mean([inception_score(part)["plain"] for part in np.split(PROBS, 40)])
    assert small < inception_score(PROBS)["plain"]


def test_fewer_samples_than_splits():
    assert inception_score(ONE_HOT[:3])["mean"] == pytest.approx(3)


@pytest.mark.parametrize("scale", [0.1, 1, 10, 300])
def test_inception_score_agrees_with_tfgan(scale):
    logits = scale * DRAWS.standard_normal((500, 12)).astype(np.float32)
    theirs = float(tfgan.module("classifier_metrics").classifier_score_from_logits(logits.astype(np.float64)))
    assert inception_score(softmax(logits.astype(np.float64), axis=1))["plain"] == pytest.approx(theirs, rel=1e-6)


def test_modified_score_is_the_mean_over_all_pairs():
    classes = PROBS.argmax(1)
    expected = []
    for label in range(10):
        own = PROBS[classes == label].clip(1e-12)
        expected.append(np.exp(np.mean([kl(p, own).mean() for p in own])))
    assert m_inception_score(PROBS) == pytest.approx(np.mean(expected), rel=1e-10)


def test_modified_score_of_identical_samples_is_one():
    assert m_inception_score(np.tile(PROBS[:1], (20, 1))) == pytest.approx(1)
    assert m_inception_score(ONE_HOT) == pytest.approx(1)


@pytest.mark.parametrize("train", [PROBS, SKEWED, UNIFORM])
def test_the_mode_score_as_often_printed_is_the_inception_score(train):
    share = train.mean(0)
    printed = np.exp(kl(PROBS, share).mean() - kl(PROBS.mean(0), share))
    assert printed == pytest.approx(inception_score(PROBS)["plain"], rel=1e-12)


def test_mode_score_equals_the_inception_score_only_for_equal_shares():
    assert mode_score(PROBS, PROBS) == pytest.approx(inception_score(PROBS)["plain"], rel=1e-12)
    gap = kl(PROBS.mean(0), SKEWED.mean(0))
    assert mode_score(SKEWED, PROBS) == pytest.approx(inception_score(PROBS)["plain"] * np.exp(-gap), rel=1e-12)
    assert gap > 0.05


def test_am_score_of_a_perfect_model_is_zero():
    assert am_score(ONE_HOT, ONE_HOT) == pytest.approx(0, abs=1e-12)


def test_am_score_of_uniform_probabilities_is_log_k():
    assert am_score(UNIFORM, UNIFORM) == pytest.approx(np.log(10))


def test_am_score_of_a_dropped_class_is_finite():
    kept = ONE_HOT[ONE_HOT[:, 0] == 0]
    assert am_score(ONE_HOT, kept) == pytest.approx(0.1 * np.log(0.1 / 1e-18) + 0.9 * np.log(0.9))


@pytest.mark.parametrize("score", [lambda p: inception_score(p)["plain"], m_inception_score])
def test_order_does_not_matter(score):
    assert score(DRAWS.permutation(PROBS)) == pytest.approx(score(PROBS), rel=1e-10)


@pytest.mark.parametrize(
    ("probs", "says"),
    [
        (np.where(np.arange(10) == 3, np.nan, PROBS[:5]), "NaN"),
        (PROBS[:1], "at least 2"),
        (DRAWS.standard_normal((5, 10)), "softmax"),
        (PROBS[0], "axes"),
        (PROBS[:5, :4] / PROBS[:5, :4].sum(1, keepdims=True), "differ in shape"),
    ],
)
def test_bad_probabilities_are_named(probs, says):
    for score in (mode_score, am_score):
        with pytest.raises(UserError, match=says):
            score(PROBS, probs)
    if says != "differ in shape":
        for score in (inception_score, m_inception_score):
            with pytest.raises(UserError, match=f"fake_probs.*{says}"):
                score(probs)


def test_label_accuracy_has_known_values_by_class():
    asked = np.arange(1000) % 10
    assert label_accuracy(ONE_HOT, asked) == {"accuracy": 1.0, "worst_class": 1.0, **{f"class_{k}": 1.0 for k in range(10)}}
    asked[asked == 3] = 4  # of the 200 that were asked to be a 4, half are a 3
    result = label_accuracy(ONE_HOT, asked)
    assert result["accuracy"] == 0.9 and result["worst_class"] == result["class_4"] == 0.5
    assert "class_3" not in result and result["class_5"] == 1.0


def test_labels_that_say_nothing_are_right_by_chance():
    draws = np.random.default_rng(1).integers(0, 10, 1000)
    assert label_accuracy(ONE_HOT, draws)["accuracy"] == pytest.approx(0.1, abs=5 * np.sqrt(0.09 / 1000))


@pytest.mark.parametrize(
    "labels, says",
    [
        (np.zeros(999, int), "one label a sample: .*999.* of 1000"),
        (np.full(1000, 10), "labels from 10 to 10 do not fit a classifier of 10"),
        (np.full(1000, -1), "labels from -1"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, says):
    with pytest.raises(UserError, match=says):
        label_accuracy(ONE_HOT, labels)
