"""The k-d tree and the blocks find the same, which is what brute force finds."""

import numpy as np
import pytest

from ganzoo.metrics.neighbours import tree
from ganzoo.metrics.neighbours.pairs import closest_pairs, degrees
from ganzoo.metrics.neighbours.search import nearest, neighbours

DRAWS = np.random.default_rng(5)


def brute(queries, base):
    """All distances in float64 by differences, summed as coordinates come."""
    return np.sqrt(np.square(queries.astype(float)[:, None] - base.astype(float)).sum(axis=2))


def samples(kind, n, d):
    normal = DRAWS.standard_normal((n, d))
    return {
        "float32": lambda: normal.astype(np.float32),
        "float64": lambda: normal,
        "uint8": lambda: DRAWS.integers(0, 256, (n, d)).astype(np.uint8),
        "far": lambda: normal + 1e4,
        "lattice": lambda: DRAWS.integers(0, 4, (n, d)) / 3,
        "copies": lambda: normal[DRAWS.integers(0, max(1, n // 10), n)],
        "few points": lambda: normal[DRAWS.integers(0, min(3, n), n)],
        "equal": lambda: np.full((n, d), 0.1),
        "huge": lambda: normal * 1e30,
        "tiny": lambda: normal * 1e-30,
    }[kind]()


KINDS = ("float32", "float64", "uint8", "far", "lattice", "copies", "few points", "equal", "huge", "tiny")


@pytest.fixture(params=["tree", "blocks"])
def engine(request, monkeypatch):
    if request.param == "blocks":
        monkeypatch.setattr(tree, "DIMENSIONS", 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n, m, d", [(1, 9, 2), (40, 7, 1), (90, 200, 2), (150, 90, 3), (60, 80, 4), (50, 60, 64)])
def test_nearest_equals_brute_force_bit_for_bit(engine, kind, n, m, d):
    queries, base = samples(kind, n, d), samples(kind, m, d)
    distances = brute(queries, base)
    order = np.lexsort((np.broadcast_to(np.arange(m), distances.shape), distances), axis=1)
    for k in (1, 6):
        near = nearest(queries, base, k, block=32)
        expected = np.take_along_axis(distances, order[:, :k], 1)
        np.testing.assert_allclose(near.distances, expected, rtol=0 if d <= 3 else 1e-14)
        if d <= 3:
            np.testing.assert_array_equal(near.distances, np.take_along_axis(distances, near.indices, 1))
        assert all(len(set(row)) == k for row in near.indices.tolist())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n, d", [(2, 2), (60, 1), (130, 2), (90, 3)])
def test_pairs_and_degrees_equal_brute_force(engine, kind, n, d):
    points = samples(kind, n, d)
    i, j = np.triu_indices(n, 1)
    distances = brute(points, points)[i, j]
    order = np.lexsort((j, i, distances))
    i, j, distances = i[order], j[order], distances[order]
    for k in (1, 20):
        first, second, near = closest_pairs(points, k, block=32)
        np.testing.assert_array_equal(near, distances[:k])
        if not (near == 0).all():
            np.testing.assert_array_equal(np.stack([first, second]), np.stack([i[:k], j[:k]]))
    thresholds = np.append(distances[[-1, 0, len(distances) // 3]], 0.0)
    for threshold, counts in zip(thresholds, degrees(points, thresholds, block=32), strict=True):
        inside = distances <= threshold
        np.testing.assert_array_equal(counts, np.bincount(np.concatenate([i[inside], j[inside]]), minlength=n))


@pytest.mark.parametrize("most", [tree.MOST, 0])
@pytest.mark.parametrize("kind", KINDS)
def test_neighbours_and_balls_are_those_of_the_blocks(kind, most, monkeypatch):
    real, fake = samples(kind, 120, 2), samples(kind, 90, 2)
    fake[:20] = real[:20]
    monkeypatch.setattr(tree, "MOST", most)  # 0: what the tree refuses goes through the blocks
    by_tree = neighbours(real, fake)
    monkeypatch.setattr(tree, "DIMENSIONS", 0)
    by_blocks = neighbours(real, fake, block=50)
    for name in ("real_real", "real_fake", "fake_real", "fake_fake"):
        np.testing.assert_array_equal(getattr(by_tree, name).distances, getattr(by_blocks, name).distances)
    for k, balls in by_blocks.balls.items():
        for name in ("real_closed", "real_open", "smallest", "fake_closed"):
            np.testing.assert_array_equal(getattr(by_tree.balls[k], name), getattr(balls, name))
        np.testing.assert_allclose(by_tree.balls[k].realism, balls.realism, rtol=1e-9)


def test_ties_come_by_index_however_many_they_are():
    line = np.tile(np.arange(4.0), 60)[:, None]
    near = nearest(np.array([[1.5], [-1.0]]), line, 20)
    np.testing.assert_array_equal(near.indices[0], np.flatnonzero(np.isin(line[:, 0], (1, 2)))[:20])
    np.testing.assert_array_equal(near.indices[1], np.arange(0, 80, 4))
    np.testing.assert_array_equal(near.distances, [[0.5] * 20, [1.0] * 20])


def test_balls_hold_what_lies_on_their_boundary():
    real, fake = np.array([[0.0, 0.0], [3.0, 4.0], [30.0, 40.0]]), np.array([[0.0, 5.0], [0.0, 5.1], [30.0, 40.0]])
    balls = neighbours(real, fake, k=1, balls=(1,)).balls[1]  # radii 5, 5 and 45
    np.testing.assert_array_equal(balls.real_closed, [2, 1, 1])
    np.testing.assert_array_equal(balls.real_open, [1, 1, 1])
    np.testing.assert_array_equal(balls.smallest, [5, 5, 45])


def test_metrics_are_importable_without_tensorflow():
    import subprocess
    import sys

    code = (
        "import sys; from ganzoo.metrics.neighbours import pairs, search; import numpy as np;"
        "pairs.closest_pairs(np.eye(3000, 4)); assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
