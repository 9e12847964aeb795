"""Layers that do not train, by their names: FreezeD and its like."""

import fnmatch

from ganzoo.errors import UserError


def freeze(model, patterns):
    """Makes layers of a family's networks stay as they are; call it before `compile`.

    A frozen layer's weights do not move, and a batch norm among them normalises with its moving averages.

    Args:
        model: a `Family`.
        patterns: names such as "discriminator.down_14", with * and ?; a network's name alone is all of it.

    Returns:
        The names of the frozen layers, sorted.

    Raises:
        UserError: a pattern is no string or fits no layer that has weights, or a player has nothing left to train.

    Reference: Mo, Cho and Shin 2020, "Freeze the Discriminator", arXiv:2002.10964.
    """
    layers = {f"{name}.{layer.name}": layer for name, network in model.networks.items() for layer in weighted(network)}
    frozen = set()
    for pattern in patterns:
        if not isinstance(pattern, str):
            raise UserError(f"frozen takes names such as 'discriminator.down_*', not {pattern!r}")
        whole = f"{pattern}.*" if pattern in model.networks else pattern
        found = fnmatch.filter(layers, whole)
        if not found:
            network = pattern.partition(".")[0]
            has = [name for name in layers if name.startswith(f"{network}.")] or sorted(model.networks)
            raise UserError(f"frozen: no layer {pattern!r}; there are {', '.join(has)}")
        frozen.update(found)
    for name in frozen:
        layers[name].trainable = False
    if frozen:
        for player in model.players:
            if not model.variables_of(player):
                raise UserError(f"frozen leaves the {player} nothing to train")
    return sorted(frozen)


def weighted(network):
    """The layers of a network that have weights, in order: of a model within it only the model itself."""
    return [layer for layer in network.layers if layer.weights]
