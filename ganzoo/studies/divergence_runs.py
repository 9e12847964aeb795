"""The runs of the study of divergences: discriminators of known densities, and a Gaussian that is fitted by one."""

import math

import numpy as np

from ganzoo.studies import densities
from ganzoo.studies.densities import GaussianMixture, Quadrature, normal

# Two densities each: data p and samples q, and the grid that they are integrated on.
BIMODAL = GaussianMixture(((-1.5,), (1.5,)), (0.6, 0.4), (0.6, 0.4))
RING = GaussianMixture(tuple((2 * math.cos(a), 2 * math.sin(a)) for a in 2 * math.pi * np.arange(8) / 8), (0.35,) * 8)
PAIRS = {
    "two modes and one": (BIMODAL, normal(0.0, 1.5), Quadrature.box(-12, 12, 4801)),
    "Gaussians 1 apart": (normal(0.0), normal(1.0), Quadrature.box(-12, 12, 4801)),
    "Gaussians 8 apart": (normal(-4.0), normal(4.0), Quadrature.box(-14, 14, 5601)),
    "ring and Gaussian in 2-D": (RING, GaussianMixture(((0.0, 0.0),), (1.5,)), Quadrature.box(-8, 8, 321, 2)),
}
BOUNDS = {
    "KL": lambda p, q, grid: densities.kl(p, q, grid),
    "ReverseKL": lambda p, q, grid: densities.kl(q, p, grid),
    "PearsonChi2": densities.pearson_chi2,
    "SquaredHellinger": densities.squared_hellinger,
    "JensenShannon": lambda p, q, grid: 2 * densities.jensen_shannon(p, q, grid),
}
F_PAIR = "two modes and one"
BATCH, WIDTH, RATE = 4096, 64, 5e-3
# Where a density is below this, ten million samples of it hold some ten at most.
SEEN = 1e-6


def trained_discriminator(p, q, loss, steps, log, seed=0):
    """A discriminator that is trained on fresh samples of p and q at each step.

    Returns:
        A function from points [N, d] to its logits [N].
    """
    import keras
    import tensorflow as tf

    from ganzoo.networks.mlp import mlp_discriminator

    keras.utils.set_random_seed(seed)
    model = mlp_discriminator(shape=(p.dimensions,), width=WIDTH, depth=2, activation="tanh")
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps), global_clipnorm=10.0)
    optimizer.build(model.trainable_variables)
    draws = [_drawn(density) for density in (p, q)]

    @tf.function
    def train(first, count):
        for step in tf.range(first, first + count):
            real, fake = (draw(tf.stack([step, side]), BATCH) for side, draw in enumerate(draws))
            with tf.GradientTape() as tape:
                value = loss.discriminator(model(real, training=True), model(fake, training=True))
            optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return first + count

    every = max(steps // 5, 1)
    for first in range(0, steps, every):
        train(tf.constant(first), tf.constant(min(every, steps - first)))
        log(f"step {min(first + every, steps)}/{steps}")
    return lambda x: model.predict(np.asarray(x, np.float32), batch_size=65536, verbose=0)[:, 0].astype(np.float64)


def _drawn(density):
    """A function (seed, count) that draws from a density within TensorFlow."""
    import tensorflow as tf

    means = tf.constant(density.means, tf.float32)
    deviations = tf.constant(density.deviations, tf.float32)
    until = tf.constant(np.cumsum(density.shares)[:-1], tf.float32)  # the last share reaches to 1

    def draw(seed, count):
        of = tf.searchsorted(until, tf.random.stateless_uniform((count,), seed, alg="philox"), side="right")
        noise = tf.random.stateless_normal((count, density.dimensions), seed + 1000, alg="philox")
        return tf.gather(means, of) + noise * tf.gather(deviations, of)[:, None]

    return draw


def against_optimum(name, steps, log):
    """A discriminator that is trained by the GAN's loss beside D*, and its value beside -log 4 + 2 JSD."""
    from ganzoo import losses

    p, q, grid = PAIRS[name]
    logits = trained_discriminator(p, q, losses.Minimax(), steps, log)(grid.points)
    best, learned = densities.optimal_discriminator(p, q, grid.points), 1 / (1 + np.exp(-logits))
    mass = (np.exp(p.log_density(grid.points)) + np.exp(q.log_density(grid.points))) / 2
    jsd, value = densities.jensen_shannon(p, q, grid), densities.game_value(p, q, grid, logits)
    found = {
        "jsd": jsd,
        "optimal_value": -densities.LOG_4 + 2 * jsd,
        "optimal_value_by_integral": densities.game_value(p, q, grid),
        "value": value,
        "jsd_of_value": (value + densities.LOG_4) / 2,
        "error": abs(value + densities.LOG_4 - 2 * jsd) / 2,
        "mean_distance_from_optimum": grid.integral(mass * np.abs(best - learned)),
    }
    if p.dimensions == 1:
        shown = slice(None, None, len(grid.points) // 400)
        columns = {"x": grid.points[:, 0], "p": np.exp(p.log_density(grid.points)), "q": np.exp(q.log_density(grid.points))}
        columns |= {"optimal": best, "learned": learned}
        found["curve"] = {key: column[shown].round(6).tolist() for key, column in columns.items()}
    return found


def against_bound(name, steps, log):
    """The bound of an f-divergence that a discriminator finds, beside the divergence.

    `bound` is what the samples of a training see: each side is integrated where its own density is above `SEEN`.
    `bound_everywhere` is the bound itself, over the whole grid: where a conjugate grows as an exponential, a side that is too
    rare to be sampled can make anything of it.
    """
    import tensorflow as tf

    from ganzoo import losses

    p, q, grid = PAIRS[F_PAIR]
    loss = getattr(losses, name)()
    logits = tf.constant(trained_discriminator(p, q, loss, steps, log)(grid.points))
    weights = [np.exp(density.log_density(grid.points)) for density in (p, q)]
    sides = [weights[0] * loss.real(logits).numpy(), -weights[1] * loss.fake(logits).numpy()]
    seen = [np.where(weight > SEEN, side, 0.0) for weight, side in zip(weights, sides, strict=True)]
    bound, divergence = grid.integral(sum(seen)), BOUNDS[name](p, q, grid)
    found = {"divergence": divergence, "bound": bound, "bound_everywhere": grid.integral(sum(sides))}
    return found | {"error": abs(bound - divergence)}


def fitted(name, steps, log):
    """A Gaussian as the generator of an f-GAN on data of two modes, beside the Gaussian that is nearest by integration."""
    import keras
    import tensorflow as tf
    from scipy import optimize

    from ganzoo import losses
    from ganzoo.networks.mlp import mlp_discriminator

    keras.utils.set_random_seed(0)
    p, _, grid = PAIRS[F_PAIR]
    loss, draw = getattr(losses, name)(), _drawn(p)
    model = mlp_discriminator(shape=(1,), width=WIDTH, depth=2, activation="tanh")
    place = keras.Variable([0.5, 0.0], dtype="float32", name="place")  # the mean and the logarithm of the deviation
    optimizers = []
    for variables, rate in ((model.trainable_variables, 3e-3), ([place], 3e-3)):
        schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
        optimizers.append(keras.optimizers.Adam(schedule, beta_1=0.5, global_clipnorm=10.0))
        optimizers[-1].build(variables)

    @tf.function
    def train(first, count):
        for step in tf.range(first, first + count):
            real = draw(tf.stack([step, 0]), BATCH)
            noise = tf.random.stateless_normal((BATCH, 1), tf.stack([step, 1]), alg="philox")
            with tf.GradientTape() as tape:
                fake = place[0] + tf.exp(place[1]) * noise
                value = loss.discriminator(model(real, training=True), model(fake, training=True))
            optimizers[0].apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
            with tf.GradientTape() as tape:  # the bound itself: where it is tight this is the divergence's own gradient
                fake = place[0] + tf.exp(place[1]) * noise
                value = -tf.reduce_mean(loss.fake(model(fake, training=True)))
            optimizers[1].apply([tape.gradient(value, place.value)], [place])
        return first + count

    for first in range(0, steps, max(steps // 5, 1)):
        train(tf.constant(first), tf.constant(min(max(steps // 5, 1), steps - first)))
        log(f"mean {float(place[0]):.3f}, deviation {math.exp(float(place[1])):.3f}")
    mean, deviation = float(place[0]), math.exp(float(place[1]))

    def distance(at):
        return BOUNDS[name](p, normal(at[0], math.exp(at[1])), grid)

    starts = [optimize.minimize(distance, start, method="Nelder-Mead") for start in ((0.0, 0.4), (-1.5, -0.5), (1.5, -0.5))]
    best = min(starts, key=lambda result: result.fun)
    found = {"mean": mean, "deviation": deviation, "divergence": distance((mean, math.log(deviation)))}
    found |= {"best_mean": float(best.x[0]), "best_deviation": math.exp(best.x[1]), "best_divergence": float(best.fun)}
    return {**found, "error": abs(found["divergence"] - found["best_divergence"])}
