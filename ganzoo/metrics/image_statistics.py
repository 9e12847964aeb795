"""Low-level statistics of images that generators often get wrong: power spectrum, filter responses, local contrast."""

import numpy as np
import scipy

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_images, subsample
from ganzoo.metrics.checks import Undefined
from ganzoo.metrics.registry import IMAGES, metric


@metric(
    "power_spectrum",
    direction="lower",
    least=500,
    cost="O(N H W log HW)",
    paper="Zeng et al. 2017, arXiv 1708.02688; Durall et al. 2020, arXiv 2003.01826",
    meaning="How far the mean power at each spatial frequency is from the real images'; a positive tail is often "
    "upsampling's checkerboard.",
    misleads="Sees texture alone, not content; cropping, resizing or JPEG of one set is enough to change it.",
    parts={"distance": None, "slope": "zero", "tail": "zero"},
    of=(IMAGES,),
    default=170,
)
def power_spectrum_distance(
    real_images: np.ndarray, fake_images: np.ndarray, seed: int = 0, cap: int = 2000
) -> dict[str, float]:
    """Distance between the radially averaged power spectra of two sets of images.

    Args:
        real_images: uint8 images [N, H, W, C].
        fake_images: uint8 images [M, H, W, C].
        seed: of the subsamples.
        cap: images per set; more are subsampled.

    Returns:
        A dict: "distance" (root mean square difference of the log10 powers over all frequencies, in decades), "slope"
        (generated less real slope of log power over log frequency), "tail" (generated less real mean log10 power above
        0.375 cycles a pixel, corners included, in decades). The last two have the sign of the error; 0 is best.

    Raises:
        UserError: fewer than two images, images under 8 pixels, different shapes, no image that is not flat.

    Reference: Zeng et al. 2017, arXiv 1708.02688; Durall et al. 2020, arXiv 2003.01826.
    """
    real_images, fake_images = prepared(real_images, fake_images, seed, cap)
    (frequencies, real), (_, fake) = radial_spectrum(real_images), radial_spectrum(fake_images)
    tail = frequencies > 0.375
    gap = np.log10(fake) - np.log10(real)
    return {
        "distance": float(np.sqrt(np.square(gap).mean())),
        "slope": spectrum_slope(frequencies, fake) - spectrum_slope(frequencies, real),
        "tail": float(gap[tail].mean()),
    }


def radial_spectrum(images):
    """The power spectrum of grey images, averaged over images and over all directions of a frequency.

    Args:
        images: [N, H, W] or [N, H, W, C] (channels are averaged), any real dtype.

    Returns:
        `(frequencies, power)`, a ring each: cycles a pixel, from just above 0 to the corners' 0.71 (a checkerboard's), one
        ring every 1 / min(H, W); and mean squared amplitude a pixel, so that white noise of variance v has power v.
    """
    images = grey(images)
    height, width = images.shape[1:]
    power = np.zeros((height, width))
    for start in range(0, len(images), 256):
        rows = images[start : start + 256].astype(np.float64)
        power += np.square(np.abs(np.fft.fft2(rows - rows.mean(axis=(1, 2), keepdims=True)))).sum(axis=0)
    power /= len(images) * height * width
    bins = min(height, width)
    radius = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)) * bins
    ring = np.rint(radius).astype(int)
    counts = np.bincount(ring.ravel())
    used = (counts > 0) & (np.arange(len(counts)) > 0)
    mean_power, frequencies = (
        np.bincount(ring.ravel(), values.ravel())[used] / counts[used] for values in (power, radius / bins)
    )
    return frequencies, np.maximum(mean_power, np.finfo(np.float32).tiny)  # flat images have no power to take the log of


def spectrum_slope(frequencies, power):
    """The slope of log power over log frequency up to 0.5 cycles a pixel: 0 for white noise, -2 to -3 for photographs."""
    whole = frequencies <= 0.51  # rings beyond hold corners only
    return float(np.polyfit(np.log(frequencies[whole]), np.log(power[whole]), 1)[0])


@metric(
    "filter_responses",
    direction="lower",
    least=500,
    cost="O(N H W)",
    paper="Huang and Mumford 1999; Zeng et al. 2017, arXiv 1708.02688",
    meaning="How far the distribution of responses to random zero-mean filters is from the real images' (heavy tails "
    "for photographs).",
    misleads="Sees neighbourhoods of a few pixels only; the divergence has a floor that falls with the count.",
    parts={"kl": None, "kurtosis": "zero"},
    of=(IMAGES,),
)
def filter_response_distance(
    real_images: np.ndarray, fake_images: np.ndarray, seed: int = 0, filters: int = 16, size: int = 5, cap: int = 1000
) -> dict[str, float]:
    """Divergence between the responses of two sets of images to random zero-mean filters of unit norm.

    Args:
        real_images: uint8 images [N, H, W, C].
        fake_images: uint8 images [M, H, W, C].
        seed: of the subsamples and the filters.
        filters: how many.
        size: their side, in pixels.
        cap: images per set; more are subsampled.

    Returns:
        A dict of means over the filters: "kl" (KL divergence of the real from the generated histogram, in nats, >= 0)
        and "kurtosis" (generated less real excess kurtosis; 0 is best).

    Raises:
        UserError: fewer than two images, images under 8 pixels, different shapes, no image that is not flat.

    Reference: Huang and Mumford 1999, "Statistics of natural images and models"; Zeng et al. 2017, arXiv 1708.02688.
    """
    real_images, fake_images = (grey(images) for images in prepared(real_images, fake_images, seed, cap))
    divergences, gaps = [], []
    for kernel in random_filters(filters, size, seed):
        real, fake = filter_responses(real_images, kernel), filter_responses(fake_images, kernel)
        edges = _histogram_edges(real)
        divergences.append(histogram_kl(np.histogram(real, edges)[0], np.histogram(fake, edges)[0]))
        gaps.append(_kurtosis(fake) - _kurtosis(real))
    return {"kl": float(np.mean(divergences)), "kurtosis": float(np.mean(gaps))}


def random_filters(count, size, seed):
    """Random filters [count, size, size] of mean zero and unit norm."""
    kernels = np.random.default_rng([seed, 0xF1]).standard_normal((count, size, size))
    kernels -= kernels.mean(axis=(1, 2), keepdims=True)
    return kernels / np.linalg.norm(kernels, axis=(1, 2), keepdims=True)


def filter_responses(images, kernel):
    """The responses of grey images [N, H, W] to a filter wherever it fits, float32, flat."""
    return scipy.signal.oaconvolve(images, kernel[None].astype(np.float32), mode="valid").ravel()


@metric(
    "local_contrast",
    direction="lower",
    least=500,
    cost="O(N H W)",
    paper="Geusebroek and Smeulders 2005; Zeng et al. 2017, arXiv 1708.02688",
    meaning="How far the distribution of local contrast, summed up by a Weibull fit, is from the real images'.",
    misleads="Sees edges and flat areas only; a global change of brightness or contrast changes it, whatever is depicted.",
    parts={"kl": None, "shape": "zero", "scale": "zero", "flat": "zero"},
    undefined=dict.fromkeys(("shape", "scale"), "one side's images have fewer than two different contrasts above 0"),
    of=(IMAGES,),
)
def local_contrast_distance(
    real_images: np.ndarray, fake_images: np.ndarray, seed: int = 0, cap: int = 1000
) -> dict[str, float]:
    """Divergence between the distributions of local contrast (gradient magnitude) of two sets of images.

    Args:
        real_images: uint8 images [N, H, W, C].
        fake_images: uint8 images [M, H, W, C].
        seed: of the subsamples.
        cap: images per set; more are subsampled.

    Returns:
        A dict: "kl" (KL divergence of the real from the generated histogram, in nats, >= 0), "shape" and "scale"
        (natural logarithm of generated over real Weibull parameter; 0 is best; only where both sides have two different
        contrasts above 0), "flat" (generated less real share of pixels without any contrast, which the fit leaves out).

    Raises:
        UserError: fewer than two images, images under 8 pixels, different shapes, no image that is not flat.

    Reference: Geusebroek and Smeulders 2005, "A six-stimulus theory for stochastic texture"; arXiv 1708.02688.
    """
    real_images, fake_images = prepared(real_images, fake_images, seed, cap)
    real, fake = local_contrast(real_images), local_contrast(fake_images)
    edges, fits = _histogram_edges(real), {}
    contrasts = [subsample(values[values > 0], 500_000, np.random.default_rng([seed, 0x3B])) for values in (real, fake)]
    if all(values.size and np.ptp(values) > 0 for values in contrasts):
        (real_shape, real_scale), (fake_shape, fake_scale) = map(weibull_fit, contrasts)
        fits = {"shape": float(np.log(fake_shape / real_shape)), "scale": float(np.log(fake_scale / real_scale))}
    return {
        "kl": histogram_kl(np.histogram(real, edges)[0], np.histogram(fake, edges)[0]),
        **fits,
        "flat": float((fake == 0).mean() - (real == 0).mean()),
    }


def local_contrast(images):
    """Gradient magnitude of grey images at every pixel that has a right and a lower neighbour, flat, in grey levels."""
    images = grey(images)
    return np.hypot(np.diff(images, axis=1)[:, :, 1:], np.diff(images, axis=2)[:, 1:]).ravel()


def weibull_fit(values):
    """Maximum-likelihood Weibull `(shape, scale)` of positive values."""
    logs = np.log(np.asarray(values, np.float64))
    logs -= (centre := logs.mean())
    shape = 1.28 / max(logs.std(), 1e-6)  # moments of the logarithm: a good start for Newton
    for _ in range(50):
        powers = np.exp(shape * logs)
        first = (powers @ logs) / powers.sum()
        second = (powers @ np.square(logs)) / powers.sum() - first**2
        step = (first - 1 / shape) / (second + 1 / shape**2)
        shape = max(shape - step, shape / 2)
        if abs(step) < 1e-10 * shape:
            break
    return float(shape), float(np.exp(centre + np.log(np.exp(shape * logs).mean()) / shape))


def histogram_kl(real, fake):
    """KL divergence, in nats, of two histograms of counts; half a count is added to each bin, so that it is finite."""
    real, fake = (np.asarray(counts, np.float64) + 0.5 for counts in (real, fake))
    return float(scipy.stats.entropy(real, fake))


def _histogram_edges(real, bins=100):
    """Equal bins over the bulk of the real values, and one for each tail."""
    low, high = np.quantile(real, [0.001, 0.999])
    return np.concatenate([[-np.inf], np.linspace(low, max(high, low + 1e-6), bins - 1), [np.inf]])


def _kurtosis(values):
    values = values.astype(np.float64)
    values -= values.mean()
    squares = np.square(values)
    variance = squares.mean()
    return float(np.square(squares).mean() / variance**2 - 3)


def prepared(real_images, fake_images, seed, cap):
    """Both sets of images, checked, at most `cap` of each.

    Raises:
        UserError: fewer than two images, images under 8 pixels, different shapes, no image that is not flat.
    """
    real_images, fake_images = check_images(real_images=real_images, fake_images=fake_images)
    if min(real_images.shape[1:3]) < 8:
        raise UserError(f"low-level statistics need images of at least 8 pixels, not {list(real_images.shape[1:3])}")
    rng = np.random.default_rng([seed, 0x10])
    subsets = [subsample(images, cap, rng) for images in (real_images, fake_images)]
    for name, images in zip(("real", "fake"), subsets, strict=True):
        if (images == images[:, :1, :1]).all():
            raise Undefined(f"low-level statistics are undefined: every {name} image is one flat colour")
    return subsets


def grey(images):
    """Images [N, H, W, C] as float32 means of their channels [N, H, W]; grey ones as they are."""
    images = np.asarray(images)
    if images.ndim == 4:
        return images.mean(axis=-1, dtype=np.float32)
    return images
