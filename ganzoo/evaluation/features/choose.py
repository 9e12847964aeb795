"""Opens feature extractors by name, and trains those that must be trained; the choice is logged."""

from pathlib import Path

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import Cache, digest, digest_array, read_arrays
from ganzoo.evaluation.features import own, trained
from ganzoo.evaluation.features.base import Extractor, RawPoints
from ganzoo.evaluation.features.given import GivenFeatures
from ganzoo.evaluation.features.inception import Inception
from ganzoo.evaluation.features.saved_model import SavedModelExtractor, parse
from ganzoo.evaluation.features.stacked import StackedClassifier
from ganzoo.evaluation.features.untrained import PixelComponents, Pixels, RandomConvolutions
from ganzoo.evaluation.inputs.base import FeaturesInput
from ganzoo.evaluation.inputs.opening import data_input
from ganzoo.evaluation.inputs.reference import training_data

NAMES = ("auto", "classifier", "autoencoder", "stacked", "random", "pixels")
SHIPPED = {("cnn-digits", (8, 8, 1)): Path(__file__).with_name("digits_classifier.npz")}
STACKS = {"stacked_digits": "digits", "stacked_mnist": "mnist"}  # data sets whose channels are images of another


def choose(spec, data, cache=None, data_dir=None, log=print):
    """The extractor of a name, for a data set.

    Args:
        spec: `auto` (the data set's classifier where it has labels, else its autoencoder), `classifier[:DATA]` (of another
            data set), `autoencoder`, `stacked[:DATA]` (that set's classifier on each channel), `random`, `pixels[:K]` (K
            principal components), `inception:PATH`, or `PATH[:output][,range]` of a SavedModel (see
            `SavedModelExtractor`), or the name of one that an installed package registers (see `own`). An extractor is
            returned unchanged; a function of images becomes a `FunctionExtractor`. Of features the name of what made them.
        data: the real data, an `Input`.
        cache: a `Cache` that stores trained networks.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        An `Extractor`.

    Raises:
        UserError: no such extractor, or one that refuses these images.
    """
    if isinstance(spec, Extractor):
        return spec
    if callable(spec) and data.feature == "image":
        return own.FunctionExtractor(spec, shape=data.shape)
    if not isinstance(spec, str | Path):
        raise UserError(f"an extractor is a name, a path, a function of images or an Extractor, not {spec!r}")
    spec = str(spec)
    if isinstance(data, FeaturesInput):
        return GivenFeatures(data, None if spec == "auto" else spec)
    cache = cache or Cache()
    word, _, rest = spec.partition(":")
    if data.feature == "point":
        if spec != "auto":
            raise UserError(f"points need no extractor: leave out --extractor {spec}")
        return RawPoints()
    stack = STACKS.get(data.name.partition(":")[0].partition("@")[0])
    if word == "stacked" or (stack and spec == "auto"):
        if not (rest or stack):
            raise UserError(f"--extractor stacked:DATA needs the data set that the channels of {data.name} come from")
        single = sized(rest or stack, data.shape[:2], data_dir)
        return StackedClassifier(train_classifier(single, cache=cache, log=log))
    if spec == "auto":
        return automatic(data, cache, log)
    if word == "classifier":
        if rest:
            data = sized(rest, data.shape[:2], data_dir)
        if not data.labelled:
            raise UserError(f"{data.name} has no labels to train a classifier on; use --extractor autoencoder")
        return train_classifier(data, cache=cache, log=log)
    if spec == "autoencoder":
        return train_autoencoder(data, cache=cache, log=log)
    if spec == "random":
        return RandomConvolutions(data.shape[2])
    if spec == "pixels":
        return Pixels(data.shape)
    if word == "pixels" and rest.isdigit():
        train, _ = training_data(data)
        return PixelComponents(train.examples(min(train.size, 10_000)), int(rest))
    if word == "inception":
        if not rest:
            raise UserError("--extractor inception:PATH needs the network's path")
        return Inception(rest)
    if spec in own.registered():
        return own.from_entry_point(spec, data.shape)
    path, output, value_range = parse(spec)
    if not Path(path).exists():
        names = ", ".join((*NAMES, *sorted(own.registered())))
        raise UserError(f"no extractor {spec!r}: it is {names}, inception:PATH, or the path of a SavedModel")
    return SavedModelExtractor(path, output, value_range, data.shape)


def sized(name, size, data_dir=None):
    """The data set `name`, resized to `size` (height, width) where its images differ."""
    data = data_input(name, data_dir)
    return data if data.shape[:2] == size else data_input(f"{name}@{size[0]}", data_dir)


def automatic(data, cache, log):
    """The data set's classifier; its autoencoder where there are no labels; random weights where there are too few examples."""
    if data.size < trained.LEAST_EXAMPLES:
        log(f"{data.name} has {data.size} examples, too few to train an extractor on: random convolutions instead")
        return RandomConvolutions(data.shape[2])
    train, _ = training_data(data)
    if train.labelled and len(np.unique(train.labels(train.size))) > 1:
        return train_classifier(data, cache=cache, log=log)
    log(f"{data.name} has no labels: its features come from an autoencoder")
    return train_autoencoder(data, cache=cache, log=log)


def train_classifier(data, seed=0, steps=None, cache=None, data_dir=None, log=print):
    """The classifier of a labelled data set: shipped, cached, or trained now.

    Args:
        data: an `Input`, or what `open_input` takes, such as "mnist".
        seed: of the training.
        steps: of the training.
        cache: a `Cache`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A `TrainedNetwork` whose `accuracy` is measured on held-out data.

    Raises:
        UserError: the data set has no labels, or is too small.
    """
    return _trained(trained.CLASSIFIER, data, seed, steps, cache or Cache(), data_dir, log)


def train_autoencoder(data, seed=0, steps=None, cache=None, data_dir=None, log=print):
    """The autoencoder of any data set of images: cached, or trained now. As `train_classifier`."""
    return _trained(trained.AUTOENCODER, data, seed, steps, cache or Cache(), data_dir, log)


def _trained(kind, data, seed, steps, cache, data_dir, log):
    data = data if hasattr(data, "examples") else data_input(data, data_dir)
    if data.feature != "image":
        raise UserError(f"{data.name} holds points: they need no extractor")
    train, held = training_data(data)
    if kind == trained.CLASSIFIER and not train.labelled:
        raise UserError(f"{data.name} has no labels to train a classifier on")
    name = data.name.partition(":")[0]
    shipped = SHIPPED.get((f"{trained.PREFIX[kind]}-{name}", tuple(train.shape)))
    if shipped and shipped.is_file() and (seed, steps) == (0, None) and getattr(train, "source", None) is not None:
        return trained.TrainedNetwork.from_arrays(read_arrays(shipped))
    most = min(trained.MOST_EXAMPLES, trained.MOST_BYTES // int(np.prod(train.shape)))
    count, held_count = min(train.size, most), min(held.size, 10_000)
    images, labels = train.examples(count), train.labels(count)
    held_images, held_labels = held.examples(held_count), held.labels(held_count)
    sides = (images, labels), (held_images, held_labels)  # the held-out side decides its accuracy, and its classes
    contents = [[digest_array(x) for x in side if x is not None][: 1 + (kind == trained.CLASSIFIER)] for side in sides]
    key = digest(trained.ARCHITECTURE, kind, name, contents, seed, steps)
    arrays = cache.load("extractors", key)
    network = trained.TrainedNetwork.from_arrays(arrays) if arrays else None
    if network is None:
        network = trained.train(kind, name, images, labels, held_images, held_labels, seed, steps, log)
        cache.store("extractors", key, network.arrays())
    return network
