"""The study of collapse: what a generator holds at each checkpoint, and what it drops again."""

import numpy as np

from ganzoo.metrics.birthday.test import birthday_test
from ganzoo.metrics.mode_coverage import mode_coverage
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.studies import collapse_figures as figures
from ganzoo.studies.base import Findings, Section, made
from ganzoo.studies.data import reports
from ganzoo.studies.history import at_checkpoints

RATE = {player: f"optimizers.{player}.learning_rate" for player in ("discriminator", "generator")}
# The runs: recipe, settings that all share, the rates that are gone over, steps.
SETS = {
    "grid": ("grid_vanilla", (), (f"{RATE['discriminator']}=2e-4,1e-3",), 4000),
    "digits": (
        "digits_dcgan",
        ("model.generator.width=32", "model.discriminator.width=32", "batch_size=64", f"{RATE['discriminator']}=2e-4"),
        (f"{RATE['generator']}=2e-4,5e-3",),
        1500,
    ),
}
CHECKPOINTS, SMOKE_CHECKPOINTS, SMOKE_STEPS = 8, 2, 40
COUNT, SMOKE_COUNT = 2000, 200
SHOWN = 12
# A collapse: fewer than this share of the modes that were held at most.
COLLAPSED = 0.5
# A sample counts for a mode or class where so large a share of the samples is there.
LEAST_SHARE = 0.002


def study(options):
    """Makes the study; returns its `Findings`."""
    checkpoints = SMOKE_CHECKPOINTS if options.smoke else CHECKPOINTS
    runs = []
    for name, (recipe, overrides, over, steps) in SETS.items():
        steps = SMOKE_STEPS if options.smoke else steps
        shown = reports(steps, checkpoints=checkpoints)
        found = made(
            options,
            list(over),
            "ganzoo.studies.collapse:measure",
            recipe=recipe,
            overrides=(*overrides, "model.average_decay=0.9", *shown),
            steps=steps,
            name=name,
            about={"count": SMOKE_COUNT if options.smoke else COUNT},
        )
        for each in found:
            values = ", ".join(f"{key.split('.')[1]} at {value}" for key, value in each["set"].items())
            runs.append({"name": f"{recipe}, {values}", "directory": each["run"], "history": each["history"]})
    for run in runs:
        run |= judged(run["history"])
    numbers = {"runs": [{key: value for key, value in run.items() if key != "directory"} for run in runs]}
    return Findings("Modes held and dropped", answer(runs), numbers, sections(options.directory, runs), {"samples": COUNT})


def measure(run, options, log):
    """A run's model at each checkpoint, by the same latents, and a picture of it beside the run."""
    from ganzoo.files import write_atomically
    from ganzoo.pictures import png

    view, before, history, pictures = None, None, [], []
    for step, sampler in at_checkpoints(run):
        view = view or View(sampler, log)
        samples = view.samples(sampler, options["count"])
        entry = {"step": step, **view.held(samples), "n_eff": view.support(samples)}
        if before is not None:
            entry |= view.succession(before, samples)
        history.append(entry)
        pictures.append(view.picture(samples))
        before = samples
        log(f"step {step}: {entry['captured']} of {entry['modes']} modes")
    write_atomically(run / "collapse.png", png(figures.sheet(pictures)))
    last = history[-1]
    values = {"captured": last["captured"], "modes": last["modes"]}
    return {"value": last["captured"], "values": values, "history": history}


class View:
    """How the samples of one data set are looked at: as points with known modes, or as images with classes.

    Args:
        sampler: a `RunSampler` of the run.
        log: called with lines.
    """

    def __init__(self, sampler, log):
        from ganzoo.evaluation.features.choose import choose
        from ganzoo.evaluation.inputs.opening import open_input
        from ganzoo.evaluation.inputs.reference import held_out

        self.source = sampler.recipe.data
        # By its name a data set of images knows its labels, which most recipes leave out.
        data = open_input(self.source if self.source.feature == "point" else self.source.name)
        reference, held, _ = held_out(data)
        self.is_points = self.source.feature == "point"
        self.real, self.test = (side.examples(min(side.size, 2000), 0) for side in (reference, held))
        if self.is_points:
            from ganzoo.data.registry import find

            self.modes = find(self.source.name).modes
        else:
            self.classifier = choose("classifier", data, log=log)
            self.classes = len(np.unique(self.classifier.probabilities(self.real).argmax(1)))
        self.near = {
            kind: typical_distance(features(self.real), features(self.test)) for kind, features in self.kinds().items()
        }

    def kinds(self):
        """What distances are taken in, by name: as it is, and for images without each image's own colours."""
        return {"": flat} if self.is_points else {"": flat, "_recoloured": without_colours}

    def samples(self, sampler, count):
        from ganzoo.data.scaling import to_uint8

        drawn = sampler.sample(count, 0)
        return drawn if self.is_points else to_uint8(drawn)

    def held(self, samples):
        """The modes or classes that the samples hold: `captured`, `modes`, `shares` of each."""
        if self.is_points:
            near = nearest(samples, self.modes.means)
            good = near.distances[:, 0] <= 3 * self.modes.scale
            shares = np.bincount(near.indices[good, 0], minlength=len(self.modes.means)) / len(samples)
            quality = mode_coverage(samples, self.modes)["high_quality"]
        else:
            probabilities = self.classifier.probabilities(samples)
            shares = np.bincount(probabilities.argmax(1), minlength=probabilities.shape[1]) / len(samples)
            quality = float((probabilities.max(1) > 0.9).mean())
        total = len(self.modes.means) if self.is_points else self.classes
        captured = int((shares >= LEAST_SHARE).sum())
        return {"captured": captured, "modes": total, "quality": quality, "shares": shares.round(4).tolist()}

    def support(self, samples):
        """N_eff by the birthday test, twins calibrated on held-out data: `value`, `low`, `high`."""
        record = birthday_test(flat(samples), flat(self.test), batch_sizes=(50,), batches=2)
        return record["n_eff"]

    def succession(self, before, after):
        """How much of an earlier checkpoint's samples is there again, and how far the same latents moved."""
        found = {}
        for kind, features in self.kinds().items():
            found[f"kept{kind}"] = kept(features(before), features(after), self.near[kind])
        moved = np.linalg.norm(flat(before) - flat(after), axis=1).mean()
        others = np.linalg.norm(flat(before) - flat(np.roll(before, 1, 0)), axis=1).mean()
        return found | {"moved": float(moved / max(others, 1e-12))}

    def picture(self, samples):
        from ganzoo.pictures import grid, scatter

        if self.is_points:
            return scatter(samples[:500], self.real, side=200)
        return grid(samples[:SHOWN], columns=SHOWN)


def flat(examples):
    """Examples as float32 rows, images in grey levels of 0 to 1."""
    examples = np.asarray(examples)
    scale = 255.0 if examples.dtype == np.uint8 else 1.0
    return examples.reshape(len(examples), -1).astype(np.float32) / scale


def without_colours(images):
    """Images as rows without each one's own brightness, contrast and colours: each channel in its own mean and deviation."""
    images = np.asarray(images, np.float32)
    centred = images - images.mean((1, 2), keepdims=True)
    return (centred / np.maximum(centred.std((1, 2), keepdims=True), 1e-3)).reshape(len(images), -1)


def typical_distance(train, test):
    """The median distance of held-out examples to the nearest training example: what counts as the same kind of thing."""
    return float(np.median(nearest(test, train).distances[:, 0]))


def kept(before, after, distance):
    """The share of earlier samples [N, d] with a later one [M, d] within a distance."""
    return float((nearest(before, after).distances[:, 0] <= distance).mean())


def judged(history):
    """What a history of checkpoints says: modes held at most and at the end, those dropped since, whether it collapsed.

    Args:
        history: dicts with `step`, `captured` and `shares`, by step.

    Returns:
        `most`, `at_end`, `dropped` (modes that an earlier checkpoint held and the last does not), `collapsed`, `returned`
        (modes that were lost and came back, over all checkpoints).
    """
    held = np.array([entry["shares"] for entry in history]) >= LEAST_SHARE
    ever, last = held.any(0), held[-1]
    returned = sum(_came_back(held[:, mode]) for mode in range(held.shape[1]))
    most, at_end = int(held.sum(1).max()), int(last.sum())
    collapsed = bool(at_end < COLLAPSED * max(most, 1) or at_end < COLLAPSED * history[-1].get("modes", 0))
    return {"most": most, "at_end": at_end, "dropped": np.flatnonzero(ever & ~last).tolist(), "collapsed": collapsed,
            "returned": returned}  # fmt: skip


def _came_back(held):
    """Whether a mode, bool by checkpoint, was held, lost and held again."""
    changes = np.diff(np.asarray(held, int))
    lost = np.flatnonzero(changes < 0)
    return bool(lost.size and (changes[lost[0] :] > 0).any())


def answer(runs):
    """What held, a sentence a run."""
    says = []
    for run in runs:
        last, later = run["history"][-1], [entry for entry in run["history"] if "kept" in entry]
        text = (
            f"{run['name']}: {run['at_end']} of {last['modes']} modes at the end, {run['most']} at most; "
            f"{len(run['dropped'])} held before and dropped, {run['returned']} dropped and found again"
            f"{'; collapsed' if run['collapsed'] else ''}. From checkpoint to checkpoint {_shares(later, 'kept')} of the "
            "samples were there again"
        )
        if any("kept_recoloured" in entry for entry in later):
            text += f"; without their colours {_shares(later, 'kept_recoloured')}"
        says.append(f"{text}.")
    return says


def _shares(history, key):
    return ", ".join(f"{entry[key]:.0%}" for entry in history)


def sections(directory, runs):
    """The page's parts, a run each."""
    from ganzoo.report.numbers import interval

    parts = [
        Section(
            "Modes over training",
            ("A mode of points is held with 0.2 % of the samples within three standard deviations, a class with as many that a "
             "classifier takes for it.",),
            None,
            (figures.over_time(directory, runs),),
        )
    ]  # fmt: skip
    for number, run in enumerate(runs, 1):
        rows = [
            (f"{entry['step']:,}", entry["captured"], f"{entry['quality']:.2f}", interval(entry["n_eff"]),
             *(f"{entry[key]:.2f}" if key in entry else "–" for key in ("kept", "kept_recoloured", "moved")))
            for entry in run["history"]
        ]  # fmt: skip
        head = ("step", "modes held", "quality", "N_eff", "there again", "without colours", "the same latents moved")
        parts.append(Section(run["name"], (MEANING,), (head, rows), (figures.copied(directory, run, number),)))
    return parts


MEANING = (
    "There again: the share of the checkpoint before's samples that have one now as near as held-out data lies to training "
    "data; without colours, each image in its own mean and contrast. Moved: how far the same latents' samples moved, 1 being "
    "the distance of two samples. Quality: the share of samples near a mode, or that a classifier is 90 % sure of."
)
