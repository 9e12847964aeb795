"""The share of a set of images that training leaves out, where the set has one split: chosen by what an image shows."""

import hashlib

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError

MARKS = 2**63
# Different images on either side, however small a set is; below this many expected ones they are made sure of.
LEAST, SURE = 2, 30


def checked_share(share):
    """`share` as a float from 0 to below 1.

    Raises:
        UserError: it is not.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 <= share < 1.0:
        raise UserError(f"held_out is a share from 0 to below 1, not {share!r}")
    return float(share)


def mark(image):
    """A number in [0, 2**63) that an image's shape and pixels decide, uint8 [H, W, C]: uniform over different images."""
    image = np.ascontiguousarray(image)
    content = hashlib.blake2b(str(image.shape).encode(), digest_size=8)
    content.update(image)
    return np.int64(int.from_bytes(content.digest(), "little") >> 1)


def marked(image):
    """`mark` of an image tensor, an int64 scalar."""
    return tf.ensure_shape(tf.numpy_function(mark, [image], tf.int64, stateful=False), ())


def limit(share, count, marks):
    """The mark below which an image is held out, int64.

    An image's side follows from the image alone, so equal ones are on one side, and new ones move no other. Only in a
    set so small that a side might stay empty the limit moves, until there are two different images on either side.

    Args:
        share: of the images, in [0, 1).
        count: of the images.
        marks: a function without parameters that gives the marks of all; called where the set is small.

    Raises:
        UserError: a small set with fewer than four different images.
    """
    bound = np.int64(int(share * MARKS))
    if min(share, 1 - share) * count >= SURE:
        return bound
    ordered = np.unique(marks())
    if len(ordered) < 2 * LEAST:
        raise UserError(f"none of {len(ordered)} different images can be held out: set held_out=0")
    below = np.searchsorted(ordered, bound)
    return bound if LEAST <= below <= len(ordered) - LEAST else ordered[np.clip(below, LEAST, len(ordered) - LEAST)]
