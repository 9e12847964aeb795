"""Similarity of images, pair by pair: PSNR, SSIM, MS-SSIM, sharpness; and the diversity of a generated set."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_images
from ganzoo.metrics.multiscale_similarity import multiscale_similarity
from ganzoo.metrics.registry import IMAGES, metric

_BATCH = 256


def psnr(images, targets):
    """Peak signal-to-noise ratio of each pair, in decibels; infinite for equal images.

    Args:
        images: [N, H, W, C], uint8 or float in [0, 255].
        targets: [N, H, W, C], what the images should be.

    Returns:
        float64 [N].

    Raises:
        UserError: no images, different counts or shapes, values outside 0..255.
    """
    images, targets = _pairs(images, targets)
    errors = np.array([np.square(a.astype(np.float64) - b).mean() for a, b in zip(images, targets, strict=True)])
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255**2 / errors)


def ssim(images, targets):
    """Structural similarity of each pair, within [-1, 1], 1 for equal images; a Gaussian window of 11 pixels, sd 1.5.

    Images smaller than 11 pixels get the largest odd window that fits.

    Args:
        images: [N, H, W, C], uint8 or float in [0, 255].
        targets: [N, H, W, C], what the images should be.

    Returns:
        float64 [N].

    Raises:
        UserError: no images, different counts or shapes, values outside 0..255.

    Reference: Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity".
    """
    import tensorflow as tf

    images, targets = _pairs(images, targets)
    window = _window(images)
    return _batched(lambda a, b: tf.image.ssim(a, b, 255, filter_size=window), images, targets)


def ms_ssim_pairs(images, targets):
    """Multi-scale structural similarity of each pair, within [0, 1], 1 for equal images: `multiscale_similarity`, checked.

    Args:
        images: [N, H, W, C], uint8 or float in [0, 255].
        targets: [N, H, W, C], what the images should be.

    Returns:
        float64 [N].

    Raises:
        UserError: no images, different counts or shapes, values outside 0..255.

    Reference: Wang et al. 2003, "Multi-scale structural similarity for image quality assessment".
    """
    return multiscale_similarity(*_pairs(images, targets))


def sharpness_difference(images, targets):
    """Sharpness difference of each pair, in decibels: 10 log10(255^2 / mean | |grad a| - |grad b| |); higher is closer.

    |grad| is the sum of the absolute differences to the pixel above and to the pixel on the left.

    Args:
        images: [N, H, W, C], uint8 or float in [0, 255].
        targets: [N, H, W, C], what the images should be.

    Returns:
        float64 [N]; infinite for equal gradients.

    Raises:
        UserError: no images, different counts or shapes, values outside 0..255.

    Reference: Mathieu et al. 2016, arXiv 1511.05440.
    """
    images, targets = _pairs(images, targets)
    pairs = zip(images, targets, strict=True)
    errors = np.array([np.abs(_gradients(a) - _gradients(b)).mean() for a, b in pairs])
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255**2 / errors)


@metric(
    "ms_ssim",
    direction="real",
    least=500,
    cost="O(pairs H W)",
    paper="Odena et al. 2017 (AC-GAN), arXiv 1610.09585",
    meaning="Mean structural similarity of random pairs of generated images: above real data's value, diversity is missing.",
    misleads="Noise lowers it as diversity does; it is meant for images of one class and is coarse across classes. Below 161 "
    "pixels the coarse scales' windows are cut to the image, as compare_gan's are.",
    of=(IMAGES,),
    default=160,
)
def ms_ssim(fake_images: np.ndarray, seed: int = 0, pairs: int = 2000) -> float:
    """Mean MS-SSIM over random pairs of different images of one set; the real value comes from a call with real images.

    Args:
        fake_images: uint8 images [M, H, W, C].
        seed: of the pairs.
        pairs: how many; all pairs where there are fewer.

    Returns:
        The mean, within [0, 1].

    Raises:
        UserError: fewer than two images, values outside 0..255.

    Reference: Odena et al. 2017, arXiv 1610.09585.
    """
    (fake_images,) = check_images(fake_images=fake_images)
    first, second = _random_pairs(len(fake_images), pairs, np.random.default_rng([seed, 0x551]))
    return float(ms_ssim_pairs(fake_images[first], fake_images[second]).mean())


@metric(
    "reconstruction",
    direction="higher",
    least=100,
    cost="O(N H W)",
    paper="Wang et al. 2004 (SSIM); Wang et al. 2003 (MS-SSIM); Mathieu et al. 2016, arXiv 1511.05440 (sharpness)",
    meaning="How close outputs are to their targets, pair by pair: PSNR and sharpness difference in decibels, SSIM up to 1.",
    misleads="Pixels shifted by one look wrong to all of them, a blurred mean looks good to PSNR.",
    parts=dict.fromkeys(("psnr", "ssim", "ms_ssim", "sharpness")),
    of=(IMAGES,),
    baseline=None,
    undefined=dict.fromkeys(("psnr", "sharpness"), "it is infinite, since some outputs equal their targets exactly"),
)
def reconstruction(outputs: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Means over pairs of PSNR, SSIM, MS-SSIM and sharpness difference.

    Args:
        outputs: uint8 [N, H, W, C].
        targets: uint8 [N, H, W, C], pair by pair.

    Returns:
        dict: `psnr` and `sharpness` in decibels, each left out where a pair's is infinite, `ssim`, `ms_ssim`.

    Raises:
        UserError: no images, different counts or shapes.
    """
    parts = {"psnr": psnr, "ssim": ssim, "ms_ssim": ms_ssim_pairs, "sharpness": sharpness_difference}
    means = {name: float(np.mean(function(outputs, targets))) for name, function in parts.items()}
    return {name: mean for name, mean in means.items() if np.isfinite(mean)}


def _random_pairs(count, pairs, rng):
    """Indices of up to `pairs` different pairs i < j out of count (count - 1) / 2."""
    total = count * (count - 1) // 2
    if total <= pairs:
        return np.triu_indices(count, 1)
    chosen = rng.choice(total, pairs, replace=False, shuffle=False)
    second = ((1 + np.sqrt(1 + 8 * chosen.astype(np.float64))) // 2).astype(np.int64)  # pair number = j (j - 1) / 2 + i
    return chosen - second * (second - 1) // 2, second


def _pairs(images, targets):
    images, targets = check_images(1, images=images, targets=targets)
    if len(images) != len(targets):
        raise UserError(f"{len(images)} images and {len(targets)} targets are not pairs: pass equal counts")
    return images, targets


def _window(images):
    size = min(11, *images.shape[1:3])
    return size - (size + 1) % 2


def _batched(function, images, targets):
    parts = [
        function(images[i : i + _BATCH].astype(np.float32), targets[i : i + _BATCH].astype(np.float32)).numpy()
        for i in range(0, len(images), _BATCH)
    ]
    return np.concatenate(parts).astype(np.float64)


def _gradients(image):
    image = image.astype(np.float64)
    return np.abs(np.diff(image, axis=0))[:, 1:] + np.abs(np.diff(image, axis=1))[1:]
