"""Connected components of grey levels: how many patches of which size images fall into."""

import numpy as np
import scipy

from ganzoo.metrics.image_statistics import grey, histogram_kl, prepared
from ganzoo.metrics.registry import IMAGES, metric

LEVELS = 8
_LEAST_BINS = 3  # of sizes, through which a line says something


@metric(
    "connected_components",
    direction="lower",
    least=500,
    cost="O(N H W)",
    paper="Alvarez et al. 1999, The size of objects in natural images; Zeng et al. 2017, arXiv 1708.02688",
    meaning="How far the sizes of the patches of one grey level are from those of the real images' patches.",
    misleads="Noise of a grey level cuts a patch into many, so that it sees little else; not what the patches depict.",
    parts={"kl": None, "exponent": "zero", "number": "zero"},
    undefined={"exponent": f"one side's patches have fewer than {_LEAST_BINS} sizes, in powers of two"},
    of=(IMAGES,),
)
def connected_components(
    real_images: np.ndarray, fake_images: np.ndarray, seed: int = 0, levels: int = LEVELS, cap: int = 1000
) -> dict[str, float]:
    """Divergence between the areas of two sets of images' connected components.

    Each image is cut at its own quantiles into grey levels that hold equally many pixels; a component is a patch of one level,
    joined along rows and columns.

    Args:
        real_images: uint8 images [N, H, W, C].
        fake_images: uint8 images [M, H, W, C].
        seed: of the subsamples.
        levels: grey levels.
        cap: images per set; more are subsampled.

    Returns:
        A dict: "kl" (KL divergence of the real from the generated histogram of areas, in octaves, in nats, >= 0), "exponent"
        (generated less real exponent of the density of areas, some -2 for photographs; only where both have components of three
        octaves), "number" (natural logarithm of generated over real number of components). 0 is best for the latter two.

    Raises:
        UserError: fewer than two images, images under 8 pixels, different shapes, no image that is not flat.

    Reference: Alvarez, Gousseau and Morel 1999, "The size of objects in natural and artificial images"; arXiv 1708.02688.
    """
    sides = prepared(real_images, fake_images, seed, cap)
    areas = [component_areas(images, levels) for images in sides]
    real, fake = (area_histogram(found, sides[0][0, :, :, 0].size) for found in areas)
    exponents = [area_exponent(counts) for counts in (real, fake)]
    exponent = {} if None in exponents else {"exponent": exponents[1] - exponents[0]}
    numbers = [len(found) / len(images) for found, images in zip(areas, sides, strict=True)]
    return {"kl": histogram_kl(real, fake), **exponent, "number": float(np.log(numbers[1] / numbers[0]))}


def component_areas(images: np.ndarray, levels: int = LEVELS) -> np.ndarray:
    """The areas int64 [n], in pixels, of all connected components of grey images [N, H, W] or colour images [N, H, W, C].

    Args:
        levels: grey levels, each of as many of an image's pixels where its values allow.
    """
    images = grey(images)
    flat = images.reshape(len(images), -1)
    cuts = np.quantile(flat, np.arange(1, levels) / levels, axis=1)
    level = (images[None] >= cuts[:, :, None, None]).sum(axis=0)
    within = scipy.ndimage.generate_binary_structure(3, 1)
    within[[0, 2]] = False  # not from one image to the next
    areas = []
    for one in range(levels):
        numbered, _ = scipy.ndimage.label(level == one, within)
        areas.append(np.bincount(numbered.ravel())[1:])
    return np.concatenate(areas)


def area_histogram(areas: np.ndarray, most: int) -> np.ndarray:
    """How many areas lie in each octave [2^j, 2^(j + 1)) up to `most` pixels, int64."""
    return np.histogram(np.log2(areas), np.arange(int(np.log2(most)) + 2))[0]


def area_exponent(counts: np.ndarray) -> float | None:
    """The slope of log density over log area of a histogram by octaves; None of fewer than three that hold any."""
    octaves = np.flatnonzero(counts)
    if len(octaves) < _LEAST_BINS:
        return None
    return float(np.polyfit(octaves * np.log(2), np.log(counts[octaves] / 2.0**octaves), 1)[0])
