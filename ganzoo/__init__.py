"""ganzoo: GAN families that train from one recipe file, are judged honestly, and leave as SavedModels."""

__version__ = "0.1.0"


def load(model):
    """A run's directory, or an exported SavedModel's, as something to sample from.

    >>> ganzoo.load("exported/digits_dcgan").sample(64, seed=0)  # doctest: +SKIP

    Args:
        model: path of a run, of an export, or of one of its version directories.

    Returns:
        A `ganzoo.serving.sampling.Sampler`.

    Raises:
        ganzoo.errors.UserError: the path is neither.
    """
    from ganzoo.serving.sampling import load  # TensorFlow is slow to import; `import ganzoo` is not

    return load(model)
