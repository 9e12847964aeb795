"""Kernel two-sample metrics: RBF maximum mean discrepancy with a permutation test, and the kernel distance (KID)."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics import tfgan
from ganzoo.metrics.arguments import check_features, subsample
from ganzoo.metrics.registry import metric
from ganzoo.metrics.threads import one_thread

_BLOCK = 2048  # rows of a kernel block: 32 MB in float64


@metric(
    "mmd_rbf",
    direction="lower",
    least=1000,
    paper="Gretton et al. 2012, JMLR 13",
    meaning="How far the distributions differ under a Gaussian kernel, with the p-value of the hypothesis that they are equal.",
    misleads="The size depends on the bandwidth, and the p-value on the count: a small one does not mean a large difference.",
    title="MMD-RBF",
    published="MMD-RBF",
    parts={"u": None, "v": None, "p": "aside", "bandwidth": "aside"},
    main="u",
    around_zero=True,
)
def mmd_rbf(
    real: np.ndarray,
    fake: np.ndarray,
    seed: int = 0,
    bandwidth: float | None = None,
    permutations: int = 500,
    cap: int = 10000,
    test_cap: int = 2000,
) -> dict[str, float]:
    """Squared maximum mean discrepancy under k(x, y) = exp(-|x - y|^2 / (2 s^2)), and a permutation test of equality.

    Args:
        real: features [N, d].
        fake: features [M, d].
        seed: of the subsamples and the permutations.
        bandwidth: s, in feature units; by default the median distance between up to 1,000 real samples, which (up to a
            fifth of `real`) are then excluded, so that the test stays exact.
        permutations: of the test; its smallest p-value is 1 / (permutations + 1).
        cap: samples per set of the estimates; more are subsampled.
        test_cap: samples per set of the test, whose kernel matrix is held whole.

    Returns:
        A dict: "u" (unbiased estimate of MMD^2, may be negative), "v" (biased, >= 0), "p" (p-value), "bandwidth".

    Raises:
        UserError: fewer than ten samples of a set, NaN or infinite features, different d, a bandwidth of zero.

    Reference: Gretton et al. 2012, "A Kernel Two-Sample Test", JMLR 13.
    """
    real, fake = check_features(10, real=real, fake=fake)
    rng = np.random.default_rng([seed, 0x33D])
    centre = real.mean(axis=0)  # a common offset would cost the distances precision
    real, fake = (values[rng.permutation(len(values))] - centre for values in (real, fake))
    if bandwidth is None:
        apart = min(1000, len(real) // 5)
        bandwidth = _median_distance(real[:apart])
        real = real[apart:]
    if bandwidth <= 0:
        raise UserError("the RBF kernel's bandwidth is 0: half of the real samples are equal; pass another bandwidth")
    real, fake = real[:cap], fake[:cap]
    with one_thread():
        sums = [_rbf_sum(a, b, bandwidth) for a, b in ((real, real), (fake, fake), (real, fake))]
        p = _permutation_p(real[:test_cap], fake[:test_cap], bandwidth, permutations, rng)
    v = sums[0] / len(real) ** 2 + sums[1] / len(fake) ** 2 - 2 * sums[2] / (len(real) * len(fake))
    return {"u": _mmd_u(*sums, len(real), len(fake)), "v": float(v), "p": p, "bandwidth": float(bandwidth)}


def mmd_rbf_gaussians(shift, dim, bandwidth):
    """MMD^2 between N(0, I_d) and N(mu, I_d) under the RBF kernel, in closed form; `shift` is |mu|."""
    square = bandwidth**2
    return 2 * (square / (square + 2)) ** (dim / 2) * (1 - np.exp(-(shift**2) / (2 * (square + 2))))


def _interval(context, values, wanted):
    """From the standard error over disjoint blocks, which the result contains."""
    if not np.isfinite(values["se"]):
        return {}
    reach = 1.96 * values["se"]
    return {"mean": (values["mean"] - reach, values["mean"] + reach)}


@metric(
    "kernel_distance",
    direction="lower",
    least=1000,
    paper="Binkowski et al. 2018 (KID), arXiv 1801.01401",
    meaning="Difference of the features' first three moments under a cubic kernel, unbiased at any count.",
    misleads="Near zero it is noise and may be negative; the spread over subsets is not an interval of the mean.",
    title="KD",
    published="KID",
    parts={"mean": None, "se": "aside", "subsets_mean": None, "subsets_sd": "aside"},
    main="mean",
    default=20,
    compared=True,
    around_zero=True,
    interval=_interval,
)
def kernel_distance(
    real: np.ndarray, fake: np.ndarray, seed: int = 0, subsets: int = 100, size: int = 1000
) -> dict[str, float]:
    """Kernel distance: the unbiased MMD^2 under k(x, y) = (x.y / d + 1)^3; KID where the features are Inception's.

    Args:
        real: features [N, d].
        fake: features [M, d]; the larger side is subsampled to the smaller one's count.
        seed: of the subsamples.
        subsets: of the published form.
        size: samples per set in each subset; no more than there are.

    Returns:
        A dict: "mean" and "se" (standard error) by TF-GAN's estimator over at least two disjoint blocks of at most
        1,024 samples, in float64 and random order; "subsets_mean" and "subsets_sd" over random subsets, the form most
        papers print. Any mean may be negative.

    Raises:
        UserError: fewer than four samples of a set, NaN or infinite features, different d; TF-GAN is missing.

    Reference: Binkowski et al. 2018, arXiv 1801.01401.
    """
    real, fake = (values.astype(np.float64) for values in check_features(4, real=real, fake=fake))
    rng = np.random.default_rng([seed, 0x1D])
    count = min(len(real), len(fake))
    real, fake = (values[rng.permutation(len(values))[:count]] for values in (real, fake))
    mean, error = tfgan.kernel_distance(real, fake, block=min(1024, (count + 1) // 2))
    size = min(size, count)
    with one_thread():
        scores = [kernel_distance_u(*(subsample(values, size, rng) for values in (real, fake))) for _ in range(subsets)]
    return {"mean": mean, "se": error, "subsets_mean": float(np.mean(scores)), "subsets_sd": float(np.std(scores))}


def kernel_distance_u(real, fake):
    """The unbiased estimate of `kernel_distance` from all pairs of features [N, d] and [M, d], in float64 blocks.

    Raises:
        UserError: fewer than two samples of a set, NaN or infinite features, different d.
    """
    real, fake = (values.astype(np.float64) for values in check_features(real=real, fake=fake))
    sums = [_cubic_sum(a, b) for a, b in ((real, real), (fake, fake), (real, fake))]
    dim = real.shape[1]
    own = [((np.einsum("ij,ij->i", values, values) / dim + 1) ** 3).sum() for values in (real, fake)]
    n, m = len(real), len(fake)
    return float((sums[0] - own[0]) / (n * (n - 1)) + (sums[1] - own[1]) / (m * (m - 1)) - 2 * sums[2] / (n * m))


def _cubic_sum(a, b):
    total = 0.0
    for start in range(0, len(a), _BLOCK):
        kernel = a[start : start + _BLOCK] @ b.T
        kernel /= a.shape[1]
        kernel += 1
        total += np.vdot(kernel * kernel, kernel)
    return total


def _rbf_sum(a, b, bandwidth):
    """The sum of the kernel over all pairs, diagonal included, in blocks; over the upper triangle where a is b."""
    total = 0.0
    for i in range(0, len(a), _BLOCK):
        for j in range(i if a is b else 0, len(b), _BLOCK):
            twice = 2 if a is b and j > i else 1
            total += twice * _rbf(a[i : i + _BLOCK], b[j : j + _BLOCK], bandwidth).sum(dtype=np.float64)
    return total


def _rbf(a, b, bandwidth):
    kernel = _squared_distances(a, b)
    kernel *= -0.5 / bandwidth**2
    return np.exp(kernel, out=kernel)


def _squared_distances(a, b):
    squares = a @ (-2 * b).T
    squares += np.einsum("ij,ij->i", a, a)[:, None]
    squares += np.einsum("ij,ij->i", b, b)
    return np.maximum(squares, 0, out=squares)


def _mmd_u(real_sum, fake_sum, cross_sum, n, m):
    """The U-statistic; the kernel is 1 on the diagonal."""
    return float((real_sum - n) / (n * (n - 1)) + (fake_sum - m) / (m * (m - 1)) - 2 * cross_sum / (n * m))


def _median_distance(values):
    squares = _squared_distances(values, values)
    return float(np.sqrt(np.median(squares[np.triu_indices(len(values), 1)])))


def _permutation_p(real, fake, bandwidth, permutations, rng):
    """P-value of the U-statistic: one kernel matrix, and for all relabellings at once only sums over it."""
    pooled = np.concatenate([real, fake]).astype(np.float64)
    n, m = len(real), len(fake)
    kernel = np.concatenate([_rbf(pooled[i : i + _BLOCK], pooled, bandwidth) for i in range(0, n + m, _BLOCK)])
    np.fill_diagonal(kernel, 1)
    labels = np.zeros((n + m, permutations + 1))
    labels[:n, 0] = 1  # the first column is the true labelling
    for column in range(1, permutations + 1):
        labels[rng.permutation(n + m)[:n], column] = 1
    rows = kernel.sum(axis=1)
    first = np.einsum("ij,ij->j", labels, kernel @ labels)
    cross = rows @ labels - first
    second = rows.sum() - first - 2 * cross
    statistic = (first - n) / (n * (n - 1)) + (second - m) / (m * (m - 1)) - 2 * cross / (n * m)
    # a tie counts as at least as large; rounding must not break one
    above = (statistic[1:] >= statistic[0] - 1e-12).sum()
    return float((1 + above) / (1 + permutations))
