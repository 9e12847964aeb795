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
# Of MNIST one: a run of the widest takes some half an hour.
SEEDS = {"digits": (0, 1), "mnist": (0,)}
# By the wider of two thresholds so many pairs of held-out data are twins too.
WIDE = 10
STEPS = 1000
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
    steps = about.steps if options.smoke else STEPS
    widths, seeds = ((8, 16), (0,)) if options.smoke else (WIDTHS, SEEDS[options.data or "digits"])
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
    n_eff, wide = record["n_eff"], wider(record)
    values = {
        "parameters": int(RunSampler(run).model.discriminator.count_params()),
        "n_eff": n_eff["value"],
        "low": n_eff["low"],
        "high": n_eff["high"],
        "half_at": record["fake"]["first_half"],
        "samples": record["fake"]["pooled"]["samples"],
        "threshold": record["threshold"],
        "wide": wide["fake"]["n_eff"]["value"],
        "wide_low": wide["fake"]["n_eff"]["low"],
        "wide_high": wide["fake"]["n_eff"]["high"],
        "FD": by_part["frechet_distance", ""],
        "precision": by_part["precision_recall", "precision"],
    }
    return {"value": wide["fake"]["n_eff"]["value"] or 0.0, "values": values, "real": wide["real"]["n_eff"]}


def wider(record):
    """The row of a birthday test's sweep at which some `WIDE` pairs of held-out data count as twins too.

    By the threshold that is calibrated for twins proper a few thousand samples of small images hold none, or a handful.
    """
    rows = [row for row in record["sweep"] if row["real"]]
    return min(rows, key=lambda row: abs(row["real"]["duplicates"] - WIDE))


def relation(runs):
    """The slope of log N_eff over log parameters, with its 95 % interval by the residuals; 1 is the theory's straight line."""
    known = [(math.log(run["parameters"]), math.log(run["wide"])) for run in runs if run["wide"]]
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
    shown = [
        f"{run['parameters']:,} parameters {interval(support(run, 'wide'))}" for run in runs if run["seed"] == runs[0]["seed"]
    ]
    says = [
        f"N_eff of the samples, seed {runs[0]['seed']}, at a distance that {WIDE} pairs of held-out data are within: "
        f"{'; '.join(shown)}. Held-out real data: {interval(numbers['real'])}."
    ]
    if numbers["slope"] is not None:
        low, high = numbers["slope_low"], numbers["slope_high"]
        grows = "grows" if low > 0 else "falls" if high < 0 else "neither grows nor falls for certain"
        says.append(
            f"Over all runs N_eff goes as the discriminator's parameters to the power {numbers['slope']:.2f} "
            f"[{low:.2f}, {high:.2f}]: it {grows}; in proportion would be 1."
        )
    first, last = runs[0], max(runs, key=lambda run: run["parameters"])
    says.append(
        f"Precision goes from {first['precision']:.2f} with {first['parameters']:,} parameters to {last['precision']:.2f} with "
        f"{last['parameters']:,}, FD from {first['FD']:.2f} to {last['FD']:.2f}."
    )
    return says


def sections(directory, numbers):
    """The page's parts."""
    rows = []
    for run in numbers["runs"]:
        estimates = (interval(support(run, "wide")), interval(support(run)), run["half_at"] or "–")
        scores = (f"{run['FD']:.2f}", f"{run['precision']:.2f}")
        rows.append((f"{run['width']}, seed {run['seed']}", f"{run['parameters']:,}", *estimates, *scores))
    head = (
        "width of D",
        "parameters of D",
        f"N_eff, {WIDE} held-out pairs as close",
        "N_eff, twins",
        "half at batches of",
        "FD",
        "precision",
    )
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


def support(run, key="n_eff"):
    """A run's N_eff as an estimate with its ends: by the threshold of twins, or "wide"."""
    return {"value": run[key], "low": run["low" if key == "n_eff" else "wide_low"],
            "high": run["high" if key == "n_eff" else "wide_high"]}  # fmt: skip


def figure(directory, numbers):
    """N_eff over the parameters, with intervals, and the line of proportion."""
    plt = pyplot()
    drawn, axis = plt.subplots(figsize=(6, 4))
    for seed in sorted({run["seed"] for run in numbers["runs"]}):
        known = [run for run in numbers["runs"] if run["seed"] == seed and run["wide"]]
        x, y = [run["parameters"] for run in known], [run["wide"] for run in known]
        reach = [[run["wide"] - run["wide_low"] for run in known], [run["wide_high"] - run["wide"] for run in known]]
        axis.errorbar(x, y, reach, marker="o", capsize=3, lw=1, label=f"seed {seed}")
    open_ended = [(run["parameters"], run["wide_low"]) for run in numbers["runs"] if not run["wide"]]
    if open_ended:
        axis.plot(*zip(*open_ended, strict=True), "^", color="tab:gray", label="not determined: at least this")
    known = sorted((run["parameters"], run["wide"]) for run in numbers["runs"] if run["wide"])
    if known:
        x = np.array([known[0][0], known[-1][0]], float)
        axis.plot(x, known[0][1] * x / x[0], "k--", lw=0.9, label="in proportion (the theory's shape)")
    axis.axhline(numbers["real"]["value"], color="tab:green", ls=":", lw=1, label="held-out real data")
    axis.set(xscale="log", yscale="log", xlabel="parameters of the discriminator", ylabel="N_eff of the generator")
    axis.legend(fontsize=8)
    axis.grid(alpha=0.3, which="both")
    path = directory / "capacity.png"
    save(drawn, path)
    return path, "Effective support against the discriminator's size; bars are 95 % intervals."
