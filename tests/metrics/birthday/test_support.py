"""Known answers of the birthday statistics, and intervals that cover at their rate."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from ganzoo.metrics.birthday import support

# size -> the uniform support of which half of the batches hold a duplicate
HALF = {50: 1784, 100: 7175, 200: 28776, 250: 44987, 300: 64805, 384: 106218, 400: 115260, 500: 180143, 1000: 720959}


@pytest.mark.parametrize(
    "support_size, size, expected", [(365, 2, 0.00274), (365, 10, 0.1169), (365, 23, 0.5073), (10, 11, 1.0)]
)
def test_birthdays(support_size, size, expected):
    assert support.collision_probability(support_size, size) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("size, expected", HALF.items())
def test_support_of_which_half_the_batches_collide(size, expected):
    found = support.support_at(0.5, size)
    assert found == pytest.approx(expected, abs=0.6)
    assert support.collision_probability(found, size) == pytest.approx(0.5, abs=1e-9)
    assert support.half_size(found) == pytest.approx(size, abs=1e-4)


@pytest.mark.parametrize("size", [2, 3, 10, 400])
@pytest.mark.parametrize("probability", [1e-6, 0.01, 0.5, 0.99, 0.999999])
def test_support_inverts_the_probability(size, probability):
    found = support.support_at(probability, size)
    assert support.collision_probability(found, size) == pytest.approx(probability, rel=1e-6)


def test_ends_of_the_inverse():
    assert support.support_at(0, 100) == math.inf and support.support_at(1, 100) == 1


def test_half_size_of_birthdays():
    assert support.half_size(365) == pytest.approx(22.76769, abs=1e-5)


@pytest.mark.parametrize("batches, low, high", [(10, 48e3, 385e3), (20, 61e3, 252e3), (50, 77e3, 182e3), (100, 87e3, 157e3)])
def test_precision_of_yes_and_no_at_400(batches, low, high):
    record = support.from_batches(400, batches // 2, batches)
    assert record["n_eff"]["value"] == pytest.approx(115_260, abs=1)
    assert record["n_eff"]["low"] == pytest.approx(low, rel=0.01)
    assert record["n_eff"]["high"] == pytest.approx(high, rel=0.01)


def test_batches_without_and_with_only_duplicates():
    none, every = support.from_batches(400, 0, 20), support.from_batches(400, 20, 20)
    assert none["n_eff"]["value"] is None and none["n_eff"]["high"] is None
    # No duplicate in 20 batches: a rate above 3.0 / 20 is refused at 5 %.
    assert none["support_at_least"] == pytest.approx(support.pair_count(400) * 20 / 3.0, rel=0.01)
    assert every["n_eff"]["value"] is None and every["n_eff"]["low"] == 1
    assert every["n_eff_at_most"] == pytest.approx(support.pair_count(400) / 0.05 ** (1 / 20))


def test_lower_bound_on_the_support_holds_over_all_sizes():
    law = np.concatenate([np.full(2000, 0.5 / 2000), np.full(3000, 0.5 / 3000)])
    rng, sizes = np.random.default_rng(0), [20, 40, 80, 160]
    bounds = []
    for _ in range(200):
        found = simulate_batches(law, sizes, 10, rng)
        bounds.append(support.at_least([support.from_batches(s, f, 10) for s, f in zip(sizes, found, strict=True)]))
    assert np.mean(np.array(bounds) <= 5000) >= 0.95 and np.median(bounds) > 1000
    single = support.from_batches(40, 3, 10)
    assert support.at_least([single]) == pytest.approx(single["support_at_least"])
    assert support.at_least([]) is None


def test_the_bound_over_two_sizes_holds_for_each_with_half_the_error():
    rows = [support.from_batches(size, 0, 20) for size in (100, 200)]
    # No duplicate in 20 batches: at 97.5 % the probability of one is at most 1 - 0.025^(1/20).
    assert support.at_least(rows) == pytest.approx(support.support_at(1 - 0.025 ** (1 / 20), 200))
    assert support.at_least(rows) < support.at_least(rows[1:])


def test_the_papers_s_squared_is_the_bound_that_assumes_nothing():
    # With many batches the lower end of one half is one half, and C(s, 2) / (1/2) = s (s - 1).
    record = support.from_batches(400, 500_000, 1_000_000)
    assert record["n_eff_at_most"] == pytest.approx(400 * 399, rel=0.003)


def test_one_size_fits_as_clopper_pearson_does_nearly():
    fit, single = support.fit_batches([400], [100], [50]), support.from_batches(400, 50, 100)
    assert fit["n_eff"]["value"] == pytest.approx(single["n_eff"]["value"], rel=0.002)
    assert fit["n_eff"]["low"] == pytest.approx(single["n_eff"]["low"], rel=0.03)
    assert fit["n_eff"]["high"] == pytest.approx(single["n_eff"]["high"], rel=0.04)
    assert fit["slope"] is None
    assert fit["half"]["size"]["value"] == pytest.approx(400, abs=0.5)
    assert fit["half"]["s2"]["value"] == pytest.approx(160_000, rel=0.003)
    assert fit["half"]["s2_over_2ln2"]["value"] == pytest.approx(0.7213 * 160_000, rel=0.003)


def test_fit_is_the_maximum_of_the_likelihood():
    sizes, batches, positives = np.array([100, 200, 400]), np.array([30, 20, 10]), np.array([2, 6, 7])
    fit = support.fit_batches(sizes, batches, positives)["n_eff"]

    def likelihood(n):
        rate = sizes * (sizes - 1) / 2 / n
        return (positives * np.log(-np.expm1(-rate)) - (batches - positives) * rate).sum()

    grid = np.exp(np.linspace(np.log(1e4), np.log(1e6), 20_001))
    values = np.array([likelihood(n) for n in grid])
    assert fit["value"] == pytest.approx(grid[values.argmax()], rel=1e-3)
    inside = grid[values >= values.max() - 3.841459 / 2]
    assert fit["low"] == pytest.approx(inside[0], rel=1e-3) and fit["high"] == pytest.approx(inside[-1], rel=1e-3)


def test_fit_at_the_ends():
    none = support.fit_batches([100, 200], [20, 20], [0, 0])
    assert none["n_eff"] == {"value": None, "low": pytest.approx(20 * (4950 + 19_900) / 2.9957, rel=1e-4), "high": None}
    assert none["half"]["s2"]["value"] is None and none["half"]["s2"]["low"] > 0
    every = support.fit_batches([100, 200], [20, 20], [20, 20])
    assert every["n_eff"]["value"] is None
    rate = np.array([4950, 19_900]) / every["n_eff"]["high"]
    assert (-(np.expm1(-rate) ** 20)).prod() == pytest.approx(0.05, rel=0.01)
    json.dumps([none, every], allow_nan=False)


def simulate_batches(law, sizes, batches, rng):
    totals = np.cumsum(law)
    return [sum(len(set(np.searchsorted(totals, rng.random(s)).tolist())) < s for _ in range(batches)) for s in sizes]


def test_fit_covers_for_the_uniform_law():
    rng, law, sizes = np.random.default_rng(0), np.full(20_000, 1 / 20_000), [50, 100, 200, 400]
    fits = [support.fit_batches(sizes, [20] * 4, simulate_batches(law, sizes, 20, rng)) for _ in range(200)]
    covered = np.mean([f["n_eff"]["low"] <= 20_000 <= f["n_eff"]["high"] for f in fits])
    assert 0.92 <= covered <= 0.99
    assert np.mean([f["slope_p"] < 0.05 for f in fits]) <= 0.09
    assert np.median([f["slope"] for f in fits]) == pytest.approx(1, abs=0.1)


def test_a_slope_far_from_one_tells_of_a_spike():
    # Duplicates of one image grow with s as 1 - exp(-s p), slower than pairs do once s p is not small.
    rng, sizes = np.random.default_rng(0), [3, 10, 40]
    law = np.concatenate([[0.04], np.full(100_000, 0.96 / 100_000)])
    found = np.sum([simulate_batches(law, sizes, 200, rng) for _ in range(2)], axis=0)
    fit = support.fit_batches(sizes, [400] * 3, found)
    assert fit["slope_p"] < 0.01


LAWS = {
    "uniform": np.full(100_000, 1e-5),
    "zipf": np.arange(1, 100_001) ** -0.7 / (np.arange(1, 100_001) ** -0.7).sum(),
    "2 % spike": np.concatenate([[0.02], np.full(100_000, 0.98 / 100_000)]),
}


def draw_degrees(law, n, rng):
    return support.sample_degrees(np.searchsorted(np.cumsum(law), rng.random(n)))


@pytest.mark.parametrize("law", LAWS)
def test_pooled_interval_covers_at_its_nominal_rate(law):
    p, rng, runs = LAWS[law], np.random.default_rng(0), 500
    truth = 1 / (p**2).sum()
    totals = np.cumsum(p)
    found = [support.pooled(support.sample_degrees(np.searchsorted(totals, rng.random(3000))))["n_eff"] for _ in range(runs)]
    covered = np.mean([e["low"] <= truth <= e["high"] for e in found])
    assert covered >= 0.95 - 0.029  # three standard errors of 500 runs
    assert np.median([e["value"] for e in found]) == pytest.approx(truth, rel=0.08)


def test_plain_poisson_would_not_cover():
    p, rng = LAWS["2 % spike"], np.random.default_rng(0)
    widths = []
    for _ in range(20):
        record = support.pooled(draw_degrees(p, 3000, rng))
        widths.append(math.log(record["n_eff"]["high"] / record["n_eff"]["low"]) / (2 * 1.96))
        poisson = 1 / math.sqrt(record["duplicates"])
        assert widths[-1] > 2 * poisson


def test_few_duplicates_take_the_wider_interval():
    degrees = np.zeros(1000, int)
    degrees[:4] = 1  # two pairs
    record = support.pooled(degrees)
    assert record["duplicates"] == 2 and record["n_eff"]["value"] == pytest.approx(499_500 / 2)
    # Exact Poisson for 2: 0.2422 to 7.2247
    assert record["n_eff"]["high"] == pytest.approx(499_500 / 0.2422, rel=1e-3)
    assert record["n_eff"]["low"] <= 499_500 / 7.2247 * 1.001


def test_the_most_repeated_thing_may_be_more_frequent_than_it_shows():
    degrees = np.zeros(1000, int)
    degrees[:4] = 1
    frequent = 1 / support.pooled(degrees)["n_eff"]["low"] - 1 / 499_500  # q without the pair of one of the two things
    assert stats.binom.cdf(2, 1000, math.sqrt(frequent)) == pytest.approx(0.025)


UNEVEN = {
    "10 % spike": [0.1, *np.full(10_000, 0.9 / 10_000)],
    "6 % spike": [0.06, *np.full(10_000, 0.94 / 10_000)],
    "five of 2 %": [*np.full(5, 0.02), *np.full(10_000, 0.9 / 10_000)],
    "1 / rank": 1 / np.arange(1, 10_001) / (1 / np.arange(1, 10_001)).sum(),
    "half of 20": [*np.full(20, 0.5 / 20), *np.full(2000, 0.5 / 2000)],
}


@pytest.mark.parametrize("law", UNEVEN)
def test_few_samples_of_an_uneven_law_are_covered(law):
    p, rng = np.array(UNEVEN[law]), np.random.default_rng(0)
    truth = 1 / (p**2).sum()
    found = [support.pooled(draw_degrees(p, 50, rng))["n_eff"] for _ in range(400)]
    assert np.mean([e["low"] <= truth <= (e["high"] or math.inf) for e in found]) >= 0.92


def test_no_duplicates_give_a_lower_bound():
    record = support.pooled(np.zeros(1000, int))
    frequent = 1 / math.sqrt(record["n_eff"]["low"])  # 1000 samples hold such a thing not, or once, 1 time in 20
    assert stats.binom.cdf(1, 1000, frequent) == pytest.approx(0.05)
    assert record["n_eff"]["value"] is None and record["n_eff"]["high"] is None
    assert record["n_eff"]["low"] < 499_500 / 2.9957, "the uniform law's own bound"
    assert record["half"]["s2"]["value"] is None
    json.dumps(record, allow_nan=False)


def test_a_total_collapse_is_one_image():
    record = support.pooled(np.full(200, 199))
    often = 1 / math.sqrt(record["n_eff"]["high"])  # 200 samples are all that image 1 time in 40
    assert (record["n_eff"]["value"], record["n_eff"]["low"]) == (1, 1) and often**200 == pytest.approx(0.025)
    assert record["q"] == 1


def test_q_and_tau_are_unbiased():
    p = np.array([0.5, 0.3, 0.2])
    rng = np.random.default_rng(0)
    draws = [support.sample_degrees(rng.choice(3, 10, p=p)) for _ in range(4000)]
    assert np.mean([support.pooled(d)["q"] for d in draws]) == pytest.approx((p**2).sum(), abs=0.006)
    assert np.mean([support.spike(d, draws=1)["tau"] or 0 for d in draws]) == pytest.approx((p**3).sum(), abs=0.008)


def test_spike_check_tells_a_spike_from_a_uniform_law():
    rng = np.random.default_rng(0)
    even = support.spike(draw_degrees(LAWS["uniform"][:1000] * 100, 2000, rng))
    assert even["d"] == pytest.approx(1, abs=0.1) and even["p_value"] > 0.02
    assert even["n_3"] == pytest.approx(1000, rel=0.1)
    spiked = support.spike(draw_degrees(LAWS["2 % spike"], 2000, rng))
    # tau / q^2 of the law is 8e-6 / (4.096e-4)^2 = 47.7
    assert spiked["d"] == pytest.approx(47.7, rel=0.35) and spiked["p_value"] == 0.005
    assert spiked["largest"] > 0.8
    assert support.spike(np.zeros(50, int))["d"] is None


def test_spike_check_is_right_as_often_as_it_says():
    rng = np.random.default_rng(1)
    values = [support.spike(draw_degrees(np.full(400, 1 / 400), 300, rng), draws=99)["p_value"] for _ in range(100)]
    assert np.mean(np.array(values) <= 0.05) <= 0.12


def test_degrees_of_known_identities():
    np.testing.assert_array_equal(support.sample_degrees([3, 1, 3, 3, 2, 1]), [2, 1, 2, 2, 0, 1])


def test_correction_for_an_imperfect_rater():
    q, sensitivity, false_positive = 0.3, 0.8, 0.1
    seen = q * sensitivity + (1 - q) * false_positive
    assert support.corrected(seen, sensitivity, false_positive) == pytest.approx(q)
    assert support.corrected(0.05, 0.9, 0.1) == 0 and support.corrected(0.95, 0.9, 0.1) == 1
    assert support.corrected(0.4, 1, 0) == 0.4
    with pytest.raises(ValueError, match="says nothing"):
        support.corrected(0.5, 0.5, 0.5)


@pytest.mark.parametrize("law", LAWS)
def test_ratio_covers(law):
    rng, p = np.random.default_rng(0), LAWS[law]
    truth = (p**2).sum() * 5000
    pairs = [(draw_degrees(p, 1500, rng), draw_degrees(np.full(5000, 1 / 5000), 500, rng)) for _ in range(300)]
    found = [support.ratio(*map(support.pooled, pair)) for pair in pairs]
    assert np.mean([e.low <= truth <= e.high for e in found]) >= 0.93


def test_ratio_without_duplicates_has_the_ends_that_are_known():
    none, some = support.pooled(np.zeros(100, int)), support.pooled(np.repeat([1, 0], [20, 80]))
    assert support.ratio(none, none).record() == {"value": None, "low": 0.0, "high": None}
    above, under = support.ratio(some, none), support.ratio(none, some)
    assert above.record()["high"] is None and above.low == pytest.approx(none["n_eff"]["low"] / some["n_eff"]["high"])
    assert (under.value, under.low) == (0, 0) and under.high == pytest.approx(some["n_eff"]["high"] / none["n_eff"]["low"])
    equal = support.ratio(some, some)
    assert equal.value == 1 and equal.low * equal.high == pytest.approx(1)


def test_bound_by_mass():
    # Simulated probabilities of Theorem A's cases, and what it says with rho^2
    for size, n, mass, simulated, closed in ((20, 100, 0.3, 0.153, 0.165), (50, 1000, 0.5, 0.264, 0.268)):
        bound = support.mass_bound(n, size, mass)
        assert bound["exact"] == pytest.approx(simulated, abs=0.003)
        assert bound["theorem_a"] == pytest.approx(closed, abs=5e-4)
        assert bound["theorem_a"] > bound["exact"]
    assert support.mass_bound(365, 23)["exact"] == pytest.approx(0.5073, abs=5e-5)
    assert support.mass_bound(10, 30, 1.0)["exact"] == pytest.approx(1)


def test_bound_by_mass_is_a_bound():
    # 50 images with 40 % of the mass unevenly, the rest never repeats
    rng = np.random.default_rng(0)
    p = np.concatenate([0.4 * rng.dirichlet(np.full(50, 5.0)), np.full(10**6, 0.6e-6)])
    totals = np.cumsum(p)
    hits = np.mean([len(np.unique(np.searchsorted(totals, rng.random(30)))) < 30 for _ in range(3000)])
    assert hits > support.mass_bound(50, 30, 0.4)["exact"] - 0.01
