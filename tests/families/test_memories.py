"""What augmentations and regularisers remember is checkpointed, saved and the same on every replica."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import augmentations, losses, penalties, regularizers
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.families.mix import MIXGAN
from ganzoo.families.wgan import WGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator

SHAPE = (8, 8, 1)
IMAGES = tf.constant(np.random.default_rng(0).uniform(-1, 1, (8, *SHAPE)), tf.float32)

# The same text makes the model here and in a process with two devices.
MAKE = """
import keras, tensorflow as tf
from ganzoo import augmentations, losses, regularizers
from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator

def make(**options):
    keras.utils.set_random_seed(1)
    model = GAN(
        mlp_generator((8, 8, 1), 4, width=6),
        mlp_discriminator((8, 8, 1), width=6),
        augment=augmentations.Adaptive(images=50, interval=2, target=-0.5),
        regularizers=[regularizers.LeCam(start=1), regularizers.Consistency(0.1, 0.1)],
        discriminator_steps=2,
        **options,
    )
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players}, seed=5)
    return model
"""
names = {}
exec(MAKE, names)
make = names["make"]
FEED = {"image": tf.concat([IMAGES, IMAGES[::-1]], 0)}


def kept(model):
    return [(name, value.numpy()) for name, values in model.state().items() for value in values]


def test_a_training_goes_on_as_if_it_had_not_stopped(tmp_path):
    whole = make(top_k=losses.TopK(share=0.5, decay=0.5, every=1))
    whole.train_step(FEED)
    whole.train_step(FEED)
    whole.save(tmp_path / "model.keras")
    records = whole.train_step(FEED)
    assert 0.0 < float(records["augment_p"]) < 1.0 and float(records["lecam"]) > 0.0

    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [memory.shape[0] for memory in loaded.state()["memories"]] == [4, 3]
    again = loaded.train_step(FEED)
    assert {name: float(value) for name, value in again.items()} == {name: float(value) for name, value in records.items()}
    for (name, one), (_, other) in zip(kept(whole), kept(loaded), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)


def test_a_run_goes_on_with_what_it_remembered(resumes_exactly):
    made = []

    def remembering():
        made.append(make(top_k=losses.TopK(decay=0.5, every=2)))
        return made[-1]

    resumes_exactly(remembering, FEED)
    memories = made[0].state()["memories"]
    assert len(memories) == 2 and all(np.any(memory.numpy() != 0) for memory in memories)


def test_without_a_memory_a_state_is_as_it_was():
    model = GAN(mlp_generator(SHAPE, 4, width=6), mlp_discriminator(SHAPE, width=6), augment=augmentations.DiffAugment())
    assert "memories" not in model.state()


REPLICAS = """
import numpy as np
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)), tf.float32)

one = make()
for _ in range(2):
    one.train_step({"image": tf.concat([images, images[::-1]], 0)})

strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    two = make()
rows = lambda context: slice(4 * context.replica_id_in_sync_group, 4 * context.replica_id_in_sync_group + 4)
feed = strategy.experimental_distribute_values_from_function(
    lambda context: {"image": tf.concat([images[rows(context)], images[::-1][rows(context)]], 0)})
step = tf.function(lambda batch: strategy.run(two.train_step, (batch,)))
for _ in range(2):
    step(feed)
for single, mirrored in zip(one.state()["memories"], two.state()["memories"], strict=True):
    first, second = (value.numpy() for value in mirrored.values)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, single.numpy(), rtol=1e-4, atol=1e-5)
assert float(one.memories[0][0]) > 0.1 and abs(float(one.memories[1][0])) > 1e-4
for network in ("generator", "discriminator"):
    for single, mirrored in zip(getattr(one, network).variables, getattr(two, network).variables, strict=True):
        np.testing.assert_allclose(mirrored.numpy(), single.numpy(), rtol=1e-3, atol=1e-5)
"""


def test_two_replicas_remember_what_one_device_does(isolated):
    isolated(MAKE + REPLICAS)


BEST = """
import numpy as np
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)), tf.float32)

class Halves(GAN):
    "On one device, what two replicas do: each half of the samples has its own best."
    def adversary(self, fake_logits, judge_real):
        best = super().adversary
        return sum(best(half, judge_real) for half in tf.split(fake_logits, 2)) / 2

def made(family):
    keras.utils.set_random_seed(1)
    model = family(
        mlp_generator((8, 8, 1), 4, width=6),
        mlp_discriminator((8, 8, 1), width=6),
        top_k=losses.TopK(share=0.5, decay=0.25, every=1),
    )
    model.compile({player: keras.optimizers.SGD(1.0) for player in model.players}, seed=5)
    return model

one, all_of_them = made(Halves), made(GAN)
all_of_them.top_k = None
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    two = made(GAN)
rows = lambda context: slice(4 * context.replica_id_in_sync_group, 4 * context.replica_id_in_sync_group + 4)
feed = strategy.experimental_distribute_values_from_function(lambda context: {"image": images[rows(context)]})
step = tf.function(lambda batch: strategy.run(two.train_step, (batch,)))
for _ in range(3):
    one.train_step({"image": images})
    all_of_them.train_step({"image": images})
    step(feed)
gap = lambda model, other: max(float(tf.reduce_max(tf.abs(one_of - another))) for one_of, another in zip(
    [value.numpy() for value in model.generator.variables], [value.numpy() for value in other.generator.variables]))
assert gap(two, one) < 1e-5, gap(two, one)
assert gap(two, all_of_them) > 1e-3, gap(two, all_of_them)
"""


def test_each_of_two_replicas_learns_from_its_own_best(isolated):
    isolated(MAKE + BEST)


def test_the_generator_learns_from_the_best_alone():
    class Numbered(GAN):
        """Samples whose logits are 0 .. 7."""

        def discriminate(self, images, labels=None, training=True):
            return tf.range(8.0)[:, None] + 0.0 * tf.reduce_sum(images)

    model = Numbered(
        mlp_generator(SHAPE, 4, width=6),
        mlp_discriminator(SHAPE, width=6),
        adversarial_loss=losses.LeastSquares(),
        top_k=losses.TopK(share=0.25, decay=0.25, every=1),
    )
    batch = {"image": IMAGES}
    everything = 0.5 * np.mean((np.arange(8.0) - 1) ** 2)
    assert float(model.generator_loss(batch)) == pytest.approx(everything)
    model.step.assign(1)
    assert float(model.generator_loss(batch)) == pytest.approx(0.5 * (5.0**2 + 6.0**2) / 2)
    model.adversarial_loss = losses.Relativistic()  # pairs stay pairs
    assert float(model.generator_loss(batch)) == pytest.approx(np.log(2))


@pytest.mark.parametrize(
    "loss, sign", [(losses.NonSaturating(), 0.0), (losses.LeastSquares(), -1.0), (losses.LeastSquares(-1.0), 0.0)]
)
def test_a_sign_is_against_what_the_loss_takes_for_even(loss, sign):
    model = GAN(
        mlp_generator(SHAPE, 4, width=6), mlp_discriminator(SHAPE, width=6), loss, augment=augmentations.Adaptive(interval=1)
    )
    model.record_scores(tf.zeros([3, 1]), tf.zeros([3, 1]))
    assert float(model.memories[0][3]) == sign


@pytest.mark.parametrize(
    "family, options, reason",
    [
        (GAN, {"adversarial_loss": losses.Relativistic(), "augment": augmentations.Adaptive()}, "give a fixed p"),
        (WGAN, {"augment": augmentations.Adaptive()}, "give a fixed p"),
        (GAN, {"regularizers": regularizers.LeCam()}, "regularizers is a list"),
        (GAN, {"regularizers": [penalties.R1()]}, "no regulariser"),
        (GAN, {"top_k": 5}, "top_k is a losses.TopK"),
        (MIXGAN, {"regularizers": [regularizers.LeCam()]}, "takes no regularizers"),
        (ImprovedGAN, {"feature_matching": FeatureMatching(), "top_k": losses.TopK()}, "has no effect"),
    ],
)
def test_what_cannot_be_played_is_refused(family, options, reason):
    with pytest.raises(UserError, match=reason):
        family(mlp_generator(SHAPE, 4, width=6), mlp_discriminator(SHAPE, width=6), **options)
