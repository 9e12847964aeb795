"""When a callback acts, whatever number of steps Keras runs in one go; with a stand-in for the model."""

import types

import pytest
import tensorflow as tf

from ganzoo.callbacks.stepwise import Stepwise


class Acts(Stepwise):
    def __init__(self, every):
        super().__init__(every)
        self.steps = []

    def on_step(self, step):
        self.steps.append(step)


def acted(every, start, batches, generator_steps=1):
    """The steps at which a callback acts: `batches` are the numbers of the batches after which Keras calls it."""
    callback = Acts(every)
    callback.set_model(types.SimpleNamespace(step=tf.constant(start), generator_steps=generator_steps))
    callback.on_train_begin()
    assert callback.step == start
    for batch in batches:
        callback.on_train_batch_end(batch)
    callback.on_train_end()
    return callback.steps


@pytest.mark.parametrize(
    "every, start, batches, steps",
    [
        (2, 0, range(6), [2, 4, 6]),
        (4, 0, range(6), [4, 6]),  # and at the end
        (3, 0, [1, 3, 5], [4, 6]),  # two steps in one go
        (2, 0, [9], [10]),  # many multiples in one go
        (5, 3, range(4), [5, 7]),  # a run that was taken up
        (5, 5, range(1), [6]),
        (1, 7, [], []),  # nothing was trained
    ],
)
def test_it_acts_when_training_passes_a_multiple_and_once_at_the_end(every, start, batches, steps):
    assert acted(every, start, batches) == steps


def test_a_round_may_count_several_generator_steps():
    assert acted(4, 0, range(4), generator_steps=2) == [4, 8]
    assert acted(5, 0, range(4), generator_steps=3) == [6, 12]


def test_it_begins_anew_where_the_same_callback_trains_again():
    callback = Acts(2)
    callback.set_model(types.SimpleNamespace(step=tf.constant(0), generator_steps=1))
    for _ in range(2):
        callback.on_train_begin()
        callback.on_train_batch_end(1)
        callback.on_train_end()
    assert callback.steps == [2, 2]
