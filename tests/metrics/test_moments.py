import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.moments import Moments

DRAWS = np.random.default_rng(0)
FEATURES = DRAWS.standard_normal((1000, 20)) @ DRAWS.standard_normal((20, 20)) + 5


@pytest.mark.parametrize("batch", [1, 7, 250, 1000])
def test_streaming_equals_numpy(batch):
    moments = Moments(20)
    for start in range(0, 1000, batch):
        moments.update(FEATURES[start : start + batch])
    assert moments.count == 1000
    np.testing.assert_allclose(moments.mean, FEATURES.mean(0), rtol=1e-12)
    np.testing.assert_allclose(moments.covariance(), np.cov(FEATURES.T), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(moments.covariance(0), np.cov(FEATURES.T, ddof=0), rtol=1e-10, atol=1e-12)


def test_more_rows_than_one_chunk():
    features = DRAWS.standard_normal((3 * Moments.chunk + 5, 4))
    np.testing.assert_allclose(Moments.of(features).covariance(), np.cov(features.T), rtol=1e-10, atol=1e-12)


def test_merging_equals_one_pass():
    parts = [Moments.of(part) for part in np.array_split(FEATURES, 7)]
    total = Moments(20)
    for part in parts:
        total.merge(part)
    np.testing.assert_allclose(total.mean, FEATURES.mean(0), rtol=1e-12)
    np.testing.assert_allclose(total.covariance(), np.cov(FEATURES.T), rtol=1e-10, atol=1e-12)


def test_merging_nothing_changes_nothing():
    moments = Moments.of(FEATURES).merge(Moments(20))
    np.testing.assert_allclose(Moments(20).merge(moments).covariance(), np.cov(FEATURES.T), rtol=1e-10, atol=1e-12)


def test_float32_features_with_an_offset_keep_their_covariance():
    features = (3 + 0.05 * DRAWS.standard_normal((20_000, 16))).astype(np.float32)
    exact = np.cov(features.T.astype(np.float64))
    raw = features.T @ features / np.float32(20_000) - np.outer(features.mean(0), features.mean(0))

    def error(covariance):
        return np.linalg.norm(covariance - exact) / np.linalg.norm(exact)

    assert error(Moments.of(features).covariance()) < 1e-12 < 1e-5 < error(raw)


def test_directions_without_variance_have_none():
    features = DRAWS.standard_normal((3, 30)).astype(np.float32)[np.arange(2000) % 3]
    variances = np.linalg.eigvalsh(Moments.of(features).covariance())
    assert np.abs(variances[:-2]).max() < 1e-13 * variances[-1]


def test_a_large_offset_is_harmless():
    np.testing.assert_allclose(Moments.of(FEATURES + 1e6).covariance(), np.cov(FEATURES.T), rtol=1e-6, atol=1e-6)


def test_float32_features_far_from_the_origin():
    features = (1e5 + FEATURES).astype(np.float32)
    np.testing.assert_allclose(Moments.of(features).covariance(), np.cov(features.T.astype(float)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    features = FEATURES.copy()
    features[3, 4] = bad
    with pytest.raises(UserError, match="NaN or infinite"):
        Moments.of(features)


def test_shapes_are_checked():
    with pytest.raises(UserError, match=r"\[n, 20\]"):
        Moments(20).update(FEATURES[:, :3])
    with pytest.raises(UserError, match=r"\[N, d\]"):
        Moments.of(FEATURES[0])
    with pytest.raises(UserError, match="3 dimensions"):
        Moments(20).merge(Moments(3))


def test_one_sample_has_no_covariance():
    with pytest.raises(UserError, match="undefined"):
        Moments.of(FEATURES[:1]).covariance()
