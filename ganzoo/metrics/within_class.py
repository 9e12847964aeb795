"""Fidelity and variety class by class: what a score over all classes averages away."""

import numpy as np

from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.probes import checked_labels
from ganzoo.metrics.registry import Part, metric

LEAST_OF_CLASS = 20
_K = 5


@metric(
    "within_class",
    direction="lower",
    least=2000,
    cost="O(N d^2 + d^3) a class",
    paper="intra-FID of Miyato and Koyama 2018, arXiv 1802.05637; coverage of Naeem et al. 2020, arXiv 2002.09797, by class",
    meaning="The Frechet distance and the coverage of each class on its own, means over classes and the worst class: one that "
    "repeats one sample shows, however well the others do.",
    misleads="Each class has few samples, so that the distances' floor is high: only held-out data's own value at equal count "
    "is a scale. Classes that are never generated do not count here: label_coverage tells.",
    title="within_class.{part}",
    parts={
        "fd": None,
        "fd_worst": None,
        "coverage": Part("higher", span=(0, 1)),
        "coverage_worst": Part("higher", span=(0, 1)),
        "classes": "aside",
    },
    main="fd",
)
def within_class(real: np.ndarray, real_labels: np.ndarray, fake: np.ndarray, fake_labels: np.ndarray) -> dict[str, float]:
    """Frechet distance and coverage between reals and fakes of one class, over the classes with 20 samples on either side.

    Args:
        real: features [N, d].
        real_labels: int [N].
        fake: [M, d].
        fake_labels: int [M], what the fakes were asked for.

    Returns:
        A dict: `fd` and `coverage`, means over the classes; `fd_worst` and `coverage_worst`, of the worst; `classes`, how many.

    Raises:
        UserError: as `train_classifiers`, or no class with 20 reals and 20 fakes.
    """
    real, fake = check_features(real=real, fake=fake)
    real_labels, fake_labels = checked_labels(real=(real, real_labels), fake=(fake, fake_labels))
    distances, coverages = [], []
    for label in np.intersect1d(real_labels, fake_labels):
        reals, fakes = real[real_labels == label], fake[fake_labels == label]
        if min(len(reals), len(fakes)) < LEAST_OF_CLASS:
            continue
        distances.append(frechet_distance(reals, fakes))
        record = neighbours(reals, fakes, _K, ())
        coverages.append(float((record.real_fake.distances[:, 0] < record.real_real.distances[:, _K - 1]).mean()))
    if not distances:
        raise Undefined(f"scores within a class are undefined: no class has {LEAST_OF_CLASS} reals and as many fakes")
    return {
        "fd": float(np.mean(distances)),
        "fd_worst": float(np.max(distances)),
        "coverage": float(np.mean(coverages)),
        "coverage_worst": float(np.min(coverages)),
        "classes": float(len(distances)),
    }
