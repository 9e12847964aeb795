"""Which interval a score has: the metric's own, an exact one of a count, a jackknife, or none."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from ganzoo.evaluation import intervals
from ganzoo.metrics.registry import Metric, Part, all_metrics

FACTS = {"direction": "higher", "least": 100, "paper": "", "meaning": "", "misleads": ""}


class Samples(SimpleNamespace):
    @property
    def count(self):
        return len(self.features)

    def part(self, rows):
        return Samples(features=self.features[rows])


def limits(metric, fake, wanted=True, seconds=0.0):
    sides = SimpleNamespace(real=Samples(features=np.zeros((50, 1))), other=Samples(features=fake))
    modality = SimpleNamespace(providers=lambda context: {"fake": lambda: context.comparison.other.features})
    context = intervals.Context(sides, None, modality)
    return intervals.limits(metric, context, metric(context), seconds, wanted)


def of_fake(function, **facts):
    def metric(fake):
        return function(fake)

    return Metric("mine", metric, **FACTS, **facts)


SHARES = np.repeat([1.0, 0.0], [30, 70])[:, None]


@pytest.mark.parametrize("wanted", [False, True])
def test_a_counted_share_has_its_exact_interval_always(wanted):
    metric = of_fake(lambda fake: {"": 100 * fake.mean()}, parts={"": Part(span=(0, 100), counted=True)})
    low, high = limits(metric, SHARES, wanted)[""]
    assert stats.binom.sf(29, 100, low / 100) == pytest.approx(0.025) == stats.binom.cdf(30, 100, high / 100)
    assert limits(metric, 0 * SHARES)[""] == (0, pytest.approx(100 * (1 - 0.025 ** (1 / 100))))


def test_other_parts_beside_it_are_jackknifed_where_that_is_wanted():
    parts = {"share": Part(span=(0, 1), counted=True), "mean": None, "count": "aside"}
    metric = of_fake(lambda fake: {"share": fake.mean(), "mean": fake.mean(), "count": len(fake)}, parts=parts)
    assert set(limits(metric, SHARES, wanted=False)) == {"share"}
    both = limits(metric, SHARES)
    assert set(both) == {"share", "mean"} and both["share"] != both["mean"]
    assert set(limits(metric, SHARES, seconds=1000)) == {"share"}, "a metric that would take too long"


def test_an_interval_ends_where_values_end():
    metric = of_fake(lambda fake: {"": min(fake.mean() * 3.2, 1.0)}, parts={"": Part(span=(0, 1))})
    low, high = limits(metric, SHARES)[""]
    assert low < 0.96 and high == 1


def test_a_score_that_no_block_changes_has_no_interval():
    assert limits(of_fake(lambda fake: 8.0), SHARES) == {}
    assert limits(of_fake(lambda fake: 0.1 + 1e-17 * len(fake)), SHARES) == {}


def test_a_metric_that_has_its_own_bounds_is_left_alone():
    metric = of_fake(
        lambda fake: {"": 1.0, "low": 0.5, "high": 2.0, "se": 9.0},
        parts={"": None, "se": "aside"},
        bounds={"": ("low", "high")},
    )
    assert limits(metric, SHARES) == {"": (0.5, 2.0)}
    silent = of_fake(lambda fake: {"": fake.sum()}, bounds={"": ("low", "high")})
    assert limits(silent, SHARES) == {}, "it says that there is none: no jackknife in its place"


def test_every_counted_share_lies_in_its_span():
    parts = [
        part for known in all_metrics().values() for part in known.parts.values() if isinstance(part, Part) and part.counted
    ]
    assert len(parts) >= 6
    assert all(part.span[0] == 0 and part.span[1] in (1, 100) for part in parts)
