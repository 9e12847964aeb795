"""The improved techniques of Salimans et al. that change an objective: feature matching and historical averaging.

The others are arguments of what they concern: one-sided smoothing of the loss, minibatch discrimination and virtual batch
norm of the networks, K + 1 classes of `ganzoo.families.semi_supervised`.
"""

import dataclasses

import keras
import tensorflow as tf

from ganzoo.averages import History
from ganzoo.errors import UserError
from ganzoo.families.base import examples_of
from ganzoo.families.gan import GAN
from ganzoo.networks.heads import features_of
from ganzoo.serialization import Serializable

NORMS = ("l2", "l1")


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class FeatureMatching(Serializable):
    """How far the mean features of samples are from those of real data, each the mean over the batch of all replicas.

    As in the authors' code the distance is a mean over the features, so that their number does not set the step.

    Args:
        layer: the discriminator's layer whose outputs are the features.
        norm: "l2", the mean squared difference; "l1", the mean absolute one, as in the authors' CIFAR-10 experiment.

    Reference: Salimans et al. 2016, 1606.03498, section 3.1.
    """

    layer: str = "features"
    norm: str = "l2"

    def __post_init__(self):
        if self.norm not in NORMS:
            raise UserError(f"the norm of feature matching is {' or '.join(NORMS)}, not {self.norm!r}")

    def __call__(self, real_features, fake_features):
        """The distance between the means of two batches of features [B, ...], a scalar."""
        difference = batch_mean(real_features) - batch_mean(fake_features)
        return tf.reduce_mean(tf.square(difference) if self.norm == "l2" else tf.abs(difference))


def batch_mean(features):
    """The mean over the batches of all replicas, float32; gradients pass through it."""
    mean = tf.reduce_mean(tf.cast(features, tf.float32), axis=0)
    context = tf.distribute.get_replica_context()
    return mean if context.num_replicas_in_sync == 1 else context.all_reduce(tf.distribute.ReduceOp.MEAN, mean)


@keras.saving.register_keras_serializable(package="ganzoo")
class ImprovedGAN(GAN):
    """A GAN with the improved techniques, each off until its argument is given; with none it is `GAN`.

    A generator with virtual batch norm gets its reference batch here: fixed latents from the family's own prior.

    Args:
        generator, discriminator: as of `GAN`.
        feature_matching: a `FeatureMatching`, which the generator then minimises instead of its adversarial loss.
        historical_averaging: weight of |theta - mean of theta's past values|^2 in each player's loss; 0 for none.
        Others: as of `GAN`.

    Example:
        >>> from ganzoo.networks import dcgan_discriminator, dcgan_generator
        >>> matching = ganzoo.families.FeatureMatching()
        >>> model = ganzoo.families.ImprovedGAN(dcgan_generator(), dcgan_discriminator(), feature_matching=matching)
        >>> model.data_shape
        (64, 64, 3)

    Reference: Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498.
    """

    def __init__(self, generator, discriminator, feature_matching=None, historical_averaging=0.0, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        if feature_matching is not None and not isinstance(feature_matching, FeatureMatching):
            raise UserError(f"feature_matching is a FeatureMatching() or None, not {feature_matching!r}")
        if feature_matching is not None and self.top_k is not None:
            raise UserError(f"top_k={self.top_k!r} has no effect: feature_matching is of the whole batch")
        if not historical_averaging >= 0:
            raise UserError(f"historical_averaging is a weight, 0 or more, not {historical_averaging!r}")
        self.feature_matching = feature_matching
        self.historical_averaging = historical_averaging
        self.histories = {}
        if feature_matching is not None:
            self.features = keras.Model(
                discriminator.input, features_of(discriminator, feature_matching.layer), name="features"
            )

    def compile(self, optimizers, seed=0, **kwargs):
        super().compile(optimizers, seed, **kwargs)
        if self.historical_averaging:
            self.histories = {player: History(self.variables_of(player)) for player in self.players}

    def follow_weights(self):
        super().follow_weights()
        for history in self.histories.values():
            history.restart()

    def state(self):
        histories = {f"{player}_history": history.variables for player, history in self.histories.items()}
        return super().state() | histories

    @property
    def equilibrium(self):
        adversarial = super().equilibrium
        return adversarial if self.feature_matching is None else {**adversarial, "generator": None}

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples: by default adversarial, else the distance of mean features."""
        if self.feature_matching is None:
            return super().generator_loss(batch)
        real = examples_of(batch)
        fake = self.generate(self.noise(tf.shape(real)[0]))
        features = [self.features(self.seen(images), training=True) for images in (real, fake)]
        return self.feature_matching(*features)

    def gradients(self, player, loss_fn):
        """As `Family.gradients`, of the loss and the player's distance from its past."""
        if player not in self.histories:
            return super().gradients(player, loss_fn)
        return super().gradients(player, lambda: loss_fn() + self.distance_from_past(player))

    def distance_from_past(self, player):
        """historical_averaging * |theta - mean of past thetas|^2 of a player; recorded."""
        distance = self.historical_averaging * self.histories[player].distance()
        self.record(f"{player}_history", distance)
        return distance

    def move(self, player, gradients):
        """As `Family.move`; then the player's place enters its past."""
        super().move(player, gradients)
        if player in self.histories:
            self.histories[player].update()
