"""Samples from code at hand: a function that returns batches, or an iterator over them, whatever library made them."""

import inspect
import itertools

import numpy as np

from ganzoo.data.scaling import channels_last, to_unit, value_range
from ganzoo.errors import UserError, one_line
from ganzoo.serving.sampler import Sampler

# Samples that a function is asked for in one call.
ASKED = 256
# What the images of a batch are called in a dict.
NAMES = ("images", "image", "samples", "x", "pixel_values")


class BatchSampler(Sampler):
    """Samples from a function or an iterator, in the order in which these give them: the seed does not reach them.

    What was drawn is kept, images as uint8, so that asking again gives the same samples. The range of their values is judged
    by the first batch: see `scaling.value_range`.

    Args:
        batches: a function that returns a batch, called with the number of samples it should hold where it takes an argument;
            or an iterator or iterable over batches. A batch is an array or a tensor of any library: images [B, H, W, C] or
            [B, C, H, W], or points [B, 2]; of a tuple, list or dict the images in it count.
        name: for tables.

    Raises:
        UserError: the first batch holds neither images nor points.
    """

    def __init__(self, batches, name="samples"):
        super().__init__(name, name)
        self._next = caller(batches) if callable(batches) else iter(batches).__next__
        self._blocks, self._count, self._range, self._ended = [], 0, None, False
        self.shape = None
        self.available(1)
        if not self._count:
            raise UserError(f"{name} gives no samples")
        self.note(f"{name}: samples are drawn in its own order, whatever the seed")

    def available(self, count):
        """How many of `count` samples there are: fewer where the iterator ends."""
        while self._count < count and not self._ended:
            try:
                batch = self._next()
            except StopIteration:
                self._ended = True
                break
            except Exception as error:  # whatever foreign code raises
                hint = "" if self._blocks else f" (it is called with the number of samples wanted, {ASKED}, where it takes one)"
                raise UserError(f"{self.name} fails: {type(error).__name__}: {one_line(error)}{hint}") from error
            self._blocks.append(self._read(batch))
            self._count += len(self._blocks[-1])
        return min(count, self._count)

    def _read(self, batch):
        """A batch as uint8 images or float32 points.

        Raises:
            UserError: it is neither, or of another shape than those before it.
        """
        values, turned = channels_last(as_array(batch, self.name))
        points = values.ndim == 2 and values.shape[1] == 2
        if not points and (values.ndim != 4 or values.shape[-1] not in (1, 3)):
            wanted = "images [B, H, W, 1 or 3] or [B, 1 or 3, H, W], or points [B, 2]"
            raise UserError(f"a batch of {self.name} must be {wanted}, not {values.dtype} {values.shape}")
        if not len(values) or values.dtype.kind not in "fiub" or not np.isfinite(values).all():
            raise UserError(f"a batch of {self.name} is empty, or holds NaN, infinite values or no numbers")
        if self.shape is not None and values.shape[1:] != self.shape:
            raise UserError(f"a batch of {self.name} is of shape {values.shape[1:]}, those before it of {self.shape}")
        self.shape = values.shape[1:]
        if points:
            return values.astype(np.float32)
        if self._range is None:
            try:
                self._range, words = value_range(values)
            except UserError as error:
                raise UserError(f"{self.name} gives {error}") from None
            for line in filter(None, (turned, words)):
                self.note(f"{self.name}: {line}")
        return self._range.to_uint8(values)

    def blocks(self, count, seed=0, **options):
        count, _, _ = self._checked(count, seed, options)
        if (there := self.available(count)) < count:
            raise UserError(f"{self.name} ended after {there:,} samples, and {count:,} are asked for")
        first = 0
        for block in self._blocks:
            if first < count:
                part = block[: count - first]
                yield first, part if part.ndim == 2 else to_unit(part)
            first += len(block)

    def sample(self, count, seed=0, **options):
        return np.concatenate([block for _, block in self.blocks(count, seed, **options)])


def caller(function):
    """A function without arguments that asks `function` for a batch."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # built in, or of a compiled library
        parameters = ()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    asked = any(one.kind in kinds for one in parameters)
    return (lambda: function(ASKED)) if asked else function


def as_array(batch, name):
    """A batch of any library as an array.

    Raises:
        UserError: there is no array in it.
    """
    if isinstance(batch, dict):
        batch = next((batch[key] for key in NAMES if key in batch), batch)
    if isinstance(batch, tuple | list) and len(batch) and hasattr(batch[0], "shape") and np.ndim(batch[0]) in (2, 4):
        batch = batch[0]  # (images, labels)
    try:
        if hasattr(batch, "detach"):  # PyTorch: off the graph and off the accelerator, in a type that NumPy has
            batch = batch.detach().cpu()
            batch = batch.float() if "bfloat16" in str(batch.dtype) else batch
        array = np.asarray(batch)
    except Exception as error:  # whatever a foreign tensor raises
        raise UserError(f"a batch of {name} is no array: {one_line(error)}") from error
    return array.astype(np.float32) if array.dtype.kind == "V" else array  # bfloat16 of TensorFlow and JAX


def name_of(batches, default):
    """What a function is called; `default` of what has no name, such as a lambda or an iterator."""
    name = getattr(batches, "__name__", "<")
    return default if name.startswith("<") or not callable(batches) else name


def is_batches(value):
    """Whether a value is a function or an iterable over batches, and no array or list of examples; looks at the first batch.

    Returns:
        (whether, the value with the first batch put back).
    """
    if callable(value) and not hasattr(value, "__array__"):
        return True, value
    if not hasattr(value, "__iter__") or isinstance(value, list | tuple | str | dict) or hasattr(value, "__array__"):
        return False, value
    iterator = iter(value)
    first = list(itertools.islice(iterator, 1))
    whole = itertools.chain(first, iterator)
    if not first or isinstance(first[0], str):
        return False, whole
    try:
        shape = np.shape(as_array(first[0], "a batch"))
    except UserError:
        return False, whole
    return len(shape) == 4 or (len(shape) == 2 and shape[1] == 2), whole
