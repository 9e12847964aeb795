"""A SavedModel as feature extractor: one of its outputs as features."""

import re
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError, one_line
from ganzoo.evaluation.cache import digest
from ganzoo.evaluation.features.base import Extractor
from ganzoo.evaluation.inputs.base import digest_saved_model

RANGES = {"0..255": (0.0, 255.0), "0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}
# The size that images are resized to where a network has no fixed size and refuses them at their own.
FALLBACK_SIZE = 299


class SavedModelExtractor(Extractor):
    """Features from a SavedModel's `serving_default`.

    Its one input must be images [B, H, W, C], uint8 or float. Floats are given as 0..255 unless `value_range` says
    otherwise. A network of fixed size gets images resized to it: bicubic, antialiased (arXiv 2104.11222), clipped, never
    rounded; grey images are repeated for a network of three channels.

    Args:
        path: the SavedModel's directory.
        output: the output to use as features, where there are several; the widest by default. An output of more than two
            axes is averaged over those between the first and the last.
        value_range: "0..255", "0..1" or "-1..1".
        shape: the images' (H, W, C), to check at once that the network accepts them.

    Raises:
        UserError: no SavedModel there, no such output, an input that is not an image, or a network that refuses the images.
    """

    batch = 32
    on_devices = True

    def __init__(self, path, output=None, value_range="0..255", shape=None):
        self.path = Path(path)
        if not (self.path / "saved_model.pb").is_file():
            raise UserError(f"no SavedModel at {self.path}: an extractor's directory holds saved_model.pb")
        try:
            self._module = tf.saved_model.load(str(self.path))
            function = self._module.signatures["serving_default"]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise UserError(f"{self.path} cannot be used as extractor: {one_line(error)}") from error
        inputs = function.structured_input_signature[1]
        if len(inputs) != 1 or next(iter(inputs.values())).shape.rank != 4:
            raise UserError(f"{self.path}: serving_default must take images [B, H, W, C] alone, it takes {_shapes(inputs)}")
        self._function = function
        self._input, self._spec = next(iter(inputs.items()))
        self.layer = self._chosen(function.structured_outputs, output)
        if value_range not in RANGES:
            raise UserError(f"an extractor's range is {', '.join(RANGES)}, not {value_range!r}")
        self._low, self._high = RANGES[value_range]
        self.name = self.path.name if not self.path.name.isdigit() else self.path.parent.name
        self.sha256 = digest("saved_model", digest_saved_model(self.path), self.layer, value_range)
        self.source = f"the SavedModel {self.name}, output {self.layer}"
        self.size = tuple(self._spec.shape[1:3]) if None not in self._spec.shape[1:3] else None
        self._probe(shape or (*(self.size or (32, 32)), 3))
        resized = f", resized to {self.size[0]} x {self.size[1]} (bicubic, antialiased)" if self.size else ""
        value_format = "uint8" if self._spec.dtype == tf.uint8 else value_range
        self.preprocessing = f"given as {value_format}{resized}"

    def _chosen(self, outputs, wanted):
        if wanted is None:
            return max(sorted(outputs), key=lambda name: outputs[name].shape[-1] or 0)
        if wanted not in outputs:
            raise UserError(f"{self.path} has no output {wanted!r}; it has {', '.join(sorted(outputs))}")
        return wanted

    def _probe(self, shape):
        """Checks the features of two random images; falls back to another size where the network refuses theirs."""
        images = np.random.default_rng(0).integers(0, 256, (2, *shape), np.uint8)
        try:
            features = self._pass(images)
        except (tf.errors.OpError, ValueError, TypeError) as error:
            if self.size:
                raise UserError(f"{self.path} refuses images: {one_line(error)}") from error
            self.size = (FALLBACK_SIZE, FALLBACK_SIZE)
            try:
                features = self._pass(images)
            except (tf.errors.OpError, ValueError, TypeError) as error:
                raise UserError(f"{self.path} refuses images {shape}: {one_line(error)}") from error
        if features.ndim != 2 or not np.isfinite(features).all():
            raise UserError(f"{self.path}: output {self.layer} gives NaN, infinite or shapeless features")
        if np.array_equal(*features):
            raise UserError(f"{self.path}: output {self.layer} is the same for different images; another range or output?")
        self.dimension = features.shape[1]

    def _group(self, images):
        return self._pass(images), None

    def _pass(self, images):
        values = tf.constant(images)
        channels = self._spec.shape[3]
        if channels is not None and channels != values.shape[3]:
            if (values.shape[3], channels) != (1, 3):
                raise UserError(f"{self.path} takes images of {channels} channels, not {values.shape[3]}")
            values = tf.repeat(values, 3, axis=3)
        if self.size and tuple(values.shape[1:3]) != self.size:
            values = tf.clip_by_value(tf.image.resize(values, self.size, "bicubic", antialias=True), 0, 255)
        if self._spec.dtype == tf.uint8:
            values = tf.saturate_cast(tf.round(tf.cast(values, tf.float32)), tf.uint8)
        else:
            values = self._low + tf.cast(values, tf.float32) * ((self._high - self._low) / 255)
            values = tf.cast(values, self._spec.dtype)
        features = self._function(**{self._input: values})[self.layer]
        if features.shape.rank > 2:
            features = tf.reduce_mean(features, range(1, features.shape.rank - 1))
        return tf.cast(features, tf.float32).numpy()


def _shapes(inputs):
    return {name: tuple(spec.shape) for name, spec in inputs.items()}


def parse(spec):
    """(path, output or None, range) of PATH[:output][,range]."""
    path, comma, value_range = spec.rpartition(",")
    if not comma:
        path, value_range = spec, "0..255"
    path, output = re.fullmatch(r"(.*?)(?::([^:/\\]+))?", path).groups()
    return path, output, value_range
