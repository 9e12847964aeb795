"""Whatever a discriminator sees is augmented, in every family that takes `augment`."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny_families
from tiny_families import CLASSES, FAMILIES, IMAGES, WORDS

from ganzoo import augmentations, losses, penalties, schedules
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.families.infogan import InfoGAN
from ganzoo.families.mix import MIXGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serialization import parameters

SHAPE = (8, 8, 1)
BATCH = {
    **IMAGES,
    "labelled_image": IMAGES["image"],
    "labelled_label": IMAGES["label"],
    "caption": tf.constant(WORDS + 1),
    "claims": tf.constant(WORDS),
    "attributes": tf.constant(WORDS),
}


@dataclasses.dataclass(frozen=True)
class Blank(augmentations.Augmentation):
    """What shows nothing of an image: an unseen exception cannot hide."""

    draws = 1

    def __call__(self, images, uniforms):
        return 0.0 * images


def image_parts(family):
    """What a family is made from, with networks of images in place of those of points."""
    made = dict(FAMILIES[family][0]())
    for name, network in made.items():
        labels = {"num_classes": CLASSES} if len(getattr(network, "inputs", ())) == 2 else {}
        if tuple(getattr(network, "output_shape", ())) == (None, 2):
            made[name] = mlp_generator(SHAPE, network.inputs[0].shape[-1], width=6, **labels)
        elif name in ("discriminator", "critic") and len(network.inputs[0].shape) == 2:
            made[name] = mlp_discriminator(SHAPE, width=6, outputs=network.output_shape[-1], **labels)
    return made


def compiled(family, **options):
    keras.utils.set_random_seed(1)
    model = family(**{**image_parts(family), **options})
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=5)
    return model


def records(model):
    batch = {name: tf.concat([value] * model.batches_per_step, 0) for name, value in BATCH.items()}
    return {name: float(value) for name, value in model.train_step(batch).items()}


AUGMENTED = [family for family in FAMILIES if "augment" in parameters(family)]


def test_every_gan_on_images_takes_it():
    assert {family for family in FAMILIES if issubclass(family, GAN)} == set(AUGMENTED)


@pytest.mark.parametrize("family", AUGMENTED)
def test_neither_player_sees_past_it(family):
    seen = records(compiled(family, augment=Blank()))
    mixed = {"entropy": 0.0} if family is MIXGAN else {}
    blind = seen if not mixed else records(compiled(family, augment=Blank(), **mixed))
    assert seen["real_score"] == seen["fake_score"]
    assert blind["generator_gradient_norm"] == 0.0


@pytest.mark.parametrize("family", AUGMENTED)
def test_a_penalty_is_of_the_image_before_it(family):
    if family.clips_weights:
        return
    model = compiled(family, augment=Blank(), penalties=[penalties.R1(), penalties.R2()])

    def loss(augment, penalties):
        model.augment, model.penalties = augment, penalties
        value = float(model.discriminator_loss(BATCH))
        model._round.end()
        return value

    plain = loss(Blank(), ())
    assert loss(Blank(), (penalties.R1(), penalties.R2())) == pytest.approx(plain, abs=1e-6)
    assert loss(None, (penalties.R1(1e3),)) > plain + 1e-3


def test_a_penalty_sees_the_augmentations_slope():
    @dataclasses.dataclass(frozen=True)
    class Doubled(augmentations.Augmentation):
        def __call__(self, images, uniforms):
            return 2.0 * images

    linear = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)])
    model = GAN(mlp_generator(SHAPE, 4, width=6), linear, augment=Doubled())
    squared = float(tf.reduce_sum(linear.layers[-1].kernel ** 2))
    value = penalties.R1(2.0)(lambda images: model.discriminate(model.augmented(images)), BATCH["image"], None)
    assert float(value) == pytest.approx(4.0 * squared, rel=1e-5)
    model.penalties = (penalties.R1(2.0),)
    assert float(model.penalty(model.discriminate, BATCH["image"], None, None, None)) == pytest.approx(4.0 * squared, rel=1e-5)


@pytest.mark.parametrize("family, options", [(GAN, {}), (InfoGAN, {}), (MIXGAN, {})])
def test_real_logits_of_a_generators_loss_are_of_augmented_images(family, options):
    model = compiled(family, adversarial_loss=losses.Relativistic(), augment=Blank(), **options)
    model.seen = lambda images, before=model.seen: calls.append(images) or before(images)
    calls = []
    model.generator_loss(BATCH)
    assert any(images is BATCH["image"] for images in calls)


def test_features_that_are_matched_are_of_augmented_images():
    model = compiled(ImprovedGAN, feature_matching=FeatureMatching(), augment=Blank())
    assert float(model.generator_loss(BATCH)) == 0.0


def test_each_call_draws_anew_and_a_round_again_the_same():
    model = compiled(GAN, augment=augmentations.DiffAugment())
    first, second = model.augmented(BATCH["image"]), model.augmented(BATCH["image"])
    assert np.abs(first - second).max() > 0.1
    model._round.end()
    np.testing.assert_array_equal(model.augmented(BATCH["image"]), first)


def test_a_schedule_is_followed():
    model = compiled(GAN, augment=augmentations.Pipe("blit", p=schedules.Cosine(0.0, 1.0, 5)))
    np.testing.assert_array_equal(model.augmented(BATCH["image"]), BATCH["image"])
    model.step.assign(5)
    assert np.abs(model.augmented(BATCH["image"]) - BATCH["image"]).max() > 0.1


@pytest.mark.parametrize(
    "augment, reason", [("color", "augmentations.DiffAugment"), (augmentations.DiffAugment(), r"of images \[H, W, C\]")]
)
def test_what_cannot_be_augmented_is_refused(augment, reason):
    with pytest.raises(UserError, match=reason):
        GAN(**tiny_families.plain(), augment=augment)
