"""Every family on networks so small that a step costs next to nothing, and what a round of training leaves of it."""

import importlib
import pkgutil
import types

import keras
import numpy as np
import tensorflow as tf

import ganzoo.families
from ganzoo.data.captions import Captions
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.families.acgan import ACGAN
from ganzoo.families.autoencoder import VAE, Autoencoder
from ganzoo.families.base import Family
from ganzoo.families.began import BEGAN
from ganzoo.families.bigan import BiGAN
from ganzoo.families.biggan import BigGAN
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.families.energy import EnergyModel
from ganzoo.families.fixed_pair import FixedPair
from ganzoo.families.gan import GAN
from ganzoo.families.gumbel import GumbelGAN
from ganzoo.families.improved import ImprovedGAN
from ganzoo.families.infogan import InfoGAN
from ganzoo.families.mix import MIXGAN
from ganzoo.families.scratchgan import ScratchGAN
from ganzoo.families.semi_supervised import SemiSupervisedGAN
from ganzoo.families.seqgan import SeqGAN
from ganzoo.families.sequence import MLE
from ganzoo.families.stacked import StackedGAN
from ganzoo.families.text_to_image import GANCLS
from ganzoo.families.wgan import WGAN
from ganzoo.negative_sampling import Langevin
from ganzoo.networks.bigan import mlp_encoder, mlp_joint_discriminator
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.networks.stacked import (
    stacked_discriminator_0,
    stacked_discriminator_1,
    stacked_encoder,
    stacked_generator_0,
    stacked_generator_1,
)
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.networks.text_recurrent import rnn_discriminator
from ganzoo.networks.text_to_image import caption_encoder, text_discriminator, text_generator

ROWS, CLASSES = 12, 3
RANDOM = np.random.default_rng(0)
LABELS = tf.constant(RANDOM.integers(0, CLASSES, ROWS))
POINTS = {"point": tf.constant(2.0 * RANDOM.normal(size=(ROWS, 2)), tf.float32)}
LABELLED = {**POINTS, "label": LABELS}
FEW = {**LABELLED, "labelled_image": POINTS["point"], "labelled_label": LABELS}
IMAGES = {"image": tf.constant(RANDOM.uniform(-1, 1, (ROWS, 8, 8, 1)), tf.float32), "label": LABELS}
TEXT = types.SimpleNamespace(vocabulary=Vocabulary(["a", "b", "c"]), shape=(3,))
TEXTS = {"text": tf.constant(RANDOM.integers(1, 4, (ROWS, 3)))}
WORDS = RANDOM.integers(0, 2, (ROWS, 1))
CAPTIONED = {
    "image": IMAGES["image"],
    "caption": tf.constant(WORDS + 1),
    "claims": tf.constant(WORDS),
    "attributes": tf.constant(WORDS),
}


def generator(num_classes=None, latent_dim=4):
    return mlp_generator((2,), latent_dim, width=6, output="linear", num_classes=num_classes)


def discriminator(num_classes=None, outputs=1):
    return mlp_discriminator((2,), width=6, num_classes=num_classes, outputs=outputs)


def plain():
    return {"generator": generator(), "discriminator": discriminator()}


def both_labelled():
    return {"generator": generator(CLASSES), "discriminator": discriminator(CLASSES)}


def began():
    points = keras.Input((2,), name="images")
    code = keras.layers.Dense(3, activation="elu", name="code")(points)
    return {
        "generator": generator(),
        "discriminator": keras.Model(points, keras.layers.Dense(2, name="values")(code), name="discriminator"),
    }


def encoded(gaussian=False):
    return {"generator": generator(), "encoder": mlp_encoder((2,), 4, width=6, gaussian=gaussian)}


def joint():
    return {**encoded(), "discriminator": mlp_joint_discriminator((2,), 4, width=6)}


def stacked():
    return {
        "encoder": stacked_encoder(8, 1, width=2, feature_dim=4, num_classes=CLASSES),
        "generator_1": stacked_generator_1(4, 3, CLASSES, width=4),
        "discriminator_1": stacked_discriminator_1(4, 3, CLASSES, width=4),
        "generator_0": stacked_generator_0(8, 1, 4, 2, width=2, embedding=4, kernel_size=3, first_side=2),
        "discriminator_0": stacked_discriminator_0(8, 1, 2, CLASSES, width=2, dropout=0.0),
    }


def captioned():
    def encoder(name):
        return caption_encoder(3, 1, width=3, embedding_dim=3, layers=1, name=name)

    small = {"size": 8, "channels": 1, "embedding_dim": 3, "text_dim": 3, "width": 2, "residual": False}
    return {
        "generator": text_generator(latent_dim=4, **small),
        "discriminator": text_discriminator(norm="none", **small),
        "generator_encoder": encoder("generator_encoder"),
        "discriminator_encoder": encoder("discriminator_encoder"),
        "captions": Captions(["red", "blue"], 1, ["red", "blue", "red"]),
    }


def written(make_discriminator=None, **options):
    made = {"text": TEXT, "generator": lstm_generator(TEXT, embedding=3, hidden=3, scale=1.0)}
    return made if make_discriminator is None else {**made, "discriminator": make_discriminator(TEXT, embedding=3, **options)}


CONVOLUTIONS = {"filters": {1: 2, 2: 2}, "dropout": 0.0}

# What each family is made from, and a batch for it.
FAMILIES = {
    GAN: (plain, POINTS),
    ImprovedGAN: (plain, POINTS),
    WGAN: (lambda: {"generator": generator(), "critic": discriminator()}, POINTS),
    MIXGAN: (plain, POINTS),
    InfoGAN: (lambda: {"generator": generator(latent_dim=16), "discriminator": discriminator()}, POINTS),
    SemiSupervisedGAN: (lambda: {"generator": generator(), "discriminator": discriminator(outputs=CLASSES)}, FEW),
    ConditionalGAN: (both_labelled, LABELLED),
    BigGAN: (both_labelled, LABELLED),
    ACGAN: (lambda: {"generator": generator(CLASSES), "discriminator": discriminator()}, LABELLED),
    GANCLS: (captioned, CAPTIONED),
    BEGAN: (began, POINTS),
    BiGAN: (joint, POINTS),
    FixedPair: (joint, POINTS),
    Autoencoder: (encoded, POINTS),
    VAE: (lambda: encoded(gaussian=True), POINTS),
    EnergyModel: (lambda: {"discriminator": discriminator(), "search": Langevin(steps=2, low=-3.0, high=3.0)}, POINTS),
    StackedGAN: (stacked, IMAGES),
    MLE: (written, TEXTS),
    SeqGAN: (lambda: {**written(cnn_discriminator, **CONVOLUTIONS), "rollouts": 2}, TEXTS),
    ScratchGAN: (lambda: written(rnn_discriminator, hidden=3, dropout=0.0, positions=2), TEXTS),
    GumbelGAN: (lambda: written(cnn_discriminator, soft=True, **CONVOLUTIONS), TEXTS),
}


def every_family():
    """All subclasses of `Family` in the package that are registered with Keras, or have no subclass themselves."""
    for module in pkgutil.iter_modules(ganzoo.families.__path__, "ganzoo.families."):
        importlib.import_module(module.name)

    def below(cls):
        return {each for child in cls.__subclasses__() for each in (child, *below(child))}

    ours = {cls for cls in below(Family) if cls.__module__.startswith("ganzoo.")}
    registered = {cls for cls in ours if keras.saving.get_registered_name(cls).startswith("ganzoo>")}
    return registered | {cls for cls in ours if not cls.__subclasses__()}


BUILT = {}


def parts(family):
    """What a family is made from, built once and handed out with the same weights each time."""
    if family not in BUILT:
        keras.utils.set_random_seed(1)
        made = FAMILIES[family][0]()
        networks = [part for part in made.values() if isinstance(part, keras.Model)]
        BUILT[family] = made, [(network, network.get_weights()) for network in networks]
    made, weights = BUILT[family]
    for network, values in weights:
        network.set_weights(values)
    return made


def compiled(family, optimizer=lambda: keras.optimizers.SGD(0.1), **options):
    """A family with the same first weights each time."""
    made = parts(family)
    keras.utils.set_random_seed(2)
    model = family(**{**made, **options})
    model.compile({player: optimizer() for player in model.players}, seed=5)
    return model


def play(model, phases=None):
    """One round of every phase, or of some; returns the records as floats."""
    records = {}
    for phase in phases or model.phases:
        model.begin(phase)
        batch = {name: tf.concat([value] * model.batches_per_step, 0) for name, value in FAMILIES[type(model)][1].items()}
        records |= {f"{phase} {name}": float(value) for name, value in model.train_step(batch).items()}
    return records


def arrays(model):
    """Everything that a resumed run would need, but for the counters, as a list of (name, array)."""
    state = {name: values for name, values in model.state().items() if name != "counters"}
    return [(f"{name} {number}", value.numpy()) for name, values in state.items() for number, value in enumerate(values)]


def drawn(model, count=6, seed=3):
    """Samples and the inputs that they are made from, as a list of (name, array)."""
    inputs = model.draw_inputs(count, seed)
    return [*((name, value.numpy()) for name, value in inputs.items()), ("samples", np.asarray(model.sample(**inputs)))]
