"""TF-GAN's scores on current TensorFlow: the one place that knows how to import them.

`import tensorflow_gan` fails since TensorFlow 2.16, which dropped `tf.estimator`. Its evaluation modules never needed
that: with empty parent packages registered in its place they import and run unchanged.
"""

import contextlib
import functools
import importlib
import logging
import sys
import types
from importlib.machinery import PathFinder

import numpy as np

from ganzoo.errors import UserError

_PARENTS = ("tensorflow_gan", "tensorflow_gan.python", "tensorflow_gan.python.eval")


@functools.cache
def module(name):
    """TF-GAN's module `tensorflow_gan.python.eval.<name>`, imported without its package's `__init__`.

    Args:
        name: "classifier_metrics" or "sliced_wasserstein".

    Raises:
        UserError: TF-GAN, or TensorFlow Probability which it needs, is not installed.
    """
    spec = PathFinder.find_spec("tensorflow_gan")
    if spec is None:
        raise UserError("TF-GAN is not installed: pip install tensorflow-gan")
    with _empty_parents(spec.submodule_search_locations[0]):
        try:
            return importlib.import_module(f"tensorflow_gan.python.eval.{name}")
        except ModuleNotFoundError as error:
            raise UserError(f"TF-GAN needs the package {error.name!r}: pip install it") from error


@contextlib.contextmanager
def _empty_parents(folder):
    """Registers empty parent packages, for the time of an import: `import tensorflow_gan` still fails as it did."""
    missing = [name for name in _PARENTS if name not in sys.modules]
    for name in missing:
        package = types.ModuleType(name)
        package.__path__ = ["/".join([folder, *name.split(".")[1:]])]
        sys.modules[name] = package
    try:
        yield
    finally:
        for name in missing:
            sys.modules.pop(name, None)


@contextlib.contextmanager
def _quiet():
    """Keeps TensorFlow from warning about the old calls in TF-GAN's code, which nobody here can change."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def frechet_distance(real, fake):
    """TF-GAN's Frechet distance between features [N, d] and [M, d], in float64; two full SVDs, slow for large d."""
    function = module("classifier_metrics").frechet_classifier_distance_from_activations
    with _quiet():
        return float(function(_tensor(real), _tensor(fake)))


def kernel_distance(real, fake, block=1024):
    """TF-GAN's Kernel (Inception) Distance between features [N, d] and [N, d], in float64.

    The mean of the unbiased estimate over disjoint blocks. Blocks are consecutive rows: shuffle sorted features first.

    Args:
        real: features [N, d].
        fake: features [N, d].
        block: largest number of rows in a block.

    Returns:
        `(mean, standard error)`; the error is NaN where all rows fit in one block.
    """
    function = module("classifier_metrics").kernel_classifier_distance_and_std_from_activations
    with _quiet():
        mean, error = function(_tensor(real), _tensor(fake), max_block_size=block)
    return float(mean), float(error)


def sliced_wasserstein(real, fake, seed=0, patches=64, least_size=16):
    """TF-GAN's sliced Wasserstein distance between image patches, one Laplacian level after the other.

    The same steps as TF-GAN's public function in its own parts, because that one draws from global generators and holds
    every level's patches at once. Here the draws follow `seed`, and global generators are left as they were.

    Args:
        real: images [N, S, S, 3], float32; S must be divisible by two for each level but the last.
        fake: images [N, S, S, 3], float32.
        seed: of the patches and the projections.
        patches: patches of 7 x 7 an image and level.
        least_size: side of the coarsest level.

    Returns:
        A dict from each level's side (int) to `(real-real, real-fake)`; the first is the floor of the second.
    """
    import tensorflow as tf

    parts = module("sliced_wasserstein")
    levels = int(np.log2(real.shape[1])) - int(np.log2(min(least_size, real.shape[1]))) + 1

    def distance(a, b, level):
        @tf.function
        def seeded(a, b):
            tf.compat.v1.set_random_seed(seed * 1000 + level)  # of this function's graph alone
            return parts._sliced_wasserstein(a, b, 1, 7 * 7 * 3)

        return float(seeded(a, b))

    scores = {}
    with _quiet(), _numpy_seed(seed):
        pyramids = (parts.laplacian_pyramid(tf.constant(images), levels) for images in (real, fake))
        for level, (fine_real, fine_fake) in enumerate(zip(*pyramids, strict=True)):
            first, second, third = (
                parts._normalize_patches([parts._batch_to_patches(fine, patches, 7)])
                for fine in (fine_real, fine_real, fine_fake)
            )
            scores[real.shape[1] >> level] = distance(first, second, level), distance(first, third, level)
    return scores


@contextlib.contextmanager
def _numpy_seed(seed):
    state = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(state)


def _tensor(values):
    import tensorflow as tf

    return tf.constant(np.asarray(values, np.float64))
