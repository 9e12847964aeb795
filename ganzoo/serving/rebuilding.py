"""A run's recipe built again, also where its data is not: its run.json remembers what a model needs of it."""

import dataclasses
from pathlib import Path

import fiddle as fdl
import numpy as np
from fiddle import daglish

from ganzoo.data.identity import is_same
from ganzoo.data.remembered import Remembered
from ganzoo.data.word_vectors import GloVe
from ganzoo.errors import UserError
from ganzoo.precision import use_keras_defaults
from ganzoo.recipe import build, load_recipe
from ganzoo.run_record import known_identity


def rebuilt(recipe_file, record):
    """The `Recipe` of a run, as it trains and as it samples.

    A folder or file that was named relative to another directory is found by its absolute path. Where data is absent, or a
    text is another one by now, a `Remembered` stands for it; where a file of word vectors is, `BlankVectors`.

    Args:
        recipe_file: the run's recipe.py.
        record: what its run.json says.

    Raises:
        UserError: the recipe cannot be built, or not without its data, of which a run of 0.1.0 remembers nothing.
    """
    use_keras_defaults()
    loaded, facts = load_recipe(recipe_file, record["overrides"]), record.get("data")
    if not facts or not isinstance(loaded.config.data, fdl.Buildable):
        return _with_its_own_words(build(loaded), record)
    if facts.get("path"):
        _point_to(loaded.config.data, facts["path"])
    failures = []
    for is_blank in (False, True):
        if is_blank:
            _blank_vectors(loaded.config, record.get("vectors_size", 0))
        try:
            return _with_its_own_words(build(loaded), record)
        except UserError as error:
            failures.append(error)
    _forget(loaded.config.data, facts)
    try:
        return build(loaded)
    except UserError:
        raise failures[0] from None


def _with_its_own_words(recipe, record):
    """A recipe as it is; raises a UserError where its data is a text or captions that are absent, or others, of other words."""
    recipe.data.require()
    known = known_identity(record)
    has_words = recipe.data.feature == "text" or (record.get("data") or {}).get("captions")
    if has_words and known and not is_same(known, recipe.data.identity(known)):
        raise UserError(
            f"{recipe.data.name} changed since the run began, and with it what its tokens mean: put the old file back"
        )
    return recipe


def vectors_size(model):
    """The dimension of the word vectors that a model's networks were given; 0 for none."""
    parts = [part for network in model.networks.values() for part in (network, *getattr(network, "layers", ()))]
    return max((getattr(part, "vectors_size", 0) for part in parts), default=0)


@dataclasses.dataclass(frozen=True)
class BlankVectors:
    """Zeros in the place of word vectors whose file is absent; the checkpoint has them.

    Args:
        size: their dimension.
    """

    size: int

    def __call__(self, text):
        return np.zeros((len(text.vocabulary), self.size), np.float32)


def _blank_vectors(config, size):
    """Puts `BlankVectors` in the place of a config's vectors from files that are absent."""
    for part, _ in list(daglish.iterate(config)):
        if size and isinstance(part, fdl.Buildable) and fdl.get_callable(part) is GloVe and not Path(part.path).exists():
            fdl.update_callable(part, BlankVectors, drop_invalid_args=True)
            part.size = size


def _point_to(data, path):
    """Sets a config's data to the absolute path of what it names, where that is still there."""
    argument = "oracle" if isinstance(data.__arguments__.get("oracle"), str) else "name"
    if Path(path).exists() and argument in data.__arguments__:
        setattr(data, argument, path)


def _forget(data, facts):
    """Makes a config of data one of a `Remembered`, wherever the recipe uses it."""
    fdl.update_callable(data, Remembered, drop_invalid_args=True)
    for name in list(data.__arguments__):
        delattr(data, name)
    data.facts = facts
