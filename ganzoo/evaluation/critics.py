"""Independent critics: small Wasserstein critics of features, trained after the model on what it made and on real data."""

from itertools import pairwise

import numpy as np
import tensorflow as tf

from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import moderate
from ganzoo.metrics.wasserstein_critic import Critics
from ganzoo.penalties import distance_from_one, interpolated, slopes

SEEDS, STEPS, BATCH, WIDTH = 3, 600, 128, 64
PENALTY = 10.0
RATE = 2e-3


def train_critics(real, fake, test, seed=0, seeds=SEEDS, steps=STEPS):
    """Trains critics on training data against one half of the fakes, all seeds at once.

    Networks of two hidden layers on features less their mean and over their spread, one number for all dimensions, so that
    distances keep their proportions; WGAN with the one-sided penalty of slopes above 1, and Adam.

    Args:
        real: training features [N, d].
        fake: [M, d]; a random half trains.
        test: held-out real features [T, d].
        seed: of first weights, batches and halves.
        seeds: how many critics.
        steps: of each.

    Returns:
        `Critics`, their slopes in units of the features.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or fewer than four fakes.
    """
    real, test, fake = check_features(real=real, test=test) + check_features(4, fake=fake)
    check_features(real=real, fake=fake)
    (real, test, fake), scale = moderate(real, test, fake)
    draws = np.random.default_rng([seed, 0x3C1])
    order = draws.permutation(len(fake))
    sides = {"real": real, "test": test, "fake": fake[order[: len(fake) // 2]], "unseen": fake[order[len(fake) // 2 :]]}
    mean = real.mean(axis=0, dtype=np.float64)
    unit = float(np.sqrt(np.mean([np.square(sides[name] - mean).mean() for name in ("real", "fake")]))) or 1.0
    sides = {name: ((values - mean) / unit).astype(np.float32) for name, values in sides.items()}
    critic = _Critic(real.shape[1], seeds, draws)
    critic.fit(sides["real"], sides["fake"], steps, draws)
    scores = {name: critic.scores(values) for name, values in sides.items()}
    return Critics(**scores, lipschitz=critic.greatest_slope(*sides.values(), draws) / (unit * scale))


class _Critic:
    """Several critics side by side, their weights [S, in, out].

    Args:
        dimension: of the features.
        seeds: S.
        draws: a NumPy generator.
    """

    def __init__(self, dimension, seeds, draws):
        widths, self.seeds = (dimension, WIDTH, WIDTH, 1), seeds
        self.weights = [
            tf.Variable(draws.normal(0, np.sqrt(2 / rows), (seeds, rows, columns)).astype(np.float32))
            for rows, columns in pairwise(widths)
        ]
        self.biases = [tf.Variable(tf.zeros((seeds, 1, columns))) for columns in widths[1:]]
        self._step = tf.function(self._stepped, reduce_retracing=True)

    def __call__(self, samples):
        """The critics' outputs [S, B] of samples [S, B, d]."""
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            samples = tf.nn.leaky_relu(samples @ weight + bias, 0.2)
        return (samples @ self.weights[-1] + self.biases[-1])[..., 0]

    @property
    def variables(self):
        return [*self.weights, *self.biases]

    def fit(self, real, fake, steps, draws):
        self._moments = [[tf.Variable(tf.zeros_like(variable)) for variable in self.variables] for _ in range(2)]
        for step in range(1, steps + 1):
            batch = [values[draws.integers(len(values), size=(self.seeds, BATCH))] for values in (real, fake)]
            mixing = draws.random((self.seeds * BATCH,), np.float32)
            rate = RATE * (1 - (step - 1) / steps)
            self._step(*map(tf.constant, (*batch, mixing, np.float32(rate), np.float32(step))))

    def _stepped(self, real, fake, mixing, rate, step):
        with tf.GradientTape() as tape:
            gains = tf.reduce_mean(self(real) - self(fake), axis=1)
            between = interpolated(*(tf.reshape(x, [self.seeds * BATCH, -1]) for x in (real, fake)), mixing)
            penalty = distance_from_one(slopes(self._of_rows, between), one_sided=True)
            loss = tf.reduce_sum(-gains) + PENALTY * self.seeds * penalty
        gradients = tape.gradient(loss, self.variables)
        for variable, gradient, first, second in zip(self.variables, gradients, *self._moments, strict=True):
            # Adam with beta 0 and 0.9, as WGAN-GP takes it
            first.assign(gradient)
            second.assign(0.9 * second + 0.1 * tf.square(gradient))
            variable.assign_sub(rate * first / (tf.sqrt(second / (1 - 0.9**step)) + 1e-8))

    def _of_rows(self, rows):
        """Of samples [S B, d], the first B of which are the first critic's, and so on: [S B]."""
        return tf.reshape(self(tf.reshape(rows, [self.seeds, -1, rows.shape[-1]])), [-1])

    def scores(self, values):
        """The critics' outputs float64 [S, N] of samples [N, d]."""
        parts = [self(tf.repeat(part[None], self.seeds, axis=0)).numpy() for part in _parts(values)]
        return np.concatenate(parts, axis=1).astype(np.float64)

    def greatest_slope(self, real, test, fake, unseen, draws, points=4096):
        """The greatest slope float64 [S] at samples and on lines from reals to fakes."""
        reals, fakes = np.concatenate([real, test]), np.concatenate([fake, unseen])
        ends = [values[draws.integers(len(values), size=points)] for values in (reals, fakes)]
        share = draws.random((points, 1), np.float32)
        places = np.concatenate([ends[0], ends[1], share * ends[0] + (1 - share) * ends[1]])
        found = []
        for part in _parts(places):
            rows = tf.reshape(tf.repeat(part[None], self.seeds, axis=0), [-1, places.shape[1]])
            found.append(tf.reshape(slopes(self._of_rows, rows, 0.0), [self.seeds, -1]).numpy().max(axis=1))
        return np.max(found, axis=0).astype(np.float64)


def _parts(values, rows=2048):
    return [values[start : start + rows] for start in range(0, len(values), rows)]
