"""The study of divergences: data of known density, where what a discriminator finds can be held against integrals."""

import math

import numpy as np

from ganzoo.studies import densities
from ganzoo.studies import divergence_figures as figures
from ganzoo.studies import divergence_runs as runs
from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.data import reports, setting
from ganzoo.studies.densities import Quadrature, normal
from ganzoo.studies.divergence_runs import BOUNDS, F_PAIR, PAIRS, SEEN

LOG_2 = math.log(2.0)
TAKES = ("data",)
# The weather of four kinds whose code takes 1, 2, 3 and 3 bits.
WEATHER = {"sunny": 0.5, "cloudy": 0.25, "rain": 0.125, "snow": 0.125}
DISTANCES = np.linspace(0.0, 10.0, 41)
STEPS, SMOKE_STEPS = 2500, 60
# Of a GAN on images by each loss.
IMAGE_STEPS = 1500
# A bound so near to its divergence has found it.
CLOSE = 0.01


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
    numbers |= {"coin": coin(), "weather": weather(), "images": on_images(options) if options.data else {}}
    drawn = figures.draw(options.directory, optimal, fits, apart, PAIRS[F_PAIR][0])
    return Findings("Divergences", answer(numbers), numbers, sections(numbers, drawn), {"steps of each": about["steps"]})


def on_images(options):
    """GANs on images by each loss and by the usual one, with clipped gradients: what was scored, by loss."""
    about = setting(options)
    steps = about.steps if options.smoke else IMAGE_STEPS
    names = ["NonSaturating", *(["KL"] if options.smoke else BOUNDS)]
    clipped = [f"optimizers.{player}.global_clipnorm=10.0" for player in ("discriminator", "generator")]
    found = made(
        options,
        [f"model.adversarial_loss={','.join(f'losses.{name}()' for name in names)}"],
        "ganzoo.studies.balance:measure",
        recipe=about.recipe,
        overrides=(*about.overrides, *clipped, *reports(steps)),
        steps=steps,
        name="images",
        about={"count": about.count},
    )
    return {
        each["set"]["model.adversarial_loss"]: {key: each[key] for key in ("real", "floor")} | each["values"] for each in found
    }


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
    found = {"D*": runs.against_optimum, "f": runs.against_bound, "fit": runs.fitted}[kind](name, task["options"]["steps"], log)
    return 0, {"value": found["error"], "values": {"error": found["error"]}, **found}


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
        found_, missed = ({n: b for n, b in bounds.items() if (b["error"] <= CLOSE) is right} for right in (True, False))
        told = [
            ", ".join(f"{n} {b['bound']:,.4f} of {b['divergence']:.4f}" for n, b in some.items()) for some in (found_, missed)
        ]
        says.append(
            f"Of {len(bounds)} f-GAN losses, as samples see them, {len(found_)} find their divergence to {CLOSE:g}: "
            f"{told[0] or 'none'}{f'; not so: {told[1]}' if missed else ''}."
        )
    if fits:
        text = ", ".join(f"{name} {_place(fit)} (best {_place(fit, 'best_')})" for name, fit in fits.items())
        says.append(f"Trained with them, a Gaussian settles on data of two modes at: {text}.")
    if numbers["images"]:
        text = ", ".join(f"{name} {each['FD']:.2f}" for name, each in numbers["images"].items())
        real = next(iter(numbers["images"].values()))["real"]
        says.append(f"FD of a DCGAN by each loss: {text}; held-out real data {real:.2f}.")
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
    columns = {"loss": None, "FD": "FD", "precision": "precision", "recall": "recall", "held-out real data": "real"}
    on_images_ = Section(
        "A GAN of images by each loss",
        ("The same DCGAN by each loss, gradients clipped at a norm of 10. A loss that is not here left the finite numbers.",),
        _table(numbers["images"], columns),
    )
    kinds = ", ".join(f"{kind} {share:g}" for kind, share in WEATHER.items())
    return [
        *([on_images_] if numbers["images"] else []),
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
                "Each loss of f-GAN, trained alike, on data of two modes against one Gaussian: as samples see it (each side "
                f"integrated where its own density is above {SEEN:g}), and over the whole line, which is the bound from below.",
            ),
            _table(
                numbers["bounds"],
                {
                    "loss": None,
                    "divergence": "divergence",
                    "as samples see it": "bound",
                    "apart": "error",
                    "over the whole line": "bound_everywhere",
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
