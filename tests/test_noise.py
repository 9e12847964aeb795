import numpy as np
import pytest
import tensorflow as tf

from ganzoo import noise

PRIORS = [noise.Normal(), noise.Uniform(), noise.Spherical()]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: type(prior).__name__)
def test_a_draw_is_a_function_of_seed_step_and_purpose(prior):
    first = prior((8, 4), noise.seed_of(1, 2, "a"))
    np.testing.assert_array_equal(first, prior((8, 4), noise.seed_of(1, 2, "a")))
    for other in [(2, 2, "a"), (1, 3, "a"), (1, 2, "b")]:
        assert np.abs(first - prior((8, 4), noise.seed_of(*other))).max() > 0.01


def test_priors_have_their_moments():
    seed = noise.seed_of(0, 0, "test")
    normal = noise.Normal()((20000, 4), seed).numpy()
    uniform = noise.Uniform(-2.0, 4.0)((20000, 4), seed).numpy()
    spherical = noise.Spherical()((500, 16), seed).numpy()
    assert abs(normal.mean()) < 0.02 and abs(normal.std() - 1) < 0.02
    assert abs(uniform.mean() - 1) < 0.03 and uniform.min() >= -2 and uniform.max() < 4
    np.testing.assert_allclose(np.linalg.norm(spherical, axis=1), 4.0, rtol=1e-5)


@pytest.mark.parametrize("first, count", [(0, 3), (0, 64), (5, 130), (64, 64), (127, 2)])
def test_sample_rows_are_one_sequence_however_cut(first, count):
    whole = noise.sample_rows(noise.Normal(), 300, (3,), 7)
    part = noise.sample_rows(noise.Normal(), tf.constant(count), (3,), tf.constant(7), first=tf.constant(first))
    np.testing.assert_array_equal(whole[first : first + count], part)


def test_sample_rows_never_repeat():
    rows = noise.sample_rows(noise.Normal(), 500, (3,), 7).numpy()
    assert len(np.unique(rows, axis=0)) == 500
    other = noise.sample_rows(noise.Normal(), 500, (3,), 7, purpose="labels").numpy()
    assert np.abs(rows - other).min() > 0


def test_replicas_cut_their_rows_from_the_global_draw(isolated):
    isolated("""
        import numpy as np, tensorflow as tf
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
        from ganzoo import noise
        seed = noise.seed_of(3, 4, "latents")
        whole = noise.Normal()((8, 5), seed).numpy()
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        rows = strategy.run(lambda: noise.replica_rows(noise.Normal(), 4, (5,), seed))
        np.testing.assert_array_equal(whole, np.concatenate([part.numpy() for part in rows.values]))
    """)
