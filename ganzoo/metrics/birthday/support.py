"""What duplicates say about a law's support: estimates with intervals that hold without assuming uniformity.

Two independent samples are duplicates with probability q = sum p_i^2. Duplicates identify q alone, hence the effective
support N_eff = 1 / q (Renyi-2, Simpson): the uniform law with as many duplicates. N_eff <= |support|, equal only for
uniform laws; one frequent image makes N_eff small however many others there are.
"""

import dataclasses
import math

import numpy as np
import scipy

# The greatest mean of a Poisson count that shows none 1 time in 20.
_NONE_SEEN = -math.log(0.05)


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number with its interval; what is not determined is infinite (or NaN for the value)."""

    value: float
    low: float
    high: float

    def record(self):
        """As JSON has it: `value`, `low` and `high`, None for what is not determined."""
        return {name: float(x) if math.isfinite(x) else None for name, x in dataclasses.asdict(self).items()}


def pair_count(n):
    """n (n - 1) / 2."""
    return n * (n - 1) // 2


def collision_probability(support, size):
    """Probability that `size` draws from the uniform law over `support` things hold a duplicate."""
    if size - 1 >= support:
        return 1.0
    return float(-np.expm1(np.log1p(-np.arange(1, size) / support).sum()))


def support_at(probability, size):
    """The uniform support whose batches of `size` hold a duplicate with this probability (inverts the above).

    Infinite for probability 0; 1 for probability 1, which says nothing.
    """
    if probability <= 0:
        return math.inf
    if probability >= 1:
        return 1.0
    guess = pair_count(size) / -math.log1p(-probability)
    low, high = math.log(max(size - 1 + 1e-9, guess / 4)), math.log(guess + 4 * size)
    return math.exp(scipy.optimize.brentq(lambda x: collision_probability(math.exp(x), size) - probability, low, high))


def half_size(support):
    """The batch size, a real number, at which half of all batches hold a duplicate under the uniform law.

    Reference: the series of D. Brink, "A (probably) exact solution to the birthday problem", 2012.
    """
    root = math.sqrt(2 * support * math.log(2))
    more = (9 - 4 * math.log(2) ** 2) / (72 * root) - 2 * math.log(2) ** 2 / (135 * support)
    return root + (3 - 2 * math.log(2)) / 6 + more


def clopper_pearson(successes, trials, level=0.95):
    """The exact interval (low, high) of a binomial probability."""
    tail = (1 - level) / 2
    low = scipy.stats.beta.ppf(tail, successes, trials - successes + 1) if successes else 0.0
    high = scipy.stats.beta.ppf(1 - tail, successes + 1, trials - successes) if successes < trials else 1.0
    return float(low), float(high)


def from_batches(size, positive, batches, level=0.95):
    """N_eff from yes/no marks: `positive` of `batches` batches of `size` samples hold a duplicate.

    The estimate and its interval assume a uniform law. Without that assumption hold, each with probability `level`:
    `n_eff_at_most`, by the union bound P(duplicate) <= C(s, 2) q; and `support_at_least`, since of all laws over N
    things the uniform one has the fewest duplicates.
    """
    low, high = clopper_pearson(positive, batches, level)
    one_sided = clopper_pearson(positive, batches, 2 * level - 1)
    value = support_at(positive / batches, size) if positive < batches else math.nan
    most = pair_count(size) / one_sided[0] if positive else None
    return {
        "size": size,
        "batches": batches,
        "positive": positive,
        "share": positive / batches,
        "n_eff": Estimate(value, support_at(high, size), support_at(low, size)).record(),
        "n_eff_at_most": most,
        "support_at_least": support_at(one_sided[1], size),
    }


def at_least(rows, level=0.95):
    """A lower bound on the support that holds without assumptions, the best of all sizes' (records of `from_batches`).

    Each size's bound holds with so high a probability that all of them hold together with probability `level`.
    """
    tail = 2 * (1 - level) / max(1, len(rows))
    highs = [clopper_pearson(r["positive"], r["batches"], 1 - tail)[1] for r in rows]
    return max((support_at(high, r["size"]) for high, r in zip(highs, rows, strict=True)), default=None)


def fit_batches(sizes, batches, positives, level=0.95):
    """One N_eff for batches of several sizes: a binomial regression with a complementary log-log link.

    log(-log(1 - P)) = log C(s, 2) - log N_eff; the interval is where the profile likelihood falls by half a
    chi-squared quantile. A free `slope` on log C(s, 2) that differs from 1 tells of a law that is not uniform or of a
    rater who drifts with the batch size. Assumes independent batches.

    Returns:
        dict with `n_eff`; `half`: the s at which half of the batches hold a duplicate, with `s2` = s^2 (Arora and
        Zhang's support) and `s2_over_2ln2` = s^2 / (2 ln 2) (the uniform law's); `slope` and `slope_p`, its p-value
        (None if fewer than two sizes tell).
    """
    sizes, batches, positives = (np.atleast_1d(np.asarray(x, np.float64)) for x in (sizes, batches, positives))
    pairs = sizes * (sizes - 1) / 2

    def loss(theta, slope=1.0):
        rate = np.exp(np.clip(theta + slope * np.log(pairs), -700, 700))
        yes = np.log(-np.expm1(-np.maximum(rate, 1e-300)))
        return -float((positives * yes - (batches - positives) * rate).sum())

    start, end = -math.log((batches * pairs).sum()) - 5, -math.log(pairs.min()) + math.log(40)
    if not positives.any():
        estimate = Estimate(math.inf, (batches * pairs).sum() / _NONE_SEEN, math.inf)
    elif (positives == batches).all():
        theta = scipy.optimize.brentq(lambda t: loss(t) + math.log(0.05), start - 20, end)
        estimate = Estimate(math.nan, 1.0, math.exp(-theta))
    else:
        theta = scipy.optimize.minimize_scalar(loss, bounds=(start, end), method="bounded", options={"xatol": 1e-9}).x
        limit = loss(theta) + scipy.stats.chi2.ppf(level, 1) / 2
        # A lower rate is a larger support.
        ends = [scipy.optimize.brentq(lambda t: loss(t) - limit, *span) for span in ((theta, end + 5), (start - 20, theta))]
        estimate = Estimate(math.exp(-theta), math.exp(-ends[0]), math.exp(-ends[1]))
    slope = p_value = None
    if len(set(sizes)) > 1 and 0 < positives.sum() < batches.sum() and math.isfinite(estimate.value):
        # Centred, so that the two parameters hardly depend on each other.
        middle = np.log(pairs).mean()
        free = scipy.optimize.minimize(
            lambda x: loss(x[0] - x[1] * middle, x[1]),
            [theta + middle, 1.0],
            method="Nelder-Mead",
            options={"fatol": 1e-9},
        )
        # Where one size parts all yes from all no, the slope runs away.
        if abs(free.x[1]) < 20:
            slope, p_value = float(free.x[1]), float(scipy.stats.chi2.sf(2 * max(loss(theta) - free.fun, 0), 1))
    return {"n_eff": estimate.record(), "half": half_record(estimate), "slope": slope, "slope_p": p_value}


def half_record(n_eff):
    """The s at which half of the batches hold a duplicate, with the supports that are read off it."""
    sizes = [half_size(x) if math.isfinite(x) else x for x in (n_eff.value, n_eff.low, n_eff.high)]
    record = {"size": Estimate(*sizes).record()}
    for name, factor in (("s2", 1), ("s2_over_2ln2", 1 / (2 * math.log(2)))):
        record[name] = Estimate(*(factor * x * x for x in sizes)).record()
    return record


def pooled(degrees, level=0.95):
    """N_eff from all pairs of one sample: the U-statistic of q with an interval for any law.

    The interval takes the widest of what three kinds of laws imply: the normal one on the logarithmic scale with Hoeffding's
    variance, which counts that pairs of one frequent thing come together; with fewer than 10 duplicates the exact Poisson one;
    and those whose most repeated thing is really as frequent, or as rare, as its count allows by the exact binomial interval: a
    thing that 4 of 100 samples should be is one sample or none 1 time in 11.

    Args:
        degrees: int [n], for each sample how many others duplicate it.
        level: of the interval.

    Returns:
        dict with `n_eff` = pairs / duplicates; `q` and its standard error `q_error`; `half` as in `fit_batches`, for
        the uniform law of that N_eff. Without duplicates only a lower bound of N_eff at `level`: some pairs / 11, where the
        uniform law alone would give pairs / 3.
    """
    degrees = np.asarray(degrees, np.float64)
    n = len(degrees)
    pairs, duplicates = pair_count(n), round(float(degrees.sum()) / 2)
    record = {"samples": n, "pairs": pairs, "duplicates": duplicates, "q": duplicates / pairs}
    if not duplicates:
        estimate = Estimate(math.inf, 1 / clopper_pearson(1, n, 2 * level - 1)[1] ** 2, math.inf)
        return record | {"q_error": None, "n_eff": estimate.record(), "half": half_record(estimate)}
    q, tail = duplicates / pairs, (1 - level) / 2
    # Hoeffding's variance: pairs that share a sample are correlated unless the law is uniform.
    shared = _triples(degrees) - q * q if n > 2 else 0.0
    variance = 2 / (n * (n - 1)) * (2 * (n - 2) * max(shared, 0) + q - q * q)
    relative = math.sqrt(variance) / q
    width = math.exp(scipy.stats.norm.ppf(1 - tail) * relative)
    most, largest = q * width, int(degrees.max()) + 1
    least = q / width
    if duplicates < 10:
        most = max(most, scipy.stats.chi2.ppf(1 - tail, 2 * duplicates + 2) / 2 / pairs)
        least = min(least, scipy.stats.chi2.ppf(tail, 2 * duplicates) / 2 / pairs)
    rarest, commonest = clopper_pearson(min(largest, n), n, level)
    others = max(q - pair_count(largest) / pairs, 0.0)
    least, most = min(least, others + rarest**2), max(most, others + commonest**2)
    estimate = Estimate(1 / q, max(1 / most, 1.0), 1 / least)
    return record | {"q_error": relative * q, "n_eff": estimate.record(), "half": half_record(estimate)}


def spike(degrees, draws=199, seed=0):
    """Does one image, or a few, make most duplicates? Compares triples with pairs: Renyi-3 with Renyi-2.

    tau = sum p^3 is q^2 for a uniform law; D = tau / q^2 far above 1 means that a few images are frequent. `p_value`
    is the share of samples of the uniform law with the same q whose D is as large. Duplicates must be transitive
    (twins of twins are twins) for tau to be exact.

    Returns:
        dict with `tau`, `n_3` = tau^(-1/2), `d`, `p_value`, and `largest`: the share of all duplicate pairs that
        the most repeated image makes. Values are None where there are no duplicates to tell.
    """
    degrees = np.asarray(degrees, np.float64)
    n, duplicates = len(degrees), degrees.sum() / 2
    if not duplicates or n < 3:
        return {"tau": None, "n_3": None, "d": None, "p_value": None, "largest": None}
    q, tau = duplicates / pair_count(n), _triples(degrees)
    d = tau / q**2
    rng = np.random.default_rng(seed)
    beaten = 0
    for _ in range(draws):
        simulated = sample_degrees(rng.integers(max(1, round(1 / q)), size=n))
        q_simulated = simulated.sum() / 2 / pair_count(n)
        beaten += q_simulated > 0 and _triples(simulated) / q_simulated**2 >= d
    most = degrees.max() + 1
    return {
        "tau": tau,
        "n_3": tau**-0.5 if tau else None,
        "d": d,
        "p_value": (1 + beaten) / (1 + draws),
        "largest": min(1.0, most * (most - 1) / 2 / duplicates),
    }


def sample_degrees(identities):
    """Degrees of samples whose identity is known: how many others are the same thing."""
    _, inverse, counts = np.unique(identities, return_inverse=True, return_counts=True)
    return counts[inverse] - 1


def corrected(q, sensitivity, false_positive):
    """q as a perfect rater would see it: (q - f) / (Se - f), cut to [0, 1].

    Args:
        q: share of pairs that the rater called duplicates.
        sensitivity: share of true duplicates that the rater finds.
        false_positive: share of other pairs that the rater calls duplicates.
    """
    if sensitivity <= false_positive:
        raise ValueError("a rater whose sensitivity is no better than the false positives says nothing")
    return min(1.0, max(0.0, (q - false_positive) / (sensitivity - false_positive)))


def ratio(fake, real):
    """q of a generator over q of real data, with an interval from those of both N_eff, as an `Estimate`.

    Args:
        fake, real: records of `pooled`.

    Returns:
        On the logarithmic scale the distances to the ends combine as independent errors do (Zou and Donner 2008); without
        duplicates on a side, where there is no distance, the ends themselves are divided.
    """
    (q, q_low, q_high), (r, r_low, r_high) = (_rates(record) for record in (fake, real))
    if not q and not r:
        return Estimate(math.nan, 0.0, math.inf)
    if not q:
        return Estimate(0.0, 0.0, q_high / r_low)
    if not r:
        return Estimate(math.inf, q_low / r_high, math.inf)
    below = math.hypot(math.log(q / q_low), math.log(r_high / r))
    above = math.hypot(math.log(q_high / q), math.log(r / r_low))
    return Estimate(q / r, q / r * math.exp(-below), q / r * math.exp(above))


def _rates(record):
    """q of a record of `pooled`, and the ends of its interval."""
    low, high = (record["n_eff"][end] for end in ("low", "high"))
    return record["q"], 0.0 if high is None else 1 / high, 1 / low


def mass_bound(support, size, mass=1.0):
    """Least probability of a duplicate among `size` draws if some `support` things carry at least this `mass`.

    What the birthday test's argument rests on: how many samples to draw so that a small support shows.

    Returns:
        dict: `exact`, the binomial mixture of uniform laws, which is a bound; and `theorem_a` =
        1 - exp(-s^2 rho^2 / 2 N), its closed form, which lies slightly above it.

    Reference: Arora, Risteski, Zhang, "Do GANs learn the distribution?", ICLR 2018, Theorem A, with rho^2 in the
    place of rho, without which the statement fails for rho well below 1.
    """
    inside = np.arange(size + 1)
    free = np.zeros(size + 1)
    possible = np.arange(min(size, math.floor(support)))
    free[: len(possible) + 1] = np.exp(np.concatenate([[0.0], np.cumsum(np.log1p(-possible / support))]))
    exact = 1 - float((scipy.stats.binom.pmf(inside, size, mass) * free).sum())
    return {"exact": exact, "theorem_a": -math.expm1(-(size**2) * mass**2 / (2 * support))}


def _triples(degrees):
    """Unbiased sum p^3: the share of ordered triples whose first sample duplicates both others."""
    n = len(degrees)
    return float((degrees * (degrees - 1)).sum() / (n * (n - 1.0) * (n - 2.0)))
