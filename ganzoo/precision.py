"""The number format that a training computes in."""

from pathlib import Path

import keras
import tensorflow as tf

from ganzoo.choices import PRECISIONS
from ganzoo.errors import UserError

REWRITER = "auto_mixed_precision_onednn_bfloat16"


def apply(name, images=True):
    """Sets the format for all that is built from now on.

    On CPUs bfloat16 is oneDNN's graph rewriter, which leaves the variables and what loses by rounding in float32; on
    GPUs it is Keras' `mixed_bfloat16`. `auto` takes bfloat16 for images on processors with instructions for it, where it
    was measured to save up to a fifth of the CPU time and to leave the samples as good (docs/speed.md), and float32
    otherwise: points of the plane need more digits than bfloat16 has.

    Args:
        name: one of `choices.PRECISIONS`.
        images: whether the data is images.

    Returns:
        What was chosen, in words for a log.

    Raises:
        UserError: another name.
    """
    if name not in PRECISIONS:
        raise UserError(f"a precision is one of {', '.join(PRECISIONS)}, not {name!r}")
    if name == "auto":
        name = "bfloat16" if images and not _has_gpu() and _multiplies_bfloat16() else "float32"
    use_keras_defaults()
    rewrite = name == "bfloat16" and not _has_gpu()
    keras.config.set_dtype_policy("mixed_bfloat16" if name == "bfloat16" and not rewrite else "float32")
    tf.config.optimizer.set_experimental_options({REWRITER: rewrite})
    return "bfloat16 (oneDNN)" if rewrite else name


def use_keras_defaults():
    """Sets what networks and optimizers are built by, whatever the user's keras.json says: float32, channels last."""
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")


def _has_gpu():
    return bool(tf.config.list_physical_devices("GPU"))


def _multiplies_bfloat16():
    cpu = Path("/proc/cpuinfo")
    return cpu.is_file() and any(flag in cpu.read_text() for flag in ("amx_bf16", "avx512_bf16"))
