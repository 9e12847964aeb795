"""AC-GAN: the discriminator tells data from samples and, on the side, which class an image shows."""

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.families.base import examples_of
from ganzoo.families.conditional import LabelledGAN
from ganzoo.losses import accuracy, class_cross_entropy
from ganzoo.networks.heads import features_of


@keras.saving.register_keras_serializable(package="ganzoo")
class ACGAN(LabelledGAN):
    """The label goes to the generator alone; the discriminator has to name it, and the generator wants it named.

    With L_S the log-likelihood of the right source and L_C that of the right class, the discriminator maximises
    L_S + L_C and the generator L_C - L_S (non-saturating with the default loss). A linear head on the discriminator's
    `features` gives the class; it is the family's own and moves with the discriminator. `class_accuracy` and
    `fake_class_accuracy` record how often it is right.

    Samples that only please the classifier come out alike within a class: compare variety within classes, as with
    `ganzoo birthday --per-class`.

    Args:
        generator: keras.Model, latents [B, latent_dim] and labels [B] to samples.
        discriminator: keras.Model, samples alone to logits [B, 1], with a layer `features` [B, d].
        class_weight: of the class's cross-entropy in the discriminator's loss.
        generator_class_weight: of the class's cross-entropy in the generator's.
        classify_fake: whether the head is also trained to name samples, as in the paper; if not, on real data alone.
        Others: as `LabelledGAN`; `adversarial_loss` is for the source.

    Raises:
        UserError: a generator without labels, a discriminator with labels or without `features`, a negative weight.

    Reference: Odena, Olah and Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs",
    arXiv:1610.09585.
    """

    def __init__(self, generator, discriminator, class_weight=1.0, generator_class_weight=1.0, classify_fake=True, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        if min(class_weight, generator_class_weight) < 0:
            raise UserError("class_weight and generator_class_weight must not be negative")
        self.class_weight = class_weight
        self.generator_class_weight = generator_class_weight
        self.classify_fake = classify_fake
        if len(discriminator.inputs) != 1:
            raise UserError("AC-GAN's discriminator must name the label, not be told it: build it without num_classes")
        features = features_of(discriminator)
        inputs = keras.Input(features.shape[1:], name="features")
        logits = keras.layers.Dense(self.num_classes, dtype="float32", name="class_logits")(inputs)
        self.class_head = keras.Model(inputs, logits, name="class_head")
        self._judge = keras.Model(discriminator.inputs, [discriminator.outputs[0], features], name="judge")

    @property
    def networks(self):
        return {**super().networks, "class_head": self.class_head}

    @property
    def players(self):
        return {"generator": (self.generator,), "discriminator": (self.discriminator, self.class_head)}

    @property
    def equilibrium(self):
        # Each player's loss holds a cross-entropy whose least value is the data's own H(class | image).
        return {}

    def judge(self, images, training=True):
        """Logits [B, 1] of the source and [B, K] of the class, in one pass."""
        logits, features = self._judge(images, training=training)
        return logits, self.class_head(features, training=training)

    def discriminator_loss(self, batch):
        """-(L_S + L_C) on a real batch and as many fresh samples with its labels, penalties included."""
        real, labels = examples_of(batch), batch["label"]
        fake = self.generate(self.noise(tf.shape(real)[0]), labels)
        real_logits, real_classes = self.judge(self.seen(real))
        fake_logits, fake_classes = self.judge(self.seen(fake))
        self.record_scores(real_logits, fake_logits)
        self.record("class_accuracy", accuracy(real_classes, labels))
        self.record("fake_class_accuracy", accuracy(fake_classes, labels))
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        loss += self.class_weight * class_cross_entropy(real_classes, labels)
        if self.classify_fake:
            loss += self.class_weight * class_cross_entropy(fake_classes, labels)
        loss += self.penalty(self.discriminate, real, fake, real_logits, fake_logits)
        return loss

    def generator_loss(self, batch):
        """-(L_C - L_S) on fresh samples with the labels of a real batch."""
        real, labels = examples_of(batch), batch["label"]
        fake = self.generate(self.noise(tf.shape(real)[0]), labels)
        logits, classes = self.judge(self.seen(fake))
        loss = self.adversary(logits, lambda: self.judge(self.seen(real))[0])
        return loss + self.generator_class_weight * class_cross_entropy(classes, labels)

    @property
    def services(self):
        """`discriminate` also gives `class_logits` [B, K]."""
        _, specs = super().services["discriminate"]

        def discriminate(**examples):
            (examples,) = examples.values()
            logits, class_logits = self.judge(examples, training=False)
            return {"logits": logits, "class_logits": class_logits}

        return {"discriminate": (discriminate, specs)}
