import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import uniform_filter

from ganzoo.errors import UserError
from ganzoo.metrics import tfgan

DRAWS = np.random.default_rng(0)
REAL = DRAWS.standard_normal((300, 8))
FAKE = DRAWS.standard_normal((300, 8)) + 0.5
IMAGES = DRAWS.integers(0, 256, (24, 32, 32, 3)).astype(np.float32)


@pytest.mark.parametrize("name", ["classifier_metrics", "sliced_wasserstein"])
def test_modules_import_and_leave_no_empty_packages(name):
    assert tfgan.module(name).__name__.endswith(name)
    assert not {"tensorflow_gan", "tensorflow_gan.python", "tensorflow_gan.python.eval"} & set(sys.modules)


def test_a_fresh_process_imports_quietly():
    code = (
        "import numpy as np; from ganzoo.metrics import tfgan; x = np.random.rand(40, 3);"
        "print(tfgan.kernel_distance(x, x, block=10), tfgan.frechet_distance(x, x))"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "deprecated" not in process.stderr


def test_tensorflow_is_imported_only_when_used():
    code = "import sys; from ganzoo.metrics import tfgan; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_package_is_named(monkeypatch):
    tfgan.module.cache_clear()
    monkeypatch.setattr(tfgan.PathFinder, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="TF-GAN is not installed: pip install"):
        tfgan.kernel_distance(REAL, FAKE)


def test_a_missing_dependency_is_named(monkeypatch):
    tfgan.module.cache_clear()

    def fail(name):
        raise ModuleNotFoundError("no", name="tensorflow_probability")

    monkeypatch.setattr(tfgan.importlib, "import_module", fail)
    with pytest.raises(UserError, match="needs the package 'tensorflow_probability'"):
        tfgan.module("classifier_metrics")
    tfgan.module.cache_clear()


def test_frechet_distance_of_a_shift():
    assert tfgan.frechet_distance(REAL, REAL + 1) == pytest.approx(8)


def test_kernel_distance_of_one_block_has_no_error():
    mean, error = tfgan.kernel_distance(REAL, FAKE, block=300)
    assert mean > 0 and np.isnan(error)
    assert tfgan.kernel_distance(REAL, FAKE, block=50)[1] > 0


def test_sliced_wasserstein_is_seeded_and_leaves_global_generators_alone():
    def draw():
        np.random.seed(5)
        tf.random.set_seed(5)
        np.random.rand(), tf.random.normal([])
        return np.random.rand(), float(tf.random.normal([]))

    def draw_around():
        np.random.seed(5)
        tf.random.set_seed(5)
        np.random.rand(), tf.random.normal([])
        scores.append(tfgan.sliced_wasserstein(IMAGES, IMAGES[::-1], seed=1))
        return np.random.rand(), float(tf.random.normal([]))

    scores = []
    assert draw() == draw_around()
    np.random.seed(77)
    tf.random.set_seed(77)
    scores.append(tfgan.sliced_wasserstein(IMAGES, IMAGES[::-1], seed=1))
    assert scores[0] == scores[1]
    assert scores[0] != tfgan.sliced_wasserstein(IMAGES, IMAGES[::-1], seed=2)


def test_sliced_wasserstein_is_tfgans():
    blurred = uniform_filter(IMAGES, (0, 5, 5, 0))
    ours = tfgan.sliced_wasserstein(IMAGES, blurred)
    theirs = tfgan.module("sliced_wasserstein").sliced_wasserstein_distance(tf.constant(IMAGES), tf.constant(blurred))
    assert list(ours) == [32, 16]
    for (floor, distance), (their_floor, their_distance) in zip(ours.values(), theirs, strict=True):
        assert distance == pytest.approx(float(their_distance), rel=0.1)
        assert floor == pytest.approx(float(their_floor), rel=0.25)
        assert distance > 1.4 * floor
