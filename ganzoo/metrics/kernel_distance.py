"""Kernel two-sample metrics: RBF maximum mean discrepancy with a permutation test, and the kernel distance (KID)."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics import mmd
from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.cubic_kernel import CubicSums
from ganzoo.metrics.registry import metric
from ganzoo.metrics.threads import one_thread


@metric(
    "mmd_rbf",
    direction="lower",
    least=1000,
    cost="O(N^2 d), and permutations",
    paper="Gretton et al. 2012, JMLR 13",
    meaning="How far the distributions differ under a Gaussian kernel, with the p-value of the hypothesis that they are equal.",
    misleads="The size depends on the bandwidth, and the p-value on the count: a small one does not mean a large difference.",
    title="MMD-RBF",
    published="MMD-RBF",
    parts={"u": None, "v": None, "p": "aside", "bandwidth": "aside"},
    main="u",
    bounds={"u": ("low", "high")},
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
        A dict: "u" (unbiased estimate of MMD^2, may be negative) with "low" and "high", the 95 % interval of MMD^2 over samples
        of both sets (`mmd.interval`), "v" (biased, >= 0), "p" (p-value), "bandwidth".

    Raises:
        UserError: fewer than ten samples of a set, NaN or infinite features, different d, a bandwidth of zero.

    Reference: Gretton et al. 2012, "A Kernel Two-Sample Test", JMLR 13.
    """
    real, fake = check_features(10, real=real, fake=fake)
    dtypes = real.dtype, fake.dtype
    rng = np.random.default_rng([seed, 0x33D])
    centre = real.mean(axis=0, dtype=np.float64)  # a common offset would cost the distances precision
    real, fake = (values[rng.permutation(len(values))] - centre for values in (real, fake))
    if bandwidth is None:
        apart = min(1000, len(real) // 5)
        bandwidth = _median_distance(real[:apart])
        real = real[apart:]
        if bandwidth <= 1e-7 * np.abs(real).max():  # below lies rounding
            raise Undefined("MMD-RBF is undefined: half of the real samples are equal, so the kernel's bandwidth is 0")
    if not bandwidth > 0:
        raise UserError(f"the RBF kernel's bandwidth must be above 0, not {bandwidth}")
    real, fake = (values[:cap] / bandwidth for values in (real, fake))
    if max(np.abs(real).max(), np.abs(fake).max()) < 1e6:  # beyond, float32's squares would overflow or lose all digits
        real, fake = (values.astype(dtype) for values, dtype in zip((real, fake), dtypes, strict=True))
    with one_thread():
        sums = (*(mmd.within(_rbf, values, len(values)) for values in (real, fake)), mmd.across(_rbf, real, fake))
        p = _permutation_p(real[:test_cap], fake[:test_cap], permutations, rng)
    ends = mmd.interval(*sums)
    return {
        "u": mmd.unbiased(*sums),
        **{name: end for name, end in ends.items() if name != "se"},
        "v": mmd.biased(*sums),
        "p": p,
        "bandwidth": float(bandwidth),
    }


def mmd_rbf_gaussians(shift, dim, bandwidth):
    """MMD^2 between N(0, I_d) and N(mu, I_d) under the RBF kernel, in closed form; `shift` is |mu|."""
    square = bandwidth**2
    return 2 * (square / (square + 2)) ** (dim / 2) * (1 - np.exp(-(shift**2) / (2 * (square + 2))))


@metric(
    "kernel_distance",
    direction="lower",
    least=1000,
    cost="O(N^2 d)",
    paper="Binkowski et al. 2018 (KID), arXiv 1801.01401",
    meaning="Difference of the features' first three moments under a cubic kernel, unbiased at any count.",
    misleads="Near zero it is noise and may be negative; the spread over subsets is not an interval of the mean.",
    title="KD",
    published="KID",
    parts={"mean": None, "se": "aside", "subsets_mean": None, "subsets_sd": "aside"},
    main="mean",
    bounds={"mean": ("low", "high")},
    undefined={"se": "all pairs of samples are alike, which says nothing of the spread"},
    default=20,
    compared=True,
    around_zero=True,
)
def kernel_distance(
    real: np.ndarray, fake: np.ndarray, seed: int = 0, subsets: int = 100, size: int = 1000, cap: int = 10_000
) -> dict[str, float]:
    """Kernel distance: the unbiased MMD^2 under k(x, y) = (x.y / d + 1)^3; KID where the features are Inception's.

    Args:
        real: features [N, d].
        fake: features [M, d].
        seed: of the subsamples.
        subsets: of the published form.
        size: samples per set in each subset; no more than there are.
        cap: samples per set; more are subsampled.

    Returns:
        A dict: "mean", the U-statistic of all pairs in float64; "low" and "high", the 95 % interval of MMD^2 over samples of
        both sets, and "se", a standard error (`mmd.interval`; all three are missing where all pairs are alike);
        "subsets_mean" and "subsets_sd" over random subsets of equal size, the form most papers print. Any mean may be
        negative; MMD^2 itself is not, so "high" is 0 or more.

    Raises:
        UserError: fewer than four samples of a set, NaN or infinite features, different d.

    Reference: Binkowski et al. 2018, arXiv 1801.01401.
    """
    rng = np.random.default_rng([seed, 0x1D])
    checked = check_features(4, real=real, fake=fake)
    real, fake = (values[_rows(values, cap, rng)].astype(np.float64) for values in checked)
    size = min(size, len(real), len(fake))
    marks = [np.zeros((len(values), subsets)) for values in (real, fake)]
    for column in range(subsets):
        for of in marks:
            of[_rows(of, size, rng), column] = 1
    kernel = CubicSums(real, fake, single=all(values.dtype == np.float32 for values in checked))
    with one_thread():
        first, second, between = sums = kernel.sums(marks)
    scores = (first.subsets + second.subsets) / (size * (size - 1)) - 2 * between.subsets / size**2
    ends = {name: kernel.unit * value for name, value in mmd.interval(*sums).items()}
    spread = {"subsets_mean": np.mean(scores), "subsets_sd": np.std(scores)}
    return {"mean": kernel.unit * mmd.unbiased(*sums), **ends, **{name: float(kernel.unit * x) for name, x in spread.items()}}


def kernel_distance_u(real, fake):
    """The unbiased estimate of `kernel_distance` from all pairs of features [N, d] and [M, d], in float64.

    Raises:
        UserError: fewer than two samples of a set, NaN or infinite features, different d.
    """
    real, fake = (values.astype(np.float64) for values in check_features(real=real, fake=fake))
    kernel = CubicSums(real, fake)
    return kernel.unit * mmd.unbiased(*kernel.sums())


def _rows(values, count, rng):
    """`count` rows drawn without replacement, or all."""
    return slice(None) if len(values) <= count else rng.permutation(len(values))[:count]


def _rbf(a, b):
    """The kernel matrix of samples in units of the bandwidth."""
    kernel = _squared_distances(a, b)
    kernel *= -0.5
    return np.exp(kernel, out=kernel)


def _squared_distances(a, b):
    squares = a @ (-2 * b).T
    squares += np.einsum("ij,ij->i", a, a)[:, None]
    squares += np.einsum("ij,ij->i", b, b)
    return np.maximum(squares, 0, out=squares)


def _median_distance(values):
    squares = _squared_distances(values, values)
    return float(np.sqrt(np.median(squares[np.triu_indices(len(values), 1)])))


def _permutation_p(real, fake, permutations, rng):
    """P-value of the U-statistic: one kernel matrix, and for all relabellings at once only sums over it."""
    pooled = np.concatenate([real, fake]).astype(np.float64)
    n, m = len(real), len(fake)
    kernel = np.concatenate([_rbf(pooled[i : i + mmd.BLOCK], pooled) for i in range(0, n + m, mmd.BLOCK)])
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
