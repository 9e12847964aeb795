"""An export as something to export again: its weights in the networks of its recipe."""

from pathlib import Path

import numpy as np

from ganzoo import zoo
from ganzoo.checked_json import read_json
from ganzoo.errors import UserError
from ganzoo.recipe import build, load_recipe
from ganzoo.recipe_files import recipe_path
from ganzoo.serving import card_facts, transfer
from ganzoo.serving.cards import OF_CARDS
from ganzoo.serving.family import FamilySampler
from ganzoo.serving.sampling import load

COMPARED = 64


class ExportedModel(FamilySampler):
    """Samples by the family that an export's recipe builds, with the export's weights.

    Attributes:
        card: the export's model card, a dict.
        left_out: the signatures that the export lacks.

    Raises:
        UserError: it is no export with a card, its recipe is not at hand, or the recipe now makes other networks or samples.
    """

    def __init__(self, path):
        version = zoo.newest_version(zoo.model_path(path))
        if version is None or not (version / "card.json").is_file():
            raise UserError(f"{path} is neither a run (run.json) nor an export with a card.json{zoo.hint(path)}")
        self.card = read_json(version / "card.json", OF_CARDS, "the model card")
        self.left_out = tuple((self.card.get("left_out") or {}).get("signatures", ()))
        recipe = build(load_recipe(recipe_path(Path(self.card["recipe"]).stem), self.card["overrides"]))
        model = recipe.model
        model.compile(recipe.optimizers, seed=recipe.seed)
        weights = transfer.weights_of(path, model)
        taken = transfer.take(model, weights)
        if any(name in weights.networks and some < whole for name, (some, whole) in taken.counts.items()):
            raise UserError(
                f"the recipe {self.card['recipe']} makes other networks by now than {path} has: export its run again"
            )
        super().__init__(model, self.card["name"], version)
        if not np.allclose(self.sample(COMPARED), load(version).sample(COMPARED), atol=1e-4):
            raise UserError(f"the recipe {self.card['recipe']} makes other samples by now than {path}: export its run again")

    def described(self, signatures, licence=None, data_licence=None):
        """The facts of the model card of what it is exported again as: see `card_facts.described_again`."""
        return card_facts.described_again(self.card, signatures, licence, data_licence)
