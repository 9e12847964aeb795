"""The birthday-paradox test on text: sentences are duplicates if they are equal, or within a few edits of each other."""

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.metrics.birthday.test import BATCH_SIZES, birthday_of_pairs
from ganzoo.metrics.text.duplicates import CloseSentences

LEVELS = (0, 1, 2)
CALIBRATED = "edits, calibrated on held-out text"
GIVEN = "edits, as given"


def birthday_of_text(
    fake, real=None, *, batch_sizes=BATCH_SIZES, batches=20, threshold=None, alpha=1e-6, levels=LEVELS, seed=0
):
    """How often a generator of text repeats itself, and the effective number of different sentences.

    Args:
        fake: list of generated sentences, independent draws.
        real: list of held-out sentences, tested the same way as control.
        batch_sizes, batches: sizes s, and the number of batches of each.
        threshold: two sentences within so many edits are duplicates, 0 for exact copies only. By default the greatest of
            `levels` at which a share of at most `alpha` of held-out pairs are duplicates; 0 where there is no held-out text.
        alpha: see `threshold`.
        levels: edits for which the `sweep` tells N_eff.
        seed: of the split into batches and of the spike check.

    Returns:
        A JSON-ready dict, as `birthday.test.birthday_test` makes one: `n_eff`, `judge`, `threshold` (edits), `fake` and
        `real` with `batches`, `fit`, `pooled`, `spike`, `exact`; `sweep` by edits; `warnings`.

    Raises:
        UserError: fewer than two sentences, or a negative threshold.

    Reference: Arora and Zhang 2017, arXiv 1706.08224, adapted to text.
    """
    if threshold is not None and (threshold < 0 or threshold != int(threshold)):
        raise UserError(f"a threshold of text is a number of edits, 0 or more, not {threshold}")
    levels = sorted({*levels, *([] if threshold is None else [int(threshold)])})
    pairs = {"fake": CloseSentences(fake, levels[-1])}
    if real is not None:
        pairs["real"] = CloseSentences(real, levels[-1])
    judge, warnings = GIVEN, []
    if threshold is None:
        threshold, warnings = _calibrated(pairs.get("real"), levels, alpha)
        judge = CALIBRATED
    about = {"judge": judge, "threshold": int(threshold), "unit": "edits", "seed": seed}
    options = {"batch_sizes": batch_sizes, "batches": batches, "seed": seed, "warnings": warnings}
    return about | birthday_of_pairs(pairs, levels, int(threshold), **options)


def _calibrated(real, levels, alpha):
    if real is None:
        return 0, ["no held-out text to calibrate by: only exact copies count as duplicates"]
    total = support.pair_count(len(real))
    rates = [counts.sum() / 2 / total for counts in real.degrees_by_level(levels)]
    allowed = [level for level, rate in zip(levels, rates, strict=True) if rate <= alpha]
    if not allowed:
        return 0, [f"held-out real text repeats itself (1 pair in {1 / rates[0]:,.0f}): only exact copies count as duplicates"]
    return max(allowed), []
