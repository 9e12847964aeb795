import keras
import numpy as np
import pytest

from ganzoo.averages import Average


def network():
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(2)(inputs)))


def test_an_average_starts_equal_and_is_no_alias():
    source = network()
    average = Average(source, 0.9)
    for mine, theirs in zip(average.network.get_weights(), source.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    source.set_weights([weight + 1 for weight in source.get_weights()])
    assert all((m != t).all() for m, t in zip(average.network.get_weights(), source.get_weights(), strict=True))


def test_an_average_follows_the_recursion_batch_norm_included():
    source = network()
    average = Average(source, 0.5)
    expected = [weight.astype(np.float64) for weight in source.get_weights()]
    for step in range(30):
        source.set_weights([weight + 1 for weight in source.get_weights()])
        average.update(step)
        keep = min(0.5, (1 + step) / (10 + step))
        expected = [keep * e + (1 - keep) * w for e, w in zip(expected, source.get_weights(), strict=True)]
    for mine, wanted in zip(average.network.get_weights(), expected, strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-5)


def test_an_average_forgets_the_first_weights_soon_and_keeps_its_decay_later():
    # (1 + t) / (10 + t) is a tenth at first and above 0.999 after a million updates.
    for step, moved in ((0, 0.9), (80, 0.1), (10**6, 0.001)):
        source = network()
        average = Average(source, 0.999)
        before = average.network.get_weights()
        source.set_weights([weight + 1 for weight in source.get_weights()])
        average.update(step)
        for old, new in zip(before, average.network.get_weights(), strict=True):
            np.testing.assert_allclose(new, old + moved, rtol=1e-4, atol=1e-5)


def test_decay_zero_is_a_plain_copy():
    source = network()
    average = Average(source, 0.0)
    source.set_weights([weight + 3 for weight in source.get_weights()])
    average.update(1000)
    for mine, theirs in zip(average.network.get_weights(), source.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_an_average_does_not_train():
    assert Average(network(), 0.9).network.trainable_variables == []


@pytest.mark.parametrize("decay", [-0.1, 1.0, 2.0])
def test_a_decay_outside_its_range_is_refused(decay):
    with pytest.raises(ValueError, match="decay"):
        Average(network(), decay)
