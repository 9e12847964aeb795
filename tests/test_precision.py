import keras
import pytest
import tensorflow as tf

from ganzoo import precision, strategies
from ganzoo.errors import UserError


@pytest.fixture(autouse=True)
def float32_again():
    yield
    precision.apply("float32")


def rewriting():
    return tf.config.optimizer.get_experimental_options().get(precision.REWRITER, False)


@pytest.mark.parametrize(
    "bfloat16_cpu, images, words",
    [
        (True, True, "bfloat16 (oneDNN)"),
        (True, False, "float32"),
        (False, True, "float32"),
    ],
)
def test_auto_takes_bfloat16_for_images_where_the_processor_has_it(monkeypatch, bfloat16_cpu, images, words):
    monkeypatch.setattr(precision, "_has_gpu", lambda: False)
    monkeypatch.setattr(precision, "_multiplies_bfloat16", lambda: bfloat16_cpu)
    assert precision.apply("auto", images) == words
    assert rewriting() == (words != "float32")
    assert keras.config.dtype_policy().name == "float32"


def test_on_gpus_bfloat16_is_keras_policy(monkeypatch):
    monkeypatch.setattr(precision, "_has_gpu", lambda: True)
    assert precision.apply("auto") == "float32"
    assert precision.apply("bfloat16") == "bfloat16"
    assert keras.config.dtype_policy().name == "mixed_bfloat16" and not rewriting()


def test_a_precision_or_strategy_of_another_name_is_refused():
    with pytest.raises(UserError, match="auto, float32, bfloat16, not 'float16'"):
        precision.apply("float16")
    with pytest.raises(UserError, match="auto, one, mirrored, multi-worker, not 'tpu'"):
        strategies.choose("tpu")


@pytest.mark.parametrize("gpus", [[], ["GPU:0"]])
def test_a_gpu_is_one_that_tensorflow_sees(monkeypatch, gpus):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: gpus if kind == "GPU" else ["CPU:0"])
    assert precision._has_gpu() == bool(gpus)


def test_optimizers_are_float32_and_images_end_in_channels_whatever_keras_json_says():
    keras.config.set_floatx("float16")
    keras.config.set_image_data_format("channels_first")
    try:
        precision.apply("float32")
        assert keras.config.floatx() == "float32"
        assert keras.config.image_data_format() == "channels_last"
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")
