"""The study of sample counts: the same model's Frechet distance by few and by many samples."""

import numpy as np

from ganzoo.studies.base import Findings, Section, made
from ganzoo.sweeps.results import pyplot, save

TAKES = ("data", "model")
MODELS = {"digits": "digits_dcgan", "mnist": "mnist_dcgan"}
COUNTS = (100, 200, 500, 1000, 2000, 5000, 10000)
# Larger images take longer to draw.
SEEDS, FEWER_SEEDS = (0, 1, 2, 3, 4), (0, 1, 2)


def study(options):
    """Makes the study; returns its `Findings`."""
    from ganzoo.zoo import model_path

    data = options.data or "digits"
    model = options.model or str(model_path(MODELS.get(data, data)))
    counts, seeds = COUNTS, SEEDS if data == "digits" else FEWER_SEEDS
    counts, seeds = ((50, 100), (0, 1)) if options.smoke else (counts, seeds)
    about = {"model": model, "data": options.data if options.model else None, "counts": list(counts)}
    seeds = [f"seed={','.join(map(str, seeds))}"]
    found = made(options, seeds, runner="ganzoo.studies.fid_count:run", about=about)
    rows = [summary(count, [each["scores"][place] for each in found]) for place, count in enumerate(counts)]
    last = found[0]["scores"][-1]
    numbers = {"model": model, "name": last["name"], "counts": rows, "protocol": last["line"]}
    return Findings(
        "How many samples a Frechet distance takes",
        answer(numbers),
        numbers,
        sections(options.directory, numbers),
        {"model": last["model"], "protocol of the largest": numbers["protocol"]},
    )


def run(task, log):
    """The runner of one seed: the model's Frechet distance by each count of samples."""
    from ganzoo.evaluation.evaluator import Evaluator
    from ganzoo.evaluation.inputs.opening import open_input
    from ganzoo.evaluation.inputs.reference import real_data
    from ganzoo.strategies import limit

    limit(task["devices"], task["threads"])
    options, scores = task["options"], []
    model = open_input(options["model"])
    data = real_data(model, options["data"])
    evaluator = Evaluator(data, count=max(options["counts"]), seed=int(task["point"]["seed"]), log=log)
    for count in options["counts"]:
        engine = evaluator if count == evaluator.count else evaluator.of_count(count)
        score = engine.scores(model, ["frechet_distance"])[0]
        kept = {key: score[key] for key in ("name", "value", "floor", "excess", "real", "real_count")}
        scores.append(kept | {"line": score["protocol_line"], "model": model.name})
        log(f"{count:,} samples: {score['value']:.4g}")
    return 0, {"value": scores[-1]["value"], "values": {"FD": scores[-1]["value"]}, "scores": scores}


def summary(count, scores):
    """One count: the mean over seeds of the value, its floor and excess, their spread, and the real data's own."""

    def mean(key):
        values = [score[key] for score in scores if score[key] is not None]
        return float(np.mean(values)) if values else None

    spread = float(np.std([score["value"] for score in scores], ddof=1)) if len(scores) > 1 else None
    about = {key: mean(key) for key in ("value", "floor", "excess", "real")}
    return {"count": count, "seeds": len(scores), "spread": spread, "real_count": scores[0]["real_count"], **about}


def answer(numbers):
    """What held, in sentences."""
    first, last = numbers["counts"][0], numbers["counts"][-1]
    says = [
        f"{numbers['name']} of the same model is {first['value']:.3g} by {first['count']:,} samples and {last['value']:.3g} by "
        f"{last['count']:,}: {first['value'] / last['value']:.1f} times as much, by nothing but the count."
    ]
    if first["floor"] is not None and last["floor"] is not None:
        says.append(
            f"A perfect model would have {first['floor']:.3g} and {last['floor']:.3g}: {first['floor'] / first['value']:.0%} "
            f"and {last['floor'] / last['value']:.0%} of the score. Above this floor the model has {first['excess']:.3g} and "
            f"{last['excess']:.3g}."
        )
    if first["spread"] is not None:
        says.append(
            f"From seed to seed the score spreads by {first['spread']:.2g} and {last['spread']:.2g} (standard deviation)."
        )
    return says


def sections(directory, numbers):
    """The page's parts."""

    def cell(value):
        return "–" if value is None else f"{value:.4g}"

    rows = [(f"{row['count']:,}", *(cell(row[key]) for key in ("value", "spread", "floor", "excess", "real")))
            for row in numbers["counts"]]  # fmt: skip
    head = ("samples", numbers["name"], "± by seed", "floor", "excess", "held-out real data")
    text = "The floor is the expected score of a perfect model at the same counts, the excess what is above it."
    return [Section("Score by count", (text,), (head, rows), (figure(directory, numbers),))]


def figure(directory, numbers):
    """Value, floor, excess and real data over the count."""
    plt = pyplot()
    drawn, axis = plt.subplots(figsize=(6, 4))
    counts = [row["count"] for row in numbers["counts"]]
    for key, style in (("value", "o-"), ("floor", "s--"), ("excess", "d-"), ("real", "^:")):
        known = [(count, row[key]) for count, row in zip(counts, numbers["counts"], strict=True) if row[key] is not None]
        if known:
            label = {"value": "the model", "real": "held-out real data"}.get(key, key)
            axis.plot(*zip(*known, strict=True), style, label=label, ms=4)
    axis.set(xscale="log", yscale="log", xlabel="generated samples", ylabel=numbers["name"])
    axis.legend(fontsize=8)
    axis.grid(alpha=0.3, which="both")
    path = directory / "count.png"
    save(drawn, path)
    return path, "The same model, scored by more and more samples."
