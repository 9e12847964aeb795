"""The data sets that come with ganzoo, by name, and the way from a name or a description to a source.

Each set is declared in a file of its own, by `embedded` at its TFDS builder; whoever looks a name up imports these files.
"""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path

from ganzoo.data.source import NamedSource
from ganzoo.errors import UserError, one_line

_EMBEDDED = {}


@dataclasses.dataclass(frozen=True)
class EmbeddedSet:
    """A data set that needs no download.

    Attributes:
        about: a few words for lists.
        source: the `NamedSource` that reads it.
        builder: its TFDS builder.
        captions: what makes the set's `Captions`; None for images without.
        modes: the mixture that its points are drawn from; None where it is not known.
        truth: what makes the distribution that its texts are drawn from; None where it is not known.
        made_of: the TFDS set that it is made of, and that must be prepared first; None where it needs no download.
    """

    about: str
    source: type[NamedSource]
    builder: type
    captions: Callable | None = None
    modes: object = None
    truth: Callable | None = None
    made_of: str | None = None


def embedded(about, source, **known):
    """Decorates a TFDS builder, and enters its data set under the builder's name: `@embedded("grey squares", source=Images)`.

    Args:
        about, source, known: the attributes of `EmbeddedSet`.
    """

    def register(builder):
        _EMBEDDED[builder.name] = EmbeddedSet(about, source, builder, **known)
        return builder

    return register


def embedded_sets():
    """All embedded data sets: a dict from names to `EmbeddedSet`s; images come first, then points, then text."""
    _import_all()
    return dict(sorted(_EMBEDDED.items(), key=lambda item: (item[1].source.feature, item[0])))


def find(name):
    """The `EmbeddedSet` of a name, or None."""
    _import_all()
    return _EMBEDDED.get(str(name))


@functools.cache
def _import_all():
    """Imports every file of this package, and with them what they declare."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{__package__}.{module.name}")


def open_source(name, split="train", size=None, data_dir=None):
    """A data set or a folder of images by its name, as it is scored: with labels where there are any.

    Args:
        name: of an embedded set, an image set of TFDS, or a folder.
        split: of it.
        size: side in pixels, or (height, width); None keeps images as they are.
        data_dir: where data sets are prepared.

    Raises:
        UserError: no such data set, or a size of what has none.
    """
    known = find(name)
    source = known.source if known else _source_class("Images")
    if size is not None and "size" not in inspect.signature(source).parameters:
        if source.feature != "image":
            raise UserError(f"{name} has no images: leave out @{size}")
        source = _source_class("Images")  # captions tell of what is seen at the set's own size
    options = {"split": split, "size": size, "data_dir": data_dir}
    taken = inspect.signature(source).parameters
    return source(name, **{key: value for key, value in options.items() if key in taken}).for_scoring()


def from_description(facts, data_dir=None):
    """The source that `describe` told of.

    Args:
        facts: the dict, such as a model card's `data`.
        data_dir: where data sets are prepared.

    Raises:
        UserError: the data is no more, is not the same, or the facts are not what `describe` tells.
    """
    try:
        path = facts.get("path")  # absolute, of what may have been named relative to another directory
        if path and Path(path).exists():
            facts = facts | ({"oracle": facts["oracle"] | {"path": path}} if "oracle" in facts else {"name": path})
        return _source_class(facts.get("source") or _undeclared(facts)).from_description(facts, data_dir)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        raise UserError(f"the description of the data is damaged ({reason}): name the real data with --data") from error


def _undeclared(facts):
    """The class of a description that does not name it, as none did at first."""
    for key, source in (("vocabulary", "Sentences"), ("every", "NoisedImages"), ("labels_per_class", "FewLabels")):
        if facts.get(key):
            return source
    known = find(facts["name"])
    return known.source.__name__ if known else "Images"


def _source_class(name):
    """The `NamedSource` of a class name.

    Raises:
        UserError: there is none.
    """
    _import_all()
    waiting = NamedSource.__subclasses__()
    while waiting:
        source = waiting.pop()
        if source.__name__ == name:
            return source
        waiting += source.__subclasses__()
    raise UserError(f"the data is read by {name}, which is not ganzoo's: name the real data with --data")
