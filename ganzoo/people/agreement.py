"""How far people agree, corrected for chance."""

import numpy as np


def krippendorff_alpha(votes):
    """Krippendorff's alpha of nominal answers: 1 where all agree, 0 where they agree as chance would.

    Answers may be missing; a question counts where at least two people answered it.

    Args:
        votes: for each question the raters' answers, of any hashable kind, None where one is missing.

    Returns:
        A float of at most 1; None where no two people answered one question, or where all answers are the same.

    Reference:
        Krippendorff 2011, Computing Krippendorff's Alpha-Reliability.

    Example:
        >>> from ganzoo.people.agreement import krippendorff_alpha
        >>> krippendorff_alpha([("yes", "yes"), ("no", "no"), ("yes", "no")])
        0.4444444444444444
    """
    answered = [[vote for vote in row if vote is not None] for row in votes]
    answered = [row for row in answered if len(row) > 1]
    words = sorted({vote for row in answered for vote in row}, key=str)
    if not answered:
        return None
    counts = np.array([[row.count(word) for word in words] for row in answered], float)
    sizes, totals = counts.sum(1), counts.sum(0)
    all_votes = totals.sum()
    differing = ((sizes[:, None] - counts) * counts).sum(1) / (sizes - 1)
    expected = (all_votes**2 - (totals**2).sum()) / (all_votes - 1)
    return None if expected == 0 else float(1 - differing.sum() / expected)


def agreement(votes, words):
    """Agreement of raters, corrected for chance.

    Args:
        votes: for each question the raters' answers, None where one is missing.
        words: the possible answers.

    Returns:
        dict: over the questions that all of them answered `metric` ("Cohen's kappa" of two raters, "Fleiss' kappa" of more,
        None of one), `kappa` (None where all answers are the same: chance would agree too), `share` of agreeing pairs of
        raters, `questions`; and `alpha`, Krippendorff's, over all questions that two or more answered.
    """
    full = [v for v in votes if v and None not in v]
    raters = len(votes[0]) if votes else 0
    alpha = krippendorff_alpha(votes)
    if raters < 2 or not full:
        return {"metric": None, "kappa": None, "share": None, "questions": len(full), "alpha": alpha}
    counts = np.array([[v.count(word) for word in words] for v in full], float)
    observed = float(((counts * (counts - 1)).sum(1) / (raters * (raters - 1))).mean())
    if raters == 2:
        each = np.array([[sum(v[r] == word for v in full) for word in words] for r in range(2)]) / len(full)
        chance = float((each[0] * each[1]).sum())
    else:
        chance = float(((counts.sum(0) / counts.sum()) ** 2).sum())
    kappa = (observed - chance) / (1 - chance) if chance < 1 else None
    metric = "Cohen's kappa" if raters == 2 else "Fleiss' kappa"
    return {"metric": metric, "kappa": kappa, "share": observed, "questions": len(full), "alpha": alpha}
