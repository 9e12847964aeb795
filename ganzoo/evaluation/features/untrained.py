"""Extractors that need no training: pixels, their principal components, and random convolutions of a fixed seed."""

from itertools import pairwise

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.evaluation.features.base import Extractor


class Pixels(Extractor):
    """The pixels, flattened and scaled to [0, 1].

    Args:
        shape: the images' (H, W, C).
    """

    name, layer = "pixels", "pixels"
    takes_floats = True
    source = "the pixels themselves"
    preprocessing = "divided by 255"
    cacheable = False

    def __init__(self, shape):
        self.shape = tuple(shape)
        self.dimension = int(np.prod(shape))
        self.sha256 = digest("pixels", self.shape)

    def _group(self, images):
        return images.reshape(len(images), -1) / np.float32(255), None


class PixelComponents(Extractor):
    """The first principal components of the pixels of a reference set.

    Args:
        images: the reference set, uint8 [N, H, W, C]; its first 10,000 are used.
        components: how many.
    """

    layer = "components"
    takes_floats = True
    preprocessing = "divided by 255, centred on the reference set"
    cacheable = False

    def __init__(self, images, components):
        from sklearn.decomposition import PCA

        flat = images[:10_000].reshape(min(len(images), 10_000), -1) / np.float32(255)
        if not 1 <= components <= min(flat.shape):
            raise UserError(f"pixels have 1 to {min(flat.shape)} principal components here, not {components}")
        with np.errstate(invalid="ignore"):  # equal images have no variance to share
            fitted = PCA(components, svd_solver="randomized", random_state=0).fit(flat)
        self.mean, self.axes = fitted.mean_.astype(np.float32), fitted.components_.T.astype(np.float32)
        self.name = f"pixels:{components}"
        self.dimension = components
        self.sha256 = digest("pixels:pca", digest_array(self.mean), digest_array(self.axes))
        self.source = f"principal components of {len(flat)} reference images' pixels"

    def _group(self, images):
        return (images.reshape(len(images), -1) / np.float32(255) - self.mean) @ self.axes, None


class RandomConvolutions(Extractor):
    """A small convolutional network with random weights that are equal on every machine.

    Four layers of 3 x 3 filters; each but the first halves the image while it has more than 4 pixels a side. Features are
    the channels' means: over the whole of the first three layers, and over each quarter of the last.

    Args:
        channels: the images' C.
        seed: of the weights.

    Reference: "Demystifying Randomly Initialized Networks for Evaluating Generative Models", arXiv 2208.09218.
    """

    name, layer = "random-conv", "pooled"
    on_devices = True
    takes_floats = True
    source = "four layers of random 3 x 3 filters, NumPy's Philox bits"
    preprocessing = "scaled to [-1, 1]"
    widths = (16, 24, 32, 24)

    def __init__(self, channels, seed=0):
        self.kernels = random_kernels((channels, *self.widths), seed)
        self.dimension = sum(self.widths[:-1]) + 4 * self.widths[-1]
        self.sha256 = digest("random-conv 1", [digest_array(kernel) for kernel in self.kernels])
        self._run = tf.function(self._forward, autograph=False)

    def _group(self, images):
        return self._run(tf.constant(images)).numpy(), None

    def _forward(self, images):
        values = tf.cast(images, tf.float32) / 127.5 - 1
        features = []
        for kernel in self.kernels:
            stride = 2 if min(values.shape[1:3]) > 4 and features else 1
            values = tf.nn.leaky_relu(tf.nn.conv2d(values, kernel, stride, "SAME"), 0.2)
            features.append(tf.reduce_mean(values, [1, 2]))
        height, width = (-(-side // 2) for side in values.shape[1:3])
        for rows in (slice(height), slice(-height, None)):
            for columns in (slice(width), slice(-width, None)):
                features.append(tf.reduce_mean(values[:, rows, columns], [1, 2]))
        return tf.concat([*features[:3], *features[4:]], 1)


def random_kernels(channels, seed=0):
    """3 x 3 kernels float32 [3, 3, in, out] between neighbouring `channels`, uniform with He's variance.

    Made from the raw bits of a counter-based generator, by one division: the same bits on every machine and NumPy.
    """
    bits = np.random.Philox(key=seed)
    kernels = []
    for inputs, outputs in pairwise(channels):
        raw = np.asarray(bits.random_raw(9 * inputs * outputs), np.uint64)
        uniform = (raw >> np.uint64(40)).astype(np.float64) / 2**23 - 1  # 24 bits in [-1, 1)
        kernels.append((uniform * np.sqrt(6 / (9 * inputs))).astype(np.float32).reshape(3, 3, inputs, outputs))
    return kernels
