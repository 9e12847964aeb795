"""What a discriminator makes of real and generated images: the features of its convolutions, and how far they part the two."""

import dataclasses

import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganzoo.data.scaling import to_uint8, to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.reference import held_out, own_data
from ganzoo.metrics.probes import without_convergence_warnings

MOST_VALUES = 2048  # of a layer's features: larger maps are averaged over blocks
# Up to so many points t-SNE is exact: as fast, and without the threads that wait for one another on a busy machine.
EXACT = 600
FOLDS = 5
PERPLEXITY = 30


@dataclasses.dataclass(frozen=True)
class Shown:
    """Images that a discriminator is shown.

    Attributes:
        kind: "real", "generated" or "held-out".
        images: uint8 [N, H, W, C].
        labels: int64 [N], or None.
        captions: N strings, or None.
    """

    kind: str
    images: np.ndarray
    labels: np.ndarray | None
    captions: list | None


def shown_to(sampler, count=256, seed=0, data_dir=None):
    """Training images, samples, and held-out images, of each `count`: a list of `Shown`.

    Args:
        sampler: the `RunSampler` of a model of images.
        count: how many of each, as far as there are.
        seed: of the draws.
        data_dir: where data sets are prepared.

    Raises:
        UserError: the model makes no images, or its data cannot be read.
    """
    model = ModelInput(sampler)
    if model.feature != "image":
        raise UserError(f"{sampler.name} makes no images: convolutions are of images")
    train, held, _ = held_out(own_data(model, data_dir), seed)
    count = min(count, train.size, held.size)
    sides = (("real", train), ("generated", model), ("held-out", held))
    return [Shown(kind, *(part(count, seed) for part in (side.examples, side.labels, side.captions))) for kind, side in sides]


def judge_of(model):
    """The network of a family that tells real images from generated ones; of a mixture of them the first.

    Raises:
        UserError: it has none.
    """
    named = [model.networks[name] for name in ("discriminator", "critic", "discriminator_0") if name in model.networks]
    judge = next(iter(getattr(model, "discriminators", named)), None)
    if judge is None:
        raise UserError(f"{type(model).__name__} has no discriminator to look into")
    return judge


def convolutions(judge):
    """The convolutions of a network, a list of layers in its order.

    Raises:
        UserError: there is none.
    """
    found = [layer for layer in judge.layers if "Conv" in type(layer).__name__ and len(layer.output.shape) == 4]
    if not found:
        raise UserError(f"{judge.name} has no convolutions to look into")
    return found


def features(model, layers, shown):
    """What each layer gives for images in inference mode, flattened: a list of float32 [N, n], n at most `MOST_VALUES`.

    Args:
        model: the family.
        layers: of its discriminator.
        shown: a `Shown`.
    """
    judge = judge_of(model)
    network = keras.Model(judge.inputs, [layer.output for layer in layers])
    if len(judge.inputs) > 2:
        raise UserError(f"{judge.name} takes more than images and a condition: what it sees cannot be shown")
    images = keras.ops.convert_to_tensor(to_unit(shown.images))
    inputs = [images, beside(model, shown, images)] if len(judge.inputs) == 2 else [images]
    outputs = network(inputs, training=False)
    return [flattened(np.asarray(output)) for output in (outputs if isinstance(outputs, list | tuple) else [outputs])]


def beside(model, shown, images):
    """What a discriminator is given beside images: vectors of their captions, the codes of an encoder, or their labels."""
    if shown.captions is not None and hasattr(model, "discriminator_encoder"):
        return model.discriminator_encoder(model.captions.tokens(shown.captions), training=False)
    if "encode" in model.services:
        encode, _ = model.services["encode"]
        return encode(images=images)["latents"]
    return keras.ops.convert_to_tensor(shown.labels)


def flattened(maps):
    """Maps [N, H, W, C] as vectors, averaged over blocks of 2x2 until they have at most `MOST_VALUES`, as far as that goes."""
    maps = np.asarray(maps, np.float32)
    while maps[0].size > MOST_VALUES and min(maps.shape[1:3]) > 1:
        height, width = (side // 2 * 2 for side in maps.shape[1:3])
        cut = maps[:, :height, :width]
        maps = cut.reshape(len(maps), height // 2, 2, width // 2, 2, -1).mean((2, 4))
    return maps.reshape(len(maps), -1)


def separability(one, other, seed=0):
    """How well two sets of features can be told apart, cross-validated: a half is chance.

    Args:
        one, other: float [N, n] and [M, n].
        seed: of the folds.

    Returns:
        A dict: `linear_probe`, the mean accuracy over five stratified folds of a logistic regression on standardised features;
        `one_nn`, of the nearest neighbour; and `linear_probe_std` and `one_nn_std`, their standard deviations over folds.
    """
    x = np.concatenate([one, other])
    y = np.repeat([0, 1], [len(one), len(other)])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    models = {
        "linear_probe": make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)),
        "one_nn": KNeighborsClassifier(1),
    }
    record = {}
    for name, model in models.items():
        with without_convergence_warnings():
            scores = cross_val_score(model, x, y, cv=folds)
        record |= {name: float(scores.mean()), f"{name}_std": float(scores.std())}
    return record


def embeddings(vectors, seed=0):
    """Features in three dimensions: a dict of `PCA` and `t-SNE`, float32 [N, 3] each, scaled to [-1, 1]; and what PCA keeps.

    Args:
        vectors: float [N, n].
        seed: of t-SNE, which begins with the first 50 principal components.

    Returns:
        The dict, and the share of the variance that the three components hold.
    """
    scaled = StandardScaler().fit_transform(vectors)
    components = min(50, *scaled.shape)
    fitted = PCA(components, svd_solver="randomized", random_state=seed).fit(scaled)
    reduced = fitted.transform(scaled)
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    init = "pca" if components >= 3 else "random"
    method = "exact" if len(vectors) <= EXACT else "barnes_hut"
    placed = TSNE(3, perplexity=perplexity, init=init, random_state=seed, method=method).fit_transform(reduced)
    plain = np.pad(reduced[:, :3], ((0, 0), (0, max(0, 3 - reduced.shape[1]))))
    return {"PCA": unit(plain), "t-SNE": unit(placed)}, float(fitted.explained_variance_ratio_[:3].sum())


def unit(points):
    """Points [N, 3], centred and scaled into [-1, 1]."""
    centred = points - points.mean(0)
    return (centred / max(np.abs(centred).max(), 1e-12)).astype(np.float32)


def filters(layer, most=16):
    """The kernels of a convolution as images uint8 [out, kh, kw, 1 or 3], at most 16 x 16; the sheet's columns.

    A first layer's, of 1 or 3 channels, are one image a filter; a later layer's one a filter and an input, row by row.
    """
    kernel = np.asarray(layer.kernel, np.float32)
    kernel = kernel / max(np.abs(kernel).max(), 1e-12)
    if kernel.shape[2] in (1, 3):
        return np.asarray(to_uint8(kernel.transpose(3, 0, 1, 2)[:64])), 16
    some = kernel[:, :, :most, :most].transpose(3, 2, 0, 1)
    return np.asarray(to_uint8(some.reshape(-1, *some.shape[2:])[..., None])), some.shape[1]
