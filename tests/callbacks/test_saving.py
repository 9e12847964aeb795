import signal
import types

import pytest
import tensorflow as tf

from ganzoo.callbacks.saving import GracefulStop, Saving


class Checkpoints:
    def __init__(self, model):
        self.model, self.saved = model, []

    def save(self):
        self.saved.append(self.model.at)


def test_a_checkpoint_is_saved_every_so_many_steps_and_at_the_end():
    model = types.SimpleNamespace(step=tf.constant(0), generator_steps=1, at=0)
    checkpoints = Checkpoints(model)
    saving = Saving(3, checkpoints)
    saving.set_model(model)
    saving.on_train_begin()
    for batch in range(7):
        model.at = batch + 1
        saving.on_train_batch_end(batch)
    saving.on_train_end()
    assert checkpoints.saved == [3, 6, 7]


@pytest.fixture
def handled():
    """Signals that reached the handlers which stood before; puts the process's own back."""
    seen = []
    own = {
        number: signal.signal(number, lambda number, frame: seen.append(number)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield seen
    for number, handler in own.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
