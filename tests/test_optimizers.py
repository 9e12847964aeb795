"""One kernel a variable moves weights as Keras' own Adam does, and keeps its state."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo.optimizers import fused


def train(optimizer, variable, gradients):
    @tf.function
    def step(gradient):
        optimizer.apply([gradient], [variable])

    for gradient in gradients:
        step(tf.constant(gradient))


@pytest.mark.parametrize(
    "options",
    [
        {"learning_rate": 0.01, "beta_1": 0.5},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.01, 15), "beta_1": 0.0, "epsilon": 1e-3},
        {"learning_rate": 0.01, "clipnorm": 0.5, "weight_decay": 0.1},
        {"learning_rate": 0.01, "amsgrad": True},
    ],
)
def test_twenty_steps_are_keras_own(options):
    rng = np.random.default_rng(0)
    start = rng.standard_normal((3, 4)).astype("float32")
    gradients = rng.standard_normal((20, 3, 4)).astype("float32")
    ends = []
    for wrap in (fused, lambda optimizer: optimizer):
        variable, optimizer = keras.Variable(start), wrap(keras.optimizers.Adam(**options))
        optimizer.build([variable])
        train(optimizer, variable, gradients)
        ends.append([variable.numpy(), *[state.numpy() for state in optimizer.variables]])
    for mine, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_only_adam_itself_has_the_kernel_and_sparse_gradients_have_keras_way():
    for other in (keras.optimizers.AdamW(), keras.optimizers.RMSprop(), keras.optimizers.Adam(amsgrad=True)):
        assert fused(other) is other and "update_step" not in vars(other)
    ends = []
    for wrap in (fused, lambda optimizer: optimizer):
        table, optimizer = keras.Variable(np.ones((5, 2), "float32")), wrap(keras.optimizers.Adam(0.1))
        optimizer.build([table])
        gradient = tf.IndexedSlices(tf.constant([[1.0, -1.0]]), tf.constant([3]), tf.constant([5, 2]))
        optimizer.apply([gradient], [table])
        ends.append(table.numpy())
    np.testing.assert_allclose(*ends)
