"""A discriminator alone against a generator and an encoder that are given: can it tell that they learned nothing?"""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.families.bigan import BiGAN


@keras.saving.register_keras_serializable(package="ganzoo")
class FixedPair(BiGAN):
    """A BiGAN whose generator and encoder stay as they are: the discriminator alone learns to tell their pairs apart.

    The record `advantage` is the share of encoder's pairs that it takes for such less the share of generator's pairs: 1 where
    it is never wrong, 0 where it is as good as a coin.

    Args:
        generator: keras.Model, latents [B, latent_dim] to examples.
        encoder: keras.Model, examples to [B, latent_dim], or [B, 2 latent_dim] if `gaussian`.
        discriminator: keras.Model, `[examples, latents]` to logits [B, 1].
        latents: a prior from `ganzoo.noise`.
        Others: as `BiGAN`, but no `average_decay`.

    Raises:
        UserError: the encoder's output does not fit the generator's latents, or a loss that pairs logits.

    Reference: Arora, Risteski, Zhang 2017, arXiv:1711.02651.
    """

    refused = {"average_decay": "its generator and encoder stay as they are, so that there is nothing to average"}

    def __init__(self, generator, encoder, discriminator, latents=noise.Uniform(), **kwargs):
        super().__init__(generator, encoder, discriminator, latents=latents, average_decay=0.0, **kwargs)

    @property
    def players(self):
        return {"discriminator": (self.discriminator,)}

    @property
    def equilibrium(self):
        return {"discriminator": self.adversarial_loss.equilibrium.discriminator}

    def train_step(self, batch):
        """One step of the discriminator."""
        self.minimize("discriminator", lambda: self.discriminator_loss(batch))
        return self.logs()

    def pairs(self, batch):
        real_logits, fake_logits = super().pairs(batch)
        right = tf.reduce_mean(tf.cast(real_logits > 0, tf.float32)) - tf.reduce_mean(tf.cast(fake_logits > 0, tf.float32))
        self.record("advantage", right)
        return real_logits, fake_logits

    def generate(self, latents, labels=None, training=False):
        return super().generate(latents, labels, training=False)

    def encode(self, examples, training=False):
        return super().encode(examples, training=False)
