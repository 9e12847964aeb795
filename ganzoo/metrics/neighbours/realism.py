"""Realism: how far inside the nearest real balls a generated sample lies, by a sweep over all real-fake distances."""

import numpy as np

from ganzoo.metrics.neighbours.products import Samples, exact_distances, frame, parts_of


def realism(real, fake, radii, fake_real, block=2048):
    """Each fake's largest ratio of a real ball's radius to its distance from the centre, balls wider than the median aside.

    Args:
        real, fake: [N, d] and [M, d].
        radii: float64 [N], of the reals' balls.
        fake_real: the `Nearest` reals of each fake, which are looked at in any case.
        block: rows and columns of a block.

    Returns:
        float64 [M], 0 to infinity; 1 on the only centre of a ball of radius 0. Exact for the centre that is best, which
        products in float32 choose, and products in float64 where those could be wrong by a thousandth.

    Reference: Kynkaanniemi et al. 2019, Improved Precision and Recall Metric, arXiv 1904.06991, section 5.
    """
    centre, scale = frame(real, fake)
    reals, fakes = Samples(real, centre, scale), Samples(fake, centre, scale)
    narrow = np.flatnonzero((radii <= np.median(radii)) & (radii > 0))
    weight = np.minimum(np.square(scale / radii[narrow]), 1e30).astype(np.float32)[:, None]  # no overflow
    least, champion = np.full(len(fake), np.inf, np.float32), np.full(len(fake), -1)
    for part in parts_of(len(narrow), block):
        left = reals.left(narrow[part])
        for columns in parts_of(len(fake), block):
            ratios = fakes.product(left, columns)
            ratios *= weight[part]
            best = ratios.min(axis=0)
            better = np.flatnonzero(best < least[columns])
            champion[better + columns.start] = narrow[part][ratios[:, better].argmin(axis=0)]
            least[columns][better] = best[better]
    ratios, distances = _ratios(real, fake, radii, champion, fake_real)
    reached = distances / scale
    loose = fakes.tolerance(reached) > 1e-3 * np.square(reached)  # the champion may be float32's mistake
    doubtful = np.flatnonzero(loose & np.isfinite(ratios)) if len(narrow) else ()
    for part in parts_of(len(doubtful), 2048):
        champion[doubtful[part]] = _champion_double(reals, fake[doubtful[part]], narrow, radii)
    return _ratios(real, fake, radii, champion, fake_real)[0] if len(doubtful) else ratios


def _ratios(real, fake, radii, champion, fake_real):
    """Each fake's largest exact ratio of radius to distance, and the distance that belongs to it."""
    centres = np.concatenate([champion[:, None], fake_real.indices], axis=1)
    distances = exact_distances(fake, real, np.arange(len(fake)), champion)
    distances = np.concatenate([distances[:, None], fake_real.distances], axis=1)
    radius = radii[centres]
    # A ball of radius 0 (a duplicated real) holds only its centre, on its boundary; wide balls do not count.
    ratios = np.where((radius == 0) & (distances == 0), 1.0, 0.0)
    with np.errstate(divide="ignore"):
        np.divide(radius, distances, out=ratios, where=(radius > 0) & (radius <= np.median(radii)))
    best = ratios.argmax(axis=1)[:, None]
    return np.take_along_axis(ratios, best, 1)[:, 0], np.take_along_axis(distances, best, 1)[:, 0]


def _champion_double(reals, fake, narrow, radii):
    """The best centre of some fakes by products in float64."""
    left = Samples(fake, reals.centre, reals.scale, np.float64).left(slice(None))
    least, champion = np.full(len(fake), np.inf), np.full(len(fake), -1)
    for part in parts_of(len(narrow), 2048):
        centres = narrow[part]
        ratios = Samples(reals.data[centres], reals.centre, reals.scale, np.float64).product(left, slice(None))
        ratios /= np.square(radii[centres] / reals.scale)
        place = ratios.argmin(axis=1)
        ratio = ratios[np.arange(len(fake)), place]
        better = ratio < least
        champion[better], least[better] = centres[place[better]], ratio[better]
    return champion
