"""Autoencoders, plain and variational: the generative models that a GAN is compared with."""

import keras
import tensorflow as tf

from ganzoo import likelihoods, noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.base import examples_of
from ganzoo.families.encoding import EncodingFamily
from ganzoo.likelihoods import kl_to_standard_normal


@keras.saving.register_keras_serializable(package="ganzoo")
class Autoencoder(EncodingFamily):
    """An encoder and a decoder that give back what they were given. Nothing says where its codes lie.

    Its samples decode N(0, 1), scaled in no way to the codes: they show the holes between them.

    Args:
        generator: keras.Model, latents [B, latent_dim] to examples: the decoder.
        encoder: keras.Model, examples to latents [B, latent_dim].
        likelihood: of an example given what was decoded, from `ganzoo.likelihoods`.
        Others: as `Family`; `latents` is what samples are decoded from, `average_decay` is of both networks.

    Raises:
        UserError: the encoder's output does not fit the decoder's latents.
    """

    gaussian = False

    def __init__(self, generator, encoder, likelihood=likelihoods.Gaussian(), **kwargs):
        super().__init__(**kwargs)
        self.check_encoder(generator, encoder, self.gaussian)
        self.generator = generator
        self.encoder = encoder
        self.likelihood = likelihood

    @property
    def networks(self):
        return {"generator": self.generator, "encoder": self.encoder}

    @property
    def players(self):
        return {"autoencoder": (self.encoder, self.generator)}

    def train_step(self, batch):
        """One step of encoder and decoder together."""
        self.minimize("autoencoder", lambda: self.loss_of(examples_of(batch)))
        return self.logs()

    def loss_of(self, examples):
        """The mean negative log-likelihood of examples given their decoded codes, in nats."""
        decoded = self.generate(self.encoder(examples, training=True))
        return -self.explained(examples, decoded)

    def explained(self, examples, decoded):
        """The mean log-likelihood of examples in nats, recorded beside the mean square error of a value."""
        self.record("square_error", tf.reduce_mean(tf.square(examples - decoded)))
        return tf.reduce_mean(self.likelihood.log_probability(examples, decoded))


@keras.saving.register_keras_serializable(package="ganzoo")
class VAE(Autoencoder):
    """An autoencoder whose codes are Gaussians near N(0, I): it maximises E log p(x|z) - beta KL(q(z|x) || N(0, I)).

    The records `elbo` (with beta 1, whatever the loss has), `kl` and `log_likelihood` are nats an example.

    Args:
        generator: keras.Model, latents [B, latent_dim] to examples: the decoder.
        encoder: keras.Model, examples to [B, 2 latent_dim]: means and logarithms of standard deviations.
        beta: weight of the KL term.
        kl_steps: steps over which that weight rises linearly from 0; None for its full weight from the start.
        Others: as `Autoencoder`, but no `latents`.

    Raises:
        UserError: the encoder's output does not fit the decoder's latents, or a number is out of range.

    Reference: Kingma, Welling 2014, arXiv:1312.6114; beta: Higgins et al. 2017; annealing: Bowman et al. 2016,
        arXiv:1511.06349.
    """

    gaussian = True
    refused = {"latents": "its prior is N(0, I), to which the KL term draws the codes"}

    def __init__(self, generator, encoder, beta=1.0, kl_steps=None, **kwargs):
        super().__init__(generator, encoder, **kwargs)
        if beta < 0:
            raise UserError(f"beta is the weight of the KL term, 0 or more, not {beta}")
        if kl_steps is not None and kl_steps < 1:
            raise UserError(f"kl_steps is a positive number of steps or None, not {kl_steps}")
        self.beta = beta
        self.kl_steps = kl_steps
        if not beta:
            checks.idle(self, "beta is 0", "kl_steps")

    def loss_of(self, examples):
        """The mean negative evidence lower bound of examples in nats, its KL term weighed by `kl_weight`."""
        mean, log_deviation = tf.split(self.encoder(examples, training=True), 2, axis=-1)
        draw = self.draw(tf.shape(mean)[0], tuple(mean.shape[1:]), noise.Normal(), "code")
        decoded = self.generate(mean + tf.exp(log_deviation) * draw)
        likelihood = self.explained(examples, decoded)
        kl = tf.reduce_mean(kl_to_standard_normal(mean, log_deviation))
        self.record("log_likelihood", likelihood)
        self.record("kl", kl)
        self.record("elbo", likelihood - kl)
        return self.kl_weight() * kl - likelihood

    def log_weights(self, examples, draws):
        """log p(x|z) + log p(z) - log q(z|x) [B] in nats, of z = mean + deviation * draws.

        Args:
            examples: [B, ...].
            draws: standard normal [B, latent_dim].
        """
        encoded = tf.cast(self.averages["encoder"].network(examples, training=False), tf.float32)
        mean, log_deviation = tf.split(encoded, 2, axis=-1)
        latents = mean + tf.exp(log_deviation) * draws
        # The constants of both normal densities cancel.
        ratio = 0.5 * (tf.square(draws) - tf.square(latents)) + log_deviation
        decoded = tf.cast(self.sample(latents), tf.float32)
        return self.likelihood.log_probability(examples, decoded) + tf.reduce_sum(ratio, axis=1)

    @property
    def services(self):
        ((name, spec),) = self.example_specs.items()

        def log_weights(**inputs):
            return {"log_weights": self.log_weights(inputs[name], inputs["draws"])}

        draws = tf.TensorSpec([None, *self.latent_shape], tf.float32)
        return {**super().services, "log_weights": (log_weights, {name: spec, "draws": draws})}

    def kl_weight(self):
        """The KL term's weight at this step."""
        if self.kl_steps is None:
            return self.beta
        return self.beta * tf.minimum(tf.cast(self.step, tf.float32) / self.kl_steps, 1.0)
