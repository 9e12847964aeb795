"""Text GANs without a policy gradient: the discriminator's own gradient flows through relaxed samples into the generator."""

import keras
import numpy as np
import tensorflow as tf

from ganzoo import losses
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.adversarial import Adversarial
from ganzoo.families.sequence import UNIT_INTERVAL, TextGAN
from ganzoo.networks import decoding
from ganzoo.networks.checks import positive


@keras.saving.register_keras_serializable(package="ganzoo")
class GumbelGAN(Adversarial, TextGAN):
    """A generator of text whose draws are Gumbel-softmax samples, and a discriminator of distributions over tokens.

    By default samples are straight-through: the discriminator sees tokens, 1 among 0s, and the gradient is the softmax's.
    With `straight_through=False`, `losses.Wasserstein()` and `penalties=[penalties.WGANGP()]` it is WGAN-GP over softmax
    outputs: the critic sees the softmax itself, and it is kept Lipschitz between data and samples.

    Args:
        text: as `TextFamily`.
        generator: as `TextFamily`; its `step` also takes distributions over tokens.
        discriminator: keras.Model, distributions over tokens float [B, T, V] to logits [B, 1] or [B, T]: a
            `cnn_discriminator` or `rnn_discriminator` with `soft=True`.
        adversarial_loss: a loss object from `ganzoo.losses`.
        penalties: penalties from `ganzoo.penalties`, added to the discriminator's loss.
        discriminator_steps: discriminator steps before each step of the generator, each on a fresh batch.
        straight_through: whether samples are tokens with the gradient of the softmax, or the softmax itself.
        temperature: of the softmax, at first.
        final_temperature: what it falls to, by the same share in each step.
        annealing_steps: over how many steps; None keeps it at `temperature`.
        Others: as `TextFamily`.

    Raises:
        UserError: an argument out of range, a discriminator of tokens, or a Wasserstein loss without a penalty.

    Reference: Jang, Gu, Poole 2017, "Categorical Reparameterization with Gumbel-Softmax", arXiv:1611.01144; Kusner,
    Hernández-Lobato 2016, arXiv:1611.04051; Gulrajani et al. 2017, "Improved Training of Wasserstein GANs",
    arXiv:1704.00028, section 5.4, whose generator is convolutional and draws all tokens at once.
    """

    def __init__(
        self,
        text,
        generator,
        discriminator,
        adversarial_loss=losses.NonSaturating(),
        penalties=(),
        discriminator_steps=1,
        straight_through=True,
        temperature=1.0,
        final_temperature=0.5,
        annealing_steps=None,
        **kwargs,
    ):
        super().__init__(text, generator, discriminator, discriminator_steps, **kwargs)
        checks.loss(adversarial_loss)
        checks.penalties(penalties)
        if not (temperature > 0 and final_temperature > 0):
            raise UserError(f"temperatures must be positive, not {temperature} and {final_temperature}")
        if annealing_steps is not None:
            positive(annealing_steps=annealing_steps)
        expected = (self.length, len(self.vocabulary))
        if tuple(discriminator.input_shape[1:]) != expected:
            raise UserError(
                f"the discriminator must take distributions over tokens [B, {expected[0]}, {expected[1]}]: soft=True"
            )
        if isinstance(adversarial_loss, losses.Wasserstein) and not penalties:
            raise UserError("nothing keeps the critic of a Wasserstein loss Lipschitz: add penalties=[penalties.WGANGP()]")
        self.adversarial_loss = adversarial_loss
        self.penalties = tuple(penalties)
        self.straight_through = straight_through
        self.temperature = temperature
        self.final_temperature = final_temperature
        self.annealing_steps = annealing_steps
        if annealing_steps is None:
            checks.idle(self, "annealing_steps is None", "final_temperature")

    @property
    def temperature_now(self):
        """The temperature of this step, a float32 scalar."""
        if self.annealing_steps is None:
            return tf.constant(self.temperature, tf.float32)
        share = tf.minimum(tf.cast(self.step, tf.float32) / self.annealing_steps, 1.0)
        return self.temperature * tf.exp(share * np.float32(np.log(self.final_temperature / self.temperature)))

    def train_step(self, batch):
        """One round: the discriminator's steps on fresh batches, then the generator's."""
        self.on_fresh_batches(batch, self.discriminator_step)
        self.minimize("generator", lambda: self.generator_loss(self.fresh_batches(batch)[-1]))
        self.record("temperature", self.temperature_now)
        return self.logs()

    def relax(self, batch_size):
        """Fresh samples by the generator that trains, with their gradient: float32 [batch_size, T, V]."""
        uniforms = self.draw(batch_size, (self.length, len(self.vocabulary)), UNIT_INTERVAL, "gumbel")
        return decoding.relaxed_texts(self.generator, uniforms, self.temperature_now, self.straight_through)

    def discriminator_input(self, tokens):
        """Texts int32 [B, T] as distributions over tokens, float32 [B, T, V]."""
        return tf.one_hot(tokens, len(self.vocabulary))

    def discriminator_loss(self, batch):
        """The discriminator's mean loss on data and as many fresh samples, penalties included."""
        real = self.discriminator_input(self.tokens_of(batch))
        fake = tf.stop_gradient(self.relax(tf.shape(real)[0]))
        real_logits, fake_logits = tf.split(self.discriminate(tf.concat([real, fake], 0)), 2)
        self.record_scores(real_logits, fake_logits)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits) + sum(self.discriminator.losses)
        for penalty in self.penalties:
            loss += penalty.at(self.step)(self.discriminate, real, fake, self.epsilon(penalty, real))
        return loss

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples."""
        real = self.discriminator_input(self.tokens_of(batch))
        fake_logits = self.discriminate(self.relax(tf.shape(real)[0]))
        if not self.adversarial_loss.needs_real:
            return self.adversarial_loss.generator(fake_logits)
        return self.adversarial_loss.generator(fake_logits, self.discriminate(real))
