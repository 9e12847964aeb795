"""NRDS: which of several models keeps a classifier of real against generated data unsure the longest."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import moderate
from ganzoo.metrics.threads import one_thread

EPOCHS, HIDDEN, SEEDS = 20, 64, 3


def normalized_relative_discriminative_scores(real, fakes, seed=0, seeds=SEEDS, epochs=EPOCHS, cap=5000):
    """Normalized relative discriminative scores (NRDS) of several models.

    One classifier is trained on reals against the union of all models' fakes, equally many of each model. After each epoch
    its mean output on each model's fakes is noted; a model's score is the area under that curve over the sum of all areas.

    Args:
        real: features [N, d].
        fakes: a list of two or more models' features [M, d].
        seed: of the draws and first weights.
        seeds: classifiers whose scores are averaged: a score depends on both.
        epochs: of each.
        cap: reals and fakes of each model at most, to bound the time.

    Returns:
        (means float64 [n], spreads float64 [n]) over the seeds; the means sum to 1, higher is better.

    Raises:
        UserError: fewer than two models, input that `checked` refuses, or different dimensions.

    Reference: Zhang et al. 2018, "Decoupled Learning for Conditional Adversarial Networks", arXiv 1801.06790.
    """
    if len(fakes) < 2:
        raise UserError("NRDS compares two models or more")
    named = {f"model {number + 1}": values for number, values in enumerate(fakes)}
    (real, *fakes), _ = moderate(*check_features(real=real, **named))
    count = min(len(real) // len(fakes), *(len(values) for values in fakes), cap)
    if not count:
        raise UserError(f"NRDS of {len(fakes)} models needs at least as many reals, not {len(real)}")
    scores = np.stack(
        [_scores(real, fakes, count, np.random.default_rng([seed, 0x2D5, number]), epochs) for number in range(seeds)]
    )
    return scores.mean(axis=0), scores.std(axis=0, ddof=1) if seeds > 1 else np.zeros(len(fakes))


def _scores(real, fakes, count, draws, epochs):
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    reals = real[draws.permutation(len(real))[: count * len(fakes)]]
    chosen = [values[draws.permutation(len(values))[:count]] for values in fakes]
    samples = StandardScaler().fit_transform(np.concatenate([reals, *chosen]))
    labels = np.arange(len(samples)) < len(reals)
    classifier = MLPClassifier((HIDDEN,), random_state=int(draws.integers(2**31)))
    curves = []
    with one_thread():
        for _ in range(epochs):
            order = draws.permutation(len(samples))
            classifier.partial_fit(samples[order], labels[order], classes=[False, True])
            outputs = classifier.predict_proba(samples[len(reals) :])[:, 1]
            curves.append(outputs.reshape(len(fakes), count).mean(axis=1))
    areas = np.trapezoid(np.stack(curves), axis=0) if epochs > 1 else curves[0]
    return areas / max(areas.sum(), np.finfo(float).tiny)
