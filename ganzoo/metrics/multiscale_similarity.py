"""Multi-scale structural similarity of images of any size, as compare_gan and TensorFlow compute it."""

import numpy as np

_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])  # of the scales, fine to coarse (Wang et al. 2003)
_WINDOW, _SIGMA = 11, 1.5
_ELEMENTS = 2**20  # of the images at a time: 8 MB a map
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def multiscale_similarity(first, second):
    """MS-SSIM of each pair of images, within [0, 1]: five scales, each half the size of the one before.

    The Gaussian window of 11 pixels, standard deviation 1.5, is cut to the image where a scale has fewer pixels, below 161
    for the coarsest, as compare_gan's is; from 161 pixels on it is `tf.image.ssim_multiscale`. Similarities below 0 count as 0.

    Args:
        first, second: [N, H, W, C], values in 0..255.

    Returns:
        float64 [N], the means over channels.

    Reference: Wang et al. 2003, "Multi-scale structural similarity for image quality assessment"; compare_gan,
    multiscale_ssim of its metrics/image_similarity.py.
    """
    step = max(1, _ELEMENTS // first[0].size)
    parts = [slice(start, start + step) for start in range(0, len(first), step)]
    return np.concatenate([_of_part(first[part], second[part]) for part in parts])


def _of_part(first, second):
    first, second = (np.moveaxis(np.asarray(images, np.float64), -1, 1) for images in (first, second))
    similarity = np.ones(first.shape[:2])
    for scale, weight in enumerate(_WEIGHTS):
        if scale:
            first, second = _halved(first), _halved(second)
        luminance, structure = _similarities(first, second)
        last = scale == len(_WEIGHTS) - 1
        mean = (luminance * structure if last else structure).mean(axis=(2, 3))
        similarity *= np.maximum(mean, 0) ** weight
    return similarity.mean(axis=1)


def _similarities(first, second):
    """The maps of luminance and of contrast with structure, [N, C, h, w] each."""
    window = min(_WINDOW, *first.shape[2:])
    blurs = [_blur(size, window) for size in first.shape[2:]]

    def blurred(images):
        return blurs[0] @ images @ blurs[1].T

    mean, other = blurred(first), blurred(second)
    product, squares = 2 * mean * other, mean**2 + other**2
    luminance = (product + _C1) / (squares + _C1)
    structure = (2 * blurred(first * second) - product + _C2) / (blurred(first**2 + second**2) - squares + _C2)
    return luminance, structure


def _blur(size, window):
    """The Gaussian window at each place where it fits: [size - window + 1, size]."""
    weights = np.exp(-np.square(np.arange(window) - (window - 1) / 2) / (2 * _SIGMA**2))
    places = np.arange(size - window + 1)
    matrix = np.zeros((len(places), size))
    matrix[places[:, None], places[:, None] + np.arange(window)] = weights / weights.sum()
    return matrix


def _halved(images):
    """Means of 2 x 2 pixels; an odd last row or column is doubled."""
    odd = [(0, size % 2) for size in images.shape[2:]]
    images = np.pad(images, [(0, 0), (0, 0), *odd], mode="symmetric")
    height, width = images.shape[2:]
    return images.reshape(*images.shape[:2], height // 2, 2, width // 2, 2).mean(axis=(3, 5))
