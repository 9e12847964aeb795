"""What can be sampled, whatever it is: counts, seeds and options are checked here, once for runs, exports and others."""

import base64
import contextlib
import copy
import html
import math
import operator
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from ganzoo import noise, pictures
from ganzoo.errors import UserError, one_line, whole_number
from ganzoo.memory import refuse_more_than_memory
from ganzoo.notes import Noted
from ganzoo.serving.sample_files import captions_of, conditions_of, picture

# The generator always sees this many latents at a time, so that a sample does not depend on how many are asked for.
BATCH = 64
# Samples that `blocks` gives at once.
BLOCK = 16 * BATCH


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

    def show(
        self,
        n: int = 16,
        seed: int = 0,
        *,
        columns: int | None = None,
        scale: int | None = None,
        captions: bool | None = None,
        **options: Any,
    ) -> "Image.Image | list[str]":
        """Samples 0 .. n - 1 of `seed` as a picture, which a notebook displays: a grid of images, or points of the plane.

        Args:
            n: how many.
            seed: an integer.
            columns: images in a row; about the square root of n by default.
            scale: pixels of a pixel's side; by default such that images can be seen.
            captions: whether labels or captions stand under the images; by default where they differ.
            **options: as of `sample`.

        Returns:
            A PIL image; of a model of text a list of strings.

        Raises:
            UserError: as `sample`.
        """
        samples = self.sample(n, seed, **options)
        if self.is_text:
            return self.texts(samples)
        under = captions_of(conditions_of(self, n, seed, **options), captions)
        return Image.fromarray(picture(samples, under, columns, scale))

    def _repr_png_(self):
        return None if self.is_text else pictures.png(np.asarray(self.show()))

    def _repr_html_(self):
        title = f"<p>{html.escape(repr(self))}</p>"
        if self.is_text:
            return f"{title}<pre>{html.escape(chr(10).join(self.show()))}</pre>"
        source = f"data:image/png;base64,{base64.b64encode(self._repr_png_()).decode()}"
        return f'{title}<img alt="Samples of {html.escape(self.name)}" src="{source}">'

    def sample(self, count: int, seed: int = 0, **options: Any) -> np.ndarray:
        """Samples 0 .. count - 1 of `seed`: the same whatever `count`, machine and compiler are, up to rounding.

        Args:
            count: how many.
            seed: an integer.
            **options: those of `self.options`.

        Returns:
            float32 [count, H, W, C] in [-1, 1], points [count, 2], or tokens int32 [count, T] of texts.

        Raises:
            UserError: the generator has no such option or not such a value of it, or count is not positive.
        """
        count, seed, chosen = self._checked(count, seed, options)
        with refusals():
            return self._joined(0, count, seed, chosen)

    def blocks(self, count: int, seed: int = 0, **options: Any) -> Iterator[tuple[int, np.ndarray]]:
        """The samples of `sample` in turn, (the first one's number, samples), so that not all need room at once.

        Raises:
            UserError: as `sample`.
        """
        for first in range(0, count, BLOCK):
            with refusals():
                yield first, self._joined(first, min(BLOCK, count - first), *self._checked(count, seed, options, BLOCK)[1:])

    def available(self, count: int) -> int:
        """How many of `count` samples there are: all, but of a `BatchSampler` that ends."""
        return count

    def _joined(self, first, count, seed, chosen):
        """Samples first .. first + count - 1, `first` a multiple of BATCH."""
        batches = [self._batch(start, seed, chosen) for start in range(first, first + count, BATCH)]
        samples = np.concatenate(batches)[:count]
        if samples.dtype.kind == "f" and (bad := int((~np.isfinite(samples.reshape(count, -1)).all(1)).sum())):
            raise UserError(f"{self.name} generates NaN or infinite values in {bad} of {count} samples")
        return samples

    def _checked(self, count, seed, options, at_once=None):
        """The count, the seed folded into int32, and the options that are not left open.

        Args:
            at_once: how many samples stand in memory at once; all of them by default.

        Raises:
            UserError: as `sample`.
        """
        count = whole_number("the number of samples", count)
        values = math.prod(self.shape) if self.shape else 1
        if count >= 2**31:
            raise UserError(f"the number of samples must be below 2**31, not {count}")
        held = min(count, at_once or count)
        refuse_more_than_memory(2 * 4 * held * values, f"{held:,} samples")  # in batches, and joined
        chosen = {name: value for name, value in options.items() if value is not None}
        for name, value in chosen.items():
            if name not in self.options:
                has = f"it has {', '.join(self.options)}" if self.options else "it has none"
                raise UserError(f"{self.name} takes no option {name!r}: {has}")
            dtype, opened = self.options[name]
            chosen[name] = option_value(f"{name} of {self.name}", value, dtype, np.shape(opened))
        return count, noise.folded_seed(seed), chosen

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

    def inputs(self, count: int, seed: int = 0, **options: Any) -> dict[str, np.ndarray]:
        """The generator's inputs for samples 0 .. count - 1 of `seed` with these options, a dict of arrays."""
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
        with refusals():
            outputs = self.services[service](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in outputs.items()}


def sample_shape(function, output="tokens"):
    """The shape of one of a signature's samples, in `output` or else the first one; None where it does not say."""
    outputs = function.structured_outputs
    shape = outputs.get(output, next(iter(outputs.values()))).shape
    return tuple(shape[1:]) if shape.rank and None not in shape[1:] else None


def option_value(what, value, dtype, shape):
    """A value of an option as TensorFlow takes it.

    Args:
        what: what the message calls it.
        value: a number, a string, or as many of them as `shape` says.
        dtype: of the option.
        shape: () for one value.

    Raises:
        UserError: another number of values, no whole number where one is needed, or one that the type cannot hold.
    """
    if np.shape(value) != tuple(shape):
        raise UserError(f"{what} takes {f'{shape[0]} values' if len(shape) else 'one value'}, not {value!r}")
    values = np.asarray(value, object).reshape(-1).tolist() if len(shape) else [value]
    try:
        if dtype.is_integer:
            values = [operator.index(one) for one in values]
        elif dtype.is_floating:
            values = [float(one) for one in values]
        elif not all(isinstance(one, (str, bytes)) for one in values):
            raise TypeError("it is a text")
        if dtype.is_integer and not all(dtype.min <= one <= dtype.max for one in values):
            raise ValueError(f"it must lie in {dtype.min} to {dtype.max}")
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{what} cannot be {value!r}: {one_line(error)}") from error
    return values if len(shape) else values[0]


@contextlib.contextmanager
def refusals():
    """Makes a UserError of what a family's own check of its inputs says; anything else is no user's error."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        # A graph's words, or those of an operator that runs at once.
        refusal = re.search(r"assertion failed: \[(.*?)\] \[(.*?)\]|Summarized data: b'(.*?)'\n(.*)", str(error))
        if not refusal:
            raise
        raise UserError(" ".join(filter(None, refusal.groups()))) from error
