import os
import signal
import types

import pytest
import tensorflow as tf

from ganzoo.callbacks.saving import SIGNALS, GracefulStop, Saving, leave_dead_terminals


class Checkpoints:
    def __init__(self, model):
        self.model, self.saved = model, []

    def save(self):
        self.saved.append(self.model.at)


def test_a_checkpoint_is_saved_every_so_many_steps_and_at_the_end():
    model = types.SimpleNamespace(step=tf.constant(0), generator_steps=1, at=0)
    checkpoints = Checkpoints(model)
    after = []
    saving = Saving(3, checkpoints, lambda: after.append(list(checkpoints.saved)))
    saving.set_model(model)
    saving.on_train_begin()
    for batch in range(7):
        model.at = batch + 1
        saving.on_train_batch_end(batch)
    saving.on_train_end()
    assert checkpoints.saved == [3, 6, 7] and after == [[3], [3, 6], [3, 6, 7]]


@pytest.fixture
def handled():
    """Signals that reached the handlers which stood before; puts the process's own back."""
    seen = []
    own = {number: signal.signal(number, lambda number, frame: seen.append(number)) for number in SIGNALS}
    yield seen
    for number, handler in own.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_training_after_the_step_that_runs(number, handled):
    said, model = [], types.SimpleNamespace(stop_training=False)
    stop = GracefulStop(said.append)
    stop.set_model(model)
    stop.on_train_begin()
    stop.on_train_batch_end(0)
    assert not model.stop_training and stop.signal is None
    signal.raise_signal(number)
    assert stop.signal == number and not model.stop_training and len(said) == 1 and "stopping" in said[0]
    stop.on_train_batch_end(1)
    assert model.stop_training and handled == []
    stop.on_train_end()
    signal.raise_signal(number)
    assert handled == [number], "after the training a signal is its earlier handler's again"


def test_a_second_signal_ends_at_once(handled):
    stop = GracefulStop(lambda line: None)
    stop.on_train_begin()
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)
    assert handled == [signal.SIGINT]


def test_a_hang_up_that_nohup_ignores_stays_ignored(handled):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = GracefulStop(lambda line: None)
    stop.on_train_begin()
    signal.raise_signal(signal.SIGHUP)
    assert stop.signal is None
    stop.on_train_end()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


@pytest.mark.parametrize("reader_leaves", [True, False])
def test_streams_that_nobody_reads_go_nowhere(reader_leaves, capfd):
    read, write = os.pipe()
    kept = os.dup(1)
    os.dup2(write, 1)
    try:
        if reader_leaves:
            os.close(read)
        leave_dead_terminals()
        os.write(1, b"a line")  # would raise BrokenPipeError
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(write)
    if not reader_leaves:
        assert os.read(read, 100) == b"a line"
        os.close(read)


def test_a_terminal_that_is_gone_stops_no_training(handled):
    master, slave = os.openpty()
    kept = os.dup(2)
    os.dup2(slave, 2)
    os.close(slave)
    os.close(master)  # the terminal's window is closed
    said, stop = [], GracefulStop(lambda line: said.append(os.write(2, line.encode())))
    try:
        stop.on_train_begin()
        signal.raise_signal(signal.SIGHUP)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        stop.restore()
    assert stop.signal == signal.SIGHUP and len(said) == 1
