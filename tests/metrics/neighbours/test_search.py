import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours.search import nearest, neighbours

DRAWS = np.random.default_rng(0)
A = DRAWS.standard_normal((400, 32)).astype(np.float32)
B = DRAWS.standard_normal((350, 32)).astype(np.float32)
PIXELS = DRAWS.integers(0, 256, (750, 20)).astype(np.uint8)
LATTICE = DRAWS.integers(0, 3, (750, 6)).astype(float)

CASES = {
    "normal": (A, B),
    "far from the origin": (A + 1000, B + 1000),
    "copies": (A, np.concatenate([A[:200], B[:150]])),
    "one point": (A, np.repeat(A[:1], 350, axis=0)),
    "nearly one point": (A, A[:1] + 1e-4 * B),
    "fakes far away": (A, B * 1e3 + 1e5),
    "duplicated reals": (np.repeat(A[:40], 10, axis=0), B),
    "tight clusters": (np.repeat(A[:20], 20, axis=0) + 1e-5 * A, np.repeat(A[:35], 10, axis=0) + 1e-5 * B),
    "all equal": (np.ones((300, 4)), np.ones((200, 4))),
    "ties": (LATTICE[:400], LATTICE[400:]),
    "sorted": (np.sort(A[:, :1], axis=0), np.sort(B[:, :1], axis=0)),
    "just enough": (A[:6], B[:7]),
    "tiny values": (A * 1e-30, B * 1e-30),
    "huge values": (A.astype(float) * 1e30, B.astype(float) * 1e30),
    "pixels": (PIXELS[:400], PIXELS[400:]),
    "mixed types": (A, B.astype(float)),
    "fakes at the mean": (A, 0.01 * B),
}


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_all_distances_in_float64(case):
    real, fake = (samples.astype(float) for samples in CASES[case])
    record = neighbours(*CASES[case], block=128)
    within, across, others = cdist(real, real), cdist(real, fake), cdist(fake, fake)
    np.fill_diagonal(within, np.inf)
    np.fill_diagonal(others, np.inf)
    for found, distances in (
        (record.real_real, within),
        (record.real_fake, across),
        (record.fake_real, across.T),
        (record.fake_fake, others),
    ):
        np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :5], rtol=1e-9)
        np.testing.assert_allclose(np.take_along_axis(distances, found.indices, 1), found.distances, rtol=1e-9)
        assert all(len(set(row)) == 5 for row in found.indices.tolist())
    for k, balls in record.balls.items():
        reals, fakes = record.real_real.distances[:, k - 1], record.fake_fake.distances[:, k - 1]
        # SciPy's distances differ in the last digit from ours: boundaries are asked of ours.
        edge = np.isclose(across, reals[:, None], rtol=1e-12, atol=0)
        assert (balls.real_open >= ((across < reals[:, None]) & ~edge).sum(axis=0)).all()
        inside = (across < reals[:, None]) | edge
        np.testing.assert_array_equal(balls.real_closed, inside.sum(axis=0))
        np.testing.assert_array_equal(balls.smallest, np.where(inside, reals[:, None], np.inf).min(axis=0))
        edge = np.isclose(across, fakes, rtol=1e-12, atol=0)
        np.testing.assert_array_equal(balls.fake_closed, ((across < fakes) | edge).sum(axis=1))
        narrow = reals <= np.median(reals)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = reals[narrow, None] / across[narrow]
        ratios = np.where(reals[narrow, None] == 0, across[narrow] == 0, ratios)
        np.testing.assert_allclose(balls.realism, ratios.max(axis=0), rtol=1e-4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_boundaries_are_exact(dtype):
    line = np.arange(8, dtype=dtype)[:, None] / 3  # thirds: inexact in binary, and every distance occurs many times
    record = neighbours(line, line, k=2, balls=(1, 2))
    np.testing.assert_array_equal(record.balls[2].real_closed >= record.balls[2].real_open, True)
    exact = np.abs(line.astype(float) - line.astype(float).T)
    radii = np.sort(exact + np.diag([np.inf] * 8), axis=1)[:, 1]
    np.testing.assert_array_equal(record.balls[2].real_closed, (exact <= radii[:, None]).sum(axis=0))
    np.testing.assert_array_equal(record.balls[2].real_open, (exact < radii[:, None]).sum(axis=0))


def test_copies_are_at_distance_zero_and_find_their_original():
    order = DRAWS.permutation(len(A))
    record = neighbours(A + 100, (A + 100)[order])
    np.testing.assert_array_equal(record.fake_real.distances[:, 0], 0)
    np.testing.assert_array_equal(record.fake_real.indices[:, 0], order)
    # A ball's own boundary point decides: k + 1 points of the copy in a closed ball, k in an open one.
    assert record.balls[5].real_closed.sum() == 6 * len(A)
    assert record.balls[5].real_open.sum() == 5 * len(A)


def test_agrees_with_scikit_learn():
    expected_distances, expected = NearestNeighbors(n_neighbors=7, algorithm="brute").fit(B.astype(float)).kneighbors(A)
    found = nearest(A, B, k=7, block=64)
    np.testing.assert_array_equal(found.indices, expected)
    np.testing.assert_allclose(found.distances, expected_distances, rtol=1e-6)


def test_nearest_can_return_the_whole_base():
    found = nearest(A[:1], B[:9], k=9)
    np.testing.assert_array_equal(np.sort(found.indices[0]), np.arange(9))


def test_blocks_and_swapped_sides_change_nothing():
    record, again, swapped = neighbours(A, B, block=64), neighbours(A, B, block=5000), neighbours(B, A, block=100)
    for name in ("real_real", "real_fake", "fake_real", "fake_fake"):
        np.testing.assert_array_equal(getattr(record, name).indices, getattr(again, name).indices)
        np.testing.assert_array_equal(getattr(record, name).distances, getattr(again, name).distances)
    np.testing.assert_array_equal(record.real_fake.indices, swapped.fake_real.indices)
    np.testing.assert_array_equal(record.fake_fake.indices, swapped.real_real.indices)
    np.testing.assert_array_equal(record.balls[3].fake_closed, swapped.balls[3].real_closed)


def test_rotation_and_translation_change_nothing():
    turn = np.linalg.qr(DRAWS.standard_normal((32, 32)))[0]
    record, turned = neighbours(A.astype(float), B.astype(float)), neighbours(A @ turn + 7, B @ turn + 7)
    np.testing.assert_array_equal(record.real_fake.indices, turned.real_fake.indices)
    np.testing.assert_allclose(record.fake_fake.distances, turned.fake_fake.distances, rtol=1e-9)
    np.testing.assert_allclose(record.balls[5].realism, turned.balls[5].realism, rtol=1e-9)


def test_known_real_neighbours_are_not_searched_again():
    first = neighbours(A, B, k=6)
    again = neighbours(A, A[:50] + 1, real_real=first.real_real)
    fresh = neighbours(A, A[:50] + 1)
    np.testing.assert_array_equal(again.real_real.indices, fresh.real_real.indices)
    np.testing.assert_array_equal(again.balls[5].real_open, fresh.balls[5].real_open)
    with pytest.raises(ValueError, match="real_real"):
        neighbours(A[:50], B, real_real=first.real_real)


def test_progress_rises_to_one():
    shares = []
    neighbours(A, B, block=100, progress=shares.append)
    assert shares == sorted(shares) and len(shares) > 8 and shares[-1] == pytest.approx(1)


@pytest.mark.parametrize("collapsed", [False, True])
def test_memory_is_bounded_by_the_block_and_linear_in_the_samples(collapsed):
    size, dimension, block = 2500, 16, 256
    real, fake = np.random.default_rng(1).standard_normal((2, size, dimension)).astype(np.float32)
    if collapsed:
        fake = real[:1] + 1e-6 * fake  # searched again in float64
    tracemalloc.start()
    neighbours(real, fake, block=block)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    second_search = 24 * 2048**2 if collapsed else 0
    assert peak < 2 * size * (4 * dimension + 1000) + 64 * block**2 + 2**21 + second_search


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (A[:5], B, "real has 5"),
        (A, B[:4], "fake has 4"),
        (A[:1], B, "real has 1 samples; at least 2"),
        (A, B[:, :3], r"real \(32,\), fake \(3,\)"),
        (A, np.where(B < -2, np.nan, B), "fake has NaN"),
        (np.where(A > 2, np.inf, A), B, "real has NaN or inf"),
    ],
)
def test_bad_input_is_named(real, fake, message):
    with pytest.raises(UserError, match=message):
        neighbours(real, fake)


def test_balls_need_their_neighbours():
    with pytest.raises(ValueError, match="beyond"):
        neighbours(A, B, k=4)
    assert set(neighbours(A, B, k=4, balls=(4,)).balls) == {4}
    with pytest.raises(UserError, match="base has 3"):
        nearest(A, B[:3], k=4)
