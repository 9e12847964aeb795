"""The search finds exactly what brute force finds, in every precision and at every block size."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.neighbours import coarse, tree
from ganzoo.metrics.neighbours import pairs as search
from ganzoo.metrics.neighbours.pairs import closest_pairs, degrees, pairs_within
from ganzoo.metrics.neighbours.products import sum_error


def brute(features, mirrored=None):
    """All pairs i < j by direct differences in float64, closest first."""
    x = np.asarray(features, np.float64).reshape(len(features), -1)
    i, j = np.triu_indices(len(x), 1)
    distance = np.linalg.norm(x[i] - x[j], axis=1)
    if mirrored is not None:
        m = np.asarray(mirrored, np.float64).reshape(x.shape)
        distance = np.min([distance, np.linalg.norm(x[i] - m[j], axis=1), np.linalg.norm(m[i] - x[j], axis=1)], axis=0)
    order = np.lexsort((j, i, distance))
    return i[order], j[order], distance[order]


def assert_same(found, expected):
    for one, other in zip(found[:2], expected[:2], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(found[2], expected[2], rtol=1e-12, atol=0)


@pytest.fixture(params=["bfloat16", "float32", "float64", "tree"])
def method(request, monkeypatch):
    """Every sample size goes through the precision under test, or through the tree where that is one of its sizes."""
    if request.param != "tree":
        monkeypatch.setattr(search, "first_precision", lambda size, dimension: request.param)
        monkeypatch.setattr(tree, "DIMENSIONS", 0)
    return request.param


def gaussian(n, d, seed=0):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


@pytest.mark.parametrize("n, d, block", [(300, 8, 64), (257, 40, 100), (100, 3, 2048), (129, 1, 128), (65, 500, 64)])
def test_equals_brute_force(method, n, d, block):
    features = gaussian(n, d)
    expected = brute(features)
    assert_same(closest_pairs(features, 20, block), [x[:20] for x in expected])


def test_many_pairs_too_alike_for_the_products(method):
    # 200 pairs whose distances differ by far less than rounding the vectors to bfloat16 moves them
    features = gaussian(900, 200)
    assert_same(closest_pairs(features, 200, 128), [x[:200] for x in brute(features)])


def test_far_from_the_origin_and_at_any_scale(method):
    for scale, shift in ((1.0, 1e4), (1e12, 0.0), (1e-15, 0.0), (1e30, 1e30)):
        features = gaussian(200, 10).astype(np.float64) * scale + shift
        assert_same(closest_pairs(features, 10, 64), [x[:10] for x in brute(features)])


def test_near_duplicates_below_float32_are_ordered(method):
    rng = np.random.default_rng(1)
    features = rng.standard_normal((400, 64)) * 10
    # Squared distances from 1e-14 to 1e-8 of the squared norm: products in float32 see only zeros and negatives.
    for rank, size in enumerate(np.geomspace(1e-7, 1e-4, 12)):
        features[200 + rank] = features[rank] + size * rng.standard_normal(64)
    i, j, distance = closest_pairs(features, 12, 128)
    np.testing.assert_array_equal(i, np.arange(12))
    np.testing.assert_array_equal(j, 200 + np.arange(12))
    np.testing.assert_allclose(distance, np.linalg.norm(features[i] - features[j], axis=1), rtol=1e-12)


def test_tight_clusters_that_no_product_in_float32_resolves(method, monkeypatch):
    monkeypatch.setattr(search, "_CROWD", 100)
    rng = np.random.default_rng(2)
    features = 10 * rng.standard_normal((5, 16))[rng.integers(5, size=500)] + 1e-5 * rng.standard_normal((500, 16))
    assert_same(closest_pairs(features, 20, 200), [x[:20] for x in brute(features)])


def test_exact_copies_come_first_in_order():
    features = gaussian(50, 4)
    features[[40, 30]] = features[[3, 7]]
    i, j, distance = closest_pairs(features, 3, 16)
    assert (i[:2].tolist(), j[:2].tolist(), distance[:2].tolist()) == ([3, 7], [40, 30], [0.0, 0.0])
    assert distance[2] > 0


def test_all_samples_equal():
    i, j, distance = closest_pairs(np.ones((700, 3)), 20, 256)
    assert len(i) == 20 and not distance.any() and (i < j).all() and len(set(zip(i, j, strict=True))) == 20


@pytest.mark.parametrize("n, k", [(2, 1), (2, 20), (5, 10), (5, 11), (12, 1000)])
def test_fewer_pairs_than_asked(n, k):
    features = gaussian(n, 3)
    assert_same(closest_pairs(features, k), [x[:k] for x in brute(features)])


def test_more_pairs_than_a_crowd(monkeypatch):
    monkeypatch.setattr(search, "_CROWD", 10)
    features = gaussian(60, 5)
    assert_same(closest_pairs(features, 500, 16), [x[:500] for x in brute(features)])


def test_images_are_flattened_and_bytes_do_not_wrap():
    images = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 3), dtype=np.uint8)
    assert_same(closest_pairs(images, 7), [x[:7] for x in brute(images)])


def test_mirrored_copies_count(method):
    images = np.random.default_rng(3).random((150, 4, 6, 1)).astype(np.float32)
    images[90] = images[10, :, ::-1] + 1e-3
    mirrored = images[:, :, ::-1]
    found = closest_pairs(images, 15, 64, mirrored)
    assert_same(found, [x[:15] for x in brute(images, mirrored)])
    assert (found[0][0], found[1][0]) == (10, 90)
    assert closest_pairs(images, 1)[2][0] > 10 * found[2][0]


def test_features_of_mirrored_samples_need_no_symmetry():
    features, mirrored = gaussian(120, 6), gaussian(120, 6, seed=1)
    assert_same(closest_pairs(features, 30, 50, mirrored), [x[:30] for x in brute(features, mirrored)])


@pytest.mark.parametrize("share", [0, 0.001, 0.2, 1])
def test_pairs_within_streams_every_pair_once(method, share):
    features = gaussian(260, 6)
    expected = brute(features)
    count = int(share * len(expected[0]))
    threshold = expected[2][count - 1] if count else 0.0
    chunks = list(pairs_within(features, threshold, 100))
    found = [np.concatenate([c[part] for c in chunks]) if chunks else np.empty(0) for part in range(3)]
    order = np.lexsort((found[1], found[0], found[2]))
    assert_same([x[order] for x in found], [x[:count] for x in expected])


def test_degrees_at_many_thresholds(method):
    features = gaussian(260, 6)
    i, j, distance = brute(features)
    # On the very distance of a pair, and in any order.
    thresholds = [distance[500], distance[3], 0.0, distance[20_000], distance[-1]]
    found = degrees(features, thresholds, 100)
    for threshold, row in zip(thresholds, found, strict=True):
        inside = distance <= threshold
        np.testing.assert_array_equal(row, np.bincount(np.concatenate([i[inside], j[inside]]), minlength=260))


def test_degrees_of_clusters_that_need_float64(method, monkeypatch):
    monkeypatch.setattr(search, "_CROWD", 300)
    rng = np.random.default_rng(2)
    features = 10 * rng.standard_normal((5, 16))[rng.integers(5, size=400)] + 1e-5 * rng.standard_normal((400, 16))
    i, j, distance = brute(features)
    found = degrees(features, [5e-5], 150)[0]
    inside = distance <= 5e-5
    assert 0 < inside.mean() < 0.2
    np.testing.assert_array_equal(found, np.bincount(np.concatenate([i[inside], j[inside]]), minlength=400))


@pytest.mark.parametrize("threshold", [0.0, 1e-9, 0.5])
def test_degrees_of_many_copies_of_few_samples(method, monkeypatch, threshold):
    monkeypatch.setattr(search, "_CROWD", 50)
    which = np.arange(300) % 3
    found = degrees(gaussian(3, 16)[which] * 10, [threshold], 128)[0]
    np.testing.assert_array_equal(found, 99)


def test_order_of_samples_does_not_matter():
    features = gaussian(300, 9)
    order = np.random.default_rng(0).permutation(300)
    i, j, distance = closest_pairs(features, 10)
    a, b, again = closest_pairs(features[order], 10)
    np.testing.assert_array_equal(distance, again)
    assert [set(p) for p in zip(i, j, strict=True)] == [set(p) for p in zip(order[a], order[b], strict=True)]


@pytest.mark.parametrize("features", [np.ones((1, 3)), np.empty((0, 3)), np.full((5, 2), np.nan), np.full((5, 2), np.inf)])
def test_bad_features_end_in_one_line(features):
    with pytest.raises(UserError):
        closest_pairs(features)


def test_bad_arguments():
    with pytest.raises(ValueError, match="k must be"):
        closest_pairs(gaussian(5, 2), 0)
    with pytest.raises(ValueError, match="differ in shape"):
        closest_pairs(gaussian(5, 2), mirrored=gaussian(5, 3))


@pytest.mark.parametrize("dimension", [1, 5, 40])
def test_a_product_in_half_precision_errs_by_as_many_terms_as_it_sums(dimension):
    samples = coarse.CoarseSamples(gaussian(50, dimension), np.zeros(dimension), 1.0)
    assert samples.slack == sum_error(samples.right.shape[1], np.float32)
