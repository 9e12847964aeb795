"""What people prefer: strengths of models from choices among two or more of them (Bradley-Terry, Luce)."""

import numpy as np

# Choices added to each ordered pair of models, so that one that always wins has a finite strength.
PRIOR = 0.1


def strengths(winners, shown, models, prior=PRIOR, steps=1000, tolerance=1e-9):
    """The log-strengths of models, by maximum likelihood: who is chosen with probability proportional to its strength.

    Of pairs this is the Bradley-Terry model, of more the first choice of Plackett and Luce.

    Args:
        winners: int [N], the model that was chosen in each question.
        shown: int [N, m], the models that it was chosen among; -1 for none.
        models: how many models there are.
        prior: wins added to each side of each pair of models.
        steps, tolerance: of Hunter's minorization-maximization, on the log-strengths.

    Returns:
        float64 [models], of mean 0.

    Reference:
        Bradley and Terry 1952; Luce 1959; Hunter 2004, MM algorithms for generalized Bradley-Terry models.

    Example:
        >>> from ganzoo.people.choices import strengths
        >>> two = strengths([0] * 30 + [1] * 10, [[0, 1]] * 40, 2, prior=0)
        >>> round(float(two[0] - two[1]), 4)  # the log of 3
        1.0986
    """
    winners, shown = np.asarray(winners, int), np.asarray(shown, int)
    present = shown >= 0
    wins = np.bincount(winners, minlength=models).astype(float) + prior * (models - 1)
    strength = np.full(models, 1.0 / models)
    pairs = ~np.eye(models, dtype=bool)
    for _ in range(steps):
        sums = np.where(present, strength[shown], 0).sum(axis=1)
        share = np.zeros(models)
        np.add.at(share, shown[present], np.broadcast_to((1 / sums)[:, None], shown.shape)[present])
        share += (2 * prior / (strength[:, None] + strength[None]) * pairs).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = np.where(share > 0, wins / share, 0.0)
        new = np.maximum(new / new.sum(), 1e-12)
        done = np.abs(np.log(new) - np.log(strength)).max() < tolerance
        strength = new
        if done:
            break
    logs = np.log(strength)
    return logs - logs.mean()
