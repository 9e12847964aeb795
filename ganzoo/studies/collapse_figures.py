"""The figures of the study of collapse."""

from pathlib import Path

import numpy as np

from ganzoo.files import write_atomically
from ganzoo.sweeps.results import pyplot, save


def sheet(pictures):
    """Pictures of checkpoints, uint8 [H, W, 3], of images below one another, square ones side by side."""
    height, width = pictures[0].shape[:2]
    return np.concatenate(pictures, axis=1 if height == width else 0)


def over_time(directory, runs):
    """Modes held and N_eff over the steps."""
    plt = pyplot()
    drawn, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
    for run in runs:
        steps = [entry["step"] for entry in run["history"]]
        left.plot(steps, [entry["captured"] / entry["modes"] for entry in run["history"]], "o-", ms=4, label=run["name"])
        known = [(entry["step"], entry["n_eff"]["value"]) for entry in run["history"] if entry["n_eff"]["value"]]
        if known:
            right.plot(*zip(*known, strict=True), "o-", ms=4, label=run["name"])
    left.set(xlabel="step", ylabel="share of the modes that is held", ylim=(0, 1.05))
    right.set(xlabel="step", ylabel="N_eff", yscale="log")
    left.legend(fontsize=7)
    for axis in (left, right):
        axis.grid(alpha=0.3)
    path = directory / "modes.png"
    save(drawn, path)
    return path, "Modes held and effective support at each checkpoint; no point where too few twins were found to tell."


def copied(directory, run, number):
    """The picture that was drawn beside a run, among the study's own."""
    path = directory / f"checkpoints-{number}.png"
    write_atomically(path, (Path(run["directory"]) / "collapse.png").read_bytes())
    return path, "The same latents at each checkpoint, the first above or at the left."
