"""Scores from a classifier's probabilities: Inception Score, m-IS, Mode Score, AM score and label accuracy.

Only the 2015 Inception network makes them comparable with published figures; with another classifier they compare
models under that classifier alone.
"""

from itertools import pairwise

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_probabilities, subsample
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.registry import Part, metric


@metric(
    "inception_score",
    direction="higher",
    least=5000,
    cost="O(N K)",
    paper="Salimans et al. 2016, arXiv 1606.03498",
    meaning="How sure the classifier is of each sample and how many classes the samples spread over: 1 to the number "
    "of classes.",
    misleads="It never looks at real data: one perfect image per class scores as well as a perfect model; small "
    "samples score low.",
    title="CS",
    published="IS",
    parts={"mean": None, "sd": "aside", "plain": None},
    main="mean",
    default=30,
    compared=True,
    origin=1.0,
)
def inception_score(fake_probs: np.ndarray, splits: int = 10) -> dict[str, float]:
    """Inception Score: exp of the mean KL divergence of p(y|x) from p(y).

    Args:
        fake_probs: class probabilities [M, K] of generated samples.
        splits: consecutive parts whose scores' mean and spread are reported; never more than M / 2.

    Returns:
        A dict, each score within [1, K]: "mean" and "sd" over the splits (the published form), "plain" over all samples
        at once.

    Raises:
        UserError: fewer than two rows, or rows that are not probabilities.

    Reference: Salimans et al. 2016, arXiv 1606.03498.
    """
    (fake_probs,) = check_probabilities(fake_probs=fake_probs)
    count = len(fake_probs)
    splits = min(splits, count // 2)
    edges = [part * count // splits for part in range(splits + 1)]
    scores = [_exp_information(fake_probs[low:high]) for low, high in pairwise(edges)]
    return {"mean": float(np.mean(scores)), "sd": float(np.std(scores)), "plain": _exp_information(fake_probs)}


@metric(
    "inception_score_infinity",
    direction="higher",
    least=5000,
    cost="15 times O(N K)",
    paper="Chong and Forsyth 2019, arXiv 1911.07023",
    meaning="The Inception Score extrapolated to infinitely many samples, without splits, so that models of different counts "
    "compare.",
    misleads="As the Inception Score, it never looks at real data; the fit's error is not that of a new sample.",
    title="CS-infinity",
    published="IS-infinity",
    origin=1.0,
)
def inception_score_infinity(fake_probs: np.ndarray, seed: int = 0, points: int = 15) -> float:
    """The Inception Score at 1/M -> 0: the intercept of a line through scores of random subsets over 1/M.

    Args:
        fake_probs: class probabilities [M, K] of generated samples.
        seed: of the subsets.
        points: subset sizes, evenly spaced from a tenth of M to M.

    Returns:
        The intercept; about 1 to K.

    Raises:
        UserError: fewer than eight rows, or rows that are not probabilities.

    Reference: Chong and Forsyth 2019, arXiv 1911.07023.
    """
    (fake_probs,) = check_probabilities(fake_probs=fake_probs)
    if len(fake_probs) < 8:
        raise Undefined(f"an extrapolation over counts is undefined: it needs 8 generated samples, not {len(fake_probs)}")
    rng = np.random.default_rng([seed, 0x15])
    sizes = np.unique(np.linspace(max(len(fake_probs) // 10, 2), len(fake_probs), points).astype(int))
    scores = [_exp_information(subsample(fake_probs, size, rng)) for size in sizes]
    return float(np.polyfit(1 / sizes, scores, 1)[1])


@metric(
    "m_inception_score",
    direction="real",
    least=1000,
    cost="O(N K)",
    paper="Gurumurthy et al. 2017 (DeLiGAN), arXiv 1706.02071",
    meaning="How differently the classifier sees samples of one and the same class: 1 where all are alike, more with variety.",
    misleads="An unsure classifier also raises it, so blurred samples can score like varied ones: compare with real "
    "data's score.",
    title="m-CS",
    published="m-IS",
)
def m_inception_score(fake_probs: np.ndarray, epsilon: float = 1e-12) -> float:
    """Modified Inception Score: exp of the mean KL between samples assigned to one class, averaged over classes.

    Args:
        fake_probs: class probabilities [M, K] of generated samples; a sample's class is its most probable one.
        epsilon: probabilities below it count as it, for a finite logarithm.

    Returns:
        The mean over the classes that occur, at least 1.

    Raises:
        UserError: fewer than two rows, or rows that are not probabilities.

    Reference: Gurumurthy et al. 2017, arXiv 1706.02071.
    """
    (fake_probs,) = check_probabilities(fake_probs=fake_probs)
    classes = fake_probs.argmax(axis=1)
    scores = []
    for label in np.unique(classes):
        own = np.maximum(fake_probs[classes == label], epsilon)
        logs = np.log(own)
        # the mean over all pairs of sum_k p_ik log p_jk needs only the means: O(nK), not O(n^2 K)
        scores.append(np.exp((own * logs).sum(axis=1).mean() - own.mean(axis=0) @ logs.mean(axis=0)))
    return float(np.mean(scores))


@metric(
    "mode_score",
    direction="higher",
    least=5000,
    cost="O(N K)",
    paper="Che et al. 2016, arXiv 1612.02136, in the form that differs from the Inception Score",
    meaning="The Inception Score, lowered where the generated classes' shares differ from those of the real data.",
    misleads="Blind to everything within a class, as the Inception Score is.",
)
def mode_score(real_probs: np.ndarray, fake_probs: np.ndarray, epsilon: float = 1e-12) -> float:
    """Mode Score: exp( E KL(p(y|x) || p(y)) - KL(p(y) || p_real(y)) ).

    The form often printed, exp( E KL(p(y|x) || p_real(y)) - KL(p(y) || p_real(y)) ), equals the Inception Score for
    every p_real; this one does not.

    Args:
        real_probs: class probabilities [N, K] of the reference set; their mean is p_real(y).
        fake_probs: class probabilities [M, K] of generated samples.
        epsilon: shares of p_real below it count as it, for a finite divergence.

    Returns:
        A score within (0, K].

    Raises:
        UserError: fewer than two rows, rows that are not probabilities, different K.

    Reference: Che et al. 2016, arXiv 1612.02136.
    """
    real_share, fake_probs = _shares(real_probs, fake_probs)
    return _exp_information(fake_probs) * float(np.exp(-_kl(fake_probs.mean(axis=0), np.maximum(real_share, epsilon))))


@metric(
    "am_score",
    direction="lower",
    least=5000,
    cost="O(N K)",
    paper="Zhou et al. 2017 (AM-GAN), arXiv 1703.02000",
    meaning="How far the generated classes' shares are from the real ones, plus how unsure the classifier is of each "
    "sample, in nats.",
    misleads="One perfect image per class scores 0; a class that is never generated adds a term set by an epsilon.",
)
def am_score(real_probs: np.ndarray, fake_probs: np.ndarray, epsilon: float = 1e-18) -> float:
    """AM score: KL(p_real(y) || p(y)) + E H(p(y|x)), in nats.

    Args:
        real_probs: class probabilities [N, K] of the reference set; their mean is p_real(y).
        fake_probs: class probabilities [M, K] of generated samples.
        epsilon: shares of p(y) below it count as it: a class that is never predicted would make the score infinite.

    Returns:
        A score >= 0.

    Raises:
        UserError: fewer than two rows, rows that are not probabilities, different K.

    Reference: Zhou et al. 2017, arXiv 1703.02000.
    """
    real_share, fake_probs = _shares(real_probs, fake_probs)
    return float(_kl(real_share, np.maximum(fake_probs.mean(axis=0), epsilon)) + _entropy(fake_probs).mean())


@metric(
    "label_accuracy",
    direction="higher",
    least=1000,
    cost="O(N)",
    paper="Odena et al. 2017, AC-GAN, arXiv 1610.09585; Ravuri and Vinyals 2019, arXiv 1905.10887, on what it misses",
    meaning="How often a classifier that was trained on real data predicts for a sample the class that it was conditioned on.",
    misleads="One perfect image per class scores 1, more than real data, whose unusual examples are misclassified.",
    parts={"accuracy": Part(span=(0, 1), counted=True), **dict.fromkeys(("worst_class", "class_*"), Part(span=(0, 1)))},
    main="accuracy",
    default=40,
)
def label_accuracy(fake_probs: np.ndarray, fake_labels: np.ndarray) -> dict[str, float]:
    """The share of samples whose most probable class is the label that they were conditioned on.

    Args:
        fake_probs: class probabilities [M, K] of generated samples.
        fake_labels: integers [M], the labels that they were conditioned on.

    Returns:
        A dict of shares in [0, 1]: `accuracy` over all samples, `worst_class`, the least over the classes that
        occur, and `class_0`, `class_1` ..., each of these.

    Raises:
        UserError: fewer than two rows, rows that are not probabilities, not one label a row, or labels beyond K.

    Reference: Odena et al. 2017, arXiv 1610.09585.
    """
    (fake_probs,) = check_probabilities(fake_probs=fake_probs)
    labels = np.asarray(fake_labels)
    if labels.shape != (len(fake_probs),):
        raise UserError(f"label_accuracy needs one label a sample: {labels.shape} labels of {len(fake_probs)} samples")
    if labels.min() < 0 or labels.max() >= fake_probs.shape[1]:
        value_range = f"{labels.min()} to {labels.max()}"
        raise UserError(f"labels from {value_range} do not fit a classifier of {fake_probs.shape[1]} classes")
    right = fake_probs.argmax(axis=1) == labels
    classes = {f"class_{label}": float(right[labels == label].mean()) for label in np.unique(labels)}
    return {"accuracy": float(right.mean()), "worst_class": min(classes.values()), **classes}


def _shares(real_probs, fake_probs):
    real_probs, fake_probs = check_probabilities(real_probs=real_probs, fake_probs=fake_probs)
    return real_probs.mean(axis=0), fake_probs


def _exp_information(probs):
    """exp( H(mean p) - mean H(p) ): the Inception Score by its identity, without a logarithm of zero."""
    return float(np.exp(_entropy(probs.mean(axis=0)) - _entropy(probs).mean()))


def _entropy(probs):
    return -scipy.special.xlogy(probs, probs).sum(axis=-1)


def _kl(p, q):
    return float((scipy.special.xlogy(p, p) - scipy.special.xlogy(p, q)).sum())
