"""A classifier of grey images, applied to each channel of an image: joint classes of stacked data sets."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest
from ganzoo.evaluation.features.base import Extracted, Extractor


class StackedClassifier(Extractor):
    """Classifies each of three channels: 1,000 joint classes from a classifier of ten; features are concatenated.

    A joint class k1 k2 k3 has the number (k1 K + k2) K + k3, the first channel's class counting most, and the product of
    the channels' probabilities.

    Args:
        classifier: an `Extractor` of images of one channel that classifies.

    Raises:
        UserError: it does not classify.

    Reference: Metz et al. 2017, "Unrolled Generative Adversarial Networks", arXiv:1611.02163, who count modes this way.
    """

    classifies = True
    cacheable = False  # storing probabilities of 1,000 classes costs more than computing them

    def __init__(self, classifier):
        if not classifier.classifies:
            raise UserError(f"{classifier.name} gives no class probabilities: stacked channels need a classifier")
        self.classifier = classifier
        self.name = f"stacked-{classifier.name}"
        self.layer = classifier.layer
        self.dimension = 3 * classifier.dimension
        self.sha256 = digest("stacked", classifier.sha256)
        self.preprocessing = f"each channel by itself, {classifier.preprocessing}"
        # Channels are independent draws: the probability that all three are right.
        self.accuracy = None if classifier.accuracy is None else classifier.accuracy**3
        self.source = f"on each channel the {classifier.source}"

    def extract(self, images, progress=None):
        """As `Extractor.extract`: features float32 [N, 3 d], probabilities float32 [N, K^3].

        Raises:
            UserError: images without three channels, or of a shape that the classifier refuses.
        """
        images = np.asarray(images)
        if images.ndim != 4 or images.shape[-1] != 3:
            raise UserError(f"extractor {self.name} takes images of three channels, not {images.shape[1:]}")
        channels = []
        for number in range(3):
            channel_progress = progress and (lambda share, number=number: progress((number + share) / 3))
            channels.append(self.classifier.extract(np.ascontiguousarray(images[..., number : number + 1]), channel_progress))
        features = np.concatenate([channel.features for channel in channels], axis=1)
        joint = np.einsum("ni,nj,nk->nijk", *(channel.probabilities for channel in channels))
        return Extracted(features, joint.reshape(len(images), -1))
