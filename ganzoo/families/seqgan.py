"""SeqGAN: a generator of text as a policy, whose reward is what a discriminator thinks of its texts played to the end."""

import math

import keras
import tensorflow as tf

from ganzoo import losses
from ganzoo.averages import Average
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.sequence import UNIT_INTERVAL, TextGAN
from ganzoo.networks import decoding
from ganzoo.networks.checks import fraction, positive

# Rollouts are played in parts whose logits take at most so many numbers (64 MB).
MOST_LOGITS = 2**24


@keras.saving.register_keras_serializable(package="ganzoo")
class SeqGAN(TextGAN):
    """A policy gradient with Monte-Carlo rollouts.

    The phases: "mle" trains the generator by likelihood; "discriminator" trains the discriminator on data and the
    generator's texts; "adversarial" alternates. In it the reward of a token is the mean probability "real" of `rollouts`
    texts that begin with it and all before it, and that the rollout policy plays to the end.

    Players are "generator" (by likelihood), "policy" (the same network, by its reward) and "discriminator".

    The policy's loss is a mean over texts, the same whatever the batch and the replicas. The released code sums over the
    64 texts of a batch before it clips the gradient at 5. Adam divides the scale of gradients out, so a `global_clipnorm`
    of 5 / 64 takes the same steps.

    Args:
        text, generator: as `TextFamily`.
        discriminator: keras.Model, tokens int32 [B, T] to logits [B, 1], such as a `cnn_discriminator`.
        discriminator_steps: discriminator steps after each policy step, each on a fresh batch of data and of texts.
        rollouts: texts played from each beginning.
        rollout_decay: the share of itself that the rollout policy keeps in a policy step; the rest comes from the generator.
            0 plays with the generator itself, as the released code does in effect.
        baseline: whether the mean reward of the batch's other texts at the same position is subtracted; not in the paper.
        Others: as `TextFamily`.

    Raises:
        UserError: an argument out of range, or a discriminator that does not read tokens or give one logit a text.

    Reference: Yu, Zhang, Wang, Yu 2017, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient",
    arXiv:1609.05473, algorithm 1.
    """

    phases = ("mle", "discriminator", "adversarial")

    def __init__(
        self,
        text,
        generator,
        discriminator,
        discriminator_steps=5,
        rollouts=16,
        rollout_decay=0.8,
        baseline=False,
        **kwargs,
    ):
        super().__init__(text, generator, discriminator, discriminator_steps, **kwargs)
        positive(rollouts=rollouts)
        fraction(rollout_decay=rollout_decay)
        checks.reads_tokens(discriminator, self.length)
        if tuple(discriminator.output_shape[1:]) != (1,):
            raise UserError(
                f"SeqGAN's discriminator gives one logit a text, not {discriminator.output_shape}: "
                "use networks.text.cnn_discriminator"
            )
        self.rollouts = rollouts
        self.rollout_decay = rollout_decay
        self.baseline = baseline
        self.adversarial_loss = losses.NonSaturating()
        self.rollout = Average(generator, rollout_decay)

    @property
    def players(self):
        return {"generator": (self.generator,), "policy": (self.generator,), "discriminator": (self.discriminator,)}

    @property
    def batches_per_step(self):
        return self.discriminator_steps if self.phase == "adversarial" else 1

    @property
    def one_round_at_a_time(self):
        # A round with its rollouts takes long: nothing is won by several in one go, and a stop would wait for all of them.
        return self.phase == "adversarial"

    @property
    def equilibrium(self):
        return {"discriminator": math.log(2.0)}

    def state(self):
        return super().state() | {"rollout": [variable.value for variable in self.rollout.network.variables]}

    def train_step(self, batch):
        """One step of the phase; in the last one a round: the policy's step, then the discriminator's."""
        if self.phase == "mle":
            self.minimize("generator", lambda: self.likelihood_loss(batch))
            self.rollout.follow(0.0)
        elif self.phase == "discriminator":
            self.minimize("discriminator", lambda: self.discriminator_loss(batch))
        else:
            self.policy_step(self.fresh_batches(batch)[0])
            self.on_fresh_batches(batch, self.discriminator_step)
        return self.logs()

    def policy_step(self, batch):
        """One step up the reward of as many fresh texts as the batch has; the rollout policy follows."""
        tokens = self.generate_texts(tf.shape(self.tokens_of(batch))[0])
        rewards = self.rewards(tokens)
        self.record("reward", tf.reduce_mean(rewards[:, -1]))
        if self.baseline:
            rewards = self.centred(rewards)
        self.minimize("policy", lambda: self.policy_loss(tokens, rewards))
        self.rollout.follow(self.rollout_decay)

    def centred(self, rewards):
        """Rewards [B, T] less the mean of the other texts' at the same position, which leaves the gradient unbiased."""
        others = tf.cast(tf.shape(rewards)[0] - 1, tf.float32)
        return rewards - (tf.reduce_sum(rewards, 0) - rewards) / tf.maximum(others, 1.0)

    def rewards(self, tokens):
        """The expected probability "real" after each token: float32 [B, T].

        Args:
            tokens: int32 [B, T], texts of the generator.
        """
        whole = self.realness(tokens)[:, None]
        if self.length == 1:
            return whole
        batch, beginnings = tf.shape(tokens)[0], self.length - 1
        uniforms = self.draw(batch, (beginnings, self.rollouts, self.length), UNIT_INTERVAL, "rollouts")
        share = self.rollouts_at_once(tokens.shape[0])
        # Parts of the rollouts, one after the other: [parts, B, T - 1, share, T].
        uniforms = tf.reshape(uniforms, [batch, beginnings, self.rollouts // share, share, self.length])
        uniforms = tf.transpose(uniforms, [2, 0, 1, 3, 4])

        def play(part):
            played = decoding.continuations(self.rollout.network, tokens, part)
            scores = tf.reshape(self.realness(tf.reshape(played, [-1, self.length])), [beginnings, share, batch])
            return tf.reduce_mean(scores, axis=1)

        parts = tf.map_fn(play, uniforms, parallel_iterations=1, fn_output_signature=tf.TensorSpec([beginnings, None]))
        return tf.concat([tf.transpose(tf.reduce_mean(parts, axis=0)), whole], axis=1)

    def rollouts_at_once(self, batch_size):
        """The most rollouts of each beginning, a divisor of `rollouts`, that fit in memory together."""
        each = (batch_size or 64) * (self.length - 1) * len(self.vocabulary)
        fitting = max(MOST_LOGITS // each, 1)
        return max(share for share in range(1, self.rollouts + 1) if self.rollouts % share == 0 and share <= fitting)

    def realness(self, tokens):
        """The discriminator's probability that texts [N, T] are real, in inference mode: float32 [N]."""
        return tf.stop_gradient(tf.sigmoid(self.discriminate(tokens, training=False))[:, 0])

    def discriminator_loss(self, batch):
        """The mean cross-entropy of data and as many fresh texts, and the network's own penalties."""
        real = self.tokens_of(batch)
        fake = self.generate_texts(tf.shape(real)[0])
        logits = self.discriminate(tf.concat([real, fake], 0))
        real_logits, fake_logits = tf.split(logits, 2)
        self.record("real_score", tf.reduce_mean(tf.sigmoid(real_logits)))
        self.record("fake_score", tf.reduce_mean(tf.sigmoid(fake_logits)))
        return 0.5 * self.adversarial_loss.discriminator(real_logits, fake_logits) + sum(self.discriminator.losses)
