"""Parameter counts and outputs of the recognition network."""

import keras
import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.networks.infogan import recognition_heads


@pytest.mark.parametrize("learned, heads", [(False, 10 + 3 + 2), (True, 10 + 3 + 2 + 2)])
def test_a_hidden_layer_and_a_head_for_each_kind_of_code(learned, heads, tmp_path):
    network = recognition_heads(20, (10, 3), 2, width=8, learned_std=learned)
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert trainable == 20 * 8 + 2 * 8 + 9 * heads
    features = np.random.default_rng(0).normal(size=(5, 20)).astype(np.float32)
    outputs = network(features)
    shapes = {name: value.shape[1] for name, value in outputs.items()}
    assert shapes == {"category_0": 10, "category_1": 3, "mean": 2, **({"log_std": 2} if learned else {})}
    network.save(tmp_path / "heads.keras")
    again = keras.saving.load_model(tmp_path / "heads.keras")(features)
    for name, value in outputs.items():
        np.testing.assert_allclose(again[name], value, atol=1e-6)


def test_without_continuous_codes_there_is_no_mean():
    assert set(recognition_heads(4, (2,), 0, width=3, learned_std=True)(np.zeros((1, 4), np.float32))) == {"category_0"}


def test_no_width_is_refused():
    with pytest.raises(UserError, match="width must be a positive integer"):
        recognition_heads(4, (2,), 1, width=0)


def test_the_hidden_layer_leaks_a_tenth():
    leak = recognition_heads(4, (2,), 1, width=3).get_layer("hidden_relu")
    np.testing.assert_allclose(leak(np.array([[-2.0, 3.0]], np.float32)), [[-0.2, 3.0]], rtol=1e-6)
