import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError

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


# What TensorFlow's own kernels on CPUs draw of these seeds.
SEED = (7, 11)
BEFORE = {
    "normal": [0.3736024796962738, 0.7093726396560669, 1.103570818901062],
    "uniform": [0.7251373529434204, 0.07715070247650146, 0.5419409275054932],
    "integers": [7, 2, 5],
    "small integers": [5, 7, 2],
    "any integers": [-6914749377162718899, 3936589988564917842, 3040406804523000505],
    "folded": [-816000691, 5],
    "parted": [-816000691, -1609965549, -691708334, 916558780],
    "rows": [-0.8369438052177429, 1.0157771110534668, -0.009445004165172577],
    "spherical": [0.4743918180465698, 0.900745153427124, 1.4012888669967651],
}


def draws():
    """Each kind of draw, a function of nothing, by name."""
    seed = tf.constant(SEED, tf.int32)
    return {
        "normal": lambda: noise.normal((3,), seed),
        "uniform": lambda: noise.uniform((3,), seed),
        "integers": lambda: noise.uniform((3,), seed, 0, 10, tf.int64),
        "small integers": lambda: noise.uniform((3,), seed, 0, 10, tf.int32),
        "any integers": lambda: noise.uniform((3,), seed, None, None, tf.int64),
        "folded": lambda: noise.folded(seed, 5),
        "parted": lambda: noise.parted(seed, 2),
        "rows": lambda: noise.sample_rows(noise.Normal(), 3, (), 9),
        "spherical": lambda: noise.Spherical()((1, 3), seed),
    }


@pytest.mark.parametrize("name", list(draws()))
def test_a_draw_has_the_bits_that_it_had_and_has_them_under_xla(name):
    plain = draws()[name]().numpy()
    compiled = tf.function(draws()[name], jit_compile=True)().numpy()
    np.testing.assert_allclose(plain, compiled, rtol=1e-6 if name == "spherical" else 0)
    np.testing.assert_allclose(plain.ravel(), BEFORE[name], rtol=1e-6)


@pytest.mark.parametrize("shape", [(), (5,), (64, 7), (3, 0), (2, 3, 4)])
def test_reals_are_those_of_tensorflows_kernels(shape):
    seed = tf.constant((3, 4), tf.int32)
    normal, uniform = noise.normal(shape, seed), noise.uniform(shape, seed, -2.0, 3.0)
    assert normal.shape == uniform.shape == shape and normal.dtype == uniform.dtype == tf.float32
    np.testing.assert_allclose(normal, tf.random.stateless_normal(shape, seed), rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(uniform, tf.random.stateless_uniform(shape, seed, -2.0, 3.0))
    np.testing.assert_allclose(noise.training_normal(shape, seed), normal, rtol=1e-6, atol=1e-7)
    sized = tf.function(lambda side: noise.normal((side, 3), seed))(tf.constant(5))
    np.testing.assert_array_equal(sized, noise.normal((5, 3), seed))


def test_every_draw_of_the_package_names_its_algorithm():
    files = sorted(Path(noise.__file__).parent.rglob("*.py"))
    assert len(files) > 100
    for path in files:
        for line in path.read_text().splitlines():
            if re.search(r"(stateless_\w+|random\.experimental\.\w+|tf\.random\.\w+)\(", line):
                assert "alg=" in line, f"{path.name}: {line.strip()}"


def test_a_seed_beyond_int32_is_folded_and_one_within_stays():
    for seed in (0, -1, 2**31 - 1, -(2**31), np.int64(5), np.uint8(3)):
        assert noise.folded_seed(seed) == seed and type(noise.folded_seed(seed)) is int
    beyond = [2**31, 2**32, -(2**31) - 1, 3_000_000_000, 2**64, 10**100]
    folded = [noise.folded_seed(seed) for seed in beyond]
    assert all(-(2**31) <= seed < 2**31 for seed in folded) and len(set(folded)) == len(beyond)
    assert folded[3] == int.from_bytes(hashlib.sha256(b"3000000000").digest()[:4], signed=True)
    for seed in (1.5, "1", None, True, [1]):
        with pytest.raises(UserError, match="the seed must be a whole number"):
            noise.folded_seed(seed)
    rows = noise.sample_rows(noise.Normal(), 2, (2,), 2**40)
    np.testing.assert_array_equal(rows, noise.sample_rows(noise.Normal(), 2, (2,), tf.constant(noise.folded_seed(2**40))))
