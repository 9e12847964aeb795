"""Weights and batches by a formula, so that two implementations begin alike and nothing large is kept: NumPy alone.

A value is a function of a name, which says what it is of, and of its shape in ganzoo's layout: channels last, kernels
[k, k, in, out], matrices [in, out]. `RandomState` gives the same numbers in every version of NumPy.
"""

import math
import zlib

import numpy as np


def normal(name, shape):
    """Standard normal values of a name."""
    return np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)


def weight(network, path, shape):
    """The weight of a network, "generator" or "discriminator", by its Keras path, such as "up_8_conv_1/kernel"."""
    values, kind = normal(f"{network}/{path}", shape), path.split("/")[-1]
    if kind == "kernel":
        fan_in = math.prod(shape[:2]) if shape[-1] == 1 and len(shape) == 4 else math.prod(shape[:-1])
        return values / fan_in**0.5
    if kind == "gamma":
        return 1.0 + 0.1 * values
    return values * {"bias": 0.1, "beta": 0.1, "embeddings": 0.3}.get(kind, 1.0)


def embedding_vectors(network, path, shape):
    """The first singular vectors of an embedding's table [labels, d], of the side of the labels and of that of d.

    A table's spectral norm is found from either side, so that equal estimates need a vector that is right already.
    """
    left, _, right = np.linalg.svd(weight(network, path, shape))
    return left[:, 0], right[0]


def batch(size, latent_dim, count=2, channels=3, num_classes=None):
    """A batch of real images in [-1, 1], its latents, and its labels 1, 2, ..."""
    images = np.tanh(normal("images", (count, size, size, channels)))
    labels = None if num_classes is None else (1 + np.arange(count)) % num_classes
    return images, normal("latents", (count, latent_dim)), labels


def summary(values):
    """What a reference keeps of an array: ten of its values, spread over it, their mean and the mean of their squares."""
    flat = np.asarray(values, np.float64).ravel()
    picked = flat[np.linspace(0, flat.size - 1, min(10, flat.size)).astype(int)]
    return [float(value) for value in (*picked, flat.mean(), (flat**2).mean())]
