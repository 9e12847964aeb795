"""Ranks of known spectra."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics import spectral_rank as spectral_rank_of


def axes(scales):
    """Samples at plus and minus each axis, whose covariance has eigenvalues in proportion to the squared scales."""
    points = np.diag(np.asarray(scales, float))
    return np.concatenate([points, -points])


def test_equal_directions_count_in_full():
    found = spectral_rank_of(axes(np.ones(7)) + 5)
    assert found["entropy"] == pytest.approx(7) and found["participation"] == pytest.approx(7)
    assert found["components"] == pytest.approx(0.95 * 7)


def test_uneven_directions_by_hand():
    found = spectral_rank_of(axes(np.sqrt([0.75, 0.25])))
    assert found["entropy"] == pytest.approx(np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25)))
    assert found["participation"] == pytest.approx(1 / (0.75**2 + 0.25**2)) and found["components"] == pytest.approx(1.8)


def test_rotation_shift_and_scale_change_nothing():
    draws = np.random.default_rng(0)
    samples = draws.standard_normal((300, 6)) * np.geomspace(1, 0.1, 6)
    turn = np.linalg.qr(draws.standard_normal((6, 6)))[0]
    before, after = spectral_rank_of(samples), spectral_rank_of(1e15 * (samples @ turn + 3))
    assert all(after[part] == pytest.approx(before[part], rel=1e-6) for part in before)


def test_a_lost_direction_shows():
    samples = np.random.default_rng(1).standard_normal((2000, 10))
    assert spectral_rank_of(samples)["entropy"] > 9.9 and spectral_rank_of(samples[:, :5])["entropy"] < 5.001
    with pytest.raises(UserError, match="undefined"):
        spectral_rank_of(np.ones((50, 3)))
