"""Fine-tuning: the weights of a run or of an export as the beginning of another training."""

import dataclasses
import itertools
import re

import numpy as np
import tensorflow as tf

from ganzoo import zoo
from ganzoo.checked_json import read_json
from ganzoo.data.identity import sha256_of_arrays
from ganzoo.errors import UserError, one_line, usable_path
from ganzoo.families.frozen import weighted
from ganzoo.serving.sampling import CARD, RunSampler

# How an export's checkpoint names a weight: by network, layer and variable; in exports of old by its place in a list, that
# of all networks or, of one model alone, one list a network.
NAMED = re.compile(r"networks/([^/]+)/([^/]+)/\.ATTRIBUTES/VARIABLE_VALUE")
LISTED = re.compile(r"variables_of_(\w+)/(\d+)/\.ATTRIBUTES/VARIABLE_VALUE")
ESCAPED = re.compile(r"\.([.S])")  # how TensorFlow writes a dot and a slash within a name


@dataclasses.dataclass(frozen=True)
class Weights:
    """The weights of a trained model.

    Attributes:
        source: what the user called it.
        step: the generator steps that it was trained for; None where they are not known.
        networks: arrays by the name of their network, and there by `keys`; averaged where the model has an average.
    """

    source: str
    step: int | None
    networks: dict

    @property
    def sha256(self):
        return sha256_of_arrays({f"{n} {key}": a for n, arrays in self.networks.items() for key, a in arrays.items()})


@dataclasses.dataclass(frozen=True)
class Taken:
    """What a model took of `Weights`.

    Attributes:
        weights: the `Weights`.
        counts: by network, how many of its numbers were taken and how many it has.
        left: a line for each variable that was not taken, with the reason.
    """

    weights: Weights
    counts: dict
    left: list

    def table(self):
        """Lines for the user: a row a network, then what was not taken."""
        step = "" if self.weights.step is None else f", step {self.weights.step:,}"
        width, digits = max(map(len, self.counts)), len(f"{max(whole for _, whole in self.counts.values()):,}")
        yield f"weights of {self.weights.source}{step}, sha256 {self.weights.sha256[:8]}:"
        for name, (taken, whole) in self.counts.items():
            yield f"  {name:{width}}  {taken:>{digits},} of {whole:>{digits},} taken"
        for line in self.left:
            yield f"  not taken: {line}"

    def record(self):
        """As run.json and the card keep it, JSON-ready."""
        facts = {"source": self.weights.source, "step": self.weights.step, "sha256": self.weights.sha256}
        return facts | {"taken": {name: list(count) for name, count in self.counts.items()}, "left": self.left}


def keys(network):
    """The weights of a network by name, `layer/variable`: a dict of keras.Variable in the network's own order.

    Further variables of the same name in a layer are numbered from 2.
    """
    owners = {id(weight): layer.name for layer in weighted(network) for weight in layer.weights}
    named = {}
    for weight in network.weights:
        name = f"{owners.get(id(weight), network.name)}/{weight.name}"
        number = next(n for n in itertools.count(1) if (name if n == 1 else f"{name}_{n}") not in named)
        named[name if number == 1 else f"{name}_{number}"] = weight
    return named


def kept_networks(model):
    """What of a compiled family stands for it: each network's average where it has one, else the network itself, by name."""
    averaged = {name: average.network for name, average in model.averages.items()}
    for name, network in list(averaged.items()):
        averaged = {**_within(name, network, model), **averaged}
    return {name: averaged.get(name, network) for name, network in model.networks.items()}


def _within(name, network, model):
    """The networks of a family that one of its averaged networks is made of, by name: mostly it is one itself."""
    if name in model.networks:
        return {name: network}
    return {layer.name: layer for layer in weighted(network) if layer.name in model.networks}


def weights_of(source, model):
    """The weights of a trained model.

    Args:
        source: the path of a run or of an export, or a model's name in the zoo.
        model: the family that is to begin with them; of an export of old, whose weights have no names, it tells which is which.

    Raises:
        UserError: there is no such model, it cannot be read, or its weights have no names and are not those of such networks.
    """
    path = zoo.model_path(usable_path(source, "a model's path"))
    if (path / "run.json").is_file():
        sampler = RunSampler(path)
        arrays = {name: values(keys(network)) for name, network in kept_networks(sampler.model).items()}
        return Weights(str(source), sampler.step, arrays)
    saved = zoo.newest_version(path)
    if saved is None:
        raise UserError(f"{source} is neither a run (run.json) nor an export (saved_model.pb){zoo.hint(source)}")
    card = read_json(saved / "card.json", CARD, "the model card") if (saved / "card.json").is_file() else {}
    return Weights(str(source), card.get("steps"), _exported(saved, model))


def values(variables):
    """The values of a dict of variables."""
    return {name: np.asarray(variable) for name, variable in variables.items()}


def _exported(saved, model):
    """The arrays of an export's networks, by network and key."""
    try:
        reader = tf.train.load_checkpoint(str(saved / "variables" / "variables"))
        there = {
            name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map() if name.endswith("VARIABLE_VALUE")
        }
    except Exception as error:  # TensorFlow raises all kinds at a damaged file
        raise UserError(f"the weights of {saved} cannot be read: {one_line(error)}") from error
    networks = {}
    for name, array in there.items():
        if found := NAMED.fullmatch(name):
            network, key = (ESCAPED.sub(lambda sign: {"S": "/"}.get(sign[1], "."), part) for part in found.groups())
            networks.setdefault(network, {})[key] = array.astype(np.float32) if array.dtype == np.float16 else array
    if networks:
        return networks
    places = {(found[1], int(found[2])): array for name, array in there.items() if (found := LISTED.fullmatch(name))}
    lists = {}
    for (name, _), array in sorted(places.items(), key=lambda item: item[0]):
        lists.setdefault(name, []).append(array)
    if not lists:
        raise UserError(f"{saved} is no export of ganzoo, whose weights have names: nothing can be taken from it")
    networks = _by_shape(lists, model)
    if networks is None:
        raise UserError(
            f"{saved} was exported when weights had no names yet, and they are not those of exactly these networks: "
            "export its run again, or take the run itself"
        )
    return networks


def _by_shape(lists, model):
    """Arrays without names as those of networks that have exactly these shapes; None where no choice of networks has.

    An export of old lists what its signatures compute with: of networks in the model's order, then of averages, which count.

    Args:
        lists: arrays, under "networks" those of all of them, or each network's own under its name.
        model: the `Family` that they may be of.
    """
    live = [(name, keys(network)) for name, network in model.networks.items()]
    whole = model.averaged_networks.items()
    averaged = [(name, keys(n)) for outer, network in whole for name, n in _within(outer, network, model).items()]
    if "networks" not in lists:
        arrays, choices = [array for part in lists.values() for array in part], [[(n, dict(live).get(n, {})) for n in lists]]
    else:
        chosen = itertools.product((True, False), repeat=len(live))
        arrays, choices = lists["networks"], ([*itertools.compress(live, some), *averaged] for some in chosen)
    shapes = [array.shape for array in arrays]
    for blocks in choices:
        if [tuple(weight.shape) for _, block in blocks for weight in block.values()] == shapes:
            rest = iter(arrays)
            return {name: {key: next(rest) for key in block} for name, block in blocks}
    return None


def take(model, weights):
    """Gives a compiled family whatever of weights fits: the same network, layer and variable, of the same shape.

    Optimizers and counters stay new; averages begin at what was taken.

    Args:
        model: the `Family`.
        weights: `Weights`.

    Returns:
        A `Taken`.

    Raises:
        UserError: nothing fits.
    """
    counts, left = {}, []
    for name, network in model.networks.items():
        there, taken = dict(weights.networks.get(name, {})), 0
        if not there:
            left.append(f"{name}: {weights.source} has no such network, but {', '.join(sorted(weights.networks))}")
        for key, variable in keys(network).items():
            array = there.pop(key, None)
            if array is not None and array.shape == tuple(variable.shape):
                variable.assign(array)
                taken += array.size
            elif array is not None:
                left.append(f"{name}.{key}: {list(array.shape)} there, {list(variable.shape)} here")
            elif name in weights.networks:
                left.append(f"{name}.{key}: not there")
        left += [f"{name}.{key}: not here" for key in there]
        counts[name] = (taken, network.count_params())
    if not any(taken for taken, _ in counts.values()):
        raise UserError(f"none of the weights of {weights.source} fit: {'; '.join(left[:3])}")
    left += [f"{name}: not here" for name in weights.networks.keys() - model.networks.keys()]
    model.follow_weights()
    return Taken(weights, counts, left)
