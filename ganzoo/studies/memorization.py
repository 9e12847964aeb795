"""The study of memorization: from how few images on a GAN copies, and which metric says so first."""

import numpy as np

from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.data import reports, setting
from ganzoo.studies.history import at_checkpoints
from ganzoo.sweeps.results import pyplot, save

TAKES = ("data",)
SIZES = {"digits": (50, 100, 200, 500, 1000), "mnist": (50, 200, 1000, 5000)}
STEPS = {"digits": 2400, "mnist": 6000}
CHECKPOINTS = 3
COUNT, SMOKE_COUNT = 1000, 100
# What each metric takes for copying, by its own rule.
RULES = {
    "copies": "more samples near to single training images than held-out ones are (`ganzoo neighbours`)",
    "c_t": "C_T below -3: nearer to the training images than held-out ones",
    "mifd": "MiFD's penalty: on average less than half as far from the training images as held-out ones",
    "fd_gap": "FD to the training images below half of FD to held-out ones",
    "support": "N_eff of the samples below twice the number of training images: as few different ones as a copier has",
}
# Samples that copy for certain, and data that cannot: what every rule is tried on first.
CONTROLS = ("copies", "mirrored copies", "held-out data")


def study(options):
    """Makes the study; returns its `Findings`."""
    about = setting(options)
    name = options.data or "digits"
    sizes = (50, 200) if options.smoke else SIZES[name]
    steps = about.steps if options.smoke else STEPS[name]
    found = made(
        options,
        [f"data.take={','.join(map(str, sizes))}"],
        "ganzoo.studies.memorization:measure",
        recipe=about.recipe,
        overrides=(*about.overrides, *reports(steps, 20, 1 if options.smoke else CHECKPOINTS)),
        steps=steps,
        about={"count": SMOKE_COUNT if options.smoke else COUNT},
    )
    runs = [
        {"images": int(each["set"]["data.take"]), "history": each["history"], "controls": each["controls"]} for each in found
    ]
    numbers = {"runs": runs, "rules": RULES, "first": first(runs)}
    facts = {"recipe": about.recipe, "settings": ", ".join(about.overrides), "steps": steps}
    return Findings("Copying by size of the data set", answer(numbers), numbers, sections(options.directory, numbers), facts)


def measure(run, options, log):
    """One run at its checkpoints, and the controls for its data: what each metric reads, and what it takes for copying."""
    from ganzoo.data.scaling import to_uint8
    from ganzoo.evaluation.features.choose import choose
    from ganzoo.evaluation.inputs.opening import open_input

    history, look = [], None
    for step, sampler in at_checkpoints(run):
        if look is None:
            source = sampler.recipe.data
            train = source.arrays()["image"]
            held = source.for_scoring().split_as("test").arrays()["image"][: options["count"]]
            extractor = choose("auto", open_input(source.name), log=log)
            look = Look(train, held, extractor.features)
        history.append({"step": step, **look(to_uint8(sampler.sample(options["count"], 0)))})
        log(f"step {step}: {', '.join(flags(history[-1], len(look.train))) or 'no metric speaks of copies'}")
    controls = {name: look(planted(name, look.train, look.held, options["count"])) for name in CONTROLS}
    last = history[-1]
    values = {"nearer": last["nearer"], "c_t": last["c_t"], "flags": ", ".join(flags(last, len(look.train)))}
    return {"value": last["nearer"], "values": values, "history": history, "controls": controls}


def planted(name, train, held, count, seed=0):
    """Samples that copy for certain, uint8 [count, H, W, C]: training images with a little noise; or held-out data."""
    rng = np.random.default_rng(seed)
    source = held if name == "held-out data" else train
    chosen = source[rng.integers(len(source), size=count)]
    if name == "held-out data":
        return held[rng.permutation(len(held))[:count]]
    chosen = chosen[:, :, ::-1] if name == "mirrored copies" else chosen
    return np.clip(chosen + rng.normal(0, 4.0, chosen.shape), 0, 255).astype(np.uint8)


class Look:
    """Looks at samples beside training and held-out images.

    Args:
        train, held: uint8 [N, H, W, C].
        features: a function from images to features [N, d].
    """

    def __init__(self, train, held, features):
        self.train, self.held, self.features = train, held, features
        self.of_train, self.of_held = features(train), features(held)

    def __call__(self, fake):
        """The reading of each metric."""
        from ganzoo.errors import UserError
        from ganzoo.evaluation.memorization import copies
        from ganzoo.metrics.birthday.test import birthday_test
        from ganzoo.metrics.checks import Undefined
        from ganzoo.metrics.data_copying import c_t
        from ganzoo.metrics.frechet import frechet_distance
        from ganzoo.metrics.memorization import memorization_informed_fd
        from ganzoo.metrics.neighbours.search import neighbours

        of_fake = self.features(fake)
        record = copies(fake, self.train, self.held, {"features": self.features}, {"features": self.of_train})
        pixels = record["spaces"]["pixels"]
        found = {"finding": record["finding"], "nearer": pixels["share"], "stands_out": pixels["ratio"]["share"]}
        found["exact"] = record["exact"]["fake"]["count"]
        try:
            k = min(5, len(self.of_train) - 1)
            records = [neighbours(self.of_train, side, k) for side in (of_fake, self.of_held)]
            found["c_t"] = float(c_t(self.of_train, of_fake, self.of_held, *records))
        except (UserError, Undefined):
            found["c_t"] = None  # too few samples in a cell
        mifd = memorization_informed_fd(self.of_train, of_fake, self.of_held)
        found |= {"penalty": mifd["penalty"], "distance": mifd["distance"], "threshold": mifd["threshold"]}
        found |= {"fd_train": float(frechet_distance(self.of_train, of_fake))}
        found |= {"fd_held": float(frechet_distance(self.of_held, of_fake))}
        flat = [images.reshape(len(images), -1).astype(np.float32) / 255 for images in (fake, self.held)]
        return found | {"n_eff": birthday_test(*flat, batch_sizes=(50,), batches=2)["n_eff"]}


def flags(found, images):
    """The metrics that take readings for copying, by their `RULES`.

    Args:
        found: as `Look` reads them.
        images: the number of training images.
    """
    most = found["n_eff"]["high"]
    raised = {
        "copies": found["finding"] == "copies",
        "c_t": found["c_t"] is not None and found["c_t"] < -3,
        "mifd": found["penalty"] < 1,
        "fd_gap": found["fd_train"] < 0.5 * found["fd_held"],
        "support": most is not None and most < 2 * images,
    }
    return [name for name in RULES if raised[name]]


def first(runs):
    """By metric: the greatest number of images at which it speaks of copies at the end, and the step of the smallest set's run
    at which it first does; None where it never does.
    """
    found = {}
    for name in RULES:
        sizes = [run["images"] for run in runs if name in flags(run["history"][-1], run["images"])]
        smallest = min(runs, key=lambda run: run["images"])
        steps = [entry["step"] for entry in smallest["history"] if name in flags(entry, smallest["images"])]
        found[name] = {"images": max(sizes, default=None), "step": min(steps, default=None)}
    return found


def answer(numbers):
    """What held, in sentences."""
    runs, says = numbers["runs"], []
    copying = [run["images"] for run in runs if "copies" in flags(run["history"][-1], run["images"])]
    sizes = ", ".join(f"{run['images']:,}" for run in runs)
    says.append(
        f"Of data sets of {sizes} images the nearest training images show copies, at the end, with "
        f"{', '.join(f'{size:,}' for size in copying) or 'none of them'}."
    )
    reads = []
    for name, at in numbers["first"].items():
        reads.append(f"{name} up to {at['images']:,} images" if at["images"] else f"{name} never")
    smallest = min(run["images"] for run in runs)
    steps = [f"{name} at step {at['step']:,}" for name, at in numbers["first"].items() if at["step"] is not None]
    says.append(f"Which metric speaks of copies at the end: {'; '.join(reads)}.")
    says.append(f"With {smallest} images, over training: {'; '.join(steps) or 'none'}.")
    for control in CONTROLS:
        raised = [flags(run["controls"][control], run["images"]) for run in runs]
        counts = "; ".join(f"{name} in {sum(name in some for some in raised)} of {len(runs)}" for name in RULES)
        says.append(f"Control, {control}: {counts}.")
    return says


def sections(directory, numbers):
    """The page's parts."""
    rules = Section("What each metric takes for copying", (), (("metric", "its rule"), list(RULES.items())))
    rows = []
    for run in numbers["runs"]:
        entries = [(f"{run['images']:,}, step {entry['step']:,}", entry) for entry in run["history"]]
        entries += [(f"{run['images']:,}, {name}", run["controls"][name]) for name in CONTROLS]
        rows += [(name, *_cells(entry, run["images"])) for name, entry in entries]
    head = ("images", "nearer", "stand out", "C_T", "MiFD penalty", "FD train", "FD held-out", "N_eff", "speak of copies")
    text = (
        "Nearer: the share of samples nearer to a training image than 95 % of held-out images are (0.05 is what data that was "
        "not trained on has); stand out: those whose nearest training image stands out from the next ones as in 5 % of these."
    )
    return [rules, Section("Readings", (text,), (head, rows), (figure(directory, numbers),))]


def _cells(entry, images):
    from ganzoo.report.numbers import interval

    def cell(value):
        return "–" if value is None else f"{value:.3g}"

    values = [cell(entry[key]) for key in ("nearer", "stands_out", "c_t", "penalty", "fd_train", "fd_held")]
    return (*values, interval(entry["n_eff"]), ", ".join(flags(entry, images)) or "none")


def figure(directory, numbers):
    """The share of samples near training images, and C_T, over the number of images."""
    plt = pyplot()
    drawn, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    sizes = [run["images"] for run in numbers["runs"]]
    for place in range(len(numbers["runs"][0]["history"])):
        entries = [run["history"][min(place, len(run["history"]) - 1)] for run in numbers["runs"]]
        label = f"step {entries[0]['step']:,}"
        left.plot(sizes, [entry["nearer"] for entry in entries], "o-", label=label)
        right.plot(sizes, [np.nan if entry["c_t"] is None else entry["c_t"] for entry in entries], "o-", label=label)
    left.axhline(0.05, color="k", ls=":", lw=1, label="data not trained on")
    right.axhline(-3, color="k", ls=":", lw=1, label="taken for copying below")
    left.set(xscale="log", xlabel="training images", ylabel="samples nearer than held-out ones")
    right.set(xscale="log", xlabel="training images", ylabel="C_T")
    for axis in (left, right):
        axis.legend(fontsize=8)
        axis.grid(alpha=0.3)
    path = directory / "memorization.png"
    save(drawn, path)
    return path, "Copying against the number of training images, at each checkpoint."
