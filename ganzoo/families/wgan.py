"""Wasserstein GANs: a critic kept Lipschitz by clipping its weights, or by a penalty on its gradient."""

import keras
import tensorflow as tf

from ganzoo import losses
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.gan import GAN
from ganzoo.networks.checks import positive


@keras.saving.register_keras_serializable(package="ganzoo")
class WGAN(GAN):
    """A critic that estimates the Wasserstein-1 distance between data and samples, and a generator that lowers it.

    With `clip` it is the first WGAN; with `clip=None` and `penalties=[penalties.WGANGP()]` it is WGAN-GP. The record
    `wasserstein` is E f(x) - E f(G(z)): at best K W_1 of a clipped critic whose Lipschitz constant K is not known, and
    W_1 (1 + W_1 / (2 lambda)) of one under the two-sided penalty, which lets the slope pass 1.

    Args:
        generator: keras.Model, latents [B, latent_dim] to samples.
        critic: keras.Model, samples to unbounded scores [B, 1]; under a gradient penalty without batch normalisation.
        critic_steps: critic steps before the generator moves, the papers' n_critic, each on a fresh real batch.
        clip: the bound of every weight of the critic, None for no clipping.
        penalties: penalties from `ganzoo.penalties`, added to the critic's loss.
        thorough_steps: critic steps of a thorough round, a multiple of `critic_steps`; None for no such rounds. The
            authors' code takes 100 in each of the first 25 rounds and in every 500th.
        thorough_first: how many first rounds are thorough.
        thorough_every: every how many rounds one is thorough.
        Others: as `GAN`, but for those in `refused`.

    Raises:
        UserError: nothing keeps the critic Lipschitz, or a number is out of range.

    Reference: Arjovsky, Chintala, Bottou 2017, 1701.07875; Gulrajani et al. 2017, 1704.00028.
    """

    clips_weights = True
    refused = {
        "discriminator": "its name here is critic",
        "discriminator_steps": "its name here is critic_steps",
        "adversarial_loss": "the Wasserstein loss is what makes it one; for another take GAN",
        "simultaneous": "a critic moves before its generator",
    }

    def __init__(
        self,
        generator,
        critic,
        critic_steps=5,
        clip=0.01,
        penalties=(),
        thorough_steps=None,
        thorough_first=25,
        thorough_every=500,
        **kwargs,
    ):
        if clip is not None and penalties:
            raise UserError("weights that are clipped need no penalty and fight it: clip=None, or no penalties")
        super().__init__(
            generator, critic, losses.Wasserstein(), penalties=penalties, discriminator_steps=critic_steps, **kwargs
        )
        if clip is not None and checks.spectral(critic):
            raise UserError("clipping does nothing to weights that are divided by their norm: give the critic another norm")
        positive(critic_steps=critic_steps, thorough_every=thorough_every)
        if clip is None and not self.penalties:
            raise UserError("a critic without clip needs a penalty: penalties=[penalties.WGANGP()], or clip=0.01")
        if clip is not None and clip <= 0:
            raise UserError(f"clip is a positive bound of the critic's weights, not {clip}")
        if thorough_steps is not None and (thorough_steps < critic_steps or thorough_steps % critic_steps):
            raise UserError(f"thorough_steps must be a multiple of the {critic_steps} critic_steps, not {thorough_steps}")
        self.critic = critic
        self.critic_steps = critic_steps
        self.clip = clip
        self.thorough_steps = thorough_steps
        self.thorough_first = thorough_first
        self.thorough_every = thorough_every
        if thorough_steps is None:
            checks.idle(self, "thorough_steps is None", "thorough_first", "thorough_every")

    @property
    def networks(self):
        return {"generator": self.generator, "critic": self.critic}

    @property
    def equilibrium(self):
        return {"critic": 0.0, "generator": None}

    def train_step(self, batch):
        """One round: the critic's steps on fresh batches, then the generator's."""
        self.criticise(batch)
        for _ in range(self.generator_steps):
            self.minimize("generator", lambda: self.generator_loss(self.fresh_batches(batch)[0]))
        return self.logs()

    def criticise(self, batch):
        """The critic's steps of one round."""
        self.on_fresh_batches(batch, self.critic_step)

    def critic_step(self, real):
        """One step of the critic on a real batch."""
        self.minimize("critic", lambda: self.discriminator_loss(real))
        self.clip_weights()

    def clip_weights(self):
        """Clips every weight of the critic to [-clip, clip]."""
        if self.clip is not None:
            for variable in self.critic.trainable_variables:
                variable.assign(tf.clip_by_value(variable, -self.clip, self.clip))

    def record_scores(self, real_logits, fake_logits):
        super().record_scores(real_logits, fake_logits)
        self.record("wasserstein", tf.reduce_mean(real_logits) - tf.reduce_mean(fake_logits))

    # Thorough rounds: more critic rounds first, each on data of its own.

    def rounds_before(self, step):
        """Critic rounds that come before the round of generator step `step`, beside its own."""
        number = step // self.generator_steps
        thorough = number < self.thorough_first or number % self.thorough_every == 0
        return self.thorough_steps // self.critic_steps - 1 if self.thorough_steps and thorough else 0

    def rounds_of_data(self, step):
        steps = range(0, step, self.generator_steps)
        return len(steps) + sum(self.rounds_before(earlier) for earlier in steps)

    @property
    def one_round_at_a_time(self):
        return self.thorough_steps is not None

    @property
    def moment(self):
        # The generator rests in thorough rounds: only the critic's own count tells their draws apart.
        return self.optimizers["critic"].iterations if self.thorough_steps else super().moment

    def make_train_function(self, force=False):
        """Keras' function of one round, with the critic's rounds of the thorough rule before it."""
        if self.train_function is not None and not force:
            return self.train_function
        one_round = super().make_train_function(force) or self.train_function
        if self.thorough_steps is None:
            return one_round

        def critic_round(iterator):
            self.distribute_strategy.run(self._critic_round, args=(next(iterator),))

        critic_round = critic_round if self.run_eagerly else tf.function(critic_round, reduce_retracing=True)

        def train(iterator):
            for _ in range(self.rounds_before(int(self.step.numpy()))):
                critic_round(iterator)
            return one_round(iterator)

        self.train_function = train
        return train

    def _critic_round(self, batch):
        self.criticise(batch)
        self._round.end()
