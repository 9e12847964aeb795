"""Every network with every loss, penalty and family that it allows: one step of each player on tiny copies.

A loss sees logits alone and a penalty the slope alone, and their values add: so no network meets every pair of them. Two meet
every loss and every penalty, the others some in turn. Steps are eager: one traced step costs more than all of a network's.
"""

import functools
import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import losses, penalties
from ganzoo.errors import UserError
from ganzoo.families.acgan import ACGAN
from ganzoo.families.biggan import BigGAN, kernels_of
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.families.gan import GAN
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.families.infogan import InfoGAN
from ganzoo.families.wgan import WGAN
from ganzoo.layers.spectral_norm import SpectralNorm
from ganzoo.networks.biggan import biggan_discriminator, biggan_generator
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.r3gan import r3gan_discriminator, r3gan_generator
from ganzoo.networks.resnet import resnet_discriminator, resnet_generator

spec = importlib.util.spec_from_file_location("losses_in_numpy", Path(__file__).parents[1] / "test_losses.py")
losses_in_numpy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(losses_in_numpy)

SMALL = {"size": 8, "channels": 1}


def pair(make_generator, make_discriminator, both, of_generator=(), of_discriminator=()):
    """Maker of a generator and a discriminator from the arguments of both and of each."""

    def make(**labels):
        generator = make_generator(**{"latent_dim": 4, **both, **labels, **dict(of_generator)})
        return generator, make_discriminator(**{**both, **labels, **dict(of_discriminator)})

    return make


def mlp():
    return pair(mlp_generator, mlp_discriminator, {"shape": (8, 8, 1), "width": 8})


def dcgan(generator_norm, norm):
    return pair(
        dcgan_generator,
        dcgan_discriminator,
        {**SMALL, "width": 4, "kernel_size": 3},
        {"first_side": 2, "norm": generator_norm, "reference_size": 3},
        {"last_side": 2, "norm": norm},
    )


def resnet(norm):
    return pair(resnet_generator, resnet_discriminator, {**SMALL, "width": 4}, {}, {"norm": norm})


def biggan(of_generator=(), of_discriminator=(), **both):
    both = {**SMALL, "width": 2, **both}
    return pair(biggan_generator, biggan_discriminator, both, {"shared_dim": 3, **dict(of_generator)}, of_discriminator)


def r3gan():
    return pair(r3gan_generator, r3gan_discriminator, {**SMALL, "width": 8, "blocks": 1, "group_size": 4})


NETWORKS = {
    "mlp": mlp(),
    "dcgan": dcgan("batch", "layer"),
    "dcgan virtual spectral": dcgan("virtual", "spectral"),
    "dcgan none": dcgan("none", "none"),
    "resnet spectral": resnet("spectral"),
    "resnet layer": resnet("layer"),
    "resnet none": resnet("none"),
    "biggan": biggan(),
    "biggan plain": biggan({"hierarchical": False}, spectral_norm=False, initializer="normal"),
    "biggan tables attention": biggan({"hierarchical": False, "shared_dim": None, "attention": 8}, {"attention": 4}),
    "r3gan": r3gan(),
}
# One of each kind for the families, whose own terms see the layer `features` and not what lies before it.
KINDS = ["mlp", "dcgan", "dcgan virtual spectral", "resnet layer", "biggan", "r3gan"]
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
PLAIN = {"image": tf.constant(REAL)}
LABELLED = {**PLAIN, "label": tf.constant(LABELS)}
RATE = 0.01


def pairs(name, options, count):
    """Two networks with every option, each other with `count` of them in turn: what depends on both shows in few."""
    made = []
    for number, network in enumerate(NETWORKS):
        every = network in ("mlp", "dcgan virtual spectral")
        chosen = options if every else {options[(number + 2 * add) % len(options)]: None for add in range(count)}
        made += [pytest.param(network, option, id=f"{network}-{label(option)}") for option in chosen]
    return pytest.mark.parametrize(("networks", name), made, indirect=["networks"])


def label(option):
    return "-".join(map(label, option)) if isinstance(option, tuple) else type(option).__name__


class Networks:
    """Networks of one kind, built once for each condition and handed out with the same weights each time."""

    def __init__(self, name):
        self.name = name
        self.built = {}

    @property
    def takes_labels(self):
        return "virtual" not in self.name

    def __call__(self, of_generator=(), of_discriminator=()):
        key = (tuple(of_generator), tuple(of_discriminator))
        if key not in self.built:
            keras.utils.set_random_seed(0)
            generator, discriminator = (
                NETWORKS[self.name](**dict(of_generator))[0],
                NETWORKS[self.name](**dict(of_discriminator))[1],
            )
            self.built[key] = [(network, enlivened(network)) for network in (generator, discriminator)]
        for network, weights in self.built[key]:
            network.set_weights(weights)
        return [network for network, _ in self.built[key]]

    def labelled(self):
        return self({"num_classes": 3}.items(), {"num_classes": 3}.items())


def enlivened(network):
    """Moves all weights off the zeros that some begin at, behind which others rest; lets spectral norms settle."""
    random = np.random.default_rng(1)
    for variable in network.trainable_variables:
        variable.assign_add(random.choice([-1, 1], variable.shape) * random.uniform(0.05, 0.15, variable.shape))
    for layer in network._flatten_layers():
        if isinstance(layer, SpectralNorm):
            kernel = layer.trainable_variables[0].numpy()
            layer.u.assign(np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]))[2][0])
    return network.get_weights()


@pytest.fixture(autouse=True)
def no_averages(monkeypatch):
    """They follow at the end of a round, which is not reached here: no copies to make."""
    monkeypatch.setattr("ganzoo.families.base.Average", lambda *arguments: None)


networks_of = functools.cache(Networks)  # to build them is most of the cost


@pytest.fixture
def networks(request):
    return networks_of(request.param)


@pytest.fixture(params=KINDS)
def kind(request):
    return networks_of(request.param)


# ------------------------------------------------------------------------------------------------------ what rests


def resting(name, model, player, looks):
    """Paths of the weights of `player` that no gradient reaches."""
    variables = {variable.path: variable for variable in model.variables_of(player)}
    if player == "generator":
        # Biases that a batch norm takes away again, since its mean has them too; attention sees those before it.
        before_norm = {"conv_1/bias"} if "attention" in name else {"conv_1/bias", "conv_2/bias", "shortcut/bias"}
        return {path for path in variables if name.startswith(("resnet", "biggan")) and path.endswith(tuple(before_norm))}
    # A shift of all logits changes no difference of two, nor a hinge on whose slope lie as many real as generated ones.
    unmoved = isinstance(model.adversarial_loss, losses.Wasserstein | losses.Relativistic | losses.RelativisticAverage)
    if isinstance(model.adversarial_loss, losses.Hinge):
        unmoved = (looks.logits(0) < 1).sum() == (looks.logits(1) > -1).sum()
    return {path for path in variables if unmoved and path in ("logits/bias", "linear/bias")}


# ------------------------------------------------------------------------------------------------ what is expected


class Looks:
    """Every look that a model's discriminator takes: the images, the logits, and all that the method returned."""

    def __init__(self, model):
        self.all = []
        for name in ("discriminate", "judge", "recognise", "features"):
            if hasattr(model, name):
                setattr(model, name, self.watched(getattr(model, name)))

    def watched(self, method):
        def look(images, *args, **kwargs):
            given = method(images, *args, **kwargs)
            self.all.append((images.numpy(), given[0] if isinstance(given, tuple) else given, given))
            return given

        return look

    def images(self, index):
        return self.all[index][0]

    def logits(self, index):
        return self.all[index][1].numpy().astype(np.float64)


def slopes(model, images, labels):
    """|grad D(x)| of each image, by a tape on the network itself."""
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        inputs = [images, labels][: len(model.discriminator.inputs)]
        logits = model.discriminator(inputs if len(inputs) > 1 else images, training=False)
    gradients = tape.gradient(logits, images).numpy().astype(np.float64)
    return np.sqrt(np.square(gradients).sum((1, 2, 3)))


def penalty_in_numpy(penalty, model, points, fake, labels):
    """A penalty's value in NumPy; asserts that it looked where it should."""
    if isinstance(penalty, penalties.R1 | penalties.R2):
        np.testing.assert_array_equal(points, REAL if isinstance(penalty, penalties.R1) else fake)
        return penalty.gamma / 2 * np.square(slopes(model, points, labels)).mean()
    if isinstance(penalty, penalties.WGANGP):
        shares = [np.polyfit((r - f).ravel(), (p - f).ravel(), 1)[0] for r, f, p in zip(REAL, fake, points, strict=True)]
        mixed = fake + np.reshape(shares, (-1, 1, 1, 1)) * (REAL - fake)
        np.testing.assert_allclose(points, mixed, atol=1e-5)
        assert 0 <= min(shares) < max(shares) < 1
    else:
        assert 0 < np.abs(points - REAL).max() <= penalty.scale * REAL.std() * 1.0001
    return penalty.weight * np.square(slopes(model, points, labels) - 1).mean()


def expected_loss(model, player, looks, labels):
    """The adversarial loss of `player` and its penalties in NumPy, from the logits that it was computed of."""
    of_discriminator, of_generator = losses_in_numpy.REFERENCES[model.adversarial_loss]
    if player == "generator":
        real = looks.logits(1) if model.adversarial_loss.needs_real else None
        return of_generator(real, looks.logits(0))
    np.testing.assert_array_equal(looks.images(0), REAL)
    value = of_discriminator(looks.logits(0), looks.logits(1))
    for number, penalty in enumerate(model.penalties, 2):
        value += penalty_in_numpy(penalty, model, looks.images(number), looks.images(1), labels)
    return value


def one_step_of_each(model, name, batch, more=None):
    """One step of each player alone: its loss is what NumPy says, all its weights move that can, and no one else's.

    Args:
        model: a family, not compiled.
        name: of its networks.
        batch: a real batch.
        more: (model, player, looks, latents) to what the family adds to the adversarial loss and the penalties.
    """
    model.compile({player: keras.optimizers.SGD(RATE) for player in model.players}, seed=1)
    latents = model.noise(len(REAL)).numpy()
    model._round.end()
    looks = Looks(model)
    for player in sorted(model.players):  # "generator" is the last
        looks.all.clear()
        before = {other: [v.numpy() for v in model.variables_of(other)] for other in model.players}
        loss = model.generator_loss if player == "generator" else model.discriminator_loss
        gradients = model.gradients(player, lambda: loss(batch))
        found = float(model._round.end()[f"{player}_loss"])
        expected = expected_loss(model, player, looks, batch.get("label"))
        expected += more(model, player, looks, latents) if more else 0.0
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-4)
        model.move(player, gradients)
        model._round.end()

        lengths = [np.abs(tf.convert_to_tensor(gradient)).max() for gradient in gradients]
        assert np.isfinite(lengths).all()
        variables = model.variables_of(player)
        rest = resting(name, model, player, looks)
        for variable, old, length in zip(variables, before.pop(player), lengths, strict=True):
            if variable.path in rest:
                assert length < 1e-5 * max(lengths), variable.path  # of rounding
            else:
                assert length > 1e-5 * max(lengths) and (old != variable.numpy()).any(), variable.path
        assert rest <= {variable.path for variable in variables} and len(rest) < len(variables) / 2
        for other, values in before.items():
            for old, variable in zip(values, model.variables_of(other), strict=True):
                np.testing.assert_array_equal(old, variable, err_msg=variable.path)


# ------------------------------------------------------------------------------------------------ losses, penalties


@pairs("loss", LOSSES, 3)
def test_every_network_plays_every_loss(networks, loss):
    penalty = [penalties.R1(1.0)] if isinstance(loss, losses.Wasserstein) else []
    one_step_of_each(GAN(*networks(), loss, penalty), networks.name, PLAIN)


@pairs("penalty", PENALTIES, 2)
def test_every_network_takes_every_penalty(networks, penalty):
    one_step_of_each(GAN(*networks(), losses.Hinge(), [penalty]), networks.name, PLAIN)


@pairs(
    "game",
    [
        (losses.Relativistic(), penalties.R1(1.0), penalties.R2(1.0)),
        (losses.Wasserstein(), penalties.WGANGP()),
        (losses.LeastSquares(), penalties.DRAGAN()),
    ],
    1,
)
def test_every_network_that_takes_labels_plays_with_them(networks, game):
    loss, *given = game
    if networks.takes_labels:
        one_step_of_each(ConditionalGAN(*networks.labelled(), adversarial_loss=loss, penalties=given), networks.name, LABELLED)
    else:
        with pytest.raises(UserError, match="no labels for its reference"):
            networks.labelled()


# ---------------------------------------------------------------------------------------------------------- families


def class_cross_entropy(logits, classes):
    """Mean cross-entropy of logits [B, K] against classes [B], in NumPy."""
    logits = np.asarray(logits, np.float64)
    return np.mean(np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(logits)), classes])


def of_acgan(model, player, looks, latents):
    shown = [0] if player == "generator" else [0, 1]
    return sum(class_cross_entropy(looks.all[look][2][1], LABELS) for look in shown)


def of_infogan(model, player, looks, latents):
    # One category of two values, one continuous code; both have ln 2 of entropy, and lambda is 1.
    guess = looks.all[0 if player == "generator" else 1][2][1]
    error = latents[:, 3] - np.asarray(guess["mean"], np.float64)[:, 0]
    continuous = np.mean(-0.5 * np.square(error) - 0.5 * np.log(2 * np.pi))
    category = -class_cross_entropy(guess["category_0"], latents[:, 1:3].argmax(-1))
    return -(2 * np.log(2) + category + continuous)


def of_feature_matching(model, player, looks, latents):
    if player == "discriminator":
        return 0.0
    real, fake = (looks.logits(look).mean(0) for look in (0, 1))  # of the layer `features`
    # `expected_loss` took the first look for logits of samples.
    return np.square(real - fake).mean() - np.logaddexp(0.0, -looks.logits(0)).mean()


def of_biggan(model, player, looks, latents):
    if player == "discriminator":
        return 0.0
    products = [np.reshape(k, (-1, k.shape[-1])).T @ np.reshape(k, (-1, k.shape[-1])) for k in kernels_of(model.generator)]
    return 0.01 * sum(np.square(product - np.diag(np.diag(product))).sum() for product in products)


@pytest.mark.parametrize("clip", [0.01, None], ids=["WGAN", "WGAN-GP"])
def test_wgan_plays_with_every_kind_of_network(kind, clip):
    if clip and kind.name in ("dcgan virtual spectral", "biggan"):
        with pytest.raises(UserError, match="clipping does nothing"):
            WGAN(*kind(), clip=clip)
        return
    model = WGAN(*kind(), clip=clip, penalties=[] if clip else [penalties.WGANGP()])
    one_step_of_each(model, kind.name, PLAIN)
    model.clip_weights()
    largest = max(np.abs(variable).max() for variable in model.critic.trainable_variables)
    assert largest == np.float32(clip) if clip else largest > 0.01


def test_acgan_plays_with_every_kind_of_network(kind):
    if kind.takes_labels:
        networks = kind(of_generator={"num_classes": 3}.items())
        one_step_of_each(
            ACGAN(*networks, adversarial_loss=losses.Hinge(), penalties=[penalties.R1(1.0)]), kind.name, LABELLED, of_acgan
        )


def test_infogan_plays_with_every_kind_of_network(kind):
    model = InfoGAN(*kind(), categories=(2,), continuous=1, recogniser_width=4, penalties=[penalties.R1(1.0)])
    one_step_of_each(model, kind.name, PLAIN, of_infogan)


def test_feature_matching_plays_with_every_kind_of_network(kind):
    one_step_of_each(ImprovedGAN(*kind(), FeatureMatching()), kind.name, PLAIN, of_feature_matching)


def test_orthogonal_regularisation_plays_with_every_kind_of_network(kind):
    if kind.takes_labels:
        model = BigGAN(*kind.labelled(), orthogonal=penalties.Orthogonal(0.01))
        one_step_of_each(model, kind.name, LABELLED, of_biggan)


# ----------------------------------------------------------------------------------------------------------- refused


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
    generator, discriminator = NETWORKS["resnet spectral"]()
    assert GAN(generator, discriminator, losses.Wasserstein())  # spectrally normalised
