"""BEGAN: the discriminator is an autoencoder, and a controller keeps its two errors in proportion."""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.families.base import Family, examples_of


def reconstruction_errors(images, reconstructions, eta=1):
    """The mean over each image's values of |image - reconstruction|^eta: float32 [B]."""
    differences = tf.abs(tf.cast(images, tf.float32) - tf.cast(reconstructions, tf.float32))
    return tf.reduce_mean(differences**eta, axis=list(range(1, len(images.shape))))


def controlled(k, real_error, fake_error, gamma, lambda_k):
    """The controller's next state: k + lambda_k (gamma L(x) - L(G(z))), kept within [0, 1]."""
    return tf.clip_by_value(k + lambda_k * (gamma * real_error - fake_error), 0.0, 1.0)


def convergence(real_error, fake_error, gamma):
    """M_global = L(x) + |gamma L(x) - L(G(z))|: falls as the model gets better and the two errors keep their balance."""
    return real_error + tf.abs(gamma * real_error - fake_error)


@keras.saving.register_keras_serializable(package="ganzoo")
class BEGAN(Family):
    """An autoencoder that learns to reconstruct data well and samples badly, and a generator it reconstructs well.

    Both players move from the same point. How much the samples count in the autoencoder's loss is the state `k`, moved
    after each step such that E L(G(z)) / E L(x) tends to `gamma`. TensorBoard shows it and `convergence`, the paper's
    global metric.

    Args:
        generator: keras.Model, latents [B, latent_dim] to images.
        discriminator: keras.Model, images to reconstructions of the same shape.
        gamma: the diversity ratio in (0, 1]; lower gives better looking and fewer kinds of samples.
        lambda_k: the controller's gain.
        eta: 1 for absolute differences of pixels, 2 for squared ones.
        latents: a prior from `ganzoo.noise`; the paper's is U(-1, 1).
        Others: as `Family`.

    Attributes:
        k: the controller's state, a float32 tf.Variable in [0, 1] that starts at 0.

    Raises:
        UserError: for an argument out of range.

    Reference: Berthelot, Schumm and Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks",
    arXiv:1703.10717.
    """

    def __init__(
        self,
        generator,
        discriminator,
        gamma=0.5,
        lambda_k=0.001,
        eta=1,
        latents=noise.Uniform(),
        **kwargs,
    ):
        super().__init__(latents=latents, **kwargs)
        if not 0.0 < gamma <= 1.0:
            raise UserError(f"gamma, the ratio of the errors on samples and data, lies in (0, 1], not at {gamma!r}")
        if not lambda_k > 0.0:
            raise UserError(f"lambda_k, the controller's gain, must be positive, not {lambda_k!r}")
        if eta not in (1, 2):
            raise UserError(f"eta must be 1 (absolute differences) or 2 (squared ones), not {eta!r}")
        if discriminator.output_shape != discriminator.input_shape:
            raise UserError("BEGAN's discriminator reconstructs its input: use networks.began.began_discriminator")
        self.generator = generator
        self.discriminator = discriminator
        self.gamma = gamma
        self.lambda_k = lambda_k
        self.eta = eta
        # Every replica computes the same value, from errors that are averaged first.
        self.k = self._counter("k", [], tf.float32, tf.VariableAggregation.ONLY_FIRST_REPLICA)

    def state(self):
        return super().state() | {"k": [self.k]}

    def train_step(self, batch):
        """One step of both players, then of the controller."""
        real, errors = examples_of(batch), {}

        def discriminator_loss():
            errors["real"] = self.error(real)
            return errors["real"] - self.k * self.fake_error(real)

        def generator_loss():
            errors["fake"] = self.fake_error(real)
            return errors["fake"]

        self.minimize_together({"discriminator": discriminator_loss, "generator": generator_loss})
        self.control(errors["real"], errors["fake"])
        return self.logs()

    def error(self, images):
        """L: the mean error of the discriminator's reconstructions of `images`, a scalar."""
        return tf.reduce_mean(reconstruction_errors(images, self.discriminate(images), self.eta))

    def fake_error(self, real):
        """L of as many fresh samples as there are real images."""
        return self.error(self.generate(self.noise(tf.shape(real)[0])))

    def control(self, real_error, fake_error):
        """Moves k by the errors over all replicas; records it and the metric of convergence."""
        replica = tf.distribute.get_replica_context()
        real_error, fake_error = replica.all_reduce(tf.distribute.ReduceOp.MEAN, [real_error, fake_error])
        self.k.assign(controlled(self.k, real_error, fake_error, self.gamma, self.lambda_k))
        self.record("k", self.k)
        self.record("convergence", convergence(real_error, fake_error, self.gamma))
        self.record("real_error", real_error)
        self.record("fake_error", fake_error)

    @property
    def services(self):
        """`reconstruct`: images to the discriminator's reconstructions; `discriminate`: images to its errors [B, 1]."""
        specs = {"images": tf.TensorSpec(self.discriminator.inputs[0].shape, tf.float32)}

        def reconstruct(images):
            return {"images": self.discriminate(images, training=False)}

        def discriminate(images):
            errors = reconstruction_errors(images, self.discriminate(images, training=False), self.eta)
            return {"errors": errors[:, None]}

        return {"reconstruct": (reconstruct, specs), "discriminate": (discriminate, specs)}
