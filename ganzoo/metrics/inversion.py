"""How near a generator's range comes to examples that it never saw and to those that it was trained on."""

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined, checked
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import Part, metric


@metric(
    "inversion",
    direction="lower",
    least=100,
    cost="O(N)",
    paper="Xiang and Li 2017, arXiv 1704.03971; train against test: Webster et al. 2019, arXiv 1901.03396",
    meaning="The mean squared error per value, in [-1, 1], of held-out examples under the nearest sample that gradient descent "
    "finds; `train` of training examples, `p` the probability of so large a difference if neither were nearer.",
    misleads="A failed search looks like a poor generator, and one that is not held to the prior finds samples that are never "
    "drawn; many latents reconstruct anything.",
    parts={"": None, "train": None, "ratio": Part("aside"), "p": "aside"},
    undefined={"ratio": "training examples are met exactly"},
    baseline=None,
)
def inversion(test_inversions: np.ndarray, train_inversions: np.ndarray) -> dict[str, float]:
    """Reconstruction error of held-out and of training examples by inversion of the generator.

    Args:
        test_inversions: float [n], least errors of held-out examples.
        train_inversions: float [m], of training examples.

    Returns:
        A dict: "" and `train`, means with 95 % intervals over the examples; `ratio`, the first over the second, above 1 where
        training examples are nearer; `p`, one-sided, of Mann and Whitney's test of that.

    Raises:
        UserError: errors that are not [n], negative, NaN or infinite.
    """
    test, train = (
        checked(name, values, 2, 1).astype(np.float64)
        for name, values in (("test_inversions", test_inversions), ("train_inversions", train_inversions))
    )
    if min(test.min(), train.min()) < 0:
        raise UserError("squared errors are 0 or more")
    result = {"": mean_interval(test), "train": mean_interval(train)}
    if train.mean() > 0:
        result["ratio"] = float(test.mean() / train.mean())
    result["p"] = float(scipy.stats.mannwhitneyu(test, train, alternative="greater", method="asymptotic").pvalue)
    if np.isnan(result["p"]):  # all errors are equal
        result["p"] = 1.0
    return result


@metric(
    "reconstruction_error",
    direction="lower",
    least=100,
    cost="O(N)",
    paper="Xiang and Li 2017, arXiv 1704.03971, by a model's own encoder",
    meaning="The mean squared error per value of held-out examples as the model itself encodes and decodes them; `relative` to "
    "that of the examples' mean, 1 for a model that says nothing of them.",
    misleads="A blurred mean has a small error; an autoencoder reconstructs well and may sample badly.",
    parts={"": None, "relative": None},
    main="",
    baseline=None,
)
def reconstruction_error(reconstructions: np.ndarray, originals: np.ndarray) -> dict[str, float]:
    """The mean squared error of reconstructions, with its 95 % interval over the examples.

    Args:
        reconstructions: float [T, ...], images in [-1, 1] or points.
        originals: float [T, ...], what they should be, pair by pair.

    Returns:
        A dict: "" the error per value; `relative`, over the variance of the originals around their mean.

    Raises:
        UserError: different shapes, NaN, or originals that are all equal.
    """
    outputs, targets = (
        checked(name, values, 2, None).astype(np.float64)
        for name, values in (("reconstructions", reconstructions), ("originals", originals))
    )
    if outputs.shape != targets.shape:
        raise UserError(f"{outputs.shape} reconstructions and {targets.shape} originals are no pairs")
    spread = float(np.square(targets - targets.mean(axis=0)).mean())
    if spread <= (1e-12 * float(np.abs(targets).max())) ** 2:
        raise Undefined("the reconstruction error is undefined relative to originals that are all equal")
    errors = np.square(outputs - targets).reshape(len(targets), -1).mean(axis=1)
    mean, low, high = mean_interval(errors)
    ends = (None, None) if low is None else (low / spread, high / spread)
    return {"": (mean, low, high), "relative": (mean / spread, *ends)}
