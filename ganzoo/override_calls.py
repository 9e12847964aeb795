"""What a value of `--set` may call: public classes and functions of ganzoo and Keras that build, and the recipe file's own.

An assignment may come from a run's directory that somebody else made, so nothing that it can name opens a file to write,
loads code, or reaches a module that one of these happens to import.
"""

import ast
import functools
import importlib
import inspect

import keras

from ganzoo.errors import UserError

ROOMS = (
    "augmentations",
    "data",
    "families",
    "layers",
    "likelihoods",
    "losses",
    "negative_sampling",
    "networks",
    "noise",
    "optimizers",
    "penalties",
    "regularizers",
    "schedules",
)
KERAS = (
    "activations",
    "constraints",
    "initializers",
    "layers",
    "losses",
    "optimizers",
    "optimizers.schedules",
    "regularizers",
)
# Of these parts of Keras: what runs code that it is handed, reads files, or makes whatever a config describes.
REFUSED = (
    *("deserialize", "get", "serialize"),
    *("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"),
    *("IntegerLookup", "StringLookup", "TextVectorization"),
)
# Of `ganzoo.data`: what keeps books on data sets or writes them.
BOOKKEEPING = ("EmbeddedSet",)


def lookup(node, names):
    """The class or function that the syntax tree `node` of a dotted name stands for.

    Args:
        node: an ast.Name or ast.Attribute.
        names: the recipe module's names; `ROOMS` and `keras` are known besides.

    Raises:
        UserError: there is none of that name, or it may not be called.
        ValueError: it is no dotted name.
    """
    *modules, last = _parts(node)
    dotted = ".".join((*modules, last))
    unknown = UserError(f"{dotted!r}: nothing of that name in the recipe; it knows the modules {', '.join(_at_hand(names))}")
    if modules:
        module = _walk(modules, names, unknown)
        target = getattr(module, last, None) if _offers(module, last) else None
        if target is None and last in vars(module):
            raise _refused(dotted)
    else:
        target = names.get(last)
    if target is None:
        raise unknown
    if not may_be_called(target, names.get("__name__")):
        raise _refused(dotted)
    return target


def may_be_called(made_by, recipe_module=None):
    """Whether `made_by` is a class or function that a value of `--set` may call.

    Args:
        made_by: any object.
        recipe_module: the name of the recipe file's module.
    """
    if not (inspect.isclass(made_by) or inspect.isfunction(made_by)) or made_by.__name__.startswith("_"):
        return False
    if made_by.__module__ == recipe_module or id(made_by) in _of_keras():
        return True
    name = made_by.__name__
    if made_by.__module__ == "ganzoo.evaluation.evaluate":
        return name == "Evaluation"
    room = next((room for room in _rooms().values() if _within(made_by.__module__, room)), None)
    return room is not None and _is_public(room, name, made_by)


def _is_public(room, name, made_by):
    if name not in room.__all__ or getattr(room, name) is not made_by:
        return False
    if room.__name__ != "ganzoo.data":
        return True
    builder = inspect.isclass(made_by) and any(base.__module__.startswith("tensorflow_datasets.") for base in made_by.__mro__)
    return inspect.isclass(made_by) and not builder and name not in BOOKKEEPING


def _parts(node):
    """The names of a dotted name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_parts(node.value), node.attr]
    raise ValueError("its function must be a dotted name")


def _walk(parts, names, unknown):
    """The module that a dotted name stands for."""
    first, *rest = parts
    known = {**_rooms(), "keras": keras}
    # `data` in a recipe's namespace may be its own name for its data; before a dot it is the room.
    module = names[first] if inspect.ismodule(names.get(first)) else known.get(first)
    if module is None:
        raise unknown
    for number, part in enumerate(rest, 1):
        if not _is_open(module) or not _offers(module, part):
            raise _refused(".".join(parts[: number + 1]))
        module = getattr(module, part)
    if not _is_open(module):
        raise _refused(".".join(parts))
    return module


def _is_open(module):
    """Whether names can be looked up in a module: ganzoo, its rooms and what lies in them, Keras and its parts above."""
    if not inspect.ismodule(module):
        return False
    own = any(_within(module.__name__, room) for room in _rooms().values())
    return own or _name(module) in ("ganzoo", "keras", *(f"keras.{part}" for part in KERAS))


def _offers(module, name):
    """Whether a module that is open offers a name: a part of it that is open, or what `may_be_called` is asked about."""
    if name.startswith("_"):
        return False
    if module.__name__ == "ganzoo":
        return name in ROOMS
    if _name(module) == "keras":
        return name in {part.split(".")[0] for part in KERAS} | {"Sequential"}
    inner = getattr(module, name, None)
    if inspect.ismodule(inner):
        return _is_open(inner) and inner.__name__.startswith(f"{module.__name__}.")
    return inner is not None


def _name(module):
    """A module's name; of Keras as TensorFlow has it, Keras' own."""
    return module.__name__.removeprefix("keras._tf_keras.")


def _within(name, room):
    return name == room.__name__ or name.startswith(f"{room.__name__}.")


@functools.cache
def _rooms():
    return {name: importlib.import_module(f"ganzoo.{name}") for name in ROOMS}


def _keras(part):
    return functools.reduce(getattr, part.split("."), keras)


@functools.cache
def _of_keras():
    """The ids of the classes and functions of the parts of Keras that may be called."""
    offered = [vars(_keras(part)).items() for part in KERAS]
    return {id(keras.Sequential)} | {
        id(made_by) for part in offered for name, made_by in part if name not in REFUSED and not name.startswith("_")
    }


def _at_hand(names):
    modules = {name for name, value in names.items() if inspect.ismodule(value) and _is_open(value)}
    return sorted(modules | {*ROOMS, "keras"})


def _refused(dotted):
    return UserError(
        f"{dotted!r} cannot be called by --set: it calls public classes and functions of ganzoo's {', '.join(ROOMS)}, "
        f"of keras' {', '.join(KERAS)}, and those that the recipe file defines"
    )
