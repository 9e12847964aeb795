"""The study of divergences: data of known density, where what a discriminator finds can be held against integrals."""

import math

import numpy as np

from ganzoo.studies import densities
from ganzoo.studies import divergence_figures as figures
from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.densities import GaussianMixture, Quadrature, normal

LOG_2 = math.log(2.0)
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
# The weather of four kinds whose code takes 1, 2, 3 and 3 bits.
WEATHER = {"sunny": 0.5, "cloudy": 0.25, "rain": 0.125, "snow": 0.125}
DISTANCES = np.linspace(0.0, 10.0, 41)
STEPS, SMOKE_STEPS, BATCH = 2500, 60, 4096
WIDTH, RATE = 64, 5e-3
# Where both densities are below this, a training of millions of samples sees some hundred at most.
SEEN = 1e-5


def study(options):
    """Makes the study; returns its `Findings`."""
    parts = [*(f"D* {name}" for name in PAIRS), *(f"fit {name}" for name in BOUNDS)]
    parts = [f"D* {F_PAIR}", "fit JensenShannon"] if options.smoke else parts
    bounds = [f"f {name}" for name in (["KL"] if options.smoke else BOUNDS)]
    about = {"steps": SMOKE_STEPS if options.smoke else STEPS}
    told = {"runner": "ganzoo.studies.divergence:run", "about": about}
    found = made(options, [f"part={','.join(parts)}"], **told)
    found += made(options, [f"part={','.join(bounds)}"], name="bounds", **told)
    by_part = {each["set"]["part"]: each for each in found}
    optimal = {name: by_part[f"D* {name}"] for name in PAIRS if f"D* {name}" in by_part}
    bounds = {name: by_part[f"f {name}"] for name in BOUNDS if f"f {name}" in by_part}
    fits = {name: by_part[f"fit {name}"] for name in BOUNDS if f"fit {name}" in by_part}
    apart = apart_curves()
    numbers = {"discriminators": _plain(optimal), "bounds": _plain(bounds), "fits": _plain(fits), "apart": apart}
    numbers |= {"coin": coin(), "weather": weather()}
    drawn = figures.draw(options.directory, optimal, fits, apart, PAIRS[F_PAIR][0])
    return Findings("Divergences", answer(numbers), numbers, sections(numbers, drawn), {"steps of each": about["steps"]})


def _plain(found):
    return {
        name: {key: value for key, value in each.items() if key not in ("set", "run", "curve")} for name, each in found.items()
    }


# ------------------------------------------------------------------------------------------------------- the runs


def run(task, log):
    """The runner of one part: a discriminator against D*, an f-GAN bound, or a Gaussian fitted by one."""
    from ganzoo.strategies import limit

    limit(task["devices"], task["threads"])
    kind, name = task["point"]["part"].split(" ", 1)
    found = {"D*": against_optimum, "f": against_bound, "fit": fitted}[kind](name, task["options"]["steps"], log)
    return 0, {"value": found["error"], "values": {"error": found["error"]}, **found}


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
    deviations, log_shares = tf.constant(density.deviations, tf.float32), tf.constant(np.log(density.shares), tf.float32)

    def draw(seed, count):
        of = tf.random.stateless_categorical(log_shares[None], count, seed)[0]
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

    `bound` is integrated where there is data or samples to learn from; `bound_everywhere` goes into the tails, where the
    discriminator was never trained and a conjugate that grows as an exponential can make anything of it.
    """
    import tensorflow as tf

    from ganzoo import losses

    p, q, grid = PAIRS[F_PAIR]
    loss = getattr(losses, name)()
    logits = tf.constant(trained_discriminator(p, q, loss, steps, log)(grid.points))
    weights = [np.exp(density.log_density(grid.points)) for density in (p, q)]
    gains = weights[0] * loss.real(logits).numpy() - weights[1] * loss.fake(logits).numpy()
    seen = np.maximum(*weights) > SEEN
    bound, divergence = grid.integral(np.where(seen, gains, 0.0)), BOUNDS[name](p, q, grid)
    unseen = 1 - grid.integral(np.where(seen, weights[0] + weights[1], 0.0)) / 2
    found = {"divergence": divergence, "bound": bound, "bound_everywhere": grid.integral(gains), "unseen": unseen}
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


# -------------------------------------------------------------------------------------------- without any training


def apart_curves():
    """Two unit Gaussians part: each divergence over their distance, and the gradient that a generator gets of it.

    The generator shifts its Gaussian. `saturating` and `non_saturating` are the gradients of the two losses of a generator
    against D*, which stays as it is while the generator moves; the others are derivatives of the divergence.
    """
    grid = Quadrature.box(-12, 22, 6801)
    p = normal(0.0)
    curves = {"distance": DISTANCES.tolist(), "KL": [], "reverse KL": [], "JS": [], "Wasserstein": []}
    slopes = {"KL": [], "JS": [], "Wasserstein": [], "saturating": [], "non_saturating": []}
    step = 1e-3
    for mean in DISTANCES:
        of = [normal(mean + shift) for shift in (0.0, -step, step)]
        kinds = {"KL": densities.kl, "JS": densities.jensen_shannon, "Wasserstein": densities.wasserstein}
        for kind, measure in kinds.items():
            value, before, after = (measure(p, q, grid) for q in of)
            curves[kind].append(value)
            slopes[kind].append((after - before) / (2 * step))
        curves["reverse KL"].append(densities.kl(of[0], p, grid))
        # d/dm E_q h(x) = E_q h'(x), for logit(D*) = m^2/2 - m x: its derivative by x is -m.
        weights, best = np.exp(of[0].log_density(grid.points)), densities.optimal_discriminator(p, of[0], grid.points)
        slopes["saturating"].append(grid.integral(weights * best * mean))
        slopes["non_saturating"].append(grid.integral(weights * (1 - best) * mean))
    return {"curves": curves, "slopes": slopes}


def coin():
    """What the GAN's loss reads where the discriminator says one half of everything."""
    import tensorflow as tf

    from ganzoo import losses

    zeros = tf.zeros([8, 1])
    total = float(losses.Minimax().discriminator(zeros, zeros))
    return {"sum": total, "mean": total / 2}


def weather():
    """Entropy and cross-entropy in bits of the weather, by its own code and by others'."""
    own = np.array(list(WEATHER.values()))
    codes = {"its own code": own, "2 bits each": np.full(4, 0.25), "the code of the opposite weather": own[::-1]}
    bits = {name: densities.cross_entropy_bits(own, code) for name, code in codes.items()}
    return {"entropy": densities.entropy_bits(own), "cross_entropy": bits}


# ------------------------------------------------------------------------------------------------------- the page


def answer(numbers):
    """What held, in sentences with their numbers."""
    found, bounds, fits = numbers["discriminators"], numbers["bounds"], numbers["fits"]
    says = []
    if found:
        worst = max(each["error"] for each in found.values())
        distance = max(each["mean_distance_from_optimum"] for each in found.values())
        says.append(
            f"Over {len(found)} pairs of densities the trained discriminator's value gives the Jensen-Shannon divergence to "
            f"{worst:.1e} nats or better; on average its output lies within {distance:.1e} of D* = p / (p + q)."
        )
    if bounds:
        text = ", ".join(f"{name} {each['bound']:.4f} of {each['divergence']:.4f}" for name, each in bounds.items())
        says.append(f"The f-GAN losses find their divergences as bounds: {text}.")
    if fits:
        text = ", ".join(f"{name} {_place(fit)} (best {_place(fit, 'best_')})" for name, fit in fits.items())
        says.append(f"Trained with them, a Gaussian settles on data of two modes at: {text}.")
    return [*says, _apart_in_words(numbers["apart"]), _bits_in_words(numbers)]


def _place(fit, which=""):
    return f"{fit[f'{which}mean']:.2f} ± {fit[f'{which}deviation']:.2f}"


def _apart_in_words(apart):
    curves, slopes = apart["curves"], apart["slopes"]
    near, far = curves["distance"].index(2.0), curves["distance"].index(8.0)
    js, wasserstein = curves["JS"], curves["Wasserstein"]
    return (
        f"As two unit Gaussians part, JS goes from {js[near]:.3f} at a distance of 2 to {js[far]:.4f} at 8 (log 2 is "
        f"{LOG_2:.4f}), its gradient from {slopes['JS'][near]:.3f} to {slopes['JS'][far]:.1e}; Wasserstein goes from "
        f"{wasserstein[near]:.3f} to {wasserstein[far]:.3f}, its gradient stays {slopes['Wasserstein'][far]:.3f}. The "
        f"generator's gradient at 8 is {slopes['saturating'][far]:.1e} by the minimax loss and "
        f"{slopes['non_saturating'][far]:.2f} by the non-saturating one."
    )


def _bits_in_words(numbers):
    coin, bits = numbers["coin"], numbers["weather"]
    others = ", ".join(f"{value:.3f} ({name})" for name, value in list(bits["cross_entropy"].items())[1:])
    return (
        f"A discriminator that says one half costs {coin['sum']:.4f} as the sum of both terms, {coin['mean']:.4f} as their "
        f"mean. The weather's entropy is {bits['entropy']:.2f} bits; other codes take {others}."
    )


def sections(numbers, drawn):
    """The page's parts."""
    kinds = ", ".join(f"{kind} {share:g}" for kind, share in WEATHER.items())
    return [
        Section(
            "The discriminator and D*",
            (
                "A discriminator of two layers of 64 is trained on fresh samples of p and q by the GAN's loss. Its value, by "
                "integration, stands beside that of D* = p / (p + q), which is -log 4 + 2 JSD.",
            ),
            _table(
                numbers["discriminators"],
                {
                    "densities p and q": None,
                    "JSD by integration": "jsd",
                    "JSD by D": "jsd_of_value",
                    "apart": "error",
                    "-log 4 + 2 JSD": "optimal_value",
                    "value of D": "value",
                    "mean |D - D*|": "mean_distance_from_optimum",
                },
            ),
            drawn["optimal"],
        ),
        Section(
            "The f-GAN's bounds",
            (
                "Each loss of f-GAN, trained alike, on data of two modes against one Gaussian: a bound from below, integrated "
                f"where one of the densities is above {SEEN:g}, and over the whole line, where the tails that no sample came "
                "from can be anything.",
            ),
            _table(
                numbers["bounds"],
                {
                    "loss": None,
                    "divergence": "divergence",
                    "bound found": "bound",
                    "apart": "error",
                    "over the whole line": "bound_everywhere",
                    "share of the mass left out": "unseen",
                },
            ),
        ),
        Section(
            "What each makes of two modes",
            (
                "A Gaussian, as the generator, is trained against the discriminator's bound; beside it the Gaussian that "
                "minimises the divergence by integration.",
            ),
            _table(
                numbers["fits"],
                {
                    "loss": None,
                    "mean": "mean",
                    "deviation": "deviation",
                    "divergence": "divergence",
                    "best mean": "best_mean",
                    "best deviation": "best_deviation",
                    "least divergence": "best_divergence",
                },
            ),
            drawn["fits"],
        ),
        Section(
            "Two Gaussians part",
            ("Once apart, JS says log 2 whatever the distance, and its gradient is gone; Wasserstein's is 1 everywhere.",),
            None,
            drawn["apart"],
        ),
        Section(
            "Entropy in bits",
            (f"The weather is {kinds}.",),
            (("code", "bits"), [(name, f"{bits:.4f}") for name, bits in numbers["weather"]["cross_entropy"].items()]),
        ),
    ]


def _table(found, columns):
    keys = [key for key in columns.values() if key]
    return tuple(columns), [(name, *(_cell(each[key]) for key in keys)) for name, each in found.items()]


def _cell(value):
    return f"{value:.5f}" if abs(value) < 1e5 else f"{value:.3g}"
