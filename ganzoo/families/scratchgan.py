"""ScratchGAN: a policy gradient for text that needs no pretraining, since a reader rewards each token as it comes."""

import math

import keras
import tensorflow as tf

from ganzoo import losses
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.sequence import TextGAN


def discounted(rewards, discount):
    """What follows of rewards float [B, T], each step later worth `discount` times as much: sum over s >= t of d^(s-t) r_s."""
    length = rewards.shape[1]
    ahead = tf.range(length)[None, :] - tf.range(length)[:, None]
    weights = tf.where(ahead >= 0, tf.pow(tf.cast(discount, rewards.dtype), tf.cast(tf.maximum(ahead, 0), rewards.dtype)), 0.0)
    return tf.matmul(rewards, weights, transpose_b=True)


@keras.saving.register_keras_serializable(package="ganzoo")
class ScratchGAN(TextGAN):
    """REINFORCE from the first step on: the discriminator gives a logit at each token, hence each token a reward.

    The reward of a token is 2 s - 1, s the probability "real" of the text up to it; of its rewards to come the generator
    gets the discounted sum, less a moving average of such sums. The paper's other means are arguments of the networks
    (layer norm, dropout, L2, given vectors) and of the recipe (a large `batch_size`).

    Args:
        text, generator: as `TextFamily`.
        discriminator: keras.Model, tokens int32 [B, T] to logits [B, T], 0 after a text's end: an `rnn_discriminator`.
        discriminator_steps: discriminator steps before each step of the generator, each on a fresh batch.
        dense: whether each token has its own reward; if not, a text has one, at its end.
        discount: what a reward is worth one token earlier, in [0, 1].
        baseline_decay: the share of itself that the baseline keeps in a step, in [0, 1): the rest is the batch's mean. None
            for no baseline.
        Others: as `TextFamily`.

    Attributes:
        baseline: the moving average, a float32 tf.Variable that starts at 0.

    Raises:
        UserError: an argument out of range, or a discriminator that does not read tokens or give a logit for each.

    Reference: de Masson d'Autume, Rosca, Rae, Mohamed 2019, "Training Language GANs from Scratch", arXiv:1905.09922. Unlike
    in the authors' code, the discriminator judges without dropout when it rewards.
    """

    def __init__(
        self,
        text,
        generator,
        discriminator,
        discriminator_steps=1,
        dense=True,
        discount=0.23,
        baseline_decay=0.08,
        **kwargs,
    ):
        super().__init__(text, generator, discriminator, discriminator_steps, **kwargs)
        if not 0.0 <= discount <= 1.0:
            raise UserError(f"discount must lie in [0, 1], not {discount}")
        if baseline_decay is not None and not 0.0 <= baseline_decay < 1.0:
            raise UserError(f"baseline_decay must lie in [0, 1), or be None for no baseline, not {baseline_decay}")
        checks.reads_tokens(discriminator, self.length)
        if tuple(discriminator.output_shape[1:]) != (self.length,):
            raise UserError(
                f"ScratchGAN's discriminator gives a logit for each of {self.length} tokens, not {discriminator.output_shape}: "
                "use networks.text_recurrent.rnn_discriminator"
            )
        self.dense = dense
        self.discount = discount
        self.baseline_decay = baseline_decay
        self.adversarial_loss = losses.NonSaturating()
        # Every replica computes the same value, from a mean over all of them.
        self.baseline = self._counter("baseline", [], tf.float32, tf.VariableAggregation.ONLY_FIRST_REPLICA)

    @property
    def equilibrium(self):
        return {"discriminator": math.log(2.0)}

    def state(self):
        return super().state() | {"baseline": [self.baseline]}

    def train_step(self, batch):
        """One round: the discriminator's steps on fresh batches, then the generator's."""
        self.on_fresh_batches(batch, self.discriminator_step)
        self.policy_step(tf.shape(self.tokens_of(self.fresh_batches(batch)[-1]))[0])
        return self.logs()

    def discriminator_loss(self, batch):
        """The mean cross-entropy over all tokens of data and of as many fresh texts, and the network's own penalties.

        A mean over B T, where the places after a text's end weigh ln 2 and move nothing.
        """
        real = self.tokens_of(batch)
        fake = self.generate_texts(tf.shape(real)[0])
        real_logits, fake_logits = tf.split(self.discriminate(tf.concat([real, fake], 0)), 2)
        self.record("real_score", self.mean_inside(tf.sigmoid(real_logits), real))
        self.record("fake_score", self.mean_inside(tf.sigmoid(fake_logits), fake))
        return 0.5 * self.adversarial_loss.discriminator(real_logits, fake_logits) + sum(self.discriminator.losses)

    def mean_inside(self, values, tokens):
        """The mean of values [B, T] over the tokens that are part of their text."""
        inside = self.inside(tokens)
        return tf.reduce_sum(values * inside) / tf.reduce_sum(inside)

    def policy_step(self, batch_size):
        """One step up the returns of fresh texts."""
        tokens = self.generate_texts(batch_size)
        returns = discounted(self.rewards(tokens), self.discount)
        advantages = returns - self.follow(returns)
        # The mean over the tokens too, as in the authors' code; this matters where gradients are clipped.
        self.minimize("generator", lambda: self.policy_loss(tokens, advantages) / self.length)

    def rewards(self, tokens):
        """The reward of each token of texts [B, T], float32 [B, T] in [-1, 1], 0 after the end."""
        logits = tf.stop_gradient(self.discriminate(tokens, training=False))
        rewards = 2.0 * tf.sigmoid(logits) - 1.0
        inside = self.inside(tokens)
        self.record("reward", tf.reduce_sum(rewards * inside) / tf.reduce_sum(inside))
        if self.dense:
            return rewards
        return rewards * (inside - tf.pad(inside[:, 1:], [[0, 0], [0, 1]]))

    def follow(self, returns):
        """Moves the baseline towards the mean of returns [B, T] over all replicas; gives it."""
        if self.baseline_decay is None:
            return 0.0
        mean = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, tf.reduce_mean(returns))
        moved = self.baseline_decay * self.baseline + (1.0 - self.baseline_decay) * mean
        self.baseline.assign(moved)
        self.record("baseline", moved)
        return moved
