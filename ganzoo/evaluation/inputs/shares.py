"""Labels of generated samples by the class shares of real data."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.reference import own_data
from ganzoo.serving.draws import shares_of
from ganzoo.serving.sampling import Sampler


def class_shares(data):
    """How often each class occurs in real data, float64 [K] that sum to 1; None where it has no labels.

    Args:
        data: an `Input` of data.
    """
    if not data.labelled:
        return None
    return shares_of(data.labels(data.size), getattr(getattr(data, "source", None), "num_classes", None))


def following(model, data, data_dir=None):
    """A model whose labels are drawn as often as the real data's classes occur, where it leaves them open.

    The shares are those of `data`, or where that has no labels those of what the model was trained on. A model whose
    recipe sets `class_shares` keeps them; one without labels is returned as it is.

    Args:
        model: an `Input`.
        data: the real data, an `Input`.
        data_dir: where data sets are prepared.
    """
    sampler = getattr(model, "sampler", None)
    if not isinstance(sampler, Sampler) or "label" not in sampler.options:
        return model
    if sampler.own_shares is not None or sampler.label_shares is not None:
        return model
    shares, whose = class_shares(data), data.name
    if shares is None or _more_than(sampler, shares):
        shares, whose = _of_training(model, data_dir)
    return model if shares is None or _more_than(sampler, shares) else model.following(shares, whose)


def _more_than(sampler, shares):
    """Whether the data has classes that the generator does not know."""
    return sampler.num_classes is not None and np.flatnonzero(shares).max() >= sampler.num_classes


def _of_training(model, data_dir):
    """The class shares of a model's training data and its name: of the data itself, or as its card has them."""
    try:
        own = own_data(model, data_dir)
        if own is not None and own.labelled:
            return class_shares(own), own.name
    except UserError:
        pass
    card, facts = getattr(model.sampler, "card", {}), getattr(model.sampler, "record", {}).get("data") or {}
    shares = card.get("data_shares") or facts.get("class_shares")
    if not shares or min(shares) < 0 or not sum(shares) > 0:
        return None, None
    return np.array(shares) / sum(shares), (card.get("data") or {}).get("name") or model.sampler.data_name
