"""What a family and its networks are survives a checkpoint, a resumption, an export and a second load, for each network."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.checkpoints import Checkpoints
from ganzoo.families.biggan import BigGAN
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.families.gan import GAN
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator
from ganzoo.serving.export import served

SMALL = {"size": 8, "channels": 1, "width": 4}
R3GAN = {**SMALL, "blocks": 1, "group_size": 4}
CLASSES = 3


def r3gan():
    return ConditionalGAN(
        r3gan_generator(latent_dim=4, num_classes=CLASSES, **R3GAN),
        r3gan_discriminator(embedding_dim=4, num_classes=CLASSES, **R3GAN),
        adversarial_loss=losses.Relativistic(),
        penalties=[penalties.R1(1.0), penalties.R2(1.0)],
    )


def sngan():
    return GAN(resnet_generator(latent_dim=4, **SMALL), resnet_discriminator(**SMALL), losses.Hinge(), discriminator_steps=2)


def projection():
    networks = (
        resnet_generator(latent_dim=4, num_classes=CLASSES, **SMALL),
        resnet_discriminator(num_classes=CLASSES, **SMALL),
    )
    return ConditionalGAN(*networks, adversarial_loss=losses.Hinge(), mismatch_weight=0.25)


def biggan():
    return BigGAN(
        biggan_generator(latent_dim=4, num_classes=CLASSES, shared_dim=3, attention=8, **SMALL),
        biggan_discriminator(num_classes=CLASSES, attention=4, **SMALL),
        orthogonal=penalties.Orthogonal(),
        discriminator_steps=1,
    )


FAMILIES = {
    "R3GAN": r3gan,
    "SN-ResNet and hinge": sngan,
    "projection": projection,
    "BigGAN": biggan,
}


def compiled(make, seed):
    """A family whose first weights are those of `seed`."""
    keras.utils.set_random_seed(seed)
    model = make()
    model.compile({player: keras.optimizers.Adam(1e-3, beta_1=0.0) for player in model.players}, seed=5)
    return model


def batch(model, number):
    """The batch of step `number`."""
    random = np.random.default_rng(number)
    rows = 4 * model.batches_per_step
    images = tf.constant(random.uniform(-1, 1, (rows, 8, 8, 1)), tf.float32)
    return {"image": images, "label": tf.constant(random.integers(0, CLASSES, rows), tf.int64)}


def state_of(model):
    return {name: [value.numpy() for value in part] for name, part in model.state().items()}


def loaded_samples(path, draw):
    """Samples of a SavedModel, loaded anew."""
    module = tf.saved_model.load(str(path))  # kept: its functions live as long as it does
    return module.signatures["sample"](**draw)["images"].numpy()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_checkpoint_continues_and_an_export_samples_alike(name, tmp_path):
    whole, resumed = compiled(FAMILIES[name], 1), compiled(FAMILIES[name], 2)
    for number in range(2):
        whole.train_step(batch(whole, number))
    Checkpoints(tmp_path / "checkpoints", whole.state(), 1).save()
    different = [
        a for a, b in zip(*(model.generator.get_weights() for model in (whole, resumed)), strict=True) if np.any(a != b)
    ]
    assert len(different) > 2
    assert Checkpoints(tmp_path / "checkpoints", resumed.state(), 1).restore() == int(resumed.step) == 2

    records = [model.train_step(batch(model, 2)) for model in (whole, resumed)]
    assert records[0].keys() == records[1].keys()
    for key in records[0]:
        assert float(records[0][key]) == float(records[1][key]), key
    ours, theirs = state_of(whole), state_of(resumed)
    assert ours.keys() == theirs.keys()
    for key in ours:
        for one, other in zip(ours[key], theirs[key], strict=True):
            np.testing.assert_array_equal(one, other, err_msg=key)

    # The averaged generator, with the statistics of its norms and the singular vectors that it has gathered.
    module, signatures = served(resumed)
    tf.saved_model.save(module, str(tmp_path / "export"), signatures=signatures)
    inputs = whole.draw_inputs(5, 3)
    expected = whole.sample(**inputs)
    draw = {"count": tf.constant(5), "seed": tf.constant(3)}
    draw |= {option: tf.constant(value, dtype) for option, (dtype, value) in whole.sample_options.items()}
    first, second = (loaded_samples(tmp_path / "export", draw) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, expected, atol=1e-5)
    assert first.shape == (5, 8, 8, 1) and np.std(first) > 0
