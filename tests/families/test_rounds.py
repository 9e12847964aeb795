"""A step that is traced once and taken several times in a round draws, moves and records as that many steps in a row."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.families.gan import GAN
from ganzoo.families.wgan import WGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator

ROWS = 6


def gan():
    discriminator = mlp_discriminator((2,), width=8, dropout=0.3)
    options = {"instance_noise": 0.1, "penalties": [penalties.DRAGAN()], "adversarial_loss": losses.NonSaturating()}
    return GAN(mlp_generator((2,), 3, width=8), discriminator, discriminator_steps=3, **options)


def wgan():
    return WGAN(mlp_generator((2,), 3, width=8), mlp_discriminator((2,), width=8, name="critic"), critic_steps=4)


def rounds(make, compiled):
    """The records of two rounds, and everything that a resumed run needs after them."""
    keras.utils.set_random_seed(2)
    model = make()
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players}, seed=7)
    data = np.random.default_rng(0).normal(size=(2, ROWS * model.batches_per_step, 2))
    step = tf.function(model.train_step) if compiled else model.train_step
    records = [step({"point": tf.constant(batch, tf.float32)}) for batch in data]
    state = [variable.numpy() for variables in model.state().values() for variable in variables]
    return [{name: float(value) for name, value in record.items()} for record in records], state


@pytest.mark.parametrize("make", [gan, wgan])
def test_a_compiled_round_is_the_eager_one(make):
    (eager, eager_state), (compiled, compiled_state) = rounds(make, False), rounds(make, True)
    for one, other in zip(eager, compiled, strict=True):
        assert list(one) == list(other)
        assert one == pytest.approx(other, rel=1e-4, abs=1e-5)
    for one, other in zip(eager_state, compiled_state, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_the_graph_does_not_grow_with_the_steps_of_a_round():
    def size(steps):
        model = WGAN(mlp_generator((2,), 3, width=8), mlp_discriminator((2,), width=8, name="critic"), critic_steps=steps)
        model.compile({player: keras.optimizers.SGD(0.01) for player in model.players})
        batch = {"point": tf.TensorSpec((ROWS * steps, 2), tf.float32)}
        return len(
            tf.function(model.train_step).get_concrete_function(batch).graph.as_graph_def(add_shapes=False).SerializeToString()
        )

    assert size(8) < 1.6 * size(2)  # unrolled it is three times as large
