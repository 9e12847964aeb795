"""What classifiers learn from generated data: GAN-train and GAN-test, adversarial divergence, boundary distortion."""

from typing import Any

import numpy as np

from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import Undefined, moderate
from ganzoo.metrics.probes import CAP, SEEDS, checked_labels, linear
from ganzoo.metrics.registry import Part, metric

_SMALLEST = 1e-6  # a probability is at least this in a divergence: what no classifier here can tell from 0
_CURVE = 8  # sizes of the learning curve, each half of the one before
_SHARE = Part(span=(0, 1))


@metric(
    "classification_performance",
    direction="higher",
    least=1000,
    cost="O(N K)",
    paper="Shmelkov et al. 2018, How good is my GAN?; Ravuri and Vinyals 2019, arXiv 1905.10887; Ye et al. 2018, GQI",
    meaning="`train`: accuracy on held-out reals of classifiers trained on the fakes and the labels that they were asked for; "
    "`test`: accuracy on fakes of classifiers trained on reals; `gqi`: the first in percent of what reals teach.",
    misleads="`test` alone is perfect with one good image per class; on features of a network that knows the classes a few "
    "samples teach nearly all, so that differences shrink: pixels as features are the harder question.",
    parts={
        "train": _SHARE,
        "test": Part("real", worst="illegible", span=(0, 1)),
        "gqi": None,
        "real": "aside",
        "train_sd": "aside",
    },
    main="train",
    baseline="halves",
)
def classification_performance(classifiers: Any, fake_labels: np.ndarray, test_labels: np.ndarray) -> dict[str, float]:
    """GAN-train, GAN-test and the generator quality index, means over the classifiers' seeds.

    Args:
        classifiers: a `Classifiers` record.
        fake_labels: int [M], what the fakes were asked for.
        test_labels: int [T], of the held-out data.

    Returns:
        A dict: `train` and `test`, accuracies in [0, 1]; `gqi`, 100 train / real, 100 for a perfect model; `real`, the accuracy
        of classifiers trained on as many reals; `train_sd`, the spread of `train` over the seeds.

    Raises:
        UserError: classifiers of real data that get nothing right.
    """
    by_fakes, by_reals = (accuracies(classifiers, part, test_labels) for part in ("of_fake", "of_real"))
    if not by_reals.mean():
        raise Undefined("the generator quality index is undefined: classifiers trained on reals get no held-out label right")
    return {
        "train": float(by_fakes.mean()),
        "test": float((classifiers.fake_predictions == np.asarray(fake_labels)).mean()),
        "gqi": float(100 * by_fakes.mean() / by_reals.mean()),
        "real": float(by_reals.mean()),
        "train_sd": float(by_fakes.std(ddof=1)) if len(by_fakes) > 1 else 0.0,
    }


@metric(
    "adversarial_accuracy",
    direction="lower",
    least=1000,
    cost="O(N K)",
    paper="Yang et al. 2017, LR-GAN, arXiv 1703.01560",
    meaning="How differently classifiers that learned from reals and from fakes see held-out reals: `gap` of their "
    "accuracies, `divergence` KL(P_g(y|x) || P_r(y|x)) in nats, beside the floor that two trained on reals show.",
    misleads="It speaks of P(y|x) alone: a model with few but typical samples of each class scores well, and the divergence "
    "depends on how sure the classifiers are.",
    parts={
        "gap": Part("zero", span=(-1, 1)),
        "divergence": Part(floor="floor", span=(0, np.inf)),
        "floor": "aside",
        "accuracy_fake": "aside",
        "accuracy_real": "aside",
        "divergence_sd": "aside",
    },
    main="divergence",
    baseline="halves",
)
def adversarial_accuracy(classifiers: Any, test_labels: np.ndarray) -> dict[str, float]:
    """Adversarial accuracy and adversarial divergence, means over the classifiers' seeds.

    Args:
        classifiers: a `Classifiers` record.
        test_labels: int [T], of the held-out data.

    Returns:
        A dict: `gap`, the accuracy on held-out data of classifiers trained on reals less that of those trained on fakes;
        `divergence`, its `floor` of two classifiers of reals; both accuracies; `divergence_sd`, its spread over the seeds.
    """
    by_fakes, by_reals = (accuracies(classifiers, part, test_labels) for part in ("of_fake", "of_real"))
    divergences = _divergences(classifiers.of_fake, classifiers.of_real)
    return {
        "gap": float(by_reals.mean() - by_fakes.mean()),
        "divergence": float(divergences.mean()),
        "floor": float(_divergences(classifiers.of_others, classifiers.of_real).mean()),
        "accuracy_fake": float(by_fakes.mean()),
        "accuracy_real": float(by_reals.mean()),
        "divergence_sd": float(divergences.std(ddof=1)) if len(divergences) > 1 else 0.0,
    }


@metric(
    "boundary_distortion",
    direction="higher",
    least=1000,
    cost="fits classifiers to growing subsets",
    paper="Santurkar et al. 2018, A Classification-Based Study of Covariate Shift in GAN Distributions, arXiv 1711.00970",
    meaning="How many reals teach a linear classifier as much as these fakes do, as a share of their count: `effective`; "
    "and the accuracy on held-out reals that the fakes teach, `accuracy`, beside the same number of reals'.",
    misleads="A linear boundary needs few samples where features tell classes apart: the learning curve is then flat, and "
    "a small difference of accuracy is a large one of the share.",
    parts={"effective": _SHARE, "accuracy": _SHARE, "real": "aside", "smallest": "aside"},
    main="effective",
    baseline="halves",
)
def boundary_distortion(
    real: np.ndarray,
    real_labels: np.ndarray,
    fake: np.ndarray,
    fake_labels: np.ndarray,
    test: np.ndarray,
    test_labels: np.ndarray,
    seed: int = 0,
    seeds: int = SEEDS,
    cap: int = CAP,
) -> dict[str, float]:
    """The effective share of a model's labelled samples: the reals of which a linear classifier learns as much.

    The accuracy that halves, quarters ... of the reals teach, means over draws, made monotone, is the curve on which the fakes'
    accuracy is looked up, linearly in the logarithm of the count.

    Args:
        real: training features [N, d].
        real_labels: int [N].
        fake: [M, d].
        fake_labels: int [M], what the fakes were asked for.
        test: held-out real features [T, d].
        test_labels: int [T].
        seed: of the draws.
        seeds: draws of each size.
        cap: training samples at most, to bound the time.

    Returns:
        A dict: `effective`, from 0 (below what the least size teaches) to 1; `accuracy` by the fakes, `real` by as many reals;
        `smallest`, the share of the curve's least size.

    Raises:
        UserError: as `train_classifiers`.
    """
    real, fake, test = check_features(real=real, fake=fake, test=test)
    (real, fake, test), _ = moderate(real, fake, test)
    real_labels, fake_labels = checked_labels(real=(real, real_labels), fake=(fake, fake_labels))
    count, test_labels = min(len(real), len(fake), cap), np.asarray(test_labels)
    least = max(2 * len(np.unique(real_labels)), 8)
    sizes = sorted({max(count // 2**step, min(least, count)) for step in range(_CURVE)})
    curve, by_fakes = np.zeros(len(sizes)), []
    for number in range(seeds):
        draws = np.random.default_rng([seed, 0xB0D, number])
        rows, others = draws.permutation(len(real)), draws.permutation(len(fake))[:count]
        curve += [_taught(real[rows[:size]], real_labels[rows[:size]], test, test_labels) for size in sizes]
        by_fakes.append(_taught(fake[others], fake_labels[others], test, test_labels))
    curve, reached = np.maximum.accumulate(curve / seeds), float(np.mean(by_fakes))
    shares = np.array(sizes) / count
    return {
        "effective": _looked_up(reached, curve, shares),
        "accuracy": reached,
        "real": float(curve[-1]),
        "smallest": float(shares[0]),
    }


@metric(
    "discriminator_probe",
    direction="higher",
    least=500,
    cost="fits a linear classifier",
    paper="Radford et al. 2016, DCGAN, arXiv 1511.06434, section 5.1",
    meaning="The accuracy on held-out data of a linear classifier of the features that the model's own discriminator learned.",
    misleads="It speaks of the discriminator alone: a generator may be bad whose discriminator knows much. Many features of "
    "a random network do well too: `pixels` is the yardstick.",
    parts={"": Part(span=(0, 1)), "pixels": "aside"},
    baseline=None,
)
def discriminator_probe(
    own_real: np.ndarray,
    own_test: np.ndarray,
    real_pixels: np.ndarray,
    test_pixels: np.ndarray,
    real_labels: np.ndarray,
    test_labels: np.ndarray,
) -> dict[str, float]:
    """The accuracy of a linear probe on a discriminator's features.

    Args:
        own_real: features [N, d] of the training data by the model's own discriminator.
        own_test: features [T, d] of held-out data by the same.
        real_pixels, test_pixels: the examples themselves, flattened.
        real_labels: int [N].
        test_labels: int [T].

    Returns:
        A dict: "" the accuracy in [0, 1]; `pixels`, that of the same classifier on the examples themselves.

    Raises:
        UserError: features that `checked` refuses, not one label a sample, or fewer than two classes.
    """
    own_real, own_test = check_features(own_real=own_real, own_test=own_test)
    real_pixels, test_pixels = check_features(real_pixels=real_pixels, test_pixels=test_pixels)
    (labels,) = checked_labels(real=(own_real, real_labels))
    test_labels = np.asarray(test_labels)
    return {
        "": float((linear(own_real, labels).predict(own_test) == test_labels).mean()),
        "pixels": float((linear(real_pixels, labels).predict(test_pixels) == test_labels).mean()),
    }


def accuracies(classifiers, part, labels):
    """The accuracy of each seed's classifier on held-out data, float64 [S].

    Args:
        classifiers: a `Classifiers` record.
        part: "of_real" or "of_fake", which classifiers.
        labels: int [T].
    """
    return (classifiers.classes[getattr(classifiers, part).argmax(axis=2)] == np.asarray(labels)).mean(axis=1)


def _divergences(first, second):
    """The mean KL(first || second) of each seed's pair of classifiers."""
    first, second = (np.maximum(values, _SMALLEST) for values in (first, second))
    first, second = (values / values.sum(axis=2, keepdims=True) for values in (first, second))
    return (first * np.log(first / second)).sum(axis=2).mean(axis=1)


def _taught(features, labels, test, test_labels):
    """The accuracy on held-out data of a linear classifier; of one that knows a single class, that class's share."""
    if len(np.unique(labels)) < 2:
        return float((test_labels == labels[0]).mean())
    return float((linear(features, labels).predict(test) == test_labels).mean())


def _looked_up(reached, curve, shares):
    if reached < curve[0]:
        return 0.0
    rising = np.concatenate([[True], np.diff(curve) > 0])  # the fewest reals that teach as much
    return float(np.exp(np.interp(reached, curve[rising], np.log(shares[rising])))) if reached < curve[-1] else 1.0
