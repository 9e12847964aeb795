"""Precision, recall and F1 on a manifold of data that is known exactly."""

from typing import Any

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_images
from ganzoo.metrics.checks import checked
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.metrics.registry import IMAGES, Part, metric

DELTA = 0.1  # root mean square of an image's values in [0, 1]


@metric(
    "manifold",
    direction="higher",
    least=500,
    cost="O(N H W)",
    paper="Lucic et al. 2018, Are GANs Created Equal?, arXiv 1711.10337",
    meaning="Of data whose manifold is known exactly: `precision`, the share of fakes within 0.1 of it (root mean square "
    "of values in [0, 1]); `recall`, the share of reals that have a fake as near; `f1` of both.",
    misleads="Recall by samples needs many of them: it is lower than that of the generator's whole range, which an inversion "
    "searches. One perfect image has precision 1.",
    title="manifold.{part}",
    parts={
        "f1": Part(span=(0, 1)),
        "precision": Part(span=(0, 1), counted=True),
        "recall": Part(span=(0, 1)),
        "distance": "lower",
    },
    main="f1",
    of=(IMAGES,),
)
def manifold(real_images: np.ndarray, fake_images: np.ndarray, truth: Any) -> dict[str, float]:
    """Precision, recall and F1 against the true manifold.

    Args:
        real_images: uint8 [N, H, W, C], whose neighbours among the fakes are looked up.
        fake_images: uint8 [M, H, W, C].
        truth: what knows the manifold: `distances(images)` gives each image's distance, float [M].

    Returns:
        A dict: `f1`, `precision`, `recall`, and `distance`, the fakes' mean distance.

    Raises:
        UserError: images that `check_images` refuses.
    """
    reals, fakes = check_images(real_images=real_images, fake_images=fake_images)
    distances = np.asarray(truth.distances(fakes), np.float64)
    flat = [values.reshape(len(values), -1).astype(np.float32) / 255 for values in (reals, fakes)]
    found = nearest(*flat).distances[:, 0] / np.sqrt(flat[0].shape[1])
    return {**precision_recall_f1(distances, found), "distance": float(distances.mean())}


def precision_recall_f1(to_manifold: np.ndarray, to_range: np.ndarray, delta: float = DELTA) -> dict[str, float]:
    """Precision, recall and F1 from distances.

    Args:
        to_manifold: float [M], the fakes' from the data's manifold.
        to_range: float [T], held-out reals' from the generator's range: the roots of `inversion`'s errors, or what the nearest
            sample leaves.
        delta: within which an example counts.

    Raises:
        UserError: distances that are not [n] and 0 or more, or a delta that is not above 0.
    """
    sides = [checked(name, values, 1, 1) for name, values in (("to_manifold", to_manifold), ("to_range", to_range))]
    if min(side.min() for side in sides) < 0 or not delta > 0:
        raise UserError("distances are 0 or more, and delta is above 0")
    precision, recall = (float((side <= delta).mean()) for side in sides)
    return {"f1": 2 * precision * recall / max(precision + recall, 1e-12), "precision": precision, "recall": recall}


def convex_polygon(corners: np.ndarray, side: int = 28, softness: float = 0.7) -> np.ndarray:
    """Draws a filled convex polygon, smoothly: float64 [side, side] in [0, 1].

    A pixel is the product over edges of a logistic function of its signed distance from the edge's line.

    Args:
        corners: float [K, 2], in [0, 1] of the image's rows and columns, in either order around it.
        side: of the image in pixels.
        softness: width of an edge in pixels.
    """
    corners = np.asarray(corners, np.float64) * side
    places = np.stack(np.indices((side, side)), axis=-1) + 0.5
    steps = np.roll(corners, -1, axis=0) - corners
    area = float(
        (corners[:, 0] * np.roll(corners, -1, axis=0)[:, 1] - corners[:, 1] * np.roll(corners, -1, axis=0)[:, 0]).sum()
    )
    lengths = np.maximum(np.linalg.norm(steps, axis=1), 1e-9)
    away = places[:, :, None] - corners
    distances = np.sign(area or 1.0) * (steps[:, 0] * away[..., 1] - steps[:, 1] * away[..., 0]) / lengths
    return np.prod(1 / (1 + np.exp(np.clip(-distances / softness * 2, -60, 60))), axis=-1)


class ConvexPolygons:
    """The manifold of filled convex polygons of K corners: white on black, anywhere in the image.

    Args:
        corners: K; 3 for the triangles that Lucic et al. take.
        softness: of the drawing.
        starts: polygons that a search begins from.
    """

    def __init__(self, corners=3, softness=0.7, starts=4):
        self.corners, self.softness, self.starts = corners, softness, starts

    def draw(self, count, side=28, seed=0):
        """Random polygons as uint8 [count, side, side, 1]: corners on a circle of random place and size, a little uneven."""
        draws = np.random.default_rng([seed, 0x90])
        images = []
        for _ in range(count):
            middle, radius = draws.uniform(0.35, 0.65, 2), draws.uniform(0.18, 0.32)
            angles = 2 * np.pi * (np.arange(self.corners) + draws.uniform(-0.25, 0.25, self.corners)) / self.corners
            angles += draws.uniform(0, 2 * np.pi)
            places = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            images.append(np.rint(255 * convex_polygon(places, side, self.softness)))
        return np.stack(images).astype(np.uint8)[..., None]

    def distances(self, images):
        """The root mean square distance float64 [N] of uint8 images [N, S, S, 1] from the nearest polygon that a search finds.

        Least squares over the corners, begun from turns of a regular polygon with the image's centroid and area: an upper
        bound of the distance, exact to rounding for what `draw` makes.
        """
        return np.array([self._distance(image[..., 0] / 255.0) for image in np.asarray(images)])

    def _distance(self, image):
        from scipy.optimize import least_squares

        side, weight = len(image), image.sum()
        if image.shape[0] != image.shape[1]:
            raise UserError(f"polygons are drawn in square images, not {image.shape}")
        if weight < 1:  # black: a polygon may shrink to a point
            return float(np.sqrt(np.square(image).mean()))
        middle = np.array([(np.indices(image.shape)[axis] * image).sum() / weight + 0.5 for axis in (0, 1)]) / side
        area = weight / side**2
        radius = np.sqrt(2 * area / (self.corners * np.sin(2 * np.pi / self.corners)))
        best = np.inf

        def residual(values):
            return (convex_polygon(values.reshape(-1, 2), side, self.softness) - image).ravel()

        for start in range(self.starts):
            angles = 2 * np.pi / self.corners * (np.arange(self.corners) + start / self.starts)
            first = middle + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            found = least_squares(residual, first.ravel(), method="lm", max_nfev=200)
            best = min(best, float(np.sqrt(2 * found.cost / image.size)))
            if best < 1 / 255:  # what rounding to whole grey levels leaves
                break
        return best
