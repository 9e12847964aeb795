"""Pairs of samples as a birthday test takes them: how close they are, and which samples are the same."""

import hashlib

import numpy as np

from ganzoo.metrics.birthday import support
from ganzoo.metrics.neighbours.pairs import closest_pairs, degrees


class FeaturePairs:
    """All pairs of some samples by the distance of their features; what a birthday test asks of pairs.

    Args:
        features: [n, d].
        images: uint8 [n, H, W, C], to find exact copies, or None.
        mirrored: features of the mirrored samples [n, d], if mirror images count as duplicates.
        nearest: the closest pairs (i, j, distance) as far as they are known already.

    Attributes:
        unit: what the samples are called.
    """

    unit = "samples"

    def __init__(self, features, images=None, mirrored=None, nearest=None):
        self.features, self.images, self.mirrored, self._nearest = features, images, mirrored, nearest

    def __len__(self):
        return len(self.features)

    def degrees_by_level(self, levels):
        """For each level, how many others lie within that distance of each sample: a list of int [n]."""
        return list(degrees(self.features, levels, mirrored=self.mirrored))

    def closest(self, count, rows=None):
        """The `count` closest pairs (i, j, distance), of all samples or of `rows`; i and j are indices of samples."""
        if rows is not None:
            i, j, distance = closest_pairs(
                self.features[rows], count, mirrored=None if self.mirrored is None else self.mirrored[rows]
            )
            return rows[i], rows[j], distance
        if self._nearest is None or len(self._nearest[0]) < min(count, support.pair_count(len(self))):
            self._nearest = closest_pairs(self.features, count, mirrored=self.mirrored)
        return tuple(column[:count] for column in self._nearest)

    def exact(self):
        """The record of `exact_duplicates`, or None where there are no images."""
        return None if self.images is None else exact_duplicates(self.images)

    def listed(self, i, j, distance, twins):
        """Pairs as a JSON-ready list."""
        columns = (i.tolist(), j.tolist(), distance.tolist(), twins.tolist())
        return [dict(zip(("i", "j", "distance", "duplicate"), row, strict=True)) for row in zip(*columns, strict=True)]


def exact_duplicates(images, listed=20):
    """Identical images, found by hash: what a collapsed latent or a frozen layer makes.

    Args:
        images: uint8 [n, H, W, C].
        listed: how many groups to list, the largest first, ten indices each.

    Returns:
        dict with `images`, `distinct`, `duplicates` (pairs), `largest` (images in the largest group) and `groups`.
    """
    images = np.ascontiguousarray(images)
    if images.dtype != np.uint8:
        raise ValueError(f"images must be uint8, not {images.dtype}")
    groups = {}
    for index, image in enumerate(images):
        groups.setdefault(hashlib.blake2b(image.tobytes(), digest_size=16).digest(), []).append(index)
    sizes = [len(g) for g in groups.values()]
    repeated = sorted((g for g in groups.values() if len(g) > 1), key=lambda g: (-len(g), g[0]))
    return {
        "images": len(images),
        "distinct": len(groups),
        "duplicates": sum(support.pair_count(s) for s in sizes),
        "largest": max(sizes, default=0),
        "groups": [g[:10] for g in repeated[:listed]],
    }
