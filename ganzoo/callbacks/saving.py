"""Checkpoints at regular steps, and a graceful end on Ctrl-C and SIGTERM."""

import signal

import keras

from ganzoo.callbacks.stepwise import Stepwise


class Saving(Stepwise):
    """Saves a checkpoint every so many steps and at the end.

    Args:
        every: generator steps between two checkpoints.
        checkpoints: the run's `Checkpoints`.
    """

    def __init__(self, every, checkpoints):
        super().__init__(every)
        self.checkpoints = checkpoints

    def on_step(self, step):
        self.checkpoints.save()


class GracefulStop(keras.callbacks.Callback):
    """Lets the step that runs finish when SIGINT or SIGTERM comes, then ends the training; a second one ends it at once.

    Attributes:
        signal: the signal's number, or None.
    """

    def __init__(self, log):
        super().__init__()
        self.log = log
        self.signal = None
        self._before = {}

    def on_train_begin(self, logs=None):
        self._before = {number: signal.signal(number, self._caught) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_train_end(self, logs=None):
        self.restore()

    def restore(self):
        """Gives the signals back to whoever handled them before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _caught(self, number, frame):
        if self.signal is not None:
            self.restore()
            signal.raise_signal(number)
        self.signal = number
        self.log("stopping: the step that runs ends, then the run is saved (once more to stop at once)")

    def on_train_batch_end(self, batch, logs=None):
        if self.signal is not None:
            self.model.stop_training = True
