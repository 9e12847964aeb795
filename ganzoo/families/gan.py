"""The GAN of Goodfellow et al.; with other losses and penalties LSGAN, hinge, relativistic and DRAGAN."""

import keras
import tensorflow as tf

from ganzoo import losses, noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.adversarial import Adversarial
from ganzoo.families.base import examples_of
from ganzoo.layers.virtual_batch_norm import PrependReference
from ganzoo.networks.checks import positive
from ganzoo.regularizers import Judged


@keras.saving.register_keras_serializable(package="ganzoo")
class GAN(Adversarial):
    """Two players: a discriminator that tells data from samples, a generator that makes it err.

    Args:
        generator: keras.Model, latents [B, latent_dim] to samples.
        discriminator: keras.Model, samples to logits [B, 1].
        adversarial_loss: a loss object from `ganzoo.losses`.
        penalties: penalties from `ganzoo.penalties`, added to the discriminator's loss.
        regularizers: regularisers from `ganzoo.regularizers`, added likewise.
        top_k: a `losses.TopK`, which samples the generator learns from; None for all.
        discriminator_steps: discriminator steps before the generator moves, each on a fresh real batch.
        generator_steps: generator steps after them.
        simultaneous: both players move from the same point, as in the original algorithm's code; one step each.
        augment: an augmentation from `ganzoo.augmentations`, of all that the discriminator sees; None for none.
        instance_noise: standard deviation of Gaussian noise on all that the discriminator sees.
        instance_noise_steps: steps over which that noise falls linearly to zero; None keeps it.
        latents: a prior from `ganzoo.noise`.
        average_decay: decay of the generator's moving average.

    Raises:
        UserError: an argument out of range, networks that do not fit one another, a gradient penalty on a discriminator
            that mixes the examples of a batch, or a Wasserstein loss where nothing keeps the discriminator Lipschitz.

    Reference: Goodfellow et al. 2014, "Generative Adversarial Nets", arXiv:1406.2661.
    """

    clips_weights = False

    def __init__(
        self,
        generator,
        discriminator,
        adversarial_loss=losses.NonSaturating(),
        penalties=(),
        regularizers=(),
        top_k=None,
        discriminator_steps=1,
        generator_steps=1,
        simultaneous=False,
        augment=None,
        instance_noise=0.0,
        instance_noise_steps=None,
        latents=noise.Normal(),
        average_decay=0.999,
        **kwargs,
    ):
        super().__init__(latents=latents, average_decay=average_decay, **kwargs)
        checks.loss(adversarial_loss)
        checks.penalties(penalties)
        positive(discriminator_steps=discriminator_steps, generator_steps=generator_steps)
        if simultaneous and (discriminator_steps, generator_steps) != (1, 1):
            raise UserError("simultaneous updates are one step of each player")
        if not instance_noise >= 0:
            raise UserError(f"instance_noise is a standard deviation, 0 or more, not {instance_noise!r}")
        if instance_noise_steps is not None:
            positive(instance_noise_steps=instance_noise_steps)
        self.check_networks(generator, discriminator)
        checks.augmentation(augment, discriminator, adversarial_loss)
        checks.regularizers(regularizers, discriminator)
        checks.top_k(top_k)
        self.check_penalties(discriminator, adversarial_loss, penalties)
        self.generator = generator
        self.discriminator = discriminator
        self.adversarial_loss = adversarial_loss
        self.penalties = tuple(penalties)
        self.regularizers = tuple(regularizers)
        self.top_k = top_k
        self.discriminator_steps = discriminator_steps
        self.generator_steps = generator_steps
        self.simultaneous = simultaneous
        self.augment = augment
        self.memories = [self._memory(part) for part in (augment, *self.regularizers)]
        self.instance_noise = instance_noise
        self.instance_noise_steps = instance_noise_steps
        if not instance_noise:
            checks.idle(self, "instance_noise is 0", "instance_noise_steps")

    def check_networks(self, generator, discriminator):
        """Refuses networks that do not fit one another, or not this family."""
        checks.networks(generator, discriminator)

    def check_penalties(self, discriminator, adversarial_loss, penalties):
        """Refuses combinations that make no sense, with the reason."""
        checks.penalised(discriminator, penalties)
        lipschitz = penalties or self.clips_weights or checks.spectral(discriminator)
        if isinstance(adversarial_loss, losses.Wasserstein) and not lipschitz:
            raise UserError(
                "nothing keeps the critic of a Wasserstein loss Lipschitz: add penalties=[penalties.WGANGP()], "
                'a discriminator with norm="spectral", or take families.wgan.WGAN, which clips weights'
            )

    def compile(self, optimizers, seed=0, **kwargs):
        # Virtual batch norm's reference is drawn from the family's prior, before the averages are copied from the networks.
        for layer in self.generator.layers:
            if isinstance(layer, PrependReference):
                layer.reference.assign(self.latents(layer.reference.shape, noise.seed_of(seed, 0, "reference")))
        super().compile(optimizers, seed, **kwargs)

    @property
    def batches_per_step(self):
        return self.discriminator_steps

    def train_step(self, batch):
        """One round: the discriminator's steps on fresh batches, then the generator's."""
        if self.simultaneous:
            return self.train_together(batch)
        self.on_fresh_batches(batch, self.discriminator_step)
        for _ in range(self.generator_steps):
            self.minimize("generator", lambda: self.generator_loss(self.fresh_batches(batch)[-1]))
        return self.logs()

    def discriminator_step(self, real):
        """One step of the discriminator on a real batch."""
        self.minimize("discriminator", lambda: self.discriminator_loss(real))

    def train_together(self, batch):
        """One round in which both players move from the same point."""
        self.minimize_together(
            {
                "discriminator": lambda: self.discriminator_loss(batch),
                "generator": lambda: self.generator_loss(batch),
            }
        )
        return self.logs()

    def discriminator_loss(self, batch):
        """The discriminator's mean loss on a real batch and as many fresh samples, penalties included."""
        real = examples_of(batch)
        fake = self.generate(self.noise(tf.shape(real)[0]))
        real_logits = self.discriminate(self.seen(real))
        fake_logits = self.discriminate(self.seen(fake))
        self.record_scores(real_logits, fake_logits)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        return loss + self.penalty(self.discriminate, real, fake, real_logits, fake_logits)

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples."""
        real = examples_of(batch)
        fake_logits = self.discriminate(self.seen(self.generate(self.noise(tf.shape(real)[0]))))
        return self.adversary(fake_logits, lambda: self.discriminate(self.seen(real)))

    def adversary(self, fake_logits, judge_real):
        """The generator's adversarial loss on samples, or on the best of them by `top_k`.

        Args:
            fake_logits: [B, 1].
            judge_real: returns the logits [B, 1] of a real batch; called if the loss needs them.
        """
        logits = [fake_logits, judge_real()] if self.adversarial_loss.needs_real else [fake_logits]
        if self.top_k is not None:
            rows = self.top_k.rows(fake_logits, self.step)
            logits = [tf.gather(some, rows) for some in logits]
        return self.adversarial_loss.generator(*logits)

    def penalty(self, discriminate, real, fake, real_logits, fake_logits):
        """What the penalties, as they are at this step, and the regularisers add to the discriminator's loss.

        A penalty's gradient is taken through the augmentation, with respect to the images before it.

        Args:
            discriminate: a function of images, to logits [B, 1].
            real, fake: batches of equal size.
            real_logits, fake_logits: what `discriminate` gave for them.
        """

        def judge(images):
            return discriminate(self.augmented(images))

        added = sum(penalty.at(self.step)(judge, real, fake, self.epsilon(penalty, real)) for penalty in self.penalties)
        if not self.regularizers:
            return added
        judged = Judged(lambda images: discriminate(self.seen(images)), real, fake, real_logits, fake_logits)
        means = over_replicas(tf.stack([tf.reduce_mean(real_logits), tf.reduce_mean(fake_logits)]))
        for regularizer, memory in zip(self.regularizers, self.memories[1:], strict=True):
            if memory is not None:
                memory.assign(regularizer.remember(tf.identity(memory), *tf.unstack(tf.stop_gradient(means))))
            uniforms = self.draw(tf.shape(real)[0], (regularizer.draws,), noise.Uniform(0.0, 1.0), "regularizer")
            value = regularizer(judged, uniforms, memory)
            self.record(type(regularizer).__name__.lower(), value)
            added += value
        return added

    def record_scores(self, real_logits, fake_logits):
        """As `Adversarial`; an augmentation that adapts takes note of D(real)."""
        super().record_scores(real_logits, fake_logits)
        if self.augment is None or not self.augment.memory:
            return
        sign = over_replicas(tf.reduce_mean(tf.sign(real_logits - self.adversarial_loss.boundary)))
        images = tf.shape(real_logits)[0] * tf.distribute.get_replica_context().num_replicas_in_sync
        memory = self.memories[0]
        memory.assign(self.augment.remember(tf.identity(memory), sign, images))
        for name, value in self.augment.records(memory).items():
            self.record(name, value)

    def _memory(self, part):
        """The variable that holds what an augmentation or a regulariser remembers, if it does."""
        if part is None or not part.memory:
            return None
        variable = self._counter("memory", [len(part.memory)], tf.float32, tf.VariableAggregation.ONLY_FIRST_REPLICA)
        variable.assign(part.memory)
        return variable

    def state(self):
        kept = [memory for memory in self.memories if memory is not None]
        return super().state() | ({"memories": kept} if kept else {})

    def seen(self, images):
        """`images` as the discriminator sees them: augmented, and with the instance noise of this step."""
        return self.blurred(self.augmented(images))

    def augmented(self, images):
        """`images` under a fresh draw of the augmentation."""
        if self.augment is None:
            return images
        draws = self.draw(tf.shape(images)[0], (self.augment.draws,), noise.Uniform(0.0, 1.0), "augment")
        return self.augment.at(self.step)(images, draws, *self.memories[:1] if self.augment.memory else ())

    def blurred(self, images):
        """`images` with the instance noise of this step."""
        if not self.instance_noise:
            return images
        strength = self.instance_noise
        if self.instance_noise_steps:
            left = 1.0 - tf.cast(self.step, tf.float32) / self.instance_noise_steps
            strength *= tf.maximum(left, 0.0)
        return images + strength * self.draw(tf.shape(images)[0], tuple(images.shape[1:]), noise.training_normal, "blur")


def over_replicas(values):
    """The mean of a tensor over all replicas."""
    context = tf.distribute.get_replica_context()
    return values if context.num_replicas_in_sync == 1 else context.all_reduce(tf.distribute.ReduceOp.MEAN, values)
