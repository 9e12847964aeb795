"""InfoGAN: codes in the latent vector that a recognition network must be able to read off the sample."""

import math

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.families.base import examples_of
from ganzoo.families.codes import Codes
from ganzoo.families.gan import GAN
from ganzoo.networks.heads import features_of
from ganzoo.networks.infogan import recognition_heads


@keras.saving.register_keras_serializable(package="ganzoo")
class InfoGAN(GAN):
    """A GAN whose latents [noise, one-hot categories, continuous codes] keep their codes legible in the sample.

    A recognition network Q guesses the codes from the discriminator's layer `features`, through a hidden layer and heads of
    its own. L_I = H(c) + E log Q(c | G(z, c)) bounds the mutual information of codes and samples from below; both players
    subtract it from their loss. As in the authors' code, the discriminator's optimizer moves Q: in its step the
    discriminator, Q's heads and the features that both share learn to read the codes, in the generator's step the
    generator alone learns to write them.

    With standard deviations fixed at 1 the continuous term is half the squared error, and its bound stays below
    ln 2 - 0.92 = -0.23 nats: it pulls as well, but says nothing of the information. Learned ones make it tight.

    Args:
        generator: keras.Model, latents [B, latent_dim] to samples; latent_dim counts noise and codes.
        discriminator: keras.Model, samples to logits [B, 1], with a layer `features` [B, n].
        categories: the number of values of each categorical code.
        continuous: the number of continuous codes, uniform on [-1, 1].
        continuous_std: standard deviation of Q's Gaussians for the continuous codes; None learns them.
        discrete_weight: lambda of the categorical codes' L_I.
        continuous_weight: lambda of the continuous codes' L_I; the paper takes a smaller one where it is learned.
        recogniser_width: units of Q's hidden layer.
        Others: as `GAN`; `latents` is the prior of the noise alone.

    Attributes:
        codes: the `Codes`, the prior of whole latents.
        recogniser: Q's own part, features to a dict of each code's parameters.

    Raises:
        UserError: no code, one out of range, latents without room for noise, or a discriminator without `features`.

    Reference: Chen et al. 2016, "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative
    Adversarial Nets", arXiv:1606.03657.
    """

    def __init__(
        self,
        generator,
        discriminator,
        categories=(10,),
        continuous=2,
        continuous_std=1.0,
        discrete_weight=1.0,
        continuous_weight=1.0,
        recogniser_width=128,
        **kwargs,
    ):
        super().__init__(generator, discriminator, **kwargs)
        self.categories = tuple(categories)
        self.continuous = continuous
        self.continuous_std = continuous_std
        self.discrete_weight = discrete_weight
        self.continuous_weight = continuous_weight
        self.recogniser_width = recogniser_width
        self.codes = Codes(self.categories, continuous, self.latents)
        self._check()
        features = features_of(discriminator)
        # One pass gives both: batch statistics and spectral norms then move once, and nothing is computed twice.
        self.trunk = keras.Model(discriminator.inputs, [discriminator.output, features], name="trunk")
        self.recogniser = recognition_heads(
            features.shape[-1], self.categories, continuous, recogniser_width, continuous_std is None
        )

    def _check(self):
        if any(not isinstance(size, int) or size < 2 for size in self.categories):
            raise UserError(f"a categorical code has 2 values or more; categories are {self.categories}")
        if not isinstance(self.continuous, int) or self.continuous < 0:
            raise UserError(f"continuous is the number of continuous codes, 0 or more, not {self.continuous!r}")
        if not self.codes.count:
            raise UserError("InfoGAN needs a code: categories=(10,), or continuous=2")
        if self.continuous_std is not None and not self.continuous_std > 0:
            raise UserError(f"continuous_std is positive, or None to learn it, not {self.continuous_std}")
        if min(self.discrete_weight, self.continuous_weight) < 0:
            raise UserError("discrete_weight and continuous_weight are lambdas of 0 or more")
        (latent_dim,) = self.latent_shape
        if latent_dim <= self.codes.dim:
            raise UserError(f"the codes take {self.codes.dim} of the latents: latent_dim must be more, not {latent_dim}")

    @property
    def networks(self):
        return {"generator": self.generator, "discriminator": self.discriminator, "recogniser": self.recogniser}

    @property
    def players(self):
        return {"generator": (self.generator,), "discriminator": (self.discriminator, self.recogniser)}

    @property
    def equilibrium(self):
        """Not known: both losses contain L_I, which has no end where continuous codes are told ever more exactly."""
        return {"discriminator": None, "generator": None}

    def noise(self, batch_size):
        """Fresh latents [batch_size, latent_dim]: noise and codes."""
        return self.draw(batch_size, self.latent_shape, self.codes)

    def discriminator_loss(self, batch):
        """The discriminator's mean loss on a real batch and as many fresh samples, less lambda L_I of the samples."""
        real = examples_of(batch)
        latents = self.noise(tf.shape(real)[0])
        fake = self.generate(latents)
        real_logits = self.discriminate(self.seen(real))
        fake_logits, guess = self.recognise(self.seen(fake))
        self.record_scores(real_logits, fake_logits)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        loss += self.penalty(self.discriminate, real, fake, real_logits, fake_logits)
        return loss - self.weighted(self.information(latents, guess))

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples, less lambda L_I."""
        real = examples_of(batch)
        latents = self.noise(tf.shape(real)[0])
        fake_logits, guess = self.recognise(self.seen(self.generate(latents)))
        loss = self.adversary(fake_logits, lambda: self.discriminate(self.seen(real)))
        return loss - self.weighted(self.information(latents, guess))

    def recognise(self, images, training=True):
        """The discriminator's logits [B, 1] and Q's guess: a dict of `category_i` logits [B, K], `mean` and `std` [B, C]."""
        logits, features = self.trunk(images, training=training)
        guess = dict(self.recogniser(features, training=training))
        if self.continuous:
            fixed = self.continuous_std
            guess["std"] = tf.exp(guess.pop("log_std")) + 1e-3 if fixed is None else tf.fill(tf.shape(guess["mean"]), fixed)
        return logits, guess

    def information(self, latents, guess):
        """L_I of each code in nats, a list of scalars: H(c) plus the mean log-likelihood of `latents`' codes under Q.

        Args:
            latents: float32 [B, latent_dim].
            guess: what `recognise` says of the samples that the generator made of them.
        """
        _, categories, continuous = self.codes.split(latents)
        bounds = []
        for index, one_hot in enumerate(categories):
            log_q = -tf.nn.softmax_cross_entropy_with_logits(one_hot, guess[f"category_{index}"])
            bounds.append(tf.reduce_mean(log_q))
        if self.continuous:
            log_q = -0.5 * tf.square((continuous - guess["mean"]) / guess["std"]) - tf.math.log(guess["std"])
            bounds += tf.unstack(tf.reduce_mean(log_q - 0.5 * math.log(2.0 * math.pi), 0))
        bounds = [entropy + bound for entropy, bound in zip(self.codes.entropies, bounds, strict=True)]
        for index, (bound, entropy) in enumerate(zip(bounds, self.codes.entropies, strict=True)):
            self.record(f"information/code_{index}", bound)
            self.record(f"information/entropy_{index}", entropy)
        return bounds

    def weighted(self, bounds):
        """The sum of every code's L_I, each times its kind's lambda."""
        discrete = len(self.categories)
        lambdas = [self.discrete_weight] * discrete + [self.continuous_weight] * self.continuous
        return tf.add_n([weight * bound for weight, bound in zip(lambdas, bounds, strict=True)])

    # What samples, exports and figures ask for.

    @property
    def sample_options(self):
        """`code`: each code's value, a category's number or a continuous one's value; NaN leaves it to the seed."""
        return {"code": (tf.float32, [math.nan] * self.codes.count)}

    def draw_inputs(self, count, seed, first=0, code=None):
        """Latents for samples first .. first + count - 1 of `seed`; `code` [number of codes] fixes those that are not NaN."""
        latents = noise.sample_rows(self.codes, count, self.latent_shape, seed, first)
        return {"latents": latents if code is None else self.codes.fix(latents, tf.convert_to_tensor(code, tf.float32))}

    def showcase(self, count, seed):
        """Latents ordered by the first categorical code, as many of each value as goes."""
        latents = self.draw_inputs(count, seed)["latents"]
        if not self.categories:
            return {"latents": latents}
        noise_part, (first, *others), continuous = self.codes.split(latents)
        values = tf.range(tf.shape(first)[0]) * self.categories[0] // tf.shape(first)[0]
        return {"latents": tf.concat([noise_part, tf.one_hot(values, self.categories[0]), *others, continuous], -1)}

    @property
    def services(self):
        """Beside `discriminate`, `encode`: images to Q's probabilities `category_i` [B, K], `mean` and `std` [B, C]."""
        services = super().services
        _, specs = services["discriminate"]

        def encode(**examples):
            (images,) = (examples[name] for name in specs)
            _, guess = self.recognise(images, training=False)
            return {name: tf.nn.softmax(value) if name.startswith("category") else value for name, value in guess.items()}

        return {**services, "encode": (encode, specs)}
