"""The study of capacity: discriminators of several widths, the generator as it is, and how many different samples come out."""

import math

import numpy as np

from ganzoo.report.numbers import interval
from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.data import reports, setting
from ganzoo.sweeps.results import pyplot, save

TAKES = ("data",)
WIDTHS = (8, 16, 32, 64, 128)
WIDTH = "model.discriminator.width"
STEPS = {"digits": 1000, "mnist": 3000}
BATCH_SIZES, BATCHES = (100, 200, 400), 15
# Of the published study: discriminators whose maps are so many times as wide, and their parameters.
PUBLISHED = {
    16: 272_737,
    32: 1_083_073,
    48: 2_431_009,
    64: 4_316_545,
    80: 6_739_681,
    96: 9_700_417,
    112: 13_198_753,
    128: 17_234_689,
}


def study(options):
    """Makes the study; returns its `Findings`."""
    about = setting(options)
    steps = about.steps if options.smoke else STEPS[options.data or "digits"]
    widths, seeds = ((8, 16), (0,)) if options.smoke else (WIDTHS, (0, 1))
    overrides = [each for each in about.overrides if not each.startswith(WIDTH)]
    over = [f"seed={','.join(map(str, seeds))}", f"{WIDTH}={','.join(map(str, widths))}"]
    told = {"batch_sizes": (20, 40) if options.smoke else BATCH_SIZES, "batches": 3 if options.smoke else BATCHES}
    shown = reports(steps, 10)
    found = made(
        options, over, "ganzoo.studies.capacity:measure", recipe=about.recipe, overrides=(*overrides, *shown),
        steps=steps, about={**told, "count": about.count},
    )  # fmt: skip
    runs = [{"width": int(each["set"][WIDTH]), "seed": int(each["set"]["seed"]), **each["values"]} for each in found]
    numbers = {"runs": runs, **relation(runs), "published": PUBLISHED, "real": found[0]["real"]}
    return Findings(
        "Capacity of the discriminator and support of the generator",
        answer(numbers),
        numbers,
        sections(options.directory, numbers),
        {"recipe": about.recipe, "settings": ", ".join(overrides), "steps": steps},
    )


def measure(run, options, log):
    """The support of one run by the birthday test, its discriminator's parameters, and its precision."""
    from ganzoo.evaluation.birthday import BirthdayTest
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.serving.sampling import RunSampler

    record = BirthdayTest(str(run), batch_sizes=options["batch_sizes"], batches=options["batches"], log=log).run()
    scores = evaluate(str(run), metrics=["frechet_distance", "precision_recall"], count=options["count"], log=log)
    by_part = {(score["metric"], score["part"]): score["value"] for score in scores}
    n_eff = record["n_eff"]
    values = {
        "parameters": int(RunSampler(run).model.discriminator.count_params()),
        "n_eff": n_eff["value"],
        "low": n_eff["low"],
        "high": n_eff["high"],
        "half_at": record["fake"]["first_half"],
        "samples": record["fake"]["pooled"]["samples"],
        "threshold": record["threshold"],
        "FD": by_part["frechet_distance", ""],
        "precision": by_part["precision_recall", "precision"],
    }
    return {"value": n_eff["value"] or n_eff["low"] or 0.0, "values": values, "real": record["real"]["pooled"]["n_eff"]}


def relation(runs):
    """The slope of log N_eff over log parameters, with its 95 % interval by the residuals; 1 is the theory's straight line."""
    known = [(math.log(run["parameters"]), math.log(run["n_eff"])) for run in runs if run["n_eff"]]
    xs = {x for x, _ in known}
    if len(xs) < 2 or len(known) < 3:
        return {"slope": None, "slope_low": None, "slope_high": None}
    from scipy import stats

    fit = stats.linregress(*zip(*known, strict=True))
    reach = stats.t.ppf(0.975, len(known) - 2) * fit.stderr
    return {"slope": float(fit.slope), "slope_low": float(fit.slope - reach), "slope_high": float(fit.slope + reach)}


def answer(numbers):
    """What held, in sentences."""
    runs = numbers["runs"]
    shown = [f"{run['parameters']:,} parameters {interval(support(run))}" for run in runs if run["seed"] == runs[0]["seed"]]
    says = [f"N_eff of the samples, seed {runs[0]['seed']}: {'; '.join(shown)}."]
    if numbers["slope"] is not None:
        low, high = numbers["slope_low"], numbers["slope_high"]
        grows = "grows" if low > 0 else "falls" if high < 0 else "neither grows nor falls for certain"
        says.append(
            f"Over all runs N_eff goes as the discriminator's parameters to the power {numbers['slope']:.2f} "
            f"[{low:.2f}, {high:.2f}]: it {grows}; in proportion would be 1."
        )
    says.append("Held-out real data: N_eff " + interval(numbers["real"]) + ".")
    return says


def sections(directory, numbers):
    """The page's parts."""
    rows = [
        (f"{run['width']}, seed {run['seed']}", f"{run['parameters']:,}", interval(support(run)), run["half_at"] or "–",
         f"{run['FD']:.2f}", f"{run['precision']:.2f}")
        for run in numbers["runs"]
    ]  # fmt: skip
    head = ("width of D", "parameters of D", "N_eff, 95 %", "half at batches of", "FD", "precision")
    sizes = f"{min(PUBLISHED.values()):,} to {max(PUBLISHED.values()):,} parameters"
    theory = (
        "Theory says what is possible, not what happens: a discriminator of n parameters can be fooled by a generator of some "
        "n log n / ε² different samples (Arora and others 2017, 1703.00573), so that the straight line is a bound's shape, "
        "drawn through the smallest discriminator."
    )
    published = (
        f"The published picture (Arora and Zhang 2017, 1706.08224: DCGAN at 64x64, widths of {min(PUBLISHED)} to "
        f"{max(PUBLISHED)}, {sizes}) rises nearly in a straight line and then flattens; its values stand in no text, so that "
        "only its shape can be compared."
    )
    texts = (theory, published)
    return [Section("Support against parameters", texts, (head, rows), (figure(directory, numbers),))]


def support(run):
    """A run's N_eff as an estimate with its ends."""
    return {"value": run["n_eff"], "low": run["low"], "high": run["high"]}


def figure(directory, numbers):
    """N_eff over the parameters, with intervals, and the line of proportion."""
    plt = pyplot()
    drawn, axis = plt.subplots(figsize=(6, 4))
    for seed in sorted({run["seed"] for run in numbers["runs"]}):
        known = [run for run in numbers["runs"] if run["seed"] == seed and run["n_eff"]]
        x, y = [run["parameters"] for run in known], [run["n_eff"] for run in known]
        reach = [[run["n_eff"] - run["low"] for run in known], [run["high"] - run["n_eff"] for run in known]]
        axis.errorbar(x, y, reach, marker="o", capsize=3, lw=1, label=f"seed {seed}")
    open_ = [run for run in numbers["runs"] if not run["n_eff"]]
    axis.plot([run["parameters"] for run in open_], [run["low"] for run in open_], "^", color="grey", label="at least")
    known = sorted((run["parameters"], run["n_eff"]) for run in numbers["runs"] if run["n_eff"])
    if known:
        x = np.array([known[0][0], known[-1][0]], float)
        axis.plot(x, known[0][1] * x / x[0], "k--", lw=0.9, label="in proportion (the theory's shape)")
    axis.set(xscale="log", yscale="log", xlabel="parameters of the discriminator", ylabel="N_eff of the generator")
    axis.legend(fontsize=8)
    axis.grid(alpha=0.3, which="both")
    path = directory / "capacity.png"
    save(drawn, path)
    return path, "Effective support against the discriminator's size; bars are 95 % intervals."
