import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import penalties
from ganzoo.errors import UserError
from ganzoo.families.wgan import WGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator


def compiled(depth=1, width=8, critic_rate=0.1, **options):
    keras.utils.set_random_seed(1)
    model = WGAN(
        mlp_generator(shape=(2,), latent_dim=2, width=8, depth=depth, output="linear"),
        mlp_discriminator(shape=(2,), width=width, depth=depth),
        **options,
    )
    model.compile({"generator": keras.optimizers.SGD(0.1), "critic": keras.optimizers.RMSprop(critic_rate)}, seed=5)
    return model


def batch(rows, mean=(0.0, 0.0)):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)) + mean, tf.float32)}


def generate_standard_normals(model):
    """Makes a linear generator the identity: its samples are the latents, N(0, I)."""
    model.generator.set_weights([np.eye(2, dtype=np.float32), np.zeros(2, np.float32)])


def test_the_critic_is_clipped_after_each_of_its_steps():
    model = compiled(clip=0.01)
    before = [w.copy() for w in model.generator.get_weights()]
    model.criticise(batch(40))
    assert int(model.optimizers["critic"].iterations) == 5
    assert max(np.abs(w).max() for w in model.critic.get_weights()) == np.float32(0.01)
    for old, new in zip(before, model.generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_round_is_the_critics_steps_and_one_of_the_generator():
    model = compiled(critic_steps=3)
    records = model.train_step(batch(12))
    assert int(model.optimizers["critic"].iterations) == 3
    assert int(model.optimizers["generator"].iterations) == int(model.step) == 1
    np.testing.assert_allclose(records["critic_loss"], -records["wasserstein"], rtol=1e-5)


def test_a_clipped_linear_critic_finds_its_supremum():
    # sup over |w_i| <= c of w . (mean_real - mean_fake) is c times the L1 distance of the means.
    model = compiled(depth=0, clip=0.1)
    generate_standard_normals(model)
    shift = np.array([3.0, -1.0])
    for _ in range(3):
        model.criticise(batch(5 * 4000, shift))
        records = model._round.end()
    np.testing.assert_allclose(records["wasserstein"], 0.1 * np.abs(shift).sum(), rtol=0.05)


def test_a_penalised_critic_estimates_the_distance_of_shifted_gaussians():
    # W1 of N(m, I) and N(0, I) is |m|. The penalty is soft: a critic of slope k gains k |m| - weight (k - 1)^2, most at
    # k = 1 + |m| / (2 weight).
    model = compiled(depth=0, clip=None, penalties=[penalties.WGANGP(weight=10.0)], critic_steps=1, critic_rate=0.02)
    generate_standard_normals(model)
    keras.utils.set_random_seed(3)
    model.critic = model.discriminator = mlp_discriminator(shape=(2,), width=32, depth=1)
    model.compile({"generator": keras.optimizers.SGD(0.1), "critic": keras.optimizers.Adam(0.01, beta_1=0.5)})
    criticise = tf.function(
        lambda real: (model.criticise(real), model._round.end()["wasserstein"], model.step.assign_add(1))[1]
    )
    rng = np.random.default_rng(2)
    shift = np.array([3.0, -4.0])
    real = [{"point": tf.constant(rng.normal(size=(256, 2)) + shift, tf.float32)} for _ in range(300)]
    found = [float(criticise(points)) for points in real]
    np.testing.assert_allclose(np.mean(found[-100:]), 5.0 * (1 + 5.0 / 20.0), rtol=0.03)


def test_thorough_rounds_are_the_first_and_every_nth():
    model = compiled(thorough_steps=100, thorough_first=3, thorough_every=10)
    assert [step for step in range(25) if model.rounds_before(step)] == [0, 1, 2, 10, 20]
    assert model.rounds_before(10) == 19  # and the round's own: 20 x 5 = 100 critic steps
    assert model.rounds_of_data(11) == 11 + 4 * 19


def test_fit_keeps_the_thorough_rule_on_fresh_data():
    model = compiled(critic_steps=2, thorough_steps=6, thorough_first=1, thorough_every=3)
    count = []
    rows = tf.data.Dataset.range(1000).map(lambda i: {"point": tf.fill((8, 2), tf.cast(i, tf.float32))})

    def watched(row):
        count.append(int(row["point"][0, 0]))
        return row["point"]

    data = rows.map(
        lambda row: {
            "point": tf.ensure_shape(tf.py_function(lambda p: watched({"point": p}), [row["point"]], tf.float32), (8, 2))
        }
    )
    model.fit(data, steps_per_epoch=4, epochs=1, verbose=0)
    assert int(model.step) == 4
    assert int(model.optimizers["critic"].iterations) == 2 * (4 + 2 + 2)  # two more rounds before steps 0 and 3
    assert count[:8] == list(range(8)) and model.rounds_of_data(4) == 8


def test_draws_differ_within_a_thorough_round():
    model = compiled(critic_steps=1, thorough_steps=2)
    first = model.noise(4).numpy()
    model._critic_round(batch(4))
    assert np.abs(model.noise(4).numpy() - first).max() > 0.01


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"clip": None}, "needs a penalty"),
        ({"clip": -1.0}, "positive bound"),
        ({"thorough_steps": 7}, "multiple of the 5"),
        ({"penalties": [penalties.WGANGP()]}, "clipped need no penalty"),
        ({"thorough_every": 0}, "thorough_every must be a positive integer"),
        ({"critic_steps": 0}, "critic_steps must be a positive integer|discriminator_steps must be a positive integer"),
    ],
)
def test_what_makes_no_sense_is_refused(options, complaint):
    with pytest.raises(UserError, match=complaint):
        compiled(**options)


def test_clipping_is_refused_to_a_critic_whose_weights_are_divided_by_their_norm():
    generator = resnet_generator(size=8, channels=1, latent_dim=2, width=4)
    with pytest.raises(UserError, match="clipping does nothing"):
        WGAN(generator, resnet_discriminator(size=8, channels=1, width=4))


def test_clipping_and_thorough_rounds_under_two_replicas(isolated):
    isolated("""
        import tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
        import keras, numpy as np
        from ganzoo.families.wgan import WGAN
        from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
        from ganzoo.data.points import Points
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        keras.utils.set_random_seed(1)
        with strategy.scope():
            model = WGAN(mlp_generator((2,), 2, 8, output="linear"), mlp_discriminator((2,), 8), critic_steps=2,
                         clip=0.01, thorough_steps=4, thorough_first=1)
            model.compile({"generator": keras.optimizers.RMSprop(0.1), "critic": keras.optimizers.RMSprop(0.1)})
        model.fit(Points("ring8", take=64).batches(16, seed=0), steps_per_epoch=2, epochs=1, verbose=0)
        assert int(model.step.numpy()) == 2 and int(model.optimizers["critic"].iterations.numpy()) == 6
        for variable in model.critic.trainable_variables:
            copies = [copy.numpy() for copy in variable.value.values]
            np.testing.assert_array_equal(*copies)
            assert np.abs(copies[0]).max() <= np.float32(0.01)
    """)


def test_a_run_resumes_inside_its_thorough_rounds_and_its_export_samples_alike(isolated, tmp_path):
    isolated("""
        import numpy as np, tensorflow as tf
        from ganzoo import load
        from ganzoo.serving.export import export
        from ganzoo.training import train
        small = {"overrides": ["batch_size=16", "model.critic.width=8", "model.generator.width=8", "model.critic_steps=2",
                               "model.thorough_steps=4", "model.thorough_first=2", "model.thorough_every=3", "data.take=64"],
                 "deterministic": True}
        train("ring_wgan", "whole", steps=5, **small)
        train("ring_wgan", "parts", steps=1, **small)
        train("ring_wgan", "parts", steps=5, **small)
        whole, parts = load("whole"), load("parts")
        for name, variables in whole.model.state().items():
            for one, two in zip(variables, parts.model.state()[name], strict=True):
                np.testing.assert_array_equal(one.numpy(), two.numpy(), err_msg=name)
        assert int(whole.model.step.numpy()) == 5
        once, twice = load(export("parts", "exported")), load("exported")
        np.testing.assert_array_equal(once.sample(50, seed=3), twice.sample(50, seed=3))
        np.testing.assert_allclose(once.sample(50, seed=3), parts.sample(50, seed=3), atol=1e-5)
    """)
