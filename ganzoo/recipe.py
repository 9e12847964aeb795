"""Recipes: one Python file an experiment, built lazily by Fiddle, changed from the command line by dotted names."""

import ast
import copy
import dataclasses
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from typing import Any

import fiddle as fdl
import keras
from fiddle import daglish, printing

from ganzoo import likelihoods, losses, negative_sampling, noise, penalties
from ganzoo.errors import UserError
from ganzoo.recipe_files import recipe_path
from ganzoo.serialization import parameters

__all__ = ["LoadedRecipe", "Recipe", "apply_override", "build", "load_recipe"]


def __dir__():
    return __all__


# What an override may call although the recipe file does not import it.
MODULES = {
    "keras": keras,
    "likelihoods": likelihoods,
    "losses": losses,
    "negative_sampling": negative_sampling,
    "noise": noise,
    "penalties": penalties,
}


@dataclasses.dataclass
class Recipe:
    """An experiment: what is trained, on what, how, and how long.

    Args:
        data: a source from `ganzoo.data`.
        model: a family from `ganzoo.families`.
        optimizers: a dict from player to keras.Optimizer.
        batch_size: real examples in one batch of one player's step, over all replicas together.
        steps: generator steps of the whole run.
        phases: a dict from a phase of the model, in order, to its generator steps; the last one goes on to `steps`. None
            for a family of one phase.
        seed: every random draw of the run follows from it.
        log_every: steps between two log entries.
        sample_every: steps between two sample grids.
        checkpoint_every: steps between two checkpoints.
        keep_checkpoints: how many of the newest checkpoints stay.
        evaluations: what scores the model during training, each at its own cadence.
    """

    data: Any
    model: Any
    optimizers: dict
    batch_size: int
    steps: int
    phases: dict | None = None
    seed: int = 0
    log_every: int = 100
    sample_every: int = 500
    checkpoint_every: int = 500
    keep_checkpoints: int = 3
    evaluations: tuple = ()


@dataclasses.dataclass
class LoadedRecipe:
    """A recipe file, read and overridden, not built yet.

    Attributes:
        name: the file's name without its ending.
        path: the file.
        source: the file's text.
        overrides: the `--set` assignments that were applied.
        config: the fdl.Config of a `Recipe`; `fdl.build(config)` makes it real.
    """

    name: str
    path: Path
    source: str
    overrides: tuple
    config: fdl.Config

    @property
    def feature(self):
        """The data's feature, such as "image" or "point", known before anything is built."""
        return getattr(fdl.get_callable(self.config.data), "feature", "image")

    def settings(self):
        """Every parameter by the dotted name that `--set` takes: a list of (name, value as text, whether it is set).

        What the recipe uses in several places is taken apart at the first, and named by it at the others.
        """
        rows, again = [], self._shared()
        whole = _with_inherited(self.config)
        for line in printing.as_str_flattened(whole, include_types=False, raw_value_repr=True).splitlines():
            name, value = line.split(" = ", 1)
            unset = value.startswith("<[unset")
            value = value.removeprefix("<[unset; default: ").removesuffix("]>") if unset else value
            name = _dotted(name)
            place = next((place for place in again if name.startswith(f"{place}.")), None)
            row = (place, again[place], True) if place else (name, value, not unset)
            if row not in rows[-1:]:
                rows.append(row)
        return rows

    def _shared(self):
        """The places of parts that came before, with the names of their first places."""
        firsts, again = {}, {}
        for part, path in daglish.iterate(self.config, memoized=False):
            if isinstance(part, fdl.Buildable):
                name = _dotted(daglish.path_str(path).removeprefix("."))
                if firsts.setdefault(id(part), name) != name:
                    again[name] = firsts[id(part)]
        return again

    def flattened(self):
        """What the recipe sets, one `dotted.name = value` a line: a run's fingerprint."""
        return [f"{name} = {value}" for name, value, is_set in self.settings() if is_set]


@dataclasses.dataclass(frozen=True)
class _Unset:
    """Stands for a parameter that a recipe leaves at its default, printed as Fiddle prints those that it sees itself."""

    default: Any

    def __repr__(self):
        return f"<[unset; default: {self.default!r}]>"


def _with_inherited(config):
    """A copy of a config in which the parameters that a class takes by `**kwargs` for its bases stand as unset too."""
    config = copy.deepcopy(config)
    for part, _ in list(daglish.iterate(config)):
        if isinstance(part, fdl.Buildable):
            for name, parameter in _parameters(part).items():
                if name not in part.__signature_info__.parameters and name not in part.__arguments__:
                    setattr(part, name, _Unset(parameter.default))
    return config


def load_recipe(name_or_path, overrides=()):
    """Reads a recipe file and applies overrides; builds nothing.

    Args:
        name_or_path: a file, or the name of one that ships with ganzoo.
        overrides: strings `dotted.name=value`.

    Raises:
        UserError: no such file, a file that is no recipe, an unknown name or a value that cannot be read.
    """
    path = recipe_path(name_or_path)
    module = _import_file(path)
    function = getattr(module, "recipe", None)
    if not hasattr(function, "as_buildable"):
        raise UserError(f"{path} has no function `recipe` decorated with fiddle's auto_config")
    config = function.as_buildable()
    known = {**MODULES, **vars(module)}
    for override in overrides:
        apply_override(config, override, {**known, "data": config.data})
    return LoadedRecipe(path.stem, path, path.read_text(), tuple(overrides), config)


def _dotted(name):
    """Fiddle's `a['b'][0].c` as `a.b.0.c`."""
    return re.sub(r"\['?([^\]']+)'?\]", r".\1", name)


def _import_file(path):
    spec = importlib.util.spec_from_file_location(f"ganzoo_recipe_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # auto_config reads the module's source through it
    try:
        spec.loader.exec_module(module)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


def apply_override(config, override, namespace):
    """Applies one `dotted.name=value` to a config, in place.

    A value is a Python literal, a bare word (a string), or a call like `losses.Hinge()` of something that the recipe
    file imports or of `MODULES`, also within a list, tuple or dict; among a call's arguments
    `data` is the recipe's data. It must have the type of what it replaces.

    Args:
        config: the fdl.Config of a recipe.
        override: the assignment.
        namespace: the recipe module's names, for calls.

    Raises:
        UserError: the name is unknown (the line lists the valid ones), or the value does not fit.
    """
    dotted, equals, text = override.partition("=")
    dotted = dotted.strip()
    if not equals or not dotted:
        raise UserError(f"--set takes NAME=VALUE, such as steps=100; it was given {override!r}")
    *parents, last = dotted.split(".")
    owner, so_far = config, ""
    for part in parents:
        owner = _open(owner, part, so_far)
        so_far = f"{so_far}{part}."
    names = _names(owner)
    if last not in names:
        raise UserError(_refusal(owner, last, dotted) or _no_such(last, so_far, names))
    old = _current(owner, last)
    text = text.strip()
    # "none" is also a word: the norm of networks without one.
    value = text if isinstance(old, str) and text == "none" else _value(text, namespace)
    _assign(owner, last, _fitting(dotted, value, old))


def _names(owner):
    """The names that can be set on a config, a dict or a list."""
    if isinstance(owner, fdl.Buildable):
        return list(dict.fromkeys([*_parameters(owner), *(name for name in owner.__arguments__ if isinstance(name, str))]))
    if isinstance(owner, dict):
        return [str(key) for key in owner]
    if isinstance(owner, (list, tuple)):
        return [str(index) for index in range(len(owner))]
    return []


def _parameters(config):
    """What can be passed by name to what a config makes, the parameters of a class' bases included."""
    return parameters(fdl.get_callable(config))


def _refusal(owner, name, dotted):
    """Why a family does not take a parameter that its bases take, as a line; None where it says nothing of it."""
    refused = getattr(fdl.get_callable(owner), "refused", {}) if isinstance(owner, fdl.Buildable) else {}
    return f"{dotted}: {refused[name]}" if name in refused else None


def _current(owner, name):
    """The value of a name, a parameter's default where a config does not set it; None where there is neither."""
    if isinstance(owner, fdl.Buildable):
        if name in owner.__arguments__:
            return owner.__arguments__[name]
        default = _parameters(owner)[name].default
        return None if default is inspect.Parameter.empty else default
    return owner[name] if isinstance(owner, dict) else owner[int(name)]


def _assign(owner, name, value):
    if isinstance(owner, fdl.Buildable):
        setattr(owner, name, value)
    elif isinstance(owner, dict):
        owner[name] = value
    elif isinstance(owner, list):
        owner[int(name)] = value
    else:
        raise UserError(f"{name} lies in a tuple, which cannot be changed in part; set the whole of it")


def _open(owner, name, so_far):
    """The child `name` of `owner`, as something whose own names can be set."""
    names = _names(owner)
    if name not in names:
        raise UserError(_no_such(name, so_far, names))
    child = _current(owner, name)
    if dataclasses.is_dataclass(child) and not isinstance(child, fdl.Buildable):
        # A parameter's default is an object already: take it apart, so that one of its fields can change.
        fields = {field.name: getattr(child, field.name) for field in dataclasses.fields(child) if field.init}
        child = fdl.Config(type(child), **fields)
        _assign(owner, name, child)
    if not _names(child):
        raise UserError(f"{so_far}{name} has no parts that could be set")
    return child


def _no_such(name, so_far, names):
    where = f"{so_far.rstrip('.')} has" if so_far else "a recipe has"
    return f"no such parameter: {so_far}{name}; {where} {', '.join(names) or 'no parameters'}"


def _value(text, namespace):
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        if text[:1] in "[({":
            raise UserError(f"{text!r} cannot be read as a value: {error.msg}") from error
        return _word(text)
    calls = any(isinstance(part, ast.Call) for part in ast.walk(node))
    if not calls and not isinstance(node, (ast.List, ast.Tuple, ast.Dict, ast.Set)):
        try:
            return ast.literal_eval(node)
        except ValueError:
            return _word(text)
    try:
        return _read(node, namespace)
    except (KeyError, AttributeError):
        known = ", ".join(sorted(name for name, value in namespace.items() if inspect.ismodule(value)))
        raise UserError(f"{text!r}: nothing of that name in the recipe; it knows the modules {known}") from None
    except (TypeError, ValueError) as error:
        kind = "a call" if calls else "a value"
        raise UserError(f"{text!r} cannot be read as {kind}: {error}") from error


def _word(text):
    """A bare word: true, false or none in any case, else itself."""
    return {"true": True, "false": False, "none": None}.get(text.lower(), text)


def _read(node, namespace):
    """A literal, or a call of something that the recipe knows as a config, inside lists, tuples and dicts too."""
    if isinstance(node, ast.Call):
        if any(keyword.arg is None for keyword in node.keywords):
            raise ValueError("** has no place in it")
        arguments = [_read(argument, namespace) for argument in node.args]
        keywords = {keyword.arg: _read(keyword.value, namespace) for keyword in node.keywords}
        return fdl.Config(_lookup(node.func, namespace), *arguments, **keywords)
    if isinstance(node, (ast.List, ast.Tuple)):
        parts = [_read(part, namespace) for part in node.elts]
        return parts if isinstance(node, ast.List) else tuple(parts)
    if isinstance(node, ast.Dict) and None not in node.keys:
        return {ast.literal_eval(key): _read(value, namespace) for key, value in zip(node.keys, node.values, strict=True)}
    if isinstance(node, ast.Name) and isinstance(namespace.get(node.id), fdl.Buildable):
        return namespace[node.id]
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"{ast.unparse(node)} is neither a literal nor a call") from None


def _lookup(node, namespace):
    if isinstance(node, ast.Name):
        return namespace[node.id]
    if isinstance(node, ast.Attribute):
        return getattr(_lookup(node.value, namespace), node.attr)
    raise ValueError("its function must be a dotted name")


def _fitting(dotted, value, old):
    """`value`, as the type of the value that it replaces where that is unambiguous."""
    if isinstance(old, bool) and not isinstance(value, bool):
        raise UserError(f"{dotted} is true or false, not {value!r}")
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    number = (int, float)
    if isinstance(old, number) and not isinstance(old, bool) and not isinstance(value, (*number, fdl.Buildable)):
        if value is not None:
            raise UserError(f"{dotted} is a number ({old!r} now), not {value!r}")
    if isinstance(old, int) and not isinstance(old, bool) and isinstance(value, float):
        raise UserError(f"{dotted} is a whole number ({old!r} now), not {value!r}")
    if isinstance(old, str) and isinstance(value, (int, float)):
        return str(value)
    return value


def build(loaded):
    """Makes a loaded recipe real; call it inside the strategy's scope.

    Raises:
        UserError: a constructor refused its arguments.
    """
    try:
        return fdl.build(loaded.config)
    except (UserError, TypeError, ValueError) as error:
        # Fiddle appends where in the recipe it was; the first line says what is wrong.
        raise UserError(f"{loaded.path.name}: {str(error).strip().splitlines()[0]}") from error
