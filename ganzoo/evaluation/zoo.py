"""Models of the zoo scored anew, each on its own data, under one protocol."""

import dataclasses

from ganzoo.errors import UserError
from ganzoo.evaluation.evaluate import evaluate


def scored(models, data_dir=None, log=print):
    """Scores models of the zoo, each beside held-out examples of what it was trained on, by the default metrics.

    What was computed is kept in the cache, so that the same call after an interruption goes on where it stopped.

    Args:
        models: `Exported`s.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        The same models with these scores instead of their cards'; of those that cannot be scored here, such as without their
        data, the reason is logged and the scores are none.
    """
    found = []
    for number, model in enumerate(models, 1):
        log(f"{number}/{len(models)}  {model.name}")
        try:
            scores = evaluate(model.path, data_dir=data_dir, log=lambda line: None)
        except UserError as error:
            log(f"    not scored: {error}")
            scores = []
        found.append(dataclasses.replace(model, card=model.card | {"scores": scores}))
    return found
