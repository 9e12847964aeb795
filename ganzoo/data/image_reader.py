"""A user's own images within tf.data: decoded one by one, with what was done to them and which of them cannot be read."""

import collections
import os
import threading

import numpy as np
import tensorflow as tf

from ganzoo.data.image_files import CONVERSIONS
from ganzoo.errors import UserError
from ganzoo.notes import counted

MOST_NAMED = 10  # of the files that cannot be read
# What is said at the end of a refusal of several files, and of one (`image_files.why_unreadable`).
MEND, MEND_ONE = '. Mend or remove them, or pass them over with on_bad="skip"', "; mend or remove it"


class ImageReader:
    """What a folder, an archive or an array of images has in common; a subclass supplies `read`.

    Attributes:
        root: the path of what holds them.
        shape: an image's, (None, None, 3) where sides vary.
        homepage: for model cards.
        failures: why images cannot be read, a line by the image's name; an image that cannot is decoded as [0, 0, 3].
        sizes: a Counter of the (height, width) of the images that were decoded.
    """

    shape = (None, None, 3)
    homepage = "a folder of images"
    failure = None
    splits = said_by = ()

    def __init__(self, root):
        self.root = root
        self.begin()

    def begin(self):
        """Forgets what was decoded so far."""
        self.failures, self.sizes = {}, collections.Counter()
        self._conversions, self._lock = collections.defaultdict(set), threading.Lock()

    def read(self, place):
        """The image at a place, a string of `examples`: its name, a function that gives (pixels, conversions).

        Raises:
            UserError: it cannot be read.
        """
        raise NotImplementedError

    def decode(self, place):
        """The image at a place, a string tensor: uint8 [h, w, C], [0, 0, C] where it cannot be read."""

        def read(place):
            name = os.fsdecode(place)
            try:
                pixels, conversions = self.read(name)
            except UserError as error:
                with self._lock:
                    self.failures[name] = str(error)
                return np.zeros((0, 0, self.shape[2]), np.uint8)
            with self._lock:
                self.sizes[pixels.shape[:2]] += 1
                for conversion in conversions:
                    self._conversions[conversion].add(name)
            return pixels

        return tf.ensure_shape(tf.numpy_function(read, [place], tf.uint8, stateful=False), (None, None, self.shape[2]))

    def conversions(self, count):
        """What was done to the pixels of the `count` images that were decoded, a list of lines."""
        numbers = {words: len(self._conversions[name]) for name, words in CONVERSIONS.items()}
        return [f"{self.root}: {number:,} of {counted(count, 'image')} {words}" for words, number in numbers.items() if number]

    def refusal(self):
        """A line that names what cannot be read and why; None where all can."""
        lines = [line for _, line in sorted(self.failures.items())]
        if len(lines) < 2:
            return lines[0] if lines else None
        more = f"; and {len(lines) - MOST_NAMED:,} more" if len(lines) > MOST_NAMED else ""
        reasons = "; ".join(line.removesuffix(MEND_ONE) for line in lines[:MOST_NAMED])
        return f"{reasons}{more}{MEND}"


def is_read(image, *_):
    """Whether an image tensor is one that could be read."""
    return tf.size(image) > 0


def grey(images):
    """Images uint8 [..., 3] as [..., 1]: 0.299 R + 0.587 G + 0.114 B, rounded (ITU-R BT.601), as Pillow has it."""
    weighted = tf.linalg.matvec(tf.cast(images, tf.float32), tf.constant([0.299, 0.587, 0.114]))
    return tf.cast(tf.round(weighted), tf.uint8)[..., None]
