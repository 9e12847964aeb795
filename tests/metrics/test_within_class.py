"""Scores class by class: a class that collapses, labels that are swapped, classes too small to tell."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics import within_class as within_class_of
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.precision_recall import density_coverage

MEANS = 6 * np.eye(3, 4)


def sample(seed, count=300):
    draws = np.random.default_rng(seed)
    labels = draws.integers(3, size=count)
    return MEANS[labels] + draws.standard_normal((count, 4)), labels


REAL, REAL_LABELS = sample(0)
FAKE, FAKE_LABELS = sample(1)


def test_each_class_is_scored_on_its_own():
    found = within_class_of(REAL, REAL_LABELS, FAKE, FAKE_LABELS)
    sides = [(REAL[label == REAL_LABELS], FAKE[label == FAKE_LABELS]) for label in range(3)]
    distances = [frechet_distance(*side) for side in sides]
    coverages = [density_coverage(neighbours(*side))["coverage"] for side in sides]
    assert found["fd"] == pytest.approx(np.mean(distances)) and found["fd_worst"] == pytest.approx(max(distances))
    assert found["coverage"] == pytest.approx(np.mean(coverages)) and found["coverage_worst"] == pytest.approx(min(coverages))
    assert found["classes"] == 3


def test_one_collapsed_class_is_the_worst():
    collapsed = np.where((FAKE_LABELS == 2)[:, None], MEANS[2], FAKE)
    before, after = (within_class_of(REAL, REAL_LABELS, x, FAKE_LABELS) for x in (FAKE, collapsed))
    assert after["coverage_worst"] < 0.1 < 0.6 < before["coverage_worst"] and after["fd_worst"] > 5 * before["fd_worst"]
    assert frechet_distance(REAL, collapsed) < 1.5  # which all classes together hardly show


def test_swapped_labels_are_seen():
    swapped = within_class_of(REAL, REAL_LABELS, FAKE, (FAKE_LABELS + 1) % 3)
    assert swapped["fd"] == pytest.approx(72, rel=0.15) and swapped["coverage"] < 0.05


def test_small_classes_are_left_out():
    few = FAKE_LABELS.copy()
    few[np.flatnonzero(few == 0)[19:]] = 1
    assert within_class_of(REAL, REAL_LABELS, FAKE, few)["classes"] == 2
    with pytest.raises(UserError, match="no class has 20 reals"):
        within_class_of(REAL[:30], REAL_LABELS[:30], FAKE, FAKE_LABELS)
