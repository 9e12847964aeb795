"""Samples from a model file that somebody else made: what it takes and gives is looked at before it is believed."""

import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.data.scaling import channels_last, value_range
from ganzoo.errors import UserError, one_line
from ganzoo.serving.sampler import BATCH, Sampler, sample_shape

# What the output that holds the samples is called where there are several.
NAMES = ("images", "image", "samples", "output", "output_0", "points")


class LatentSampler(Sampler):
    """Samples from a function of latents [B, d], which are N(0, 1), to images or points; subclasses supply `_outputs`.

    Latents are drawn in float32 and passed on in the type that the model takes. The range of its values is judged by the first
    batch: see `scaling.value_range`. Images [B, C, H, W] are turned.

    Args:
        path: of the file or directory.
        name: for tables.
        latent_shape: of one latent.
        what: what gives the samples, for messages.
    """

    def __init__(self, path, name, latent_shape, what):
        super().__init__(path, name)
        self._latent_shape, self._what, self._range = tuple(latent_shape), what, None

    def _outputs(self, latents):
        """What the model makes of latents, a float32 tensor [BATCH, d], as an array."""
        raise NotImplementedError

    def _batch(self, first, seed, options):
        latents = noise.sample_rows(noise.Normal(), BATCH, self._latent_shape, seed, first)
        try:
            images = self._outputs(latents)
        except Exception as error:  # whatever the model's own graph raises
            raise UserError(f"{self.path}: {self._what} fails on latents {latents.shape}: {one_line(error)}") from error
        images = self._as_numbers(images)
        if images.ndim == 2:  # points
            return images.astype(np.float32)
        if self._range is None:
            self._range = self._range_of(images)
        finite = np.isfinite(images)
        return np.where(finite, self._range.to_unit(np.where(finite, images, 0)), np.float32("nan"))  # `sample` counts these

    def _as_numbers(self, images):
        """What the model gave, as images [B, H, W, C] or points.

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
        images, turned = channels_last(images)
        if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) != BATCH:
            sizes = ", ".join(map(str, images.shape[1:]))
            raise UserError(f"{self.path} gives [B, {sizes}] for {BATCH} latents: images are [B, H, W, 1 or 3]")
        if turned and self._range is None:
            self.note(f"{self.path}: {turned}")
        return images

    def _range_of(self, images):
        try:
            chosen, words = value_range(images)
        except UserError as error:
            raise UserError(f"{self.path} generates {error}") from None
        if words:
            self.note(f"{self.path}: {words}")
        return chosen


class ForeignSampler(LatentSampler):
    """Samples from any SavedModel whose `serving_default` maps latents [B, d] to images.

    Raises:
        UserError: the model takes something else, or gives no numbers.
    """

    def __init__(self, path, module):
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
        super().__init__(path, path.name, (spec.shape[1],), "serving_default")
        self._dtype = spec.dtype
        self._output = self._chosen_output(self._function.structured_outputs)
        self.shape = sample_shape(self._function, self._output)

    def _outputs(self, latents):
        return self._function(**{self._input: tf.cast(latents, self._dtype)})[self._output].numpy()

    def _chosen_output(self, outputs):
        """The name of the output that holds the samples."""
        if not outputs:
            raise UserError(f"{self.path}: serving_default gives nothing")
        chosen, note = chosen_output({name: spec.shape.rank == 4 and spec.dtype != tf.string for name, spec in outputs.items()})
        if note:
            self.note(f"{self.path}: {note}")
        return chosen


def chosen_output(outputs):
    """The name of the output that holds the samples, and a note on it; None where there is one output.

    Args:
        outputs: whether it can hold images, by name.
    """
    if len(outputs) == 1:
        return next(iter(outputs)), None
    named = [name for name in NAMES if name in outputs] or [name for name, images in outputs.items() if images]
    chosen = named[0] if named else next(iter(outputs))
    return chosen, f"of the outputs {', '.join(sorted(outputs))}, {chosen} is read"
