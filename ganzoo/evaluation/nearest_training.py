"""The nearest training images of images, mirrored ones too."""

import dataclasses
import hashlib
import math

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours.search import nearest

NEIGHBOURS = 5


@dataclasses.dataclass(frozen=True)
class NearestTraining:
    """The nearest training images of every image, nearest first; each training image at most once.

    Attributes:
        distances: float64 [N, k]; in pixels the root mean square difference in grey levels, in features Euclidean.
        indices: int64 [N, k], into the training images.
        mirrored: bool [N, k], whether the mirror image is the nearer one.
    """

    distances: np.ndarray
    indices: np.ndarray
    mirrored: np.ndarray


def nearest_training(images, train, features=None, train_features=None, k=NEIGHBOURS, flips=True, apart=None):
    """Searches, exactly, for the nearest training images.

    With `flips` every image is searched for a second time mirrored: the distance to a training image is the lesser of
    the two, in pixels the same as to the training image and its mirror image.

    Args:
        images: uint8 [N, H, W, C].
        train: uint8 [M, H, W, C].
        features: a function from images to features [N, d], such as an extractor's `features`; None for pixels.
        train_features: `features(train)` if at hand.
        k: how many, at most M.
        flips: whether mirror images count.
        apart: bool [N], the images that are compared with others than themselves alone: not with equal training images,
            with `flips` nor with their mirror images. None of them by default.

    Returns:
        A `NearestTraining`.

    Raises:
        UserError: images that are not uint8 [N, H, W, C], different shapes, or none.
    """
    images, train = checked_images("images", images), checked_images("training images", train, images.shape[1:])
    own = np.full((len(images), 2), -1)
    if apart is not None and apart.any():
        own[apart] = _own_rows(images[apart], train, flips)
    k = min(k, len(train) - (own >= 0).sum(1).max(initial=0))
    if k < 1:
        raise UserError("fewer than three different training images: none can be compared with the others")
    wide = min(len(train), k + 2) if (own >= 0).any() else k
    both = np.concatenate([images, images[:, :, ::-1]]) if flips else images
    if features is None:
        base, queries = train.reshape(len(train), -1), both.reshape(len(both), -1)
        unit = math.sqrt(base.shape[1])
    else:
        base, queries, unit = features(train) if train_features is None else train_features, features(both), 1.0
        if len(base) != len(train):
            raise ValueError(f"{len(base)} training features for {len(train)} training images")
    near = nearest(queries, base, wide)
    distances, indices = near.distances / unit, near.indices
    mirrored = np.zeros(indices.shape, bool)
    if flips:
        count = len(images)
        distances, indices = (np.concatenate([x[:count], x[count:]], axis=1) for x in (distances, indices))
        mirrored = np.tile(np.arange(2 * wide) >= wide, (count, 1))
        distances, indices, mirrored = _once(distances, indices, mirrored, wide)
    others = np.argsort((indices[..., None] == own[:, None]).any(2), axis=1, kind="stable")[:, :k]
    return NearestTraining(*(np.take_along_axis(x, others, 1) for x in (distances, indices, mirrored)))


def _own_rows(images, train, flips):
    """The rows of training images [M], all different, that equal each image, and its mirror image if `flips`: int [N, 2]."""
    rows = {digest(image): row for row, image in enumerate(train)}
    own = [rows.get(digest(image), -1) for image in images]
    return np.array([own, [rows.get(digest(image[:, ::-1]), -1) if flips else -1 for image in images]]).T


def nearest_images(train, features=None, train_features=None, k=3, flips=True):
    """A function from images to their nearest training images, uint8 [n, k, H, W, C], mirrored where that is nearer.

    Args:
        train, features, train_features, k, flips: as of `nearest_training`.
    """
    if features is not None and train_features is None:
        train_features = features(train)

    def look(images):
        near = nearest_training(images, train, features, train_features, k, flips)
        return as_matched(train, near.indices, near.mirrored)

    return look


def as_matched(train, indices, mirrored):
    matches = train[indices]
    return np.where(np.asarray(mirrored)[..., None, None, None], matches[..., ::-1, :], matches)


def _once(distances, indices, mirrored, k):
    """The k nearest of each row's candidates, every training image once."""
    order = np.lexsort((distances, indices), axis=1)
    ranked = np.take_along_axis(indices, order, 1)
    again = np.zeros(indices.shape, bool)
    np.put_along_axis(again, order[:, 1:], ranked[:, 1:] == ranked[:, :-1], 1)
    order = np.lexsort((indices, distances, again), axis=1)[:, :k]
    return tuple(np.take_along_axis(x, order, 1) for x in (distances, indices, mirrored))


def digest(image):
    return hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()


def checked_images(name, images, shape=None):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        raise UserError(f"{name} must be uint8 [n, height, width, channels], not {images.dtype} {images.shape}")
    if shape is not None and images.shape[1:] != shape:
        sizes = [" x ".join(map(str, x)) for x in (images.shape[1:], shape)]
        raise UserError(f"{name} are {sizes[0]}, the others {sizes[1]}: give images of one size")
    return images
