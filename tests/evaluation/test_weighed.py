"""Held-out examples weighed by a model that has the service."""

import numpy as np
import pytest

from ganzoo.evaluation.modalities import base


class Weighing:
    """Weighs an image by its mean and the sum of the draws that it is given."""

    def serve(self, service, images, draws=None):
        if service == "encode":
            return {"latents": np.zeros((len(images), 3), np.float32)}
        assert draws.shape == (len(images), 3) and draws.dtype == np.float32
        return {"log_weights": images.mean((1, 2, 3)) + 1e-3 * draws.sum(1)}


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(base, "_BATCH", 4)


@pytest.mark.usefixtures("small_parts")
def test_every_example_is_weighed_by_draws_of_its_own():
    images = np.arange(10, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 2, 1), np.float32)
    found = base.weighed(Weighing(), images, draws=5)
    assert found.shape == (10, 5) and len(np.unique(found)) == 50
    np.testing.assert_allclose(found.mean(1), np.arange(10), atol=0.02)
    np.testing.assert_array_equal(found, base.weighed(Weighing(), images, draws=5))
    assert not np.array_equal(found, base.weighed(Weighing(), images, seed=1, draws=5))


@pytest.mark.usefixtures("small_parts")
def test_no_more_examples_are_weighed_than_asked_for():
    images = np.arange(10, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 2, 1), np.float32)
    found = base.weighed(Weighing(), images, count=6, draws=2)
    assert found.shape == (6, 2) and len(np.unique(found.mean(1).round())) == 6
