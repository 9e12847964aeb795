"""What families share that play a loss object and penalties, whatever their examples are."""

import tensorflow as tf

from ganzoo import noise
from ganzoo.families.base import Family


class Adversarial(Family):
    """A family with an `adversarial_loss` from `ganzoo.losses` and `penalties` from `ganzoo.penalties`, its attributes."""

    @property
    def equilibrium(self):
        return self.adversarial_loss.equilibrium._asdict()

    def epsilon(self, penalty, real):
        """The uniform numbers that a penalty mixes or perturbs examples with; None where it needs none."""
        shape = penalty.epsilon_shape(tuple(real.shape[1:]))
        return None if shape is None else self.draw(tf.shape(real)[0], shape, noise.Uniform(0.0, 1.0), "epsilon")

    def record_scores(self, real_logits, fake_logits):
        """Records D(real) and D(fake): mean probabilities, or mean logits where the loss reads no probability in them."""
        score = tf.sigmoid if self.adversarial_loss.probability else tf.identity
        self.record("real_score", tf.reduce_mean(score(real_logits)))
        self.record("fake_score", tf.reduce_mean(score(fake_logits)))
