"""Directions of a latent space by closed-form factorisation: what the generator's first layer lengthens most."""

import collections

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.explore.dimensions import direction, effects

LAYERS = {"MatMul", "BatchMatMulV2", "Conv2D", "Conv2DBackpropInput", "Einsum"}
# What passes on how large a tensor is, not what is in it.
SIZES = {"Shape", "Size", "Rank"}
APART = 1e-3


def factorised(weights, count):
    """The directions along which a linear layer changes its output most.

    Args:
        weights: float [n, d], what the layer multiplies latents [d] by.
        count: how many directions, at most d.

    Returns:
        Unit vectors float64 [count, d], and all d eigenvalues of weights^T weights, the greatest first: the squared length of
        what one unit step along each changes. Of both signs that a direction can have, its largest value is positive.

    Reference: Shen and Zhou 2020, "Closed-Form Factorization of Latent Semantics in GANs" (SeFa), arXiv:2007.06600.
    """
    weights = np.asarray(weights, np.float64)
    values, vectors = np.linalg.eigh(weights.T @ weights)
    directions = vectors.T[::-1][:count]
    largest = np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1)
    return directions * np.sign(largest), np.maximum(values[::-1], 0.0)


def first_layer(sampler):
    """What a generator multiplies its latents by before anything else becomes of them.

    The generator's graph is followed from the latents to the first products with weights; where they enter at several
    places, as in BigGAN, all of these count. Whatever enters beside them, such as a label, is left out.

    Args:
        sampler: a `Sampler`, a run or a SavedModel.

    Returns:
        float64 [n, d].

    Raises:
        UserError: the sampler does not take its generator's inputs, or the first layer is not linear in them.
    """
    inputs = {name: tf.constant(value) for name, value in sampler.inputs(1).items()}
    latents = inputs.get("latents")
    if latents is None or latents.shape.rank != 2:
        raise UserError(f"{sampler.name} has no vector of latents")
    specs = {name: tf.TensorSpec([None, *value.shape[1:]], value.dtype, name) for name, value in inputs.items()}
    traced = tf.function(lambda **given: sampler.generated(**given)).get_concrete_function(**specs)
    frozen = _frozen(traced)
    placeholder = next(tensor for tensor in frozen.inputs if tensor.name.split(":")[0] == "latents")
    ends = _first_products(placeholder)
    if not ends:
        raise UserError(f"{sampler.name} has no layer that multiplies its latents by weights")
    products = frozen.prune(frozen.inputs, ends)
    captured = dict(zip((tensor.name for tensor in traced.graph.internal_captures), traced.captured_inputs, strict=True))
    dimension = latents.shape[1]

    def slopes(start, step):
        """What each layer gives for latents a step along each dimension from `start`, less what it gives there."""
        at = tf.concat([start[None], start + step * tf.eye(dimension)], 0)
        given = {name: tf.repeat(value, dimension + 1, 0) for name, value in inputs.items()} | {"latents": at}
        fed = [given.get(t.name.split(":")[0], captured.get(t.name)) for t in frozen.inputs]
        # A reference batch, as of virtual batch norm, stands before the others.
        outputs = [output[-(dimension + 1) :].numpy().astype(np.float64) for output in tf.nest.flatten(products(*fed))]
        flat = np.concatenate([output.reshape(dimension + 1, -1) for output in outputs], 1)
        return (flat[1:] - flat[0]).T / step

    weights, elsewhere = slopes(tf.zeros(dimension), 1.0), slopes(latents[0] + 0.5, 2.0)
    if np.abs(weights - elsewhere).max() > APART * np.abs(weights).max():
        raise UserError(f"{sampler.name} does not multiply its latents by weights first: there is nothing to factorise")
    return weights


def _frozen(function):
    """A concrete function with its calls inlined, its variables as constants."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    return convert_variables_to_constants_v2(function)


def _first_products(tensor):
    """The outputs of the first layers that a tensor comes to."""
    ends, seen, queue = [], set(), collections.deque([tensor])
    while queue:
        for operator in queue.popleft().consumers():
            if operator.name in seen or operator.type in SIZES:
                continue
            seen.add(operator.name)
            if operator.type in LAYERS:
                ends.append(operator.outputs[0])
            else:
                queue.extend(operator.outputs)
    return ends


def compared(space, extractor, count, others, low, high, seed=0):
    """The leading directions of a space with their effects, beside those of random ones.

    Args:
        space: a `LatentSpace`.
        extractor: an `Extractor`.
        count: leading directions, at most as many as latents have values.
        others: random directions.
        low, high: how far each is followed.
        seed: of the random ones.

    Returns:
        The `Axis` of each leading direction, and a JSON-ready dict: `directions`, each with `name`, `effect` and `error` as of
        `dimensions.effects`, `share` (its eigenvalue's of their sum) and `vector`; `random`, the `mean`, `least` and `most`
        effect of random unit vectors, `count` of them.
    """
    vectors, values = factorised(first_layer(space.sampler), count)
    drawn = np.random.default_rng([seed, 0x5EFA]).standard_normal((others, space.dimension))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    axes = [direction(vector, f"direction {number}") for number, vector in enumerate(vectors)]
    records = effects(space, [*axes, *(direction(vector, "random") for vector in drawn)], extractor, low, high)
    shares = values / max(values.sum(), 1e-30)
    found = [
        record | {"share": float(share), "vector": vector.tolist()}
        for record, share, vector in zip(records[: len(axes)], shares[: len(axes)], vectors, strict=True)
    ]
    of_random = [record["effect"] for record in records[len(axes) :]]
    summary = {"count": others, "mean": float(np.mean(of_random)), "least": min(of_random), "most": max(of_random)}
    return axes, {"directions": found, "random": summary}
