"""What many tests need: a small GAN, a small recipe file, the command line, real data where it is prepared."""

import gc
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import processes
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as commands have it: `cli.options.prefer_onednn`
# As many workers run as there are cores: more threads in each would only wait for one another, and spin meanwhile.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ.setdefault(threads, "1")
gc.set_threshold(50_000, 20, 20)  # traces make objects by the million, which Python would look through again and again

TINY = '''
"""A tiny recipe for tests."""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data.points import Points
from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8", take=512),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=4, width=8, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=8),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=16,
        steps=20,
        log_every=10,
        sample_every=10,
        checkpoint_every=10,
    )
'''


@pytest.fixture(scope="session", autouse=True)
def data_dir(tmp_path_factory):
    """Embedded data sets are prepared once, in a directory of the tests'; TFDS_DATA_DIR still finds real ones."""
    given = os.environ.get("TFDS_DATA_DIR")
    directory = tmp_path_factory.mktemp("data")
    os.environ["TFDS_DATA_DIR"] = str(directory)
    if given:
        for name in ("mnist", "fashion_mnist", "cifar10"):
            if (Path(given) / name).is_dir():
                (directory / name).symlink_to(Path(given) / name)
    return directory


@pytest.fixture(scope="session", autouse=True)
def cache_dir(tmp_path_factory):
    """Nothing is read from or written to the user's cache."""
    directory = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANZOO_CACHE", str(directory))
        yield directory


@pytest.fixture(scope="session")
def tiny_text():
    """The text of a recipe that trains in seconds."""
    return TINY


@pytest.fixture
def tiny_recipe(tmp_path):
    """A recipe file that trains in seconds."""
    path = tmp_path / "tiny.py"
    path.write_text(TINY)
    return path


@pytest.fixture
def command(tmp_path):
    """Runs `ganzoo ARGUMENTS` in a process of its own, in an empty directory; returns the completed process."""

    def run(*arguments, check=0, env=None, timeout=300):
        process = processes.run_command(arguments, tmp_path, env, timeout)
        assert process.returncode == check, f"exit code {process.returncode}\n{process.stdout}\n{process.stderr}"
        return process

    return run


@pytest.fixture
def replays_warm_up():
    """Asserts that an export's warm-up requests name every signature and run, and that its card names what each takes."""
    import tensorflow as tf
    from tensorflow.core.framework import tensor_pb2

    from ganzoo.serving import warmup

    def check(exported, module=None):
        module, seen = module or tf.saved_model.load(str(exported)), set()
        for record in tf.data.TFRecordDataset(str(exported / warmup.FILE)).as_numpy_iterator():
            request = warmup.message("PredictionLog").FromString(record).predict_log.request
            protos = {key: tensor_pb2.TensorProto.FromString(p.SerializeToString()) for key, p in request.inputs.items()}
            inputs = {key: tf.constant(tf.make_ndarray(proto)) for key, proto in protos.items()}
            module.signatures[request.model_spec.signature_name](**inputs)
            seen.add(request.model_spec.signature_name)
        assert seen == set(module.signatures)
        for name, taken in json.loads((exported / "card.json").read_text())["signatures"].items():
            assert taken["inputs"].keys() == module.signatures[name].structured_input_signature[1].keys(), name

    return check


@pytest.fixture
def fresh_python(tmp_path):
    """Runs Python code in a new interpreter, where nothing is imported yet."""

    def run(code, env=None, timeout=300):
        process = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert process.returncode == 0, f"{process.stdout}\n{process.stderr[-4000:]}"
        return process.stdout

    return run


@pytest.fixture
def isolated(tmp_path):
    """Runs Python code in a process of its own: tf.distribute strategies do not share one."""

    def run(code, env=None, timeout=300):
        process = processes.run_code(code, tmp_path, env, timeout)
        assert process.returncode == 0, f"{process.stdout}\n{process.stderr[-4000:]}"
        return process.stdout

    return run
