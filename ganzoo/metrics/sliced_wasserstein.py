"""Sliced Wasserstein distances: of features over random directions, and of image patches as TF-GAN computes them."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics import tfgan
from ganzoo.metrics.arguments import check_features, check_images, subsample
from ganzoo.metrics.checks import moderate
from ganzoo.metrics.registry import IMAGES, Part, metric
from ganzoo.metrics.threads import one_thread


@metric(
    "sliced_wasserstein",
    direction="lower",
    least=1000,
    cost="1,000 times O(N d + N log N)",
    paper="Bonneel et al. 2015; scaled as the Monge Inception Distance, arXiv 2605.06797",
    meaning="Mean squared distance that mass must move along random directions of feature space: sees more than two moments.",
    misleads="Biased up for small counts; with 1,000 directions its own Monte Carlo error is up to some 4 %.",
    published="MIND",
)
def sliced_wasserstein(real: np.ndarray, fake: np.ndarray, seed: int = 0, directions: int = 1000, cap: int = 10000) -> float:
    """Sliced W2^2 of features, scaled by three times the dimension: 3 d / K sum_u mean_j (sort(X u)_j - sort(Y u)_j)^2.

    With that scale a pure shift by mu gives 3 |mu|^2 whatever d is.

    Args:
        real: features [N, d].
        fake: features [M, d]; the larger set is subsampled to the smaller one's count.
        seed: of the subsamples and the directions.
        directions: K, unit vectors drawn uniformly.
        cap: samples per set; more are subsampled.

    Returns:
        A distance >= 0 in squared feature units.

    Raises:
        UserError: fewer than two samples of a set, NaN or infinite features, different d.

    Reference: Bonneel et al. 2015, "Sliced and Radon Wasserstein Barycenters of Metrics"; arXiv 2605.06797.
    """
    (real, fake), scale = moderate(*check_features(real=real, fake=fake))
    rng = np.random.default_rng([seed, 0x52])
    count = min(len(real), len(fake), cap)
    real, fake = (subsample(values, count, rng) for values in (real, fake))
    dtype, centre = np.result_type(real, fake), real.mean(axis=0, dtype=np.float64)
    real, fake = ((values - centre).astype(dtype) for values in (real, fake))  # a common offset would cost float32 its digits
    units = rng.standard_normal((real.shape[1], directions)).astype(dtype)
    units /= np.linalg.norm(units, axis=0)
    total = 0.0
    with one_thread():
        for start in range(0, directions, 64):  # 64 projections of both sets at a time
            first, second = (np.sort(units[:, start : start + 64].T @ values.T, axis=1) for values in (real, fake))
            total += np.square(first - second, dtype=np.float64).mean(axis=1).sum()
    return float(3 * real.shape[1] * total / directions) * scale**2


@metric(
    "sliced_wasserstein_approximation",
    direction="lower",
    least=1000,
    cost="O(N d)",
    paper="Nadjahi et al. 2021, arXiv 2106.15427",
    meaning="The sliced Wasserstein distance as if every projection were Gaussian: from means and total variances alone.",
    misleads="It sees two numbers: equal means and equal total variances score 0, whatever the shapes are. Made for many "
    "dimensions that hardly depend on each other.",
)
def sliced_wasserstein_approximation(real: np.ndarray, fake: np.ndarray) -> float:
    """The deterministic approximation of `sliced_wasserstein`, in its scale: 3 (|m1 - m2|^2 + (sqrt(Tr S1) - sqrt(Tr S2))^2).

    Projections of many weakly dependent dimensions are nearly Gaussian; the distance of two Gaussians on a line is known.

    Args:
        real: features [N, d].
        fake: features [M, d].

    Returns:
        A distance >= 0 in squared feature units.

    Raises:
        UserError: fewer than two samples of a set, NaN or infinite features, different d.

    Reference: Nadjahi et al. 2021, "Fast Approximation of the Sliced-Wasserstein Distance Using Concentration of Random
    Projections", arXiv 2106.15427.
    """
    (real, fake), scale = moderate(*check_features(real=real, fake=fake))
    means, roots = [], []
    for values in (real, fake):
        means.append(values.mean(axis=0, dtype=np.float64))
        roots.append(np.sqrt(np.square(values - means[-1], dtype=np.float64).sum() / len(values)))
    return float(3 * (np.square(means[0] - means[1]).sum() + (roots[0] - roots[1]) ** 2)) * scale**2


@metric(
    "sliced_wasserstein_patches",
    direction="lower",
    least=1000,
    cost="O(patches log patches)",
    paper="Karras et al. 2018, arXiv 1710.10196",
    meaning="Distance between small image patches, from fine to coarse: detail and texture rather than content.",
    misleads="Blind to anything larger than a patch; depends on the count, so compare with the floor beside it.",
    parts={"mean": Part(floor="floor"), "floor": "aside", "[0-9]*": None},
    main="mean",
    of=(IMAGES,),
)
def sliced_wasserstein_patches(
    real_images: np.ndarray, fake_images: np.ndarray, seed: int = 0, cap: int = 1024
) -> dict[str, float]:
    """Sliced Wasserstein distance of 7 x 7 patches on a Laplacian pyramid, by TF-GAN, times 1,000 as the paper has it.

    Patches are normalised by their own mean and spread; a faint dither (a thousandth of a grey level) keeps flat
    patches, which have no spread, from giving NaN. Grey images count as three equal channels.

    Args:
        real_images: uint8 images [N, S, S, 1 or 3], S at least 8.
        fake_images: uint8 images [M, S, S, 1 or 3].
        seed: of the subsamples, the patches and the projections.
        cap: images per set; more are subsampled. The paper took 8,192: values at other counts are a little higher.

    Returns:
        A dict: "mean" over the levels and "floor" (the same between two draws of patches from one and the same real
        images, lower than other images can be), then each level by its side, such as "32" and "16".

    Raises:
        UserError: images that are not square, too small, or of a side that cannot be halved; fewer than two; different
            shapes; TF-GAN is missing.

    Reference: Karras et al. 2018, arXiv 1710.10196.
    """
    real_images, fake_images = check_images(real_images=real_images, fake_images=fake_images)
    height, width = real_images.shape[1:3]
    levels = max(int(np.log2(height)) - 3, 1) if height else 0
    if height != width or height < 8 or height % 2 ** (levels - 1):
        raise UserError(
            f"patches' sliced Wasserstein distance needs square images of at least 8 pixels whose side halves evenly "
            f"{levels - 1} times, not {height} x {width}: resize them"
        )
    rng = np.random.default_rng([seed, 0x7A])
    count = min(len(real_images), len(fake_images), cap)
    sets = []
    for images in (real_images, fake_images):
        values = subsample(images, count, rng).astype(np.float32)
        values += rng.uniform(-1e-3, 1e-3, values.shape).astype(np.float32)
        sets.append(np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values)
    levels = tfgan.sliced_wasserstein(*sets, seed=seed)
    floors, distances = zip(*levels.values(), strict=True)
    scores = {"mean": np.mean(distances), "floor": np.mean(floors)}
    scores |= {str(width): distance for width, distance in zip(levels, distances, strict=True)}
    return {part: float(1000 * score) for part, score in scores.items()}
