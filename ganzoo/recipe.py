"""Recipes: one Python file an experiment, built lazily by Fiddle, changed from the command line by dotted names."""

import contextlib
import dataclasses
import importlib.machinery
import importlib.util
import inspect
import linecache
import numbers
import sys
from pathlib import Path
from typing import Any

import fiddle as fdl

from ganzoo import fingerprint as fingerprints
from ganzoo.data.source import Source
from ganzoo.errors import UserError, one_line, plain
from ganzoo.families.base import Family
from ganzoo.families.frozen import freeze
from ganzoo.overrides import apply_override
from ganzoo.recipe_files import recipe_path

__all__ = ["LoadedRecipe", "Recipe", "build", "load_recipe"]


def __dir__():
    return __all__


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
        weights_from: a run, an export or the name of a model of the zoo, whose weights the networks begin with as far as
            they fit; None for fresh ones. It is read at step 0 alone.
        frozen: names of layers that do not train, such as "discriminator.down_*"; a network's name is all of it.
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
    weights_from: str | None = None
    frozen: tuple = ()


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
        data = self.config.data
        return getattr(fdl.get_callable(data) if isinstance(data, fdl.Buildable) else data, "feature", "image")

    def settings(self):
        """Every part and parameter by the dotted name that `--set` takes: a list of (name, value as text, whether it is set).

        What the recipe uses in several places is taken apart at the first, and named by it at the others.
        """
        return fingerprints.settings(self.config)

    def flattened(self):
        """What the recipe sets, one `dotted.name = value` a line, without the names of classes: the fingerprint of 0.1.0."""
        return [f"{name} = {value}" for name, value, is_set in fingerprints.leaves(self.config) if is_set]

    def fingerprint(self, data=None):
        """What makes the recipe the experiment that it is: see `fingerprint.fingerprint`.

        Args:
            data: what `Source.identity` told of its data, or None.
        """
        return fingerprints.fingerprint(self.config, self.source, data)


def load_recipe(name_or_path, overrides=()):
    """Reads a recipe file and applies overrides; builds nothing.

    Args:
        name_or_path: a file, or the name of one that ships with ganzoo.
        overrides: strings `dotted.name=value`.

    Raises:
        UserError: no such file, a file that is no recipe, an unknown name or a value that cannot be read.
    """
    path = recipe_path(name_or_path)
    if path.suffix != ".py":
        raise UserError(f"{path} is no recipe: a recipe is a Python file, whose name ends in .py")
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"the recipe {path} cannot be read: {one_line(error)}") from error
    module = _import_file(path)
    function = getattr(module, "recipe", None)
    if not hasattr(function, "as_buildable"):
        raise UserError(f"{path} has no function `recipe` decorated with fiddle's auto_config")
    with _refusing(f"{path}: its function `recipe` fails"):
        config = function.as_buildable()
    made_by = fdl.get_callable(config) if isinstance(config, fdl.Config) else type(config)
    if not (inspect.isclass(made_by) and issubclass(made_by, Recipe)):
        raise UserError(f"{path}: its function `recipe` must return a ganzoo.Recipe, not {made_by.__name__}")
    for override in overrides:
        apply_override(config, override, vars(module))
    return LoadedRecipe(path.stem, path, source, tuple(overrides), config)


class _Uncached(importlib.machinery.SourceFileLoader):
    """Reads a file's text each time: a compiled copy may be that of an edit before, and would be written beside the file."""

    def path_stats(self, path):
        raise OSError("no compiled copy")


def _import_file(path):
    linecache.cache.pop(str(path), None)  # from which auto_config would read the text of an edit before
    name = f"{fingerprints.RECIPE_MODULE}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Uncached(name, str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # auto_config reads the module's source through it
    with _refusing(f"{path} cannot be loaded"):
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _refusing(what):
    """Makes a UserError of whatever the recipe file's own code raises; one that ends the program is no way out either."""
    try:
        yield
    except (UserError, KeyboardInterrupt):
        raise
    except SystemExit as end:
        raise UserError(f"{what}: it ends the program (SystemExit: {end.code})") from end
    except BaseException as error:
        raise UserError(f"{what}: {type(error).__name__}: {one_line(error)}") from error


def _checked(built, name):
    """A built `Recipe` as it is.

    Args:
        built: the recipe.
        name: of its file.

    Raises:
        UserError: a part of it is of another kind.
    """
    kinds = {"data": (Source, "a source of ganzoo.data"), "model": (Family, "a family of ganzoo.families")}
    kinds |= {"optimizers": (dict, "a dict of optimizers by player"), "phases": (dict | None, "a dict of steps by phase")}
    kinds |= {"seed": (numbers.Integral, "a whole number"), "evaluations": (tuple | list, "a tuple of evaluations")}
    kinds |= {"weights_from": (str | None, "a path or a name"), "frozen": (tuple | list, "a tuple of layers' names")}
    for part, (kind, words) in kinds.items():
        value = getattr(built, part)
        if not isinstance(value, kind):
            raise UserError(f"{name}: {part} must be {words}, not {value!r}"[:300])
    return built


def build(loaded):
    """Makes a loaded recipe real; call it inside the strategy's scope.

    Raises:
        UserError: a constructor refused its arguments.
    """
    try:
        built = fdl.build(loaded.config)
        if isinstance(built.model, Family) and isinstance(built.frozen, tuple | list):  # else refused below
            freeze(built.model, built.frozen)
    except (UserError, TypeError, ValueError) as error:
        # Fiddle appends where in the recipe it was; the first line says what is wrong.
        raise UserError(f"{loaded.path.name}: {plain(str(error)).strip().splitlines()[0]}") from error
    except Exception as error:
        raise UserError(f"{loaded.path.name} cannot be built: {type(error).__name__}: {one_line(error)}") from error
    return _checked(built, loaded.path.name)
