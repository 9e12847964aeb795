"""Several generators against several discriminators: GAM, win rates, and Glicko-2's skill ratings."""

import dataclasses
import math

import numpy as np

from ganzoo.errors import UserError

RATING, DEVIATION, VOLATILITY = 1500.0, 350.0, 0.06
TAU = 0.5  # how fast a volatility may change
SCALE = 173.7178  # of Glicko's numbers to those that the update works in
CLOSE = 0.1  # ratios of accuracies on reals within it of 1 make a battle valid
_TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class Rating:
    """A Glicko-2 rating; about 95 % of players are within two deviations of theirs.

    Attributes:
        rating: 1500 for a newcomer.
        deviation: 350 for a newcomer.
        volatility: how much its play is expected to vary.
    """

    rating: float = RATING
    deviation: float = DEVIATION
    volatility: float = VOLATILITY


def glicko2(player: Rating, opponents: list[Rating], scores: list[float], tau: float = TAU) -> Rating:
    """A player's rating after one rating period.

    Args:
        player: its rating before.
        opponents: the opponent's rating before, for each game.
        scores: of each game, 1 for a win, 0 for a loss, anything between for a part.
        tau: bounds the change of the volatility, 0.3 to 1.2.

    Raises:
        UserError: not one score in [0, 1] for each opponent.

    Example:
        >>> from ganzoo.metrics.tournament import Rating, glicko2
        >>> others = [Rating(1400, 30), Rating(1550, 100), Rating(1700, 300)]
        >>> after = glicko2(Rating(1500, 200), others, [1, 0, 0])
        >>> round(after.rating, 1), round(after.deviation, 1)
        (1464.1, 151.5)

    Reference: Glickman 2013, "Example of the Glicko-2 system".
    """
    scores = np.asarray(scores, np.float64)
    if scores.shape != (len(opponents),) or (len(scores) and (scores.min() < 0 or scores.max() > 1)):
        raise UserError("a rating needs one score in [0, 1] for each opponent")
    phi, sigma = player.deviation / SCALE, player.volatility
    if not len(scores):
        return dataclasses.replace(player, deviation=SCALE * math.hypot(phi, sigma))
    others = np.array([(other.rating, other.deviation) for other in opponents])
    weights = 1 / np.sqrt(1 + 3 * (others[:, 1] / SCALE / math.pi) ** 2)
    expected = 1 / (1 + np.exp(-weights * (player.rating - others[:, 0]) / SCALE))
    variance = 1 / float((weights**2 * expected * (1 - expected)).sum())
    gain = float((weights * (scores - expected)).sum())
    sigma = _volatility(phi, sigma, variance, variance * gain, tau)
    after = 1 / math.sqrt(1 / (phi**2 + sigma**2) + 1 / variance)
    return Rating(player.rating + SCALE * after**2 * gain, SCALE * after, sigma)


def _volatility(phi, sigma, variance, delta, tau):
    """Glickman's step 5, by the Illinois method."""
    start = math.log(sigma**2)

    def slope(x):
        rest = phi**2 + variance + math.exp(x)
        return math.exp(x) * (delta**2 - rest) / (2 * rest**2) - (x - start) / tau**2

    low = start
    if delta**2 > phi**2 + variance:
        high = math.log(delta**2 - phi**2 - variance)
    else:
        steps = 1
        while slope(start - steps * tau) < 0:
            steps += 1
        high = start - steps * tau
    of_low, of_high = slope(low), slope(high)
    while abs(high - low) > _TOLERANCE:
        middle = low + (low - high) * of_low / (of_high - of_low)
        of_middle = slope(middle)
        if of_middle * of_high <= 0:
            low, of_low = high, of_high
        else:
            of_low /= 2
        high, of_high = middle, of_middle
    return math.exp(low / 2)


def skill_ratings(outcomes: np.ndarray, tau: float = TAU) -> tuple[list[Rating], list[Rating]]:
    """Skill ratings of discriminators and generators, all games in one rating period.

    Args:
        outcomes: float [D, G, B], the share of each batch of generator j that discriminator i classifies right: its score of
            that game, of which the generator's is the rest.
        tau: as of `glicko2`.

    Returns:
        (the discriminators' ratings, the generators'). They are relative: numbers of two tournaments do not compare.

    Reference: Olsson et al. 2018, "Skill Rating for Generative Models", arXiv 1808.04888.
    """
    outcomes = np.asarray(outcomes, np.float64)
    if outcomes.ndim != 3 or not outcomes.size:
        raise UserError(f"a tournament's outcomes are [discriminators, generators, batches], not {outcomes.shape}")
    discriminators, generators, batches = outcomes.shape
    fresh = Rating()
    return (
        [glicko2(fresh, [fresh] * (generators * batches), games.ravel(), tau) for games in outcomes],
        [glicko2(fresh, [fresh] * (discriminators * batches), 1 - games.ravel(), tau) for games in outcomes.swapaxes(0, 1)],
    )


def win_rates(right_on_fakes: np.ndarray, right_on_reals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How often each model's discriminator and generator win against the other models.

    Args:
        right_on_fakes: float [n, n], the share of generator j's samples that discriminator i calls fake.
        right_on_reals: float [n], the share of held-out reals that discriminator i calls real.

    Returns:
        (discriminators' float64 [n], the mean of their accuracies on reals and on the other models' samples; generators'
        float64 [n], the share of their samples that the other models' discriminators call real).

    Raises:
        UserError: fewer than two models, or other shapes.
    """
    fakes, reals = np.asarray(right_on_fakes, np.float64), np.asarray(right_on_reals, np.float64)
    count = len(reals)
    if count < 2 or fakes.shape != (count, count):
        raise UserError(f"win rates need two models or more, [n, n] and [n], not {fakes.shape} and {reals.shape}")
    others = ~np.eye(count, dtype=bool)
    by_judge = np.array([row[mask].mean() for row, mask in zip(fakes, others, strict=True)])
    by_maker = np.array([1 - column[mask].mean() for column, mask in zip(fakes.T, others, strict=True)])
    return (by_judge + reals) / 2, by_maker


def generative_adversarial_metric(
    right_on_fakes: np.ndarray, right_on_reals: np.ndarray, first: int = 0, second: int = 1
) -> dict:
    """GAM: two models swap their discriminators.

    Args:
        right_on_fakes, right_on_reals: as of `win_rates`.
        first, second: which two models.

    Returns:
        A dict: `r_test`, the ratio of the first discriminator's accuracy on held-out reals to the second's; `r_sample`, that of
        the first's accuracy on the second's samples to the second's on the first's; `winner`, `first` or `second`, or None
        where both are alike or `r_test` is further than 0.1 from 1, so that the better discriminator, not generator, would win.

    Reference: Im et al. 2016, arXiv 1602.05110, with accuracies as its code has them, where the text has errors.
    """
    fakes, reals = np.asarray(right_on_fakes, np.float64), np.asarray(right_on_reals, np.float64)
    tests, samples = (reals[first], reals[second]), (fakes[first, second], fakes[second, first])
    r_test, r_sample = _ratio(*tests), _ratio(*samples)
    winner = first if r_sample > 1 else second if r_sample < 1 else None
    return {"r_test": r_test, "r_sample": r_sample, "winner": winner if abs(r_test - 1) <= CLOSE else None}


def _ratio(above, below):
    if above == below:
        return 1.0
    return float(above / below) if below else math.inf


def threshold_of(reals: np.ndarray, fakes: np.ndarray) -> tuple[float, int]:
    """The threshold that parts a discriminator's outputs best.

    Args:
        reals: outputs float [N] for real examples.
        fakes: outputs float [M] for fakes.

    Returns:
        (threshold, sign): what lies above the threshold, times the sign, is called real; the sign is -1 for a discriminator
        that gives fakes the higher output, as an energy does. It maximises the mean of the accuracies on either side.
    """
    reals, fakes = np.asarray(reals, np.float64).ravel(), np.asarray(fakes, np.float64).ravel()
    sign = 1 if _above(reals, fakes) >= 0.5 else -1
    reals, fakes = np.sort(sign * reals), np.sort(sign * fakes)
    values = np.unique(np.concatenate([reals, fakes]))
    candidates = np.concatenate([[values[0] - 1], (values[1:] + values[:-1]) / 2])
    right = (
        1 - np.searchsorted(reals, candidates, "right") / len(reals) + np.searchsorted(fakes, candidates, "right") / len(fakes)
    )
    return float(candidates[right.argmax()]), sign


def _above(reals, fakes):
    """The share of pairs of a real and a fake of which the real has the higher output; ties count one half."""
    fakes = np.sort(fakes)
    return (np.searchsorted(fakes, reals, "left") + np.searchsorted(fakes, reals, "right")).mean() / 2 / len(fakes)
