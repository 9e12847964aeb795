"""Class-conditional GANs: labels shown to both players, by concatenation or by projection, as the networks have it."""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.base import examples_of
from ganzoo.families.gan import GAN
from ganzoo.families.labelled import Labelled

# Real images of each replica that are shown with wrong labels in each step, to see whether the discriminator minds.
PROBED = 16


class LabelledGAN(Labelled, GAN):
    """A GAN whose generator takes `[latents, labels]`: what such families sample, show and export alike.

    Args:
        generator: keras.Model, latents [B, latent_dim] and labels [B], int64, to samples.
        class_shares: how often each label occurs among samples whose label is left open; all alike if None.
        Others: as `GAN`.

    Attributes:
        num_classes: how many labels the generator knows.

    Raises:
        UserError: a generator without labels, or shares that do not fit its classes.
    """

    def __init__(self, generator, discriminator, class_shares=None, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.num_classes = num_classes_of(generator)
        if self.num_classes < 2:
            raise UserError("a condition needs at least two labels: num_classes must be 2 or more")
        self.class_shares = checked_shares(class_shares, self.num_classes)

    def check_networks(self, generator, discriminator):
        checks.fits(generator, discriminator)


@keras.saving.register_keras_serializable(package="ganzoo")
class ConditionalGAN(LabelledGAN):
    """Both players see the label: a sample must be real, and be what it is called.

    How a network sees it is its own affair. Networks that concatenate the label to every layer (`dcgan`, `mlp`) make
    this the conditional GAN; a discriminator that projects it onto its features (`resnet`, `biggan`) makes it cGAN with
    projection. Samples get the labels of the real batch that they are set against, so their shares are the data's own.

    Each step records `label_margin`: by how much the logits of some real images fall when their labels are exchanged
    for wrong ones, in standard deviations of those logits. A discriminator that ignores its labels stays at 0.

    Args:
        generator: keras.Model, latents [B, latent_dim] and labels [B] to samples.
        discriminator: keras.Model, samples and labels to logits [B, 1].
        mismatch_weight: share of real examples with wrong labels in what the discriminator must call fake, in [0, 1);
            one half is GAN-CLS's.
        Others: as `LabelledGAN`.

    Raises:
        UserError: networks without labels, or with different numbers of them; a weight out of range.

    Reference: Mirza and Osindero 2014, "Conditional Generative Adversarial Nets", arXiv:1411.1784; by projection Miyato
    and Koyama 2018, "cGANs with Projection Discriminator", arXiv:1802.05637; mismatched pairs Reed et al. 2016,
    arXiv:1605.05396.
    """

    def __init__(self, generator, discriminator, mismatch_weight=0.0, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        judged = num_classes_of(discriminator)
        if judged != self.num_classes:
            raise UserError(f"the generator knows {self.num_classes} labels and the discriminator {judged}: make them agree")
        if not 0.0 <= mismatch_weight < 1.0:
            raise UserError(f"mismatch_weight is a share of what counts as fake, in [0, 1), not {mismatch_weight}")
        self.mismatch_weight = mismatch_weight

    @property
    def equilibrium(self):
        # Wrong labels can always be told from right ones, so both players' losses hang on the data.
        return {} if self.mismatch_weight else super().equilibrium

    def train_step(self, batch):
        """One round, as `GAN`, after a look at whether the discriminator minds wrong labels."""
        self.record_label_margin(self.fresh_batches(batch)[0])
        return super().train_step(batch)

    def discriminator_loss(self, batch):
        """The discriminator's mean loss on real pairs, as many fresh samples with the same labels, and penalties."""
        real, labels = examples_of(batch), batch["label"]
        fake = self.generate(self.noise(tf.shape(real)[0]), labels)
        noised = self.seen(real)
        real_logits = self.discriminate(noised, labels)
        fake_logits = self.discriminate(self.seen(fake), labels)
        self.record_scores(real_logits, fake_logits)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        if self.mismatch_weight:
            wrong_logits = self.discriminate(noised, self.wrong_labels(labels))
            against_wrong = self.adversarial_loss.discriminator(real_logits, wrong_logits)
            loss = (1.0 - self.mismatch_weight) * loss + self.mismatch_weight * against_wrong
        return loss + self.penalty(lambda images: self.discriminate(images, labels), real, fake, real_logits, fake_logits)

    def generator_loss(self, batch):
        """The generator's mean loss on fresh samples with the labels of a real batch."""
        real, labels = examples_of(batch), batch["label"]
        fake = self.generate(self.noise(tf.shape(real)[0]), labels)
        fake_logits = self.discriminate(self.seen(fake), labels)
        return self.adversary(fake_logits, lambda: self.discriminate(self.seen(real), labels))

    def wrong_labels(self, labels):
        """Another label for each, each of the others as likely."""

        def shift(shape, seed):
            return noise.uniform(shape, seed, 1, self.num_classes, tf.int64)

        return (labels + self.draw(tf.shape(labels)[0], (), shift, "wrong labels")) % self.num_classes

    def record_label_margin(self, batch):
        """Records E D(x, y) - E D(x, y') for wrong labels y', over the standard deviation of all these logits."""
        real, labels = examples_of(batch), batch["label"]
        wrong = self.wrong_labels(labels)[:PROBED]
        # Apart, so that no layer sees an image twice in a batch; in inference mode, so that no statistic moves.
        own = self.discriminate(real[:PROBED], labels[:PROBED], training=False)
        other = self.discriminate(real[:PROBED], wrong, training=False)
        spread = tf.math.reduce_std(tf.concat([own, other], 0))
        self.record("label_margin", tf.math.divide_no_nan(tf.reduce_mean(own) - tf.reduce_mean(other), spread))


def num_classes_of(network):
    """How many labels a network knows, by those of its layers that take them.

    Raises:
        UserError: it takes no labels, or its layers know different numbers of them.
    """
    counts = {getattr(layer, "num_classes", None) or getattr(layer, "input_dim", None) for layer in network.layers} - {None}
    if len(network.inputs) != 2 or len(counts) != 1:
        raise UserError(f"{network.name} must take labels beside its input: build it with num_classes")
    return counts.pop()


def checked_shares(shares, num_classes):
    """Shares of the classes as a tuple of floats that sum to 1; None stays None.

    Raises:
        UserError: another number of them than of classes, or one that is negative, or all 0.
    """
    if shares is None:
        return None
    if len(shares) != num_classes or min(shares) < 0 or not sum(shares) > 0:
        raise UserError(f"class_shares must be {num_classes} numbers that are not negative, one a class, not {shares}")
    return tuple(float(share) / sum(shares) for share in shares)
