import numpy as np
import pytest
import scipy.stats

from ganzoo.errors import UserError
from ganzoo.metrics.data_copying import auth_pct, c_t, mann_whitney_z
from ganzoo.metrics.neighbours.search import neighbours


def normal(count, dimension, seed):
    return np.random.default_rng(seed).standard_normal((count, dimension))


def score(real, fake, test, **options):
    return c_t(real, fake, test, neighbours(real, fake), neighbours(real, test), **options)


def test_copies_are_far_below_zero():
    real, test = normal(600, 8, 0), normal(600, 8, 1)
    # All of 600 distances below all of 600 others: Z = -300 / sqrt(1201 / 12).
    assert score(real, real[::-1], test, cells=1) == pytest.approx(-300 / np.sqrt(1201 / 12))
    assert score(real, real[::-1] + 1e-3, test) < -15
    half = np.concatenate([real[:300], normal(300, 8, 2)])
    assert -20 < score(real, half, test, cells=1) < -10


def test_fresh_samples_are_near_zero():
    scores = [score(*np.random.default_rng(seed).standard_normal((3, 400, 8)), cells=1) for seed in range(40)]
    assert abs(np.mean(scores)) < 0.5 and np.std(scores) == pytest.approx(0.88, abs=0.25)


def test_samples_off_the_data_are_far_above_zero():
    assert 10 < score(normal(600, 8, 0), 2 * normal(600, 8, 1), normal(600, 8, 2)) < 31


def test_copying_in_one_region_shows():
    far = np.repeat([[0.0] * 8, [50.0] * 8, [100.0] * 8], 300, axis=0)
    real, fake, test = (far + normal(900, 8, seed) for seed in range(3))
    copied = fake.copy()
    copied[:300] = real[:300]
    # Cells weigh as their share of the test samples: 100 of 700. All of 300 distances are below all of 100 others.
    test = test[200:]
    single = -(300 * 100 / 2) / np.sqrt(300 * 100 * 401 / 12)
    assert score(real, copied, test) - score(real, fake, test) == pytest.approx(single / 7, abs=0.25)


def test_cells_with_few_fakes_do_not_count():
    far = np.repeat([[0.0] * 4, [50.0] * 4], 200, axis=0)
    real, fake, test = (far + normal(400, 4, seed) for seed in range(3))
    fake = np.concatenate([fake[:200], real[200:219]])  # 19 copies in the second cell: too few to count
    near, expected = neighbours(real, fake[:200]), neighbours(real, test[:200])
    distances = near.fake_real.distances[:, 0], expected.fake_real.distances[:, 0]
    assert score(real, fake, test, cells=2) == pytest.approx(mann_whitney_z(*distances))
    enough = np.concatenate([fake, real[219:220]])  # 20 do
    assert score(real, enough, test, cells=2) < score(real, fake, test, cells=2) - 2
    with pytest.raises(UserError, match="20 fakes"):
        score(real, fake[:10], test)


def test_z_agrees_with_scipy():
    first, second = normal(80, 1, 0)[:, 0], normal(90, 1, 1)[:, 0] + 0.3
    p_value = scipy.stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False).pvalue
    assert 2 * scipy.stats.norm.sf(abs(mann_whitney_z(first, second))) == pytest.approx(p_value)
    assert mann_whitney_z(first, second) < 0 < mann_whitney_z(second, first)


def test_records_must_belong_to_the_samples():
    real, fake, test = (normal(50, 3, seed) for seed in range(3))
    with pytest.raises(ValueError, match="do not belong"):
        c_t(real, fake[:30], test, neighbours(real, fake), neighbours(real, test))


def test_bad_input_is_named():
    real, fake = normal(50, 3, 0), normal(50, 3, 1)
    with pytest.raises(UserError, match="test has NaN"):
        c_t(real, fake, np.full((50, 3), np.nan), neighbours(real, fake), neighbours(real, fake))


@pytest.mark.parametrize(("dimension", "expected"), [(2, 38.7), (16, 69.7), (64, 82.5)])
def test_auth_pct_of_a_perfect_model(dimension, expected):
    record = neighbours(normal(2000, dimension, 4), normal(2000, dimension, 5))
    assert auth_pct(record) == pytest.approx(expected, abs=4)


def test_auth_pct_of_copies_is_zero_and_of_strangers_all():
    real = normal(300, 4, 6)
    assert auth_pct(neighbours(real, real[:100])) == 0
    assert auth_pct(neighbours(np.repeat(real, 2, axis=0), real)) == 0  # duplicated reals: neighbours at distance 0
    assert auth_pct(neighbours(real, real + 1000)) == 100


def test_auth_pct_by_hand():
    real, fake = np.array([[0.0], [1.0], [5.0]]), np.array([[0.4], [-1.5], [7.0], [30.0]])
    # Nearest reals 0, 0, 5, 5 with neighbours at 1, 1, 4, 4, fakes at .4, 1.5, 2, 25.
    assert auth_pct(neighbours(real, fake, k=1, balls=())) == 50
