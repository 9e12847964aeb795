"""The base class of feature extractors: frozen functions from images to features, identified by the hash of their weights."""

import dataclasses

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.features.devices import local_devices, spread


@dataclasses.dataclass(frozen=True)
class Extracted:
    """The result of one pass over images.

    Attributes:
        features: float32 [N, d].
        probabilities: float32 [N, K], rows sum to 1; None where the extractor is not a classifier.
    """

    features: np.ndarray
    probabilities: np.ndarray | None = None


class Extractor:
    """A feature extractor: a frozen network, or any other function from images to features.

    Images always pass in groups of `batch`, the last one padded, so that a feature does not depend on the number of
    images.

    Attributes:
        name: shown in brackets after a score's name, as in `FD[cnn-digits]`.
        layer: which of its layers the features are.
        dimension: d.
        sha256: over its weights and everything else that a feature depends on.
        source: a description of where it comes from.
        preprocessing: a description of how the uint8 images are preprocessed; part of every protocol and cache key.
        accuracy: a classifier's accuracy on held-out data, or None.
        classifies: whether it gives class probabilities.
        inception: whether it is the verified Inception network of 2015-12-05: only its scores are called FID and IS.
        cacheable: whether its features are worth storing on disk.
        checkable: whether it takes images that it has never seen, as the sanity check gives it.
        on_devices: whether its groups may pass on several local devices at once: what runs in TensorFlow.
        takes_floats: whether `of_floats` holds: whether no step of it rounds or needs whole numbers.
    """

    name = layer = sha256 = source = ""
    dimension = 0
    preprocessing = "uint8 as it is"
    accuracy = None
    classifies = inception = False
    batch = 256
    cacheable = checkable = True
    takes_floats = on_devices = False

    def extract(self, images, progress=None):
        """Features, and probabilities where it is a classifier, of images.

        Args:
            images: uint8 [N, H, W, C].
            progress: called with the share of the work done, 0 to 1.

        Returns:
            An `Extracted`.

        Raises:
            UserError: images that are not uint8 [N, H, W, 1 or 3], or NaN or infinite features.
        """
        images = np.asarray(images)
        if images.ndim != 4 or images.dtype != np.uint8 or images.shape[-1] not in (1, 3) or not images.size:
            raise UserError(f"an extractor takes uint8 images [N, H, W, 1 or 3], not {images.dtype} {images.shape}")
        features = probabilities = None
        starts = range(0, len(images), self.batch)

        def passed(start):
            group = images[start : start + self.batch]
            if len(group) < self.batch:
                group = np.concatenate([group, np.zeros((self.batch - len(group), *group.shape[1:]), np.uint8)])
            return self._group(group)

        results = spread(passed, starts, local_devices()) if self.on_devices and len(starts) > 1 else map(passed, starts)
        for start, (batch_features, batch_probabilities) in zip(starts, results, strict=True):
            count = min(self.batch, len(images) - start)
            features = filled(features, batch_features, start, count, len(images))
            if batch_probabilities is not None:
                probabilities = filled(probabilities, batch_probabilities, start, count, len(images))
            if progress:
                progress(min((start + self.batch) / len(images), 1.0))
        if not np.isfinite(features).all():
            bad = np.flatnonzero(~np.isfinite(features).all(axis=1))
            raise UserError(
                f"extractor {self.name} gives NaN or infinite features for {len(bad)} of {len(images)} images "
                f"(first: image {bad[0]}): its weights or its input range are wrong"
            )
        return Extracted(features, probabilities)

    def features(self, images):
        """float32 features [N, d] of uint8 images [N, H, W, C]."""
        return self.extract(images).features

    def of_floats(self, images):
        """float32 features [N, d] of float images [N, H, W, C] in [0, 255] that are not rounded to whole numbers.

        Raises:
            UserError: the extractor takes whole numbers only.
        """
        if not self.takes_floats:
            raise UserError(f"extractor {self.name} takes whole numbers: features of images that are not rounded need another")
        parts = []
        for start in range(0, len(images), self.batch):
            group = np.asarray(images[start : start + self.batch], np.float32)
            padding = np.zeros((self.batch - len(group), *group.shape[1:]), np.float32)
            parts.append(np.asarray(self._group(np.concatenate([group, padding]))[0], np.float32)[: len(group)])
        return np.concatenate(parts)

    def probabilities(self, images):
        """float32 class probabilities [N, K] of uint8 images [N, H, W, C], or None."""
        return self.extract(images).probabilities

    def _group(self, images):
        """(features, probabilities or None) of exactly `batch` images."""
        raise NotImplementedError

    def record(self):
        """Its entry in a protocol, JSON-ready."""
        return {
            "name": self.name,
            "layer": self.layer,
            "dimension": self.dimension,
            "sha256": self.sha256,
            "source": self.source,
            "preprocessing": self.preprocessing,
            "accuracy": self.accuracy,
        }


def filled(whole, batch, start, count, total):
    """float32 [total, d] whose rows from `start` on are the first `count` of a batch; made where it is None."""
    batch = np.asarray(batch, np.float32)
    whole = np.empty((total, *batch.shape[1:]), np.float32) if whole is None else whole
    whole[start : start + count] = batch[:count]
    return whole


class RawPoints(Extractor):
    """Points of the plane are their own features."""

    name, layer, dimension, sha256 = "points", "points", 2, "none"
    source = "the points themselves"
    preprocessing = "none"
    cacheable = False
    takes_floats = True

    def of_floats(self, images):
        return self.extract(images).features

    def extract(self, images, progress=None):
        points = np.asarray(images, np.float32)
        if not np.isfinite(points).all():
            raise UserError("points hold NaN or infinite values: check the model that generated them")
        return Extracted(points)
