"""Samples from whatever can be sampled: a run, an export, or any SavedModel that maps latents to images."""

import base64
import copy
import html
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from ganzoo import noise, pictures
from ganzoo.checkpoints import Checkpoints
from ganzoo.data.scaling import value_range
from ganzoo.errors import UserError, whole_number
from ganzoo.notes import Noted
from ganzoo.run import Run
from ganzoo.serving.draws import with_labels_by

# The generator always sees this many latents at a time, so that a sample does not depend on how many are asked for.
BATCH = 64

# The signatures of an export that give samples or their inputs; every other is a service.
OF_SAMPLES = ("serving_default", "sample", "png", "inputs")


class Sampler(Noted):
    """A generator to sample from; a notebook shows some of its samples.

    Attributes:
        path: where it was loaded from.
        name: a short name for tables and reports.
        family: the class of the model, such as "GAN"; None where it is not known.
        data_name: what it was trained on; None where it is not known.
        shape: one sample's shape as far as it is known, or None.
        step: the generator steps that it was trained for; None where they are not known.
        options: what `sample` takes beside count and seed, such as `label`, by name: (dtype, the value that leaves it open).
        class_names: the names of the classes that labels number, as far as they are known.
        services: what it computes beside samples, such as `discriminate`: functions of tensors by name, by name.
        num_classes: how many labels the generator knows; None where it takes none, or does not say.
        own_shares: the class shares that the recipe sets for labels left open; None where every class is as likely.
        label_shares: those that `following` sets in their place; None elsewhere.
    """

    options = {}
    services = {}
    class_names = ()
    family = data_name = shape = step = None
    num_classes = own_shares = label_shares = None

    def __init__(self, path, name):
        self.path = Path(path)
        self.name = name

    def __repr__(self) -> str:
        kind = "texts" if self.is_text else {3: "images", 1: "points"}.get(len(self.shape or ()))
        what = " ".join(filter(None, [kind, f"{self.shape}" if kind else None, self.data_name and f"of {self.data_name}"]))
        step = None if self.step is None else f"step {self.step}"
        return f"<{self.name}: {', '.join(filter(None, [self.family, what, step]))}, from {self.path}>"

    def show(self, n: int = 16, seed: int = 0, **options: Any) -> "Image.Image | list[str]":
        """Samples 0 .. n - 1 of `seed` as a picture, which a notebook displays: a grid of images, or points of the plane.

        Args:
            n: how many.
            seed: an integer.
            **options: as of `sample`.

        Returns:
            A PIL image; of a model of text a list of strings.

        Raises:
            UserError: as `sample`.
        """
        samples = self.sample(n, seed, **options)
        return self.texts(samples) if self.is_text else Image.fromarray(pictures.picture(samples))

    def _repr_png_(self):
        return None if self.is_text else pictures.png(np.asarray(self.show()))

    def _repr_html_(self):
        title = f"<p>{html.escape(repr(self))}</p>"
        if self.is_text:
            return f"{title}<pre>{html.escape(chr(10).join(self.show()))}</pre>"
        source = f"data:image/png;base64,{base64.b64encode(self._repr_png_()).decode()}"
        return f'{title}<img alt="Samples of {html.escape(self.name)}" src="{source}">'

    def sample(self, count: int, seed: int = 0, **options: Any) -> np.ndarray:
        """Samples 0 .. count - 1 of `seed`: the same whatever `count` is, and on every machine up to rounding.

        Args:
            count: how many.
            seed: an integer.
            **options: those of `self.options`.

        Returns:
            float32 [count, H, W, C] in [-1, 1], points [count, 2], or tokens int32 [count, T] of texts.

        Raises:
            UserError: the generator has no such option or not such a value of it, or count is not positive.
        """
        count = whole_number("the number of samples", count)
        seed = whole_number("the seed", seed, -(2**31))
        if seed >= 2**31:
            raise UserError(f"the seed must be below 2**31, not {seed}")
        given = {name: value for name, value in options.items() if value is not None}
        for name in given:
            if name not in self.options:
                has = f"it has {', '.join(self.options)}" if self.options else "it has none"
                raise UserError(f"{self.name} takes no option {name!r}: {has}")
            wanted = np.shape(self.options[name][1])
            if np.shape(given[name]) != wanted:
                takes = f"{wanted[0]} values" if wanted else "one value"
                raise UserError(f"{name} of {self.name} takes {takes}, not {given[name]!r}")
            try:
                tf.constant(given[name], self.options[name][0])
            except (TypeError, ValueError) as error:
                raise UserError(f"{name} of {self.name} cannot be {given[name]!r}: {str(error).splitlines()[0]}") from error
        try:
            return np.concatenate([self._batch(first, seed, given) for first in range(0, count, BATCH)])[:count]
        except tf.errors.InvalidArgumentError as error:
            # What a family's own check of an option says; anything else is no user's error.
            refusal = re.search(r"assertion failed: \[(.*?)\] \[(.*?)\]", str(error))
            if not refusal:
                raise
            raise UserError(" ".join(refusal.groups())) from error

    def _batch(self, first, seed, options):
        """Samples first .. first + BATCH - 1 as an array."""
        raise NotImplementedError

    def following(self, shares: Any) -> "Sampler":
        """The same generator, whose labels are drawn by class shares, float [K], where they are left open."""
        other = copy.copy(self)
        other.label_shares = tuple(float(share) for share in shares)
        return other

    @property
    def is_text(self) -> bool:
        """Whether samples are tokens of texts, which `texts` turns into strings."""
        return "detokenize" in self.services

    def texts(self, samples: np.ndarray) -> list[str]:
        """Samples of texts as a list of strings."""
        return [text.decode() for text in self.serve("detokenize", tokens=np.asarray(samples, np.int32))["text"]]

    def inputs(self, count: int, seed: int = 0) -> dict[str, np.ndarray]:
        """The generator's inputs for samples 0 .. count - 1 of `seed`, a dict of arrays."""
        raise UserError(f"{self.name} does not tell its generator's inputs")

    def generate(self, **inputs: Any) -> np.ndarray:
        """Samples of given inputs, such as `inputs` returns, an array."""
        return self.generated(**{name: tf.constant(value) for name, value in inputs.items()}).numpy()

    def generated(self, **inputs: Any) -> tf.Tensor:
        """As `generate`, of tensors, a tensor: gradients pass through it."""
        raise UserError(f"{self.name} does not take its generator's inputs")

    def labels(self, count: int, seed: int = 0, **options: Any) -> np.ndarray | None:
        """The labels int64 [count] that `sample` with these arguments is asked for; None where there are none."""
        return None

    def captions(self, count: int, seed: int = 0, **options: Any) -> list[str] | None:
        """The captions, `count` strings, that `sample` with these arguments is asked for; None where there are none."""
        return None

    def serve(self, service: str, **inputs: Any) -> dict[str, np.ndarray]:
        """What one of `services` makes of arrays, as a dict of arrays.

        Raises:
            UserError: there is no such service.
        """
        if service not in self.services:
            has = f"it has {', '.join(self.services)}" if self.services else "it has none"
            raise UserError(f"{self.name} has no service {service!r}: {has}")
        outputs = self.services[service](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in outputs.items()}


class RunSampler(Sampler):
    """Samples from a run's newest checkpoint.

    Attributes:
        run: the `Run`.
        recipe: the built `Recipe`.
        model: its family, restored.
        step: the checkpoint's step.
    """

    def __init__(self, path):
        from ganzoo import recipe  # Fiddle takes half a second to import; what is exported needs none of it

        self.run = Run.open(path)
        record = self.run.record()
        super().__init__(path, record["recipe"])
        loaded = recipe.load_recipe(self.run.path / "recipe.py", record["overrides"])
        self.recipe = recipe.build(loaded)
        self.recipe.data.require()
        self.run.refuse_other_data(self.recipe.data.sha256)
        self.model = self.recipe.model
        self.model.compile(self.recipe.optimizers, seed=self.recipe.seed)
        self.step = Checkpoints(self.run.checkpoints, self.model.state()).restore()
        if self.step is None:
            raise UserError(f"{path} has no checkpoint yet; `ganzoo train` writes one")
        self.family, self.data_name = type(self.model).__name__, self.recipe.data.name
        self.shape = tuple(self.recipe.data.shape)
        self.class_names = getattr(self.recipe.data, "class_names", ())
        self.options = self.model.sample_options
        self._sample = tf.function(self._sampled, reduce_retracing=True)
        self.services = {name: tf.function(f, reduce_retracing=True) for name, (f, _) in self.model.services.items()}

    @property
    def own_shares(self):
        return getattr(self.model, "class_shares", None)

    @property
    def num_classes(self):
        return getattr(self.model, "num_classes", None)

    def following(self, shares):
        other = super().following(shares)
        other._sample = tf.function(other._sampled, reduce_retracing=True)
        return other

    def _sampled(self, first, seed, options):
        inputs = self.model.draw_inputs(BATCH, seed, first, **options)
        shares = None if "label" in options else self.label_shares
        return self.model.sample(**with_labels_by(shares, inputs, BATCH, seed, first))

    def _batch(self, first, seed, options):
        typed = {name: tf.constant(value, self.options[name][0]) for name, value in options.items()}
        return self._sample(tf.constant(first), tf.constant(seed), typed).numpy()

    def inputs(self, count, seed=0):
        inputs = with_labels_by(self.label_shares, self.model.draw_inputs(count, seed), count, seed)
        return {name: value.numpy() for name, value in inputs.items()}

    def generated(self, **inputs):
        return self.model.sample(**inputs)

    def labels(self, count, seed=0, **options):
        return drawn_labels(self.model, count, seed, options, self.label_shares)

    def captions(self, count, seed=0, **options):
        return drawn_captions(self.model, count, seed, options)


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
        self.family, self.step = self.card.get("family"), self.card.get("steps")
        self.data_name = self.card.get("data", {}).get("name")
        self.class_names = self.card.get("data", {}).get("classes", ())
        self.shape = sample_shape(module.signatures["serving_default"])
        _, inputs = module.signatures["inputs"].structured_input_signature
        opened = {name: from_json(value) for name, value in self.card.get("options", {}).items()}
        named = [name for name in inputs if name not in ("count", "seed", "first")]
        self.options = {name: (inputs[name].dtype, opened.get(name)) for name in named}
        self.services = {name: function for name, function in module.signatures.items() if name not in OF_SAMPLES}

    @property
    def own_shares(self):
        return self.card.get("class_shares")

    @property
    def num_classes(self):
        return self.card.get("num_classes")

    def _inputs(self, count, seed, first, options):
        typed = {name: tf.constant(options.get(name, opened), dtype) for name, (dtype, opened) in self.options.items()}
        draw = {"count": tf.constant(count), "seed": tf.constant(seed), "first": tf.constant(first)}
        shares = None if "label" in options else self.label_shares
        return with_labels_by(shares, self._signatures["inputs"](**draw, **typed), count, seed, first)

    def _batch(self, first, seed, options):
        return self.generate(**self._inputs(BATCH, seed, first, options))

    def inputs(self, count, seed=0):
        return {name: value.numpy() for name, value in self._inputs(count, seed, 0, {}).items()}

    def generated(self, **inputs):
        samples = self._signatures["serving_default"](**inputs)
        return samples["tokens"] if "tokens" in samples else next(iter(samples.values()))

    def labels(self, count, seed=0, **options):
        if "label" not in self.options:
            return None
        given = {name: value for name, value in options.items() if value is not None}
        return self._inputs(count, seed, 0, given)["labels"].numpy()

    def captions(self, count, seed=0, **options):
        if "caption" not in self.options:
            return None
        given = {name: value for name, value in options.items() if value is not None}
        return [text.decode() for text in self._inputs(count, seed, 0, given)["captions"].numpy()]


class ForeignSampler(Sampler):
    """Samples from any SavedModel whose `serving_default` maps latents [B, d] to images; latents are N(0, 1).

    The range of its values is judged by the first batch: see `scaling.value_range`.
    """

    def __init__(self, path, module):
        super().__init__(path, path.name)
        self._module = module
        self._function = module.signatures["serving_default"]
        self.shape = sample_shape(self._function)
        _, inputs = self._function.structured_input_signature
        specs = list(inputs.items())
        if len(specs) != 1 or specs[0][1].shape.rank != 2 or specs[0][1].shape[1] is None:
            shapes = {name: tuple(spec.shape) for name, spec in specs}
            raise UserError(f"{path}: serving_default must take one input [B, latent_dim], it takes {shapes}")
        self._input, spec = specs[0]
        self._latent_shape = (spec.shape[1],)
        self._range = None

    def _batch(self, first, seed, options):
        latents = noise.sample_rows(noise.Normal(), BATCH, self._latent_shape, seed, first)
        (images, *_) = self._function(**{self._input: latents}).values()
        images = images.numpy()
        if images.ndim < 3:  # points
            return images.astype(np.float32)
        if self._range is None:
            self._range = self._range_of(images)
        return self._range.to_unit(images)

    def _range_of(self, images):
        try:
            chosen, words = value_range(images)
        except UserError as error:
            raise UserError(f"{self.path} generates {error}") from None
        if words:
            self.note(f"{self.path}: {words}")
        return chosen


def sample_shape(function):
    """The shape of one of a signature's samples; None where it does not say."""
    outputs = function.structured_outputs
    shape = outputs.get("tokens", next(iter(outputs.values()))).shape
    return tuple(shape[1:]) if shape.rank and None not in shape[1:] else None


def drawn_labels(model, count, seed, options, shares=None):
    """The labels that a family's samples 0 .. count - 1 of `seed` are asked for; None where it takes none.

    Args:
        model: the `Family`.
        count, seed, options: as of `Sampler.sample`.
        shares: class shares by which a label that is left open is drawn, or None.
    """
    if "label" not in model.sample_options:
        return None
    given = {name: value for name, value in options.items() if value is not None}
    inputs = model.draw_inputs(count, seed, **given)
    return with_labels_by(None if "label" in given else shares, inputs, count, seed)["labels"].numpy()


def drawn_captions(model, count, seed, options):
    """The captions that a family's samples 0 .. count - 1 of `seed` are asked for; None where it takes none."""
    if "caption" not in model.sample_options:
        return None
    given = {name: value for name, value in options.items() if value is not None}
    return [text.decode() for text in model.draw_inputs(count, seed, **given)["captions"].numpy()]


def load(path: str | Path) -> Sampler:
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


def to_json(value):
    """An option's open value as JSON can hold it: null for NaN, also within a list."""
    if isinstance(value, (list, tuple)):
        return [to_json(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def from_json(value):
    """The open value that `to_json` wrote."""
    if isinstance(value, list):
        return [from_json(part) for part in value]
    return math.nan if value is None else value
