"""The study of balance: learning rates of the discriminator against those of the generator."""

import math

import numpy as np
from scipy import stats

from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.data import reports, setting
from ganzoo.studies.history import curves, tail_mean, verdict
from ganzoo.sweeps.results import pyplot, save

TAKES = ("data",)
RATES = ("2e-5", "2e-4", "2e-3")
PLAYERS = {"discriminator": "optimizers.discriminator.learning_rate", "generator": "optimizers.generator.learning_rate"}
LOG_2 = math.log(2.0)
# A loss within this share of its equilibrium is near it.
NEAR = 0.1


def study(options):
    """Makes the study; returns its `Findings`."""
    about = setting(options)
    rates = RATES[1:] if options.smoke else RATES
    over = [f"{PLAYERS['discriminator']}={','.join(rates[-1:] if options.smoke else rates)}",
            f"{PLAYERS['generator']}={','.join(rates)}"]  # fmt: skip
    overrides = (*about.overrides, *reports(about.steps))
    options_of = {"count": about.count}
    found = made(
        options, over, "ganzoo.studies.balance:measure", recipe=about.recipe, overrides=overrides, steps=about.steps,
        about=options_of,
    )  # fmt: skip
    runs = [summary(each) for each in found]
    numbers = {"runs": runs, **relation(runs), "equilibrium": {"sum": 2 * LOG_2, "mean": LOG_2}}
    return Findings(
        "Balance of discriminator and generator",
        answer(numbers),
        numbers,
        sections(options.directory, found, runs, numbers),
        {"recipe": about.recipe, "settings": ", ".join(about.overrides), "steps": about.steps},
    )


def measure(run, options, log):
    """What one run is worth: its curves, how it ended, and its scores."""
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.serving.sampling import RunSampler

    found = curves(run)
    equilibrium = RunSampler(run).model.equilibrium
    metrics = ["frechet_distance", "precision_recall"]
    scores = evaluate(str(run), metrics=metrics, count=options["count"], log=log)
    by_part = {(score["metric"], score["part"]): score for score in scores}
    fd = by_part["frechet_distance", ""]
    values = {"FD": fd["value"], "recall": by_part["precision_recall", "recall"]["value"]}
    values |= {"precision": by_part["precision_recall", "precision"]["value"], "verdict": verdict(found, equilibrium)}
    return {
        "value": fd["value"],
        "values": values,
        "real": fd["real"],
        "floor": fd["floor"],
        "protocol": fd["protocol_line"],
        "curves": {name: [list(point) for point in points] for name, points in found.items()},
    }


def summary(found):
    """One run in numbers: its rates, the mean of D's loss over the last half (as the mean of both terms), its scores."""
    discriminator = found["curves"]["discriminator_loss"]
    mean_loss = tail_mean(discriminator) / 2
    return {
        **{player: float(found["set"][name]) for player, name in PLAYERS.items()},
        **found["values"],
        "real": found["real"],
        "floor": found["floor"],
        "mean_loss": mean_loss,
        "final_loss": discriminator[-1][1] / 2,
        "near": abs(mean_loss - LOG_2) <= NEAR * LOG_2,
        "protocol": found["protocol"],
    }


def relation(runs):
    """Whether balance goes with good samples: Spearman's rank correlation of the distance from log 2 with FD."""
    distances, scores = [abs(run["mean_loss"] - LOG_2) for run in runs], [run["FD"] for run in runs]
    rho, p_value = stats.spearmanr(distances, scores) if len(runs) > 2 else (math.nan, math.nan)
    best, nearest = min(runs, key=lambda run: run["FD"]), min(runs, key=lambda run: abs(run["mean_loss"] - LOG_2))
    return {"spearman": float(rho), "p_value": float(p_value), "best": best, "nearest": nearest}


def answer(numbers):
    """What held, in sentences."""
    runs, best, nearest = numbers["runs"], numbers["best"], numbers["nearest"]
    ended = {
        verdict: [run for run in runs if run["verdict"] == verdict] for verdict in sorted({run["verdict"] for run in runs})
    }
    says = [f"Of {len(runs)} runs, by the monitor: " + ", ".join(f"{len(of)} {kind}" for kind, of in ended.items()) + "."]
    near = [run for run in runs if run["near"]]
    if near:
        pairs = ", ".join(f"{rates(run)} (mean loss {run['mean_loss']:.3f}, FD {run['FD']:.2f})" for run in near)
        says.append(f"Within {NEAR:.0%} of log 2 = 0.693 over the last half, as the mean of both terms, stayed: {pairs}.")
    else:
        at = f"{rates(nearest)}, had {nearest['mean_loss']:.3f}"
        says.append(f"No pair stayed within {NEAR:.0%} of log 2 = 0.693; the nearest, {at}.")
    says.append(
        f"The best samples, FD {best['FD']:.2f} (held-out real data {best['real']:.2f}), came of {rates(best)}, with a "
        f"mean loss of {best['mean_loss']:.3f}; the run nearest to log 2 has FD {nearest['FD']:.2f}."
    )
    if not math.isnan(numbers["spearman"]):
        says.append(
            f"Over all runs the distance from log 2 and FD have a rank correlation of {numbers['spearman']:.2f} "
            f"(p = {numbers['p_value']:.2f}); 1 would mean that balance tells good samples."
        )
    return says


def rates(run):
    return f"D {run['discriminator']:g} / G {run['generator']:g}"


def sections(directory, found, runs, numbers):
    """The page's parts, with their figures drawn."""
    rows = [
        (rates(run), run["verdict"], f"{run['mean_loss']:.3f}", f"{run['final_loss']:.3f}", f"{run['FD']:.2f}",
         f"{run['precision']:.2f}", f"{run['recall']:.2f}")
        for run in runs
    ]  # fmt: skip
    head = ("learning rates", "by the monitor", "D's mean loss, last half", "at the end", "FD", "precision", "recall")
    text = f"{runs[0]['protocol']}. D's loss is the mean of its two terms: log 2 = 0.693 where it cannot tell."
    return [
        Section("The runs", (text,), (head, rows), (scatter(directory, runs),)),
        Section(
            "Loss curves", ("Lines at log 2 (the mean of D's terms) and log 4 (their sum).",), None, (losses(directory, found),)
        ),
    ]


def losses(directory, found):
    """The loss curves, a panel for each pair of rates."""
    plt = pyplot()
    columns = len({each["set"][PLAYERS["generator"]] for each in found})
    rows = math.ceil(len(found) / columns)
    drawn, axes = plt.subplots(rows, columns, figsize=(3.4 * columns, 2.5 * rows), squeeze=False, sharex=True)
    for axis, each in zip(axes.flat, found, strict=False):
        for name, colour in (("discriminator_loss", "tab:blue"), ("generator_loss", "tab:orange")):
            steps, values = zip(*each["curves"][name], strict=True)
            axis.plot(steps, values, color=colour, lw=1, label=name.removesuffix("_loss"))
        steps, values = zip(*each["curves"]["discriminator_loss"], strict=True)
        axis.plot(steps, np.array(values) / 2, color="tab:blue", lw=1, ls=":", label="discriminator, mean of terms")
        axis.axhline(LOG_2, color="k", ls="--", lw=0.8)
        axis.axhline(2 * LOG_2, color="k", ls="-.", lw=0.8)
        axis.set_ylim(0, 6)
        rates_of = [each["set"][PLAYERS[player]] for player in ("discriminator", "generator")]
        axis.set_title(f"D {rates_of[0]}, G {rates_of[1]}: {each['values']['verdict']}", fontsize=9)
    axes[0][0].legend(fontsize=7)
    path = directory / "losses.png"
    save(drawn, path)
    return path, "Losses of each pair; dashed log 2, dash-dotted log 4."


def scatter(directory, runs):
    """FD over D's mean loss."""
    plt = pyplot()
    drawn, axis = plt.subplots(figsize=(5.5, 3.8))
    for verdict_, marker in (("open", "o"), ("discriminator won", "v"), ("generator won", "^")):
        some = [run for run in runs if run["verdict"] == verdict_]
        axis.plot([run["mean_loss"] for run in some], [run["FD"] for run in some], marker, label=verdict_)
    for number, run in enumerate(sorted(runs, key=lambda run: run["FD"])):
        at = (5, 4 if number % 2 else -9)  # neighbours in height on different sides
        axis.annotate(rates(run), (run["mean_loss"], run["FD"]), fontsize=7, xytext=at, textcoords="offset points")
    axis.axvline(LOG_2, color="k", ls="--", lw=0.8)
    axis.axhline(runs[0]["real"], color="tab:green", ls=":", lw=1, label="held-out real data")
    axis.set(xlabel="D's loss, mean of both terms, over the last half", ylabel="FD", yscale="log")
    axis.margins(x=0.25)
    axis.legend(fontsize=8)
    path = directory / "balance.png"
    save(drawn, path)
    return path, "Is a loss near log 2 a good generator? A run a point."
