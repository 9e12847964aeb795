"""Two-sample tests: whether the nearest neighbour, or a trained classifier, can tell fakes from reals."""

from typing import Any

import numpy as np
import scipy

from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.checks import checked, moderate, same_dimension
from ganzoo.metrics.probes import without_convergence_warnings
from ganzoo.metrics.registry import Part, metric


@metric(
    "nearest_neighbour_test",
    direction="real",
    least=1000,
    cost="O(N)",
    paper="Xu et al. 2018, An Empirical Study on Evaluation Metrics of GANs, arXiv 1806.07755",
    meaning="How often a sample's nearest neighbour is of its own kind: one half is a match, 1 is told apart, towards "
    "0 is memorised.",
    misleads="A model that memorises and also errs can average to one half: read both parts. With unequal counts each "
    "part leans to its own share of the samples.",
    parts=dict.fromkeys(("acc_real", "acc_fake", "accuracy"), Part(worst="told apart", below="memorised", span=(0, 1))),
    default=100,
    sees_copies=True,
)
def nearest_neighbour_test(neighbours: Any) -> dict[str, float]:
    """Leave-one-out accuracy of the 1-nearest-neighbour classifier of reals against fakes.

    Returns:
        `acc_real` and `acc_fake`, accuracy on reals and on fakes (a tie counts one half), and `accuracy`, their mean,
        one half for one distribution whatever the counts.
    """
    real = _closer(neighbours.real_real, neighbours.real_fake)
    fake = _closer(neighbours.fake_fake, neighbours.fake_real)
    return {"acc_real": real, "acc_fake": fake, "accuracy": (real + fake) / 2}


def _closer(own, other):
    own, other = own.distances[:, 0], other.distances[:, 0]
    return float(np.mean(own < other) + np.mean(own == other) / 2)


@metric(
    "c2st",
    direction="real",
    least=500,
    cost="fits two classifiers",
    paper="Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests, arXiv 1610.06545",
    meaning="Held-out accuracy of classifiers trained to tell fakes from reals: one half means that they cannot.",
    misleads="Any difference in how the images were made (JPEG, value range, resizing) is found and gives 1.",
    parts={
        "logistic": Part(worst="told apart"),
        "logistic_p": "aside",
        "knn": Part(worst="told apart"),
        "knn_p": "aside",
    },
    bounds={name: (f"{name}_low", f"{name}_high") for name in ("logistic", "knn")},
    default=110,
)
def c2st(real: np.ndarray, fake: np.ndarray, seed: int = 0, cap: int = 5000) -> dict[str, float]:
    """Classifier two-sample tests with logistic regression and k nearest neighbours.

    The larger set is cut to the smaller one's count (at most `cap` each); half of each set trains, the other half
    tests. The logistic regression sees standardised features; k is floor(sqrt(training count)), made odd.

    Args:
        real: [N, d].
        fake: [M, d].
        seed: of the subsample and the halves.
        cap: samples taken of each set at most, to bound the time.

    Returns:
        `logistic` and `knn`, accuracies in [0, 1], each with its exact 95 % interval over test samples (`logistic_low` and
        `logistic_high`), and `logistic_p` and `knn_p`, the probability of at least that accuracy if both sets came from one
        distribution (exact binomial).

    Raises:
        UserError: input that `checked` refuses, fewer than 4 samples of a set, or different dimensions.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    real, fake = checked("real", real, least=4), checked("fake", fake, least=4)
    same_dimension(real=real, fake=fake)
    (real, fake), _ = moderate(real, fake)
    count = min(len(real), len(fake), cap)
    draws = np.random.default_rng(seed)
    real, fake = (samples[draws.permutation(len(samples))[:count]] for samples in (real, fake))
    train, test = (
        np.concatenate([real[: count // 2], fake[: count // 2]]),
        np.concatenate([real[count // 2 :], fake[count // 2 :]]),
    )
    train_labels, test_labels = np.arange(len(train)) >= count // 2, np.arange(len(test)) >= count - count // 2
    classifiers = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "knn": KNeighborsClassifier(int(np.sqrt(len(train))) - 1 | 1, algorithm="brute"),
    }
    result = {}
    for name, classifier in classifiers.items():
        with without_convergence_warnings():
            right = int(np.sum(classifier.fit(train, train_labels).predict(test) == test_labels))
        result[name] = right / len(test)
        result[f"{name}_low"], result[f"{name}_high"] = clopper_pearson(right, len(test))
        result[f"{name}_p"] = float(scipy.stats.binomtest(right, len(test), 0.5, alternative="greater").pvalue)
    return result


def c2st_power(count, margin, level=0.05):
    """Chance that a classifier of true accuracy 1/2 + `margin` is found out with `count` test samples at that level."""
    normal = scipy.stats.norm
    return float(normal.cdf((margin * np.sqrt(count) - normal.ppf(1 - level) / 2) / np.sqrt(0.25 - margin**2)))
