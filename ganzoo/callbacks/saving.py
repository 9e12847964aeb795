"""Checkpoints at regular steps, and a graceful end on Ctrl-C, SIGTERM and SIGHUP."""

import contextlib
import os
import select
import signal
import stat

import keras

from ganzoo.callbacks.stepwise import Stepwise

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Saving(Stepwise):
    """Saves a checkpoint every so many steps and at the end.

    Args:
        every: generator steps between two checkpoints.
        checkpoints: the run's `Checkpoints`.
        saved: called after each.
    """

    def __init__(self, every, checkpoints, saved=lambda: None):
        super().__init__(every)
        self.checkpoints = checkpoints
        self.saved = saved

    def on_step(self, step):
        self.checkpoints.save()
        self.saved()


class GracefulStop(keras.callbacks.Callback):
    """Lets the step that runs finish when one of `SIGNALS` comes, then ends the training; a second one ends it at once.

    SIGHUP comes when the terminal goes: what would be printed to it goes nowhere. Where it is ignored, as under nohup, it
    stays so.

    Attributes:
        signal: the signal's number, or None.
    """

    def __init__(self, log):
        super().__init__()
        self.log = log
        self.signal = None
        self._before = {}

    def on_train_begin(self, logs=None):
        for number in SIGNALS:
            if number != getattr(signal, "SIGHUP", None) or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._caught)

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
        leave_dead_terminals()
        self.log("stopping: the step that runs ends, then the run is saved (once more to stop at once)")

    def on_train_batch_end(self, batch, logs=None):
        if self.signal is not None:
            self.model.stop_training = True


def leave_dead_terminals():
    """Turns output streams that nobody reads any more to nowhere: a write to them would end the training unsaved."""
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            if _is_dead(stream):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream)
                os.close(nowhere)


def _is_dead(stream):
    mode = os.fstat(stream).st_mode
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)) or not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(stream, 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
