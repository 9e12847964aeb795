"""BiGAN and ALI: a generator and an encoder against a discriminator of (example, latents) pairs."""

import keras
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo.errors import UserError
from ganzoo.families.base import examples_of
from ganzoo.families.encoding import EncodingFamily


@keras.saving.register_keras_serializable(package="ganzoo")
class BiGAN(EncodingFamily):
    """An encoder turns data into latents, a generator latents into data; the discriminator tells the two kinds of pairs apart.

    At the optimum the encoder inverts the generator. With an encoder of one vector it is BiGAN; with `gaussian=True`, where
    the encoder gives a mean and a log standard deviation of each latent, it is ALI. All players move from the same point.

    Args:
        generator: keras.Model, latents [B, latent_dim] to examples.
        encoder: keras.Model, examples to [B, latent_dim], or [B, 2 latent_dim] if `gaussian`.
        discriminator: keras.Model, `[examples, latents]` to logits [B, 1]; the encoder's pairs are its real side.
        gaussian: whether codes are drawn from the Gaussian that the encoder describes.
        adversarial_loss: a loss object from `ganzoo.losses`; the generator's side plays it with the labels swapped on both
            kinds of pairs.
        Others: as `Family`; `average_decay` is of generator and encoder.

    Raises:
        UserError: the encoder's output does not fit the generator's latents, or a loss that pairs logits.

    Reference: Donahue, Krähenbühl, Darrell 2017, arXiv:1605.09782; Dumoulin et al. 2017, arXiv:1606.00704.
    """

    def __init__(
        self,
        generator,
        encoder,
        discriminator,
        gaussian=False,
        adversarial_loss=losses.NonSaturating(),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.check_encoder(generator, encoder, gaussian)
        if adversarial_loss.needs_real:
            raise UserError(f"{adversarial_loss!r} compares pairs of logits; BiGAN plays losses of one logit")
        self.generator = generator
        self.encoder = encoder
        self.discriminator = discriminator
        self.gaussian = gaussian
        self.adversarial_loss = adversarial_loss

    @property
    def networks(self):
        return {"generator": self.generator, "encoder": self.encoder, "discriminator": self.discriminator}

    @property
    def players(self):
        return {"generator": (self.generator, self.encoder), "discriminator": (self.discriminator,)}

    def train_step(self, batch):
        """One step in which both sides move from the same point."""
        self.minimize_together(
            {
                "discriminator": lambda: self.discriminator_loss(batch),
                "generator": lambda: self.generator_loss(batch),
            }
        )
        return self.logs()

    def pairs(self, batch):
        """Logits of (x, E(x)) and of (G(z), z), each [B, 1], on fresh latents."""
        real = examples_of(batch)
        latents = self.noise(tf.shape(real)[0])
        encoded = self.encode(real)
        generated = self.generate(latents)
        real_logits = self.discriminator([real, encoded], training=True)
        fake_logits = self.discriminator([generated, latents], training=True)
        return real_logits, fake_logits

    def encode(self, examples, training=True):
        """Latents [B, latent_dim] of examples by the encoder that trains, drawn from its Gaussian where it has one."""
        code = self.encoder(examples, training=training)
        if not self.gaussian:
            return code
        mean, log_deviation = tf.split(code, 2, axis=-1)
        draw = self.draw(tf.shape(mean)[0], tuple(mean.shape[1:]), noise.Normal(), "code")
        return mean + tf.exp(log_deviation) * draw

    def discriminator_loss(self, batch):
        """The discriminator's mean loss: pairs of the encoder are real, pairs of the generator fake."""
        real_logits, fake_logits = self.pairs(batch)
        self.record("real_score", tf.reduce_mean(tf.sigmoid(real_logits)))
        self.record("fake_score", tf.reduce_mean(tf.sigmoid(fake_logits)))
        return self.adversarial_loss.discriminator(real_logits, fake_logits)

    def generator_loss(self, batch):
        """The mean loss of generator and encoder: each makes its own pairs look like the other's."""
        real_logits, fake_logits = self.pairs(batch)
        return self.adversarial_loss.generator(fake_logits) + self.adversarial_loss.generator(-real_logits)

    @property
    def equilibrium(self):
        discriminator, generator = self.adversarial_loss.equilibrium
        return {"discriminator": discriminator, "generator": None if generator is None else 2 * generator}

    @property
    def services(self):
        ((name, spec),) = self.example_specs.items()
        pairs = {name: spec, "latents": tf.TensorSpec((None, *self.latent_shape), tf.float32)}

        def discriminate(**inputs):
            return {"logits": self.discriminator([inputs[name], inputs["latents"]], training=False)}

        return {**super().services, "discriminate": (discriminate, pairs)}
