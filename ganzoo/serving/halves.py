"""How an export stores its weights: as they are, or kernels as float16, of which its functions compute in float32."""

import contextlib

import keras
import numpy as np
import tensorflow as tf

from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError

# What samples may change by: grey levels of 255, and the distance of a point from where it was.
MOST_LEVELS, MOST_DISTANCE = 1, 1e-2


class Whole:
    """Weights as they are."""

    def scope(self):
        """A context within which a family computes with what is stored."""
        return contextlib.nullcontext()

    def stored(self, weight):
        """The tf.Variable that stands for a keras.Variable."""
        return weight.value


class Halves(Whole):
    """Float32 weights of two axes and more as float16: half the bytes. Vectors, such as biases and moments, stay as they are.

    Args:
        networks: keras.Models.

    Raises:
        UserError: a weight is too large for float16.
    """

    def __init__(self, networks):
        weights = {id(weight): weight for network in networks for weight in network.variables}
        self.pairs = {key: (w, _half(w)) for key, w in weights.items() if len(w.shape) > 1 and w.dtype == "float32"}

    def scope(self):
        return _Reading({key: half for key, (_, half) in self.pairs.items()})

    def stored(self, weight):
        return self.pairs[id(weight)][1] if id(weight) in self.pairs else weight.value


class _Reading(keras.StatelessScope):
    """Keras' variables read as float32 from their halves, each where it is read: what nobody reads, no function captures."""

    def __init__(self, halves):
        super().__init__()
        self.halves = halves

    def get_current_value(self, variable):
        half = self.halves.get(id(variable))
        return super().get_current_value(variable) if half is None else tf.cast(half, tf.float32)


def _half(weight):
    array = keras.ops.convert_to_numpy(weight)
    if not np.abs(array).max(initial=0.0) <= np.finfo(np.float16).max:
        raise UserError(f"{weight.path} holds numbers that float16 does not: export it without --halves")
    return tf.Variable(array.astype(np.float16), trainable=weight.trainable)


def changed(before, after):
    """What storing halves changed of samples, as the card tells it.

    Args:
        before, after: the same samples by the weights as they are and as they are stored: images [B, H, W, C] in [-1, 1],
            points [B, 2], or tokens [B, length].

    Returns:
        A dict: `samples`, how many; `same`, how many are the same, of images pixel for pixel; of images `levels`, the greatest
        difference of a pixel in grey levels of 255; of points `distance`, the greatest of a coordinate.

    Raises:
        UserError: images differ by more than a level, or points by more than 0.01.
    """
    before, after = np.asarray(before), np.asarray(after)
    if before.ndim == 4:
        before, after = (np.asarray(to_uint8(samples)).astype(int) for samples in (before, after))
    apart = np.abs(before - after).reshape(len(before), -1).max(axis=1)
    facts = {"samples": len(before), "same": int((apart == 0).sum())}
    if before.ndim == 4:
        facts["levels"] = int(apart.max())
        if facts["levels"] > MOST_LEVELS:
            raise UserError(f"as halves its samples change by {facts['levels']} of 255 grey levels: export it without --halves")
    elif before.dtype.kind == "f":
        facts["distance"] = float(apart.max())
        if not facts["distance"] <= MOST_DISTANCE:
            raise UserError(f"as halves its samples move by {facts['distance']:.2g}: export it without --halves")
    return facts
