"""Samples during training, as grids or as lines of text: the same latents each time, and fresh ones."""

import numpy as np

from ganzoo import pictures
from ganzoo.callbacks.stepwise import Stepwise
from ganzoo.files import write_atomically

COUNT = 64
# Steps at which grids are drawn before the first regular one: most happens early.
EARLY = (0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
FIXED = 1_000_000_000  # far from the seeds that people sample with


class Samples(Stepwise):
    """Draws fixed and fresh samples by the averaged generator, saves and shows them, and lets the monitor see them.

    Before the first regular step they are drawn at `EARLY` ones too, which the monitor, who would find all alike, does not see.

    Args:
        every: generator steps between two grids.
        directory: where `step-....png` goes, or `step-....txt` of texts.
        real: real examples [N, ...] as the model sees them, shown once and compared with.
        board: a `Board`, or `Listeners`.
        monitor: a `Monitor`.
        show: called with the step and the fixed samples, a picture uint8 [H, W, C] or a list of lines; None for nobody.
    """

    def __init__(self, every, directory, real, board, monitor, show=None):
        super().__init__(every)
        self.show = show
        self.directory = directory
        self.real = real
        self.board = board
        self.monitor = monitor

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.step == 0:
            self._show(0, "samples/real", self.real[:COUNT])
            self._draw(0)

    def on_train_batch_end(self, batch, logs=None):
        before = self.step
        super().on_train_batch_end(batch, logs)
        if self._acted_at != self.step and any(before < early <= self.step for early in EARLY if early < self.every):
            self._draw(self.step)

    def on_step(self, step):
        fresh = self._draw(step)
        if fresh is not None:
            self.monitor.on_samples(step, fresh, self.real)

    def _draw(self, step):
        """Draws, saves and shows samples; returns the fresh ones, or None where the model makes none yet."""
        if not self.model.makes_samples:
            return None
        fixed = self._sample(FIXED)
        fresh = self._sample(FIXED + step)
        picture = self._show(step, "samples/fixed", fixed, self.real)
        self._show(step, "samples/fresh", fresh, self.real)
        if isinstance(picture, list):
            write_atomically(self.directory / f"step-{step:08d}.txt", "\n".join(picture) + "\n")
        else:
            write_atomically(self.directory / f"step-{step:08d}.png", pictures.png(picture))
        if self.show:
            self.show(step, picture)
        return fresh

    def _show(self, step, tag, examples, real=None):
        """Shows examples on the board; returns the picture, or the list of lines that texts are."""
        if np.issubdtype(examples.dtype, np.integer):
            lines = [line.decode() for line in self.model.outputs(examples)["text"].numpy()]
            self.board.log_text(step, tag, "\n".join(f"    {line}" for line in lines))  # Markdown for lines as they are
            return lines
        picture = pictures.picture(examples, real)
        self.board.log_image(step, tag, picture)
        return picture

    def _sample(self, seed):
        return np.asarray(self.model.sample(**self.model.showcase(COUNT, seed)))
