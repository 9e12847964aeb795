"""Samples from a SavedModel that somebody else made: what it takes and gives is looked at before it is believed."""

import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.data.scaling import value_range
from ganzoo.errors import UserError, one_line
from ganzoo.serving.sampler import BATCH, Sampler, sample_shape

# What the output that holds the samples is called where there are several.
NAMES = ("images", "image", "samples", "output", "output_0", "points")


class ForeignSampler(Sampler):
    """Samples from any SavedModel whose `serving_default` maps latents [B, d] to images; latents are N(0, 1).

    Latents are drawn in float32 and passed on in the type that the model takes. The range of its values is judged by the first
    batch: see `scaling.value_range`.

    Raises:
        UserError: the model takes something else, or gives no numbers.
    """

    def __init__(self, path, module):
        super().__init__(path, path.name)
        self._module = module
        self._function = module.signatures["serving_default"]
        _, inputs = self._function.structured_input_signature
        specs = list(inputs.items())
        if len(specs) != 1 or specs[0][1].shape.rank != 2 or specs[0][1].shape[1] is None:
            shapes = {name: tuple(spec.shape) if spec.shape.rank is not None else None for name, spec in specs}
            raise UserError(f"{path}: serving_default must take one input [B, latent_dim], it takes {shapes}")
        self._input, spec = specs[0]
        if not spec.dtype.is_floating:
            raise UserError(f"{path}: serving_default takes {spec.dtype.name} {self._input}, and latents are real numbers")
        self._dtype, self._latent_shape = spec.dtype, (spec.shape[1],)
        self._output = self._chosen_output(self._function.structured_outputs)
        self.shape = sample_shape(self._function, self._output)
        self._range = None

    def _chosen_output(self, outputs):
        """The name of the output that holds the samples."""
        if not outputs:
            raise UserError(f"{self.path}: serving_default gives nothing")
        if len(outputs) == 1:
            return next(iter(outputs))
        named = [name for name in NAMES if name in outputs] or [
            name for name, spec in outputs.items() if spec.shape.rank == 4 and spec.dtype != tf.string
        ]
        chosen = named[0] if named else next(iter(outputs))
        self.note(f"{self.path}: of the outputs {', '.join(sorted(outputs))}, {chosen} is read")
        return chosen

    def _batch(self, first, seed, options):
        latents = noise.sample_rows(noise.Normal(), BATCH, self._latent_shape, seed, first)
        try:
            images = self._function(**{self._input: tf.cast(latents, self._dtype)})[self._output].numpy()
        except Exception as error:  # whatever the model's own graph raises
            raise UserError(f"{self.path}: serving_default fails on latents {latents.shape}: {one_line(error)}") from error
        images = self._as_numbers(images)
        if images.ndim == 2:  # points
            return images.astype(np.float32)
        if self._range is None:
            self._range = self._range_of(images)
        finite = np.isfinite(images)
        return np.where(finite, self._range.to_unit(np.where(finite, images, 0)), np.float32("nan"))  # `sample` counts these

    def _as_numbers(self, images):
        """What the model gave, as images or points.

        Raises:
            UserError: it is something else.
        """
        if images.dtype.kind not in "fiub" and images.dtype != tf.bfloat16.as_numpy_dtype:
            kind = "strings" if images.dtype == object else images.dtype.name
            raise UserError(f"{self.path} gives {kind} in `{self._output}`: images are numbers")
        if images.dtype.kind not in "iub":
            images = images.astype(np.float32)
        if images.ndim == 2 and images.shape[1] == 2:
            return images
        if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) != BATCH:
            sizes = ", ".join(map(str, images.shape[1:]))
            raise UserError(f"{self.path} gives [B, {sizes}] for {BATCH} latents: images are [B, H, W, 1 or 3]")
        return images

    def _range_of(self, images):
        try:
            chosen, words = value_range(images)
        except UserError as error:
            raise UserError(f"{self.path} generates {error}") from None
        if words:
            self.note(f"{self.path}: {words}")
        return chosen
