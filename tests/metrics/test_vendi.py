import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics.vendi import vendi, vendi_of_kernel, vendi_orders


def test_published_examples():
    points = np.array([0, 0, 10, 10, 20, 20.0])
    assert vendi_of_kernel(np.exp(-np.abs(points[:, None] - points))) == pytest.approx(2.9999, abs=1e-4)
    assert vendi_of_kernel(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])) == pytest.approx(2.1573, abs=1e-4)


@pytest.mark.parametrize("order", [0.5, 1, 2, np.inf])
def test_orthogonal_samples_count_in_full_and_equal_ones_once(order):
    assert vendi(np.eye(7), order=order) == pytest.approx(7)
    assert vendi(np.repeat(np.eye(4), 25, axis=0), order=order) == pytest.approx(4)
    assert vendi(np.ones((50, 3)), order=order) == pytest.approx(1)


def test_orders_by_hand():
    samples = np.repeat(np.eye(2), [3, 1], axis=0)  # shares 3/4 and 1/4
    assert vendi(samples) == pytest.approx(np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25)))
    assert vendi(samples, order=2) == pytest.approx(1 / (0.75**2 + 0.25**2))
    assert vendi(samples, order=np.inf) == pytest.approx(4 / 3)


@pytest.mark.parametrize("shape", [(40, 300), (300, 40)])
def test_both_matrices_give_the_same(shape):
    samples = np.random.default_rng(0).standard_normal(shape)
    unit = samples / np.linalg.norm(samples, axis=1, keepdims=True)
    expected = vendi_of_kernel(unit @ unit.T)
    assert vendi(samples) == pytest.approx(expected, rel=1e-9)
    assert vendi_of_kernel(unit.T @ unit) == pytest.approx(expected, rel=1e-9)


def test_length_order_and_rotation_change_nothing():
    draws = np.random.default_rng(1)
    samples = draws.standard_normal((60, 8))
    turn = np.linalg.qr(draws.standard_normal((8, 8)))[0]
    changed = (samples * draws.uniform(1, 9, (60, 1)))[::-1] @ turn
    assert vendi(changed) == pytest.approx(vendi(samples), rel=1e-9)


def test_collapse_lowers_it():
    samples = np.random.default_rng(2).standard_normal((1000, 20))
    assert vendi(samples) > 19
    assert vendi(samples[:1] + 0.1 * samples) < 3


def test_capped_and_seeded():
    samples = np.random.default_rng(3).standard_normal((500, 30))
    assert vendi(samples, seed=1, cap=100) == vendi(samples, seed=1, cap=100)
    assert vendi(samples, seed=1, cap=100) != vendi(samples, seed=2, cap=100)
    assert vendi(samples, cap=10) <= 10 + 1e-9


def test_bad_input_is_named():
    with pytest.raises(UserError, match="zero vectors"):
        vendi(np.zeros((5, 3)))
    with pytest.raises(UserError, match="fake has NaN"):
        vendi(np.full((5, 3), np.nan))
    with pytest.raises(UserError, match="at least 2"):
        vendi(np.ones((1, 3)))


def test_the_orders_are_those_of_one_spectrum():
    samples = np.random.default_rng(4).standard_normal((200, 12)) * np.geomspace(1, 0.1, 12)
    orders = vendi_orders(samples)
    assert orders == {name: vendi(samples, order=float(name)) for name in ("0.1", "0.5", "2", "inf")}
    assert orders["0.1"] > orders["0.5"] > vendi(samples) > orders["2"] > orders["inf"] >= 1


def test_a_model_that_repeats_one_kind_falls_at_high_orders_first():
    even = vendi_orders(np.repeat(np.eye(10), 10, axis=0))
    uneven = vendi_orders(np.repeat(np.eye(10), [82, *[2] * 9], axis=0))  # one kind in four fifths of the samples
    assert all(score == pytest.approx(10) for score in even.values())
    assert uneven["0.1"] > 8 and uneven["inf"] == pytest.approx(1 / 0.82)
