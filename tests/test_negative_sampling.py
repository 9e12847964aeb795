import numpy as np
import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.negative_sampling import GridSearch, Langevin

HALVES = tf.constant([[0.5, 0.5, 0.5]])


def hill(points):
    """Highest at (1, -1)."""
    return -tf.reduce_sum(tf.square(points - [1.0, -1.0]), axis=1, keepdims=True)


def test_the_grids_argmax_is_the_highest_cell():
    search = GridSearch(low=-2.0, high=2.0, side=40)
    found = search.negatives(hill, HALVES)
    assert np.abs(found.numpy() - [[1.0, -1.0]]).max() <= search.width / 2 + 1e-6
    many = search.negatives(hill, tf.repeat(HALVES, 9, axis=0)).numpy()
    assert len(np.unique(many, axis=0)) == 9
    heights = hill(search.cells()).numpy()[:, 0]
    np.testing.assert_allclose(np.sort(hill(many).numpy()[:, 0]), np.sort(heights)[-9:], rtol=1e-5, atol=1e-5)


def test_grid_samples_follow_the_softmax_of_the_score():
    search = GridSearch(low=-2.0, high=2.0, side=2, temperature=0.5)

    def score(points):
        return tf.reduce_sum(points, axis=1, keepdims=True) / 4

    uniform = np.random.default_rng(0).uniform(size=(20_000, 3)).astype(np.float32)
    points = search.samples(score, tf.constant(uniform)).numpy()
    shares = [((points > 0) == quadrant).all(1).mean() for quadrant in ([0, 0], [0, 1], [1, 0], [1, 1])]
    weights = np.exp(np.array([-2, 0, 0, 2]) / 4 / 0.5)
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=0.01)
    assert points.min() >= -2 and points.max() <= 2


def test_a_langevin_step_by_hand():
    search = Langevin(steps=1, step_size=0.25, noise=0.5, low=-3.0, high=3.0)
    latents = tf.constant([[[0.0, 0.0], [1.0, -2.0]]])
    np.testing.assert_allclose(search.negatives(hill, latents), [[0.5 + 0.5, -0.5 - 1.0]], rtol=1e-6)


def test_ascent_reaches_the_top_from_where_it_is_told():
    search = Langevin(steps=100, step_size=0.1, noise=0.0)
    starts = tf.constant([[-1.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(search.negatives(hill, tf.zeros((2, 101, 2)), starts), [[1.0, -1.0]] * 2, atol=1e-3)


def test_langevin_draws_from_the_law_of_the_score():
    # The law of exp(-x^2 / (2 s^2)) is N(0, s^2).
    search = Langevin(steps=400, step_size=0.005, noise=0.1, low=-9.0, high=9.0)
    latents = tf.random.stateless_normal((500, 401, 1), [0, 1])
    found = search.samples(lambda x: -tf.square(x) / (2 * 0.7**2), latents).numpy()
    assert abs(found.std() - 0.7) < 0.08 and abs(found.mean()) < 0.1


@pytest.mark.parametrize(
    "make", [lambda: GridSearch(low=1.0, high=0.0), lambda: Langevin(steps=0), lambda: Langevin(noise=-1.0)]
)
def test_numbers_out_of_range_are_refused(make):
    with pytest.raises(UserError):
        make()
