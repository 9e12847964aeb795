"""A run's recipe built again, also where its data is not: its run.json remembers what a model needs of it."""

from pathlib import Path

import fiddle as fdl

from ganzoo.data.remembered import Remembered, refuse_other_data
from ganzoo.errors import UserError
from ganzoo.recipe import build, load_recipe
from ganzoo.run_record import known_identity


def rebuilt(recipe_file, record):
    """The `Recipe` of a run, as it trains and as it samples.

    A folder or file that was named relative to another directory is found by its absolute path. Where data is absent, or a
    text is another one by now, a `Remembered` stands for it.

    Args:
        recipe_file: the run's recipe.py.
        record: what its run.json says.

    Raises:
        UserError: the recipe cannot be built, or not without its data, of which a run of 0.1.0 remembers nothing.
    """
    loaded, facts = load_recipe(recipe_file, record["overrides"]), record.get("data")
    if facts and facts["path"]:
        _point_to(loaded.config.data, facts["path"])
    try:
        recipe = build(loaded)
        recipe.data.require()
        if recipe.data.feature == "text":  # whose vocabulary is the data's
            refuse_other_data(recipe.data, known_identity(record))
        return recipe
    except UserError:
        if not facts or not isinstance(loaded.config.data, fdl.Buildable):
            raise
    _forget(loaded.config.data, facts)
    return build(loaded)


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
