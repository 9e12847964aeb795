"""Values that change over training: what they are, and that penalties, averages and optimizers follow them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, optimizers, penalties, schedules
from ganzoo.averages import Average
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import load_recipe
from ganzoo.training import train

SCHEDULES = [
    "model.penalties=[penalties.R1(schedules.Cosine(1.0, 0.1, 4)), penalties.R2(schedules.Cosine(1.0, 0.1, 4))]",
    "model.average_decay=schedules.HalfLife(schedules.Cosine(0.0, 8.0, 4))",
    *(
        f"optimizers.{player}=optimizers.Adam(schedules.Cosine(0.01, 0.001, 4), 0.0, schedules.Cosine(0.9, 0.99, 4))"
        for player in ("generator", "discriminator")
    ),
]


def test_a_cosine_is_the_released_codes():
    # cosine_decay_with_warmup(n, base_value=0.05, total_nimg=20, final_value=0.005) of R3GAN's code, n = 0, 5, 10, 20, 25.
    found = [float(schedules.Cosine(0.05, 0.005, 20)(step)) for step in (0, 5, 10, 20, 25)]
    np.testing.assert_allclose(found, [0.05, 0.04340990257669732, 0.0275, 0.005, 0.005], rtol=1e-5)
    rising = schedules.Cosine(0, 0.99, 8)
    assert float(rising(0)) == 0 and float(rising(tf.constant(6, tf.int64))) > float(rising(4)) == pytest.approx(0.495)


def test_a_half_life_halves():
    decay = schedules.HalfLife(schedules.Cosine(0, 100, 10))
    assert float(decay(0)) == 0.0 and float(decay(10)) ** 100 == pytest.approx(0.5, rel=1e-4)
    assert float(schedules.HalfLife(3)(7)) ** 3 == pytest.approx(0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: schedules.Cosine(1.0, 0.0, 0),
        lambda: schedules.HalfLife(-1),
    ],
)
def test_no_steps_are_refused(make):
    with pytest.raises(UserError, match="steps is a number of steps"):
        make()


@pytest.mark.parametrize(
    "schedule", [schedules.Cosine(1.0, 0.1, 4), schedules.HalfLife(3), schedules.HalfLife(schedules.Cosine(0, 5, 4))]
)
def test_a_schedule_is_saved_and_loaded(schedule):
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule)) == schedule


def test_a_penalty_is_at_each_step_what_its_schedule_says():
    penalty = penalties.R1(schedules.Cosine(1.0, 0.0, 4))
    assert [round(float(penalty.at(step).gamma), 3) for step in (0, 2, 4)] == [1.0, 0.5, 0.0]
    assert isinstance(penalty.gamma, schedules.Cosine) and penalty.at(2).epsilon_shape((2,)) is None
    plain = penalties.WGANGP(0.1)
    assert plain.at(3) is plain
    images = tf.ones((3, 2))
    value = penalty.at(tf.constant(2))(lambda x: tf.reduce_sum(x * x, 1, keepdims=True), images, images)
    assert float(value) == pytest.approx(0.5 / 2 * 8)  # the gradient is 2 x, of squared length 8


def test_an_average_keeps_what_its_schedule_says_from_the_start():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros", use_bias=False)])
    average = Average(network, schedules.HalfLife(schedules.Cosine(0, 1, 2)))
    network.set_weights([np.ones((1, 1))])
    average.update(tf.constant(0, tf.int64))  # a half-life of 0: a copy
    assert float(average.network.weights[0][0, 0]) == 1.0
    network.set_weights([np.zeros((1, 1))])
    average.update(tf.constant(2, tf.int64))
    assert float(average.network.weights[0][0, 0]) == 0.5


def test_beta_2_follows_its_schedule_as_in_pytorch_where_it_is_set_before_each_step():
    rng, schedule = np.random.default_rng(0), schedules.Cosine(0.9, 0.99, 6)
    gradients = rng.normal(size=(8, 3)).astype("float32")
    variable, optimizer = keras.Variable(np.zeros(3, "float32")), optimizers.fused(optimizers.Adam(0.1, 0.0, schedule))
    assert "update_step" in vars(optimizer)
    x, v = np.zeros(3), np.zeros(3)
    optimizer.build([variable])
    for step, gradient in enumerate(gradients):
        beta = float(schedule(step))
        v = beta * v + (1 - beta) * gradient**2
        x = x - 0.1 * gradient / (np.sqrt(v / (1 - beta ** (step + 1))) + 1e-7)
        optimizer.apply([tf.constant(gradient)], [variable])
        np.testing.assert_allclose(variable, x, rtol=1e-4, atol=1e-6)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert again._beta_2 == schedule and again.beta_1 == 0.0


def test_adam_with_a_number_is_keras_own():
    ends = []
    for make in (optimizers.Adam, keras.optimizers.Adam):
        variable, optimizer = keras.Variable(np.ones((4,), "float32")), make(0.1, beta_1=0.5, beta_2=0.9)
        for _ in range(3):
            optimizer.apply([tf.constant([1.0, -2.0, 0.5, 0.0])], [variable])
        ends.append(variable.numpy())
    np.testing.assert_array_equal(*ends)
    assert keras.optimizers.Adam(0.1).get_config().keys() == optimizers.Adam(0.1).get_config().keys()


def compiled(**options):
    keras.utils.set_random_seed(0)
    model = GAN(
        mlp_generator((2,), latent_dim=4, width=8, output="linear"),
        mlp_discriminator((2,), width=8),
        losses.Relativistic(),
        **options,
    )
    adam = lambda: optimizers.Adam(schedules.Cosine(0.01, 0.001, 4), 0.0, schedules.Cosine(0.9, 0.99, 4))  # noqa: E731
    model.compile({player: adam() for player in model.players}, seed=1)
    return model


def test_gamma_falls_with_the_step():
    batch, ends = {"point": tf.random.stateless_normal((8, 2), [0, 1])}, []
    gamma = schedules.Cosine(8.0, 0.5, 3)
    for options in ([penalties.R1(8.0)], [penalties.R1(0.5)], [penalties.R1(gamma)]):
        model = compiled(penalties=options)
        first = float(model.discriminator_loss(batch))
        model.step.assign(3)
        ends.append((first, float(model.discriminator_loss(batch))))
    assert ends[2][0] == ends[0][0] > ends[1][0]  # as with gamma 8 at step 0, and as with 0.5 at step 3
    assert ends[2][1] == ends[1][1] < ends[0][1]


def test_a_run_with_schedules_resumes_to_the_bit(tiny_recipe, tmp_path):
    whole = train(tiny_recipe, tmp_path / "whole", SCHEDULES, steps=6, log=lambda line: None)
    train(tiny_recipe, tmp_path / "parted", SCHEDULES, steps=3, log=lambda line: None)
    train(tiny_recipe, tmp_path / "parted", SCHEDULES, steps=6, log=lambda line: None)
    ends = [tf.train.load_checkpoint(str(tmp_path / run / "checkpoints" / "step-6")) for run in ("whole", "parted")]
    names = [
        name
        for name in ends[0].get_variable_to_shape_map()
        if name.split("/")[0] not in ("_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter")
    ]
    assert {name.split("/")[0] for name in names} == {
        "average",
        "counters",
        "discriminator",
        "discriminator_optimizer",
        "generator",
        "generator_optimizer",
    }
    for name in names:
        np.testing.assert_array_equal(ends[0].get_tensor(name), ends[1].get_tensor(name), err_msg=name)
    assert whole["steps"] == 6
    assert "model.penalties.0.gamma.first = 1.0" in load_recipe(tiny_recipe, SCHEDULES).fingerprint()


REPLICAS = """
    import keras, numpy as np, tensorflow as tf
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    from ganzoo.recipe import build, load_recipe

    def trained(strategy):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            recipe = build(load_recipe({recipe!r}, {overrides!r}))
            recipe.model.compile(recipe.optimizers, seed=1)
        recipe.model.fit(recipe.data.batches(16, seed=0), steps_per_epoch=4, epochs=1, verbose=0)
        return [weight.numpy() for weight in recipe.model.average.network.weights + recipe.model.discriminator.weights]

    one = trained(tf.distribute.get_strategy())
    two = trained(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_allclose(first, second, rtol=2e-3, atol=2e-4)
"""


def test_two_replicas_follow_the_schedules_as_one_device_does(isolated, tiny_recipe):
    isolated(REPLICAS.format(recipe=str(tiny_recipe), overrides=SCHEDULES))
