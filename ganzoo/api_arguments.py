"""What the public functions take: paths, models and examples in their many forms, each told from what is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def as_written(value):
    """A value as the command line's --set would write it."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a NumPy number
        value = value.item()
    return value if isinstance(value, str) else repr(value)


def checked_path(value, what):
    """A path that a user named.

    Raises:
        UserError: it is no path, or one that no file can have.
    """
    from ganzoo.errors import UserError, usable_path

    if isinstance(value, str | Path):
        return usable_path(value, what)
    raise UserError(f"{what} is named by its path, not by {kind_of(value)}")


def opened_cache(cache):
    """A `Cache`, or the one at a path; None stays."""
    from ganzoo.errors import UserError
    from ganzoo.evaluation.cache import Cache

    if cache is None or isinstance(cache, Cache):
        return cache
    if isinstance(cache, str | Path):
        return Cache(cache)
    raise UserError(f"a cache is a directory's path or a Cache, not {kind_of(cache)}")


def opened_real(real):
    """The real data as `opened` gives it; None stays, for what a model was trained on."""
    return None if real is None else opened(real, "real")


def opened_model(model, name):
    """A model or examples at hand, as `opened` gives them; a model of the zoo may be named by its name."""
    from ganzoo.zoo import model_path

    return model_path(model) if isinstance(model, str) else opened(model, name)


def opened(examples, name):
    """Examples at hand as an `Input` of that name; a path, a `Sampler`, a source and an `Input` as they are.

    Raises:
        UserError: it is none of these, or an array of neither images, points nor strings.
    """
    import numpy as np

    from ganzoo.data.source import Source
    from ganzoo.errors import UserError, one_line
    from ganzoo.evaluation.inputs.arrays import array_input
    from ganzoo.evaluation.inputs.base import Input, ModelInput
    from ganzoo.evaluation.inputs.text import TextInput
    from ganzoo.serving.batches import BatchSampler, is_batches, name_of
    from ganzoo.serving.sampling import Sampler

    if isinstance(examples, str | Path | Sampler | Source | Input):
        return examples
    if isinstance(examples, Iterator) or callable(examples) or not isinstance(examples, list | tuple):
        in_batches, examples = is_batches(examples)
        if in_batches:
            return ModelInput(BatchSampler(examples, name_of(examples, name)))
    if isinstance(examples, Iterator):
        examples = list(examples)
    if isinstance(examples, list | tuple) and are_texts(examples):
        return TextInput(examples, name)
    if not isinstance(examples, list | tuple) and not hasattr(examples, "__array__"):
        wanted = "a path, a data set's name, a Sampler, an array, a list of strings, or a function or iterator of batches"
        raise UserError(f"{name} must be {wanted}, not {kind_of(examples)}")
    try:
        array = np.asarray(examples)
    except Exception as error:  # of lists of various lengths, or whatever a foreign tensor raises
        raise UserError(f"{name} is no array: {one_line(error)}") from error
    if array.ndim == 1 and are_texts(array.tolist()):
        return TextInput(array.tolist(), name)
    return array_input(array, name)


def are_texts(examples):
    """Whether they are strings, or lists of words."""
    texts = [[one] if isinstance(one, str) else one for one in examples]
    return bool(texts) and all(isinstance(text, list | tuple) and all(isinstance(word, str) for word in text) for text in texts)


def kind_of(value):
    """The name of a value's type with its article, as messages have it."""
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"
