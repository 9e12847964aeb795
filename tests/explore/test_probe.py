import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.explore.probe import linear_probe_accuracy, lines, mean_distance, nearest_neighbour_accuracy, probe
from ganzoo.sampling import Sampler


def clusters(seed, count=60, distance=8.0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    return rng.normal(size=(count, 2)) + distance * np.eye(3)[labels][:, :2], labels


def test_accuracies_of_known_codes():
    codes, labels = clusters(0)
    held, held_labels = clusters(1)
    assert nearest_neighbour_accuracy(codes, labels, held, held_labels) > 0.95
    assert linear_probe_accuracy(codes, labels, held, held_labels) > 0.95
    assert linear_probe_accuracy(codes * 0 + np.arange(len(codes))[:, None] % 2, labels, held, held_labels) < 0.6
    # The nearest of codes 0 and 1 to .4 and .9 are 0 and 1.
    assert nearest_neighbour_accuracy([[0.0], [1.0]], [7, 8], [[0.4], [0.9]], [7, 7]) == 0.5


def test_the_mean_distance_of_pairs():
    assert mean_distance(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 4.0], [1.0, 1.0]])) == 2.5


class Mirror(Sampler):
    """A generator that negates its latents, and an encoder that undoes it."""

    def __init__(self):
        super().__init__("mirror", "mirror")
        self.services = {"encode": None, "reconstruct": None}

    def sample(self, count, seed=0, **options):
        return -np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)

    def inputs(self, count, seed=0):
        return {"latents": -self.sample(count, seed)}

    def generate(self, latents):
        return -latents

    def serve(self, service, points):
        return {"latents": -points} if service == "encode" else {"points": points + np.array([3.0, 4.0])}


def test_an_encoder_that_inverts_its_generator():
    record = probe(Mirror(), data="ring8", say=lambda line: None)
    assert record["inversion"] == 0.0 and record["latent_strangers"] > 1.0
    np.testing.assert_allclose(record["reconstruction"], 5.0, rtol=1e-6)
    assert record["one_nn"] == record["raw_one_nn"] == 1.0
    assert len(lines(record)) == 4


def test_a_model_without_an_encoder_is_refused():
    plain = Mirror()
    plain.services = {}
    with pytest.raises(UserError, match="no encoder"):
        probe(plain, data="ring8")
