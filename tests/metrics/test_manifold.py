"""Known manifolds: polygons and scenes that are found again, and what is not one of them."""

from types import SimpleNamespace

import numpy as np
import pytest

from ganzoo.data import shapes
from ganzoo.errors import UserError
from ganzoo.metrics import manifold as manifold_of
from ganzoo.metrics.manifold import ConvexPolygons, convex_polygon, precision_recall_f1

DRAWS = np.random.default_rng(0)


def test_a_polygons_area_is_its_pixels_sum():
    square = np.array([[0.25, 0.25], [0.25, 0.75], [0.75, 0.75], [0.75, 0.25]])
    image = convex_polygon(square, 32)
    assert image.sum() == pytest.approx(256, rel=0.01) and image[16, 16] > 0.99 and image[2, 2] < 0.01
    np.testing.assert_allclose(convex_polygon(square[::-1], 32), image)  # either way around


def test_polygons_lie_on_their_manifold_and_others_do_not():
    triangles = ConvexPolygons(3)
    drawn = triangles.draw(8, 16)
    assert triangles.distances(drawn).max() < 0.005
    inverted, squares = 255 - drawn[:2], ConvexPolygons(4).draw(3, 16)
    assert triangles.distances(inverted).min() > 0.15 and triangles.distances(squares).min() > 0.02
    noisy = np.clip(drawn[:3] + DRAWS.normal(0, 51, drawn[:3].shape), 0, 255).astype(np.uint8)
    assert triangles.distances(noisy).min() > 0.05 and triangles.distances(noisy).max() < 0.25
    assert triangles.distances(np.zeros((1, 16, 16, 1), np.uint8)) == 0


def test_scenes_lie_on_their_manifold_and_others_do_not():
    scenes = shapes.all_scenes()[::97]
    drawn = np.stack([shapes.render(scene, np.random.default_rng(n)) for n, scene in enumerate(scenes)])
    assert shapes.distances(drawn).max() < 1e-6
    # A colour 60 beyond the last allowed shade, in a shape's or a ground's share of the pixels.
    grey = np.full((1, 16, 16, 3), 128, np.uint8)
    assert shapes.distances(grey)[0] > 0.2
    noisy = np.clip(drawn + DRAWS.normal(0, 25.5, drawn.shape), 0, 255).astype(np.uint8)
    expected = np.sqrt(np.square((noisy.astype(float) - drawn) / 255).mean(axis=(1, 2, 3)))
    found = shapes.distances(noisy)
    assert (found <= expected + 1e-9).all() and (found > 0.8 * expected).all()


def test_a_wrong_colour_is_as_far_as_it_is():
    scene = shapes.render(shapes.all_scenes()[5])
    ground = scene[-1, -1].astype(int)
    inside = (scene.astype(int) != ground).any(axis=2)
    moved = scene.copy()
    moved[inside, 0] = 128  # midway between two names' red: 98 from either's last shade, 15 + 15
    share = inside.mean() / 3
    assert shapes.distances(moved[None])[0] == pytest.approx(98 / 255 * np.sqrt(share), rel=0.02)


def test_precision_recall_and_f1_by_hand():
    found = precision_recall_f1(np.array([0.0, 0.05, 0.2, 0.3]), np.array([0.1, 0.4]), delta=0.1)
    assert found == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert precision_recall_f1(np.ones(3), np.ones(3))["f1"] == 0
    with pytest.raises(UserError, match="0 or more"):
        precision_recall_f1(np.array([-1.0]), np.ones(2))


def test_the_metric_tells_collapse_from_garbage():
    truth = SimpleNamespace(distances=shapes.distances)
    scenes = shapes.all_scenes()
    reals, same = (
        np.stack([shapes.render(scenes[i], np.random.default_rng(seed + i)) for i in range(0, 1200, 12)]) for seed in (0, 5000)
    )
    good, collapsed = manifold_of(reals, same, truth), manifold_of(reals, same[:1].repeat(100, 0), truth)
    garbage = manifold_of(reals, DRAWS.integers(0, 256, reals.shape, np.uint8), truth)
    assert good["precision"] == 1 and collapsed["precision"] == 1 and garbage["precision"] == 0
    assert good["recall"] > 0.2 > collapsed["recall"] + 0.1 and garbage["f1"] == 0 and garbage["distance"] > 0.2
