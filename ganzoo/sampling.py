"""Samples from whatever can be sampled: a run, an export, or any SavedModel that maps latents to images."""

import json
import logging
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo import noise, recipe
from ganzoo.checkpoints import Checkpoints
from ganzoo.data.scaling import to_unit
from ganzoo.errors import UserError
from ganzoo.run import Run

log = logging.getLogger(__name__)

# The generator always sees this many latents at a time, so that a sample does not depend on how many are asked for.
BATCH = 64


class Sampler:
    """A generator to sample from.

    Attributes:
        path: where it was loaded from.
        name: a short name for tables and reports.
        options: what `sample` takes beside count and seed, such as `label`, by name.
    """

    options = {}

    def __init__(self, path, name):
        self.path = Path(path)
        self.name = name

    def sample(self, count, seed=0, **options):
        """Samples 0 .. count - 1 of `seed`: the same whatever `count` is, and on every machine up to rounding.

        Args:
            count: how many.
            seed: an integer.
            **options: those of `self.options`.

        Returns:
            float32 [count, H, W, C] in [-1, 1], or points [count, 2].

        Raises:
            UserError: the generator has no such option, or count is not positive.
        """
        if count < 1:
            raise UserError(f"at least one sample must be asked for, not {count}")
        given = {name: value for name, value in options.items() if value is not None}
        for name in given:
            if name not in self.options:
                has = f"it has {', '.join(self.options)}" if self.options else "it has none"
                raise UserError(f"{self.name} takes no option {name!r}: {has}")
        return np.concatenate([self._batch(first, seed, given) for first in range(0, count, BATCH)])[:count]

    def _batch(self, first, seed, options):
        """Samples first .. first + BATCH - 1 as an array."""
        raise NotImplementedError


class RunSampler(Sampler):
    """Samples from a run's newest checkpoint.

    Attributes:
        run: the `Run`.
        recipe: the built `Recipe`.
        model: its family, restored.
        step: the checkpoint's step.
    """

    def __init__(self, path):
        self.run = Run.open(path)
        record = self.run.record()
        super().__init__(path, record["recipe"])
        loaded = recipe.load_recipe(self.run.path / "recipe.py", record["overrides"])
        self.recipe = recipe.build(loaded)
        self.model = self.recipe.model
        self.model.compile(self.recipe.optimizers, seed=self.recipe.seed)
        self.step = Checkpoints(self.run.checkpoints, self.model.state()).restore()
        if self.step is None:
            raise UserError(f"{path} has no checkpoint yet; `ganzoo train` writes one")
        self.options = self.model.sample_options
        self._sample = tf.function(self._sampled, reduce_retracing=True)

    def _sampled(self, first, seed, options):
        return self.model.sample(**self.model.draw_inputs(BATCH, seed, first, **options))

    def _batch(self, first, seed, options):
        typed = {name: tf.constant(value, self.options[name][0]) for name, value in options.items()}
        return self._sample(tf.constant(first), tf.constant(seed), typed).numpy()


class ExportSampler(Sampler):
    """Samples from a SavedModel that `ganzoo export` wrote.

    Attributes:
        card: the model card, a dict.
    """

    def __init__(self, path, module):
        super().__init__(path, path.parent.name if path.name.isdigit() else path.name)
        self._signatures = module.signatures
        self._module = module
        card = path / "card.json"
        self.card = json.loads(card.read_text()) if card.is_file() else {}
        _, inputs = module.signatures["inputs"].structured_input_signature
        self.options = {name: (spec.dtype, None) for name, spec in inputs.items() if name not in ("count", "seed", "first")}
        self._open = self.card.get("options", {})

    def _batch(self, first, seed, options):
        values = {**self._open, **options}
        typed = {name: tf.constant(values[name], dtype) for name, (dtype, _) in self.options.items()}
        drawn = self._signatures["inputs"](count=tf.constant(BATCH), seed=tf.constant(seed), first=tf.constant(first), **typed)
        (samples,) = self._signatures["serving_default"](**drawn).values()
        return samples.numpy()


class ForeignSampler(Sampler):
    """Samples from any SavedModel whose `serving_default` maps latents [B, d] to images; latents are N(0, 1)."""

    def __init__(self, path, module):
        super().__init__(path, path.name)
        self._module = module
        self._function = module.signatures["serving_default"]
        _, inputs = self._function.structured_input_signature
        specs = list(inputs.items())
        if len(specs) != 1 or specs[0][1].shape.rank != 2 or specs[0][1].shape[1] is None:
            shapes = {name: tuple(spec.shape) for name, spec in specs}
            raise UserError(f"{path}: serving_default must take one input [B, latent_dim], it takes {shapes}")
        self._input, spec = specs[0]
        self._latent_shape = (spec.shape[1],)
        self._scale = None

    def _batch(self, first, seed, options):
        latents = noise.sample_rows(noise.Normal(), BATCH, self._latent_shape, seed, first)
        (images, *_) = self._function(**{self._input: latents}).values()
        images = images.numpy()
        if self._scale is None:
            self._scale = self._guess_scale(images)
        return self._scale(images)

    def _guess_scale(self, images):
        low, high = float(images.min()), float(images.max())
        if images.dtype == np.uint8 or high > 2.0:
            log.warning("%s: images look like 0..255 (found %g..%g); read so", self.path, low, high)
            return lambda images: np.asarray(to_unit(np.clip(np.rint(images), 0, 255).astype(np.uint8)))
        if low >= 0.0:
            log.warning("%s: images look like [0, 1] (found %g..%g); read so", self.path, low, high)
            return lambda images: images.astype(np.float32) * 2.0 - 1.0
        return lambda images: images.astype(np.float32)


def load(path):
    """A run's directory or a SavedModel's as a `Sampler`.

    Args:
        path: a run, an export (its newest version is taken), one version of it, or a foreign SavedModel.

    Raises:
        UserError: `path` is none of these.
    """
    path = Path(path)
    if (path / "run.json").is_file():
        return RunSampler(path)
    saved = newest_version(path)
    if saved is None:
        raise UserError(f"{path} is neither a run (run.json) nor a SavedModel (saved_model.pb)")
    try:
        module = tf.saved_model.load(str(saved))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(f"{saved} cannot be loaded: {str(error).splitlines()[0]}") from error
    if "inputs" in module.signatures:
        return ExportSampler(saved, module)
    if "serving_default" in module.signatures:
        return ForeignSampler(saved, module)
    raise UserError(f"{saved} has no signature `serving_default`; it has {sorted(module.signatures)}")


def newest_version(path):
    """The directory of the SavedModel at `path`: itself, or its highest numbered version; None where there is none."""
    path = Path(path)
    if (path / "saved_model.pb").is_file():
        return path
    versions = [child for child in path.glob("*") if child.name.isdigit() and (child / "saved_model.pb").is_file()]
    return max(versions, key=lambda child: int(child.name), default=None)
