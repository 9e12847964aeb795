"""Semi-supervised learning with a GAN: the discriminator is a classifier of K classes, samples are class K + 1."""

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.base import examples_of
from ganzoo.families.improved import FeatureMatching, ImprovedGAN
from ganzoo.losses import accuracy, class_cross_entropy


def real_logit(class_logits):
    """log Z = log sum exp of K class logits, [B, K] to [B, 1]: the logit of D = Z / (Z + 1), class K + 1's being 0."""
    return tf.reduce_logsumexp(tf.cast(class_logits, tf.float32), axis=-1, keepdims=True)


@keras.saving.register_keras_serializable(package="ganzoo")
class SemiSupervisedGAN(ImprovedGAN):
    """A classifier that learns from few labels and many images, with a generator that matches its mean features.

    The discriminator gives K class logits; that of the class "generated" is fixed at 0, which loses nothing, since only
    differences count. So an image is real with probability D = Z / (Z + 1), Z the sum of the K exponentials. Its loss is
    the cross-entropy of the labelled images among the K classes plus `unlabelled_weight` times the GAN's loss on all
    images and samples. TensorBoard shows the accuracy on the batch's labelled images (`labelled_accuracy`) and on all of
    it (`accuracy`), whose labels nothing else sees. Classifying is the averaged discriminator's, as in the authors' code.

    Args:
        generator: as of `GAN`.
        discriminator: keras.Model, samples to class logits [B, K], K at least 2 (`outputs=K` of `ganzoo.networks`).
        unlabelled_weight: of the GAN's loss, a sum of two means; the authors' code halves that sum.
        feature_matching: what the generator minimises; None for the adversarial loss, which classifies worse.
        Others: as of `ImprovedGAN`.

    Batches: those of `ganzoo.data.semi_supervised.FewLabels`.

    Raises:
        UserError: a discriminator of one logit, a negative weight, or as `ImprovedGAN`.

    Reference: Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 5.
    """

    def __init__(self, generator, discriminator, unlabelled_weight=0.5, feature_matching=FeatureMatching(), **kwargs):
        super().__init__(generator, discriminator, feature_matching, **kwargs)
        if not self.adversarial_loss.probability:
            raise UserError(f"D = Z / (Z + 1) is a probability, and {self.adversarial_loss!r} reads none: take a log loss")
        if not unlabelled_weight >= 0:
            raise UserError(f"unlabelled_weight must be 0 or more, not {unlabelled_weight!r}")
        self.unlabelled_weight = unlabelled_weight

    def check_networks(self, generator, discriminator):
        checks.fits(generator, discriminator)
        if discriminator.output_shape[-1] < 2:
            raise UserError("a semi-supervised GAN's discriminator has a logit for each class: build it with outputs=K")

    @property
    def averaged_networks(self):
        return {"generator": self.generator, "discriminator": self.discriminator}

    @property
    def equilibrium(self):
        # The labels' part of the discriminator's loss has no known end.
        return {**super().equilibrium, "discriminator": None}

    def check_data(self, data):
        """Refuses data without its few labelled images, or with another number of classes than there are logits."""
        if not getattr(data, "per_class", None):
            raise UserError("a semi-supervised GAN needs labelled images beside the others: use FewLabels as its data")
        classes = self.discriminator.output_shape[-1]
        if data.num_classes != classes:
            known = f"the discriminator has {classes} logits and {data.name} has {data.num_classes} classes"
            raise UserError(f"{known}: build it with outputs={data.num_classes}")

    def discriminate(self, images, labels=None, training=True):
        """The logit [B, 1] of an image being real."""
        return real_logit(super().discriminate(images, labels, training))

    def discriminator_loss(self, batch):
        """The labelled images' cross-entropy and the weighted loss of the GAN on the whole batch and samples."""
        logits = self.discriminator(self.seen(batch["labelled_image"]), training=True)
        supervised = class_cross_entropy(logits, batch["labelled_label"])
        self.record("supervised_loss", supervised)
        self.record("labelled_accuracy", accuracy(logits, batch["labelled_label"]))
        if "label" in batch:
            # In inference mode: to look must not move batch norm's statistics.
            logits = self.discriminator(examples_of(batch), training=False)
            self.record("accuracy", accuracy(logits, batch["label"]))
        return supervised + self.unlabelled_weight * super().discriminator_loss(batch)

    def classify(self, images):
        """Class probabilities [B, K] by the averaged discriminator in inference mode."""
        logits = self.averages["discriminator"].network(images, training=False)
        return tf.nn.softmax(tf.cast(logits, tf.float32))

    @property
    def services(self):
        services = super().services
        _, specs = services["discriminate"]

        def classify(**examples):
            (images,) = examples.values()
            probabilities = self.classify(images)
            return {"probabilities": probabilities, "labels": tf.argmax(probabilities, axis=-1)}

        return services | {"classify": (classify, specs)}
