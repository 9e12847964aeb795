"""Every network with every loss and every penalty that it allows: one step of each player on tiny copies."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.errors import UserError
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.families.gan import GAN
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator

SMALL = {"size": 8, "channels": 1}
NETWORKS = {
    "mlp": lambda **labels: (
        mlp_generator(shape=(8, 8, 1), latent_dim=4, width=8, **labels),
        mlp_discriminator(shape=(8, 8, 1), width=8, **labels),
    ),
    "dcgan": lambda **labels: (
        dcgan_generator(latent_dim=4, width=4, first_side=2, kernel_size=3, **SMALL, **labels),
        dcgan_discriminator(width=4, last_side=2, kernel_size=3, norm="layer", **SMALL, **labels),
    ),
    "resnet": lambda **labels: (
        resnet_generator(latent_dim=4, width=4, **SMALL, **labels),
        resnet_discriminator(width=4, **SMALL, **labels),
    ),
    "biggan": lambda **labels: (
        biggan_generator(latent_dim=4, width=2, shared_dim=3, **SMALL, **labels),
        biggan_discriminator(width=2, **SMALL, **labels),
    ),
    "r3gan": lambda **labels: (
        r3gan_generator(latent_dim=4, width=8, blocks=1, group_size=4, **SMALL, **labels),
        r3gan_discriminator(width=8, blocks=1, group_size=4, **SMALL, **labels),
    ),
}
LOSSES = [
    losses.Minimax(),
    losses.NonSaturating(smoothing=0.9),
    losses.LeastSquares(),
    losses.Hinge(),
    losses.Wasserstein(),
    losses.Relativistic(),
    losses.RelativisticAverage(),
]
PENALTIES = [penalties.WGANGP(), penalties.DRAGAN(), penalties.R1(1.0), penalties.R2(1.0)]
REAL = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)).astype(np.float32)
LABELS = np.array([0, 1, 2, 1])


@pytest.fixture(scope="module", params=NETWORKS)
def networks(request):
    """Networks of one kind without and with labels, built once."""
    keras.utils.set_random_seed(0)
    make = NETWORKS[request.param]
    return {"plain": make(), "labelled": make(num_classes=3)}


def copies(pair):
    """The same networks with weights of their own to move."""
    found = []
    for network in pair:
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
        found.append(copy)
    return found


def one_round(model, batch):
    """One step of each player on its own; asserts who moved, and that all is finite."""
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players}, seed=1)

    def weights(name):
        return [v.numpy() for v in model.networks[name].trainable_variables]

    for player, other in (("discriminator", "generator"), ("generator", "discriminator")):
        before = {name: weights(name) for name in (player, other)}
        loss = getattr(model, f"{player}_loss")
        model.minimize(player, lambda: loss(batch))
        assert np.isfinite(float(model._round.records[f"{player}_loss"]))
        moved = [np.abs(a - b).max() > 0 for a, b in zip(before[player], weights(player), strict=True)]
        # Weights behind a zero, such as attention's, or of what nothing here sees, may rest; the player may not.
        assert any(moved)
        assert all(np.isfinite(w).all() for w in weights(player))
        for a, b in zip(before[other], weights(other), strict=True):
            np.testing.assert_array_equal(a, b)
        model._round.end()


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_every_network_plays_every_loss(networks, loss):
    generator, discriminator = copies(networks["plain"])
    penalty = [penalties.R1(1.0)] if isinstance(loss, losses.Wasserstein) else []
    one_round(GAN(generator, discriminator, loss, penalty), {"image": tf.constant(REAL)})


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: type(penalty).__name__)
def test_every_network_takes_every_penalty_with_and_without_labels(networks, penalty):
    generator, discriminator = copies(networks["plain"])
    one_round(GAN(generator, discriminator, losses.Hinge(), [penalty]), {"image": tf.constant(REAL)})
    generator, discriminator = copies(networks["labelled"])
    labelled = {"image": tf.constant(REAL), "label": tf.constant(LABELS)}
    one_round(ConditionalGAN(generator, discriminator, losses.Relativistic(), [penalty]), labelled)


@pytest.mark.parametrize(
    "options", [{"norm": "batch"}, {"norm": "none", "minibatch_discrimination": True}], ids=["batch norm", "minibatch"]
)
def test_a_penalty_on_a_discriminator_that_mixes_a_batch_is_refused(options):
    generator = dcgan_generator(latent_dim=4, width=4, first_side=2, kernel_size=3, **SMALL)
    discriminator = dcgan_discriminator(width=4, last_side=2, kernel_size=3, **SMALL, **options)
    with pytest.raises(UserError, match="mixes those of a batch"):
        GAN(generator, discriminator, penalties=[penalties.R1(1.0)])


def test_a_wasserstein_loss_needs_something_lipschitz():
    generator, discriminator = NETWORKS["mlp"]()
    with pytest.raises(UserError, match="Lipschitz"):
        GAN(generator, discriminator, losses.Wasserstein())
    generator, discriminator = NETWORKS["resnet"]()
    assert GAN(generator, discriminator, losses.Wasserstein())  # spectrally normalised
