"""Intervals over people: the raters are drawn again, and within each the answers."""

import numpy as np

DRAWS = 2000


def over_raters(sheets, statistic, draws=None, seed=0):
    """A 95 % interval of a statistic of people's answers, by the percentiles of a bootstrap at two levels.

    Each time as many raters as there are are drawn with replacement, and of each drawn rater as many answers as they gave. Of
    one rater only the answers are drawn: the interval then says nothing about other people. It errs to the wide side, as
    raters answered the same questions.

    Args:
        sheets: for each rater an array of answers, of any shape but for the first axis.
        statistic: a function of such a list that returns a float, or an array; NaN where it is undefined.
        draws: how many times; `DRAWS` by default.
        seed: of the draws.

    Returns:
        (value, low, high): the statistic of the answers as they are, and the ends of the interval, each as it returns them;
        NaN where it is undefined.

    Reference:
        Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8.

    Example:
        >>> from ganzoo.people.bootstrap import over_raters
        >>> value, low, high = over_raters([np.ones(20), np.zeros(20)], lambda sheets: np.concatenate(sheets).mean())
        >>> float(value), float(low), float(high)
        (0.5, 0.0, 1.0)
    """
    rng = np.random.default_rng([seed, 0xB007])
    sheets = [np.asarray(sheet) for sheet in sheets if len(sheet)]
    value, draws = np.asarray(statistic(sheets), float), draws or DRAWS
    drawn = np.empty((draws, *value.shape))
    for number in range(draws):
        chosen = rng.integers(len(sheets), size=len(sheets)) if len(sheets) > 1 else [0]
        drawn[number] = statistic([sheets[i][rng.integers(len(sheets[i]), size=len(sheets[i]))] for i in chosen])
    with np.errstate(invalid="ignore"):
        undefined = np.isnan(drawn).mean(axis=0) > 0.05
        low, high = (np.nanpercentile(np.where(np.isnan(drawn), np.nan, drawn), q, axis=0) for q in (2.5, 97.5))
    return value, np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)
