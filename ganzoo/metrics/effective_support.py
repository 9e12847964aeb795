"""The birthday-paradox test as a metric: the effective number of different samples, from pairs of features."""

import numpy as np

from ganzoo.metrics.birthday import support
from ganzoo.metrics.birthday.test import calibrate
from ganzoo.metrics.checks import checked, same_dimension
from ganzoo.metrics.neighbours.pairs import degrees
from ganzoo.metrics.registry import metric


@metric(
    "birthday",
    direction="higher",
    least=1000,
    cost="O(N^2 d)",
    paper="Arora and Zhang 2017, arXiv 1706.08224; pooled over all pairs",
    meaning="How many equally likely samples would repeat themselves as often as these: 1 / sum p^2, the effective support.",
    misleads="The threshold is automatic and depends on the extractor; `ganzoo birthday` shows the pairs.",
    parts={"n_eff": None, "at_least": None, "duplicates": "aside"},
    bounds={"n_eff": ("low", "high")},
    undefined={"n_eff": "no two samples are duplicates"},
    baseline="halves",
)
def birthday(fake: np.ndarray, test: np.ndarray, alpha: float = 1e-06) -> dict[str, float]:
    """Effective support by duplicates among all pairs, closer than all but a share `alpha` of held-out real pairs are.

    Args:
        fake: features [M, d] of generated samples.
        test: features [T, d] of held-out real data, which set the threshold.
        alpha: share of held-out pairs that may lie closer than the threshold; with T samples none below 2 / T^2.

    Returns:
        dict: `n_eff` with `low` and `high`, its 95 % interval (all three only where there is a duplicate), `at_least` (the
        lower end, or without a duplicate the bound of `support.pooled`) and `duplicates` (pairs).

    Raises:
        UserError: NaN, fewer than two samples, or different dimensions.
    """
    fake, test = checked("fake", fake), checked("test", test)
    same_dimension(fake=fake, test=test)
    estimate = support.pooled(degrees(fake, [calibrate(test, alpha)["threshold"]])[0])
    n_eff, duplicates = estimate["n_eff"], float(estimate["duplicates"])
    found = {"n_eff": n_eff["value"], "low": n_eff["low"], "high": n_eff["high"]} if duplicates else {}
    return found | {"at_least": n_eff["low"], "duplicates": duplicates}
