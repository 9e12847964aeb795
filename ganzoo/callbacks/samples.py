"""Sample grids during training: the same latents each time, and fresh ones."""

import numpy as np

from ganzoo import pictures
from ganzoo.callbacks.stepwise import Stepwise
from ganzoo.run import write_atomically

COUNT = 64
FIXED = 1_000_000_000  # far from the seeds that people sample with


class Samples(Stepwise):
    """Draws fixed and fresh samples by the averaged generator, saves and shows them, and lets the monitor see them.

    Args:
        every: generator steps between two grids.
        directory: where `step-....png` goes.
        real: real examples [N, ...] as the model sees them, shown once and compared with.
        board: a `Board`.
        monitor: a `Monitor`.
    """

    def __init__(self, every, directory, real, board, monitor):
        super().__init__(every)
        self.directory = directory
        self.real = real
        self.board = board
        self.monitor = monitor

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.step == 0:
            self.board.picture(0, "real", pictures.picture(self.real[:COUNT]))

    def act(self, step):
        fixed = self._sample(FIXED)
        fresh = self._sample(FIXED + step)
        self.board.picture(step, "samples/fixed", pictures.picture(fixed, self.real))
        self.board.picture(step, "samples/fresh", pictures.picture(fresh, self.real))
        write_atomically(self.directory / f"step-{step:08d}.png", pictures.png(pictures.picture(fixed, self.real)))
        self.monitor.see(step, fresh, self.real)

    def _sample(self, seed):
        return np.asarray(self.model.sample(**self.model.showcase(COUNT, seed)))
