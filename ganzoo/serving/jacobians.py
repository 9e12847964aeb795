"""The Jacobians of a generator: how its samples change with its latents."""

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serving.sampler import Sampler

MOST_BYTES = 2**30
ROWS = 256


def has_jacobians(sampler):
    """Whether a sampler takes its generator's inputs, so that samples can be followed back to latents."""
    kind = type(sampler)
    return kind.generated is not Sampler.generated and kind.inputs is not Sampler.inputs and not sampler.is_text


def jacobians(sampler, count, seed=0, progress=None, **options):
    """How samples 0 .. count - 1 of `seed` change with their latents; all else that they depend on is held.

    Args:
        sampler: a `Sampler` that takes its generator's inputs.
        count: how many samples.
        seed: of them.
        progress: called with the share of the work done.
        **options: of the sampler, such as `label`.

    Returns:
        float32 [count, n, d]: n values of a sample in [-1, 1], d of a latent.

    Raises:
        UserError: the sampler's latents are no vectors, or all of this would take more than 1 GB.
    """
    inputs = dict(sampler.inputs(count, seed, **options))
    latents = inputs.pop("latents", None)
    if latents is None or latents.ndim != 2:
        raise UserError(f"{sampler.name} has no vector of latents: its Jacobian is not defined")
    dimension = latents.shape[1]
    size = 4 * count * dimension * int(np.prod(sampler.shape or (1,)))
    if size > MOST_BYTES:
        raise UserError(f"{count} Jacobians of {sampler.name} take {size / 2**30:.1f} GB: take fewer")

    def held(row):
        return {name: tf.constant(value[row]) for name, value in inputs.items()}

    forward = _agrees(sampler, latents[0], held(0))
    found = []
    for row in range(count):
        latent = tf.constant(latents[row])
        found.append((_by_columns if forward else _by_rows)(sampler, latent, held(row)))
        if progress:
            progress((row + 1) / count)
    return np.stack(found)


def _pulled(sampler, latent, held, weights):
    """weights [m, n] times the Jacobian at one latent [d]: float32 [m, d]."""
    copies, held = _copied(latent, held, len(weights))
    with tf.GradientTape() as tape:
        tape.watch(copies)
        samples = sampler.generated(latents=copies, **held)
    return tape.gradient(samples, copies, tf.reshape(weights, tf.shape(samples)), tf.UnconnectedGradients.ZERO)


def _by_rows(sampler, latent, held):
    """The Jacobian [n, d] at one latent, by one backward pass for each of n values of a sample."""
    size = int(np.prod(sampler.generated(latents=latent[None], **_copied(latent, held, 1)[1]).shape[1:]))
    rows = np.eye(size, dtype=np.float32)
    return np.concatenate([_pulled(sampler, latent, held, rows[i : i + ROWS]).numpy() for i in range(0, size, ROWS)])


def _by_columns(sampler, latent, held):
    """The Jacobian [n, d] at one latent, by derivatives of the backward pass: one for each of d latents."""
    dimension = latent.shape[0]
    copies, held = _copied(latent, held, dimension)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(copies)
            samples = sampler.generated(latents=copies, **held)
        weights = tf.ones_like(samples)
        outer.watch(weights)
        pulled = inner.gradient(samples, copies, weights, tf.UnconnectedGradients.ZERO)
    pushed = outer.gradient(pulled, weights, tf.eye(dimension), tf.UnconnectedGradients.ZERO)
    return pushed.numpy().reshape(dimension, -1).T


def _agrees(sampler, latent, held):
    """Whether derivatives of the backward pass give what it gives itself: some operators' have none, and are taken for 0."""
    latent = tf.constant(latent)
    jacobian = _by_columns(sampler, latent, held)
    weights = np.random.default_rng(0).standard_normal((1, len(jacobian))).astype(np.float32)
    expected = _pulled(sampler, latent, held, weights).numpy()
    return bool(np.abs(weights @ jacobian - expected).max() <= 1e-3 * np.abs(expected).max())


def _copied(latent, held, count):
    return tf.repeat(latent[None], count, 0), {name: tf.repeat(value[None], count, 0) for name, value in held.items()}
