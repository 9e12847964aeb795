"""SavedModels that somebody else made: what they take and give is said in one line where it is not latents and images."""

import numpy as np
import pytest
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.serving.sampling import load

LATENTS = tf.TensorSpec([None, 4], tf.float32, "z")


def grey(z):
    """Images [B, 2, 2, 1] whose values are the latents' hyperbolic tangents."""
    return tf.reshape(tf.tanh(tf.cast(z, tf.float32)), [-1, 2, 2, 1])


def save(path, function, *specs):
    module = tf.Module()
    module.function = tf.function(function, input_signature=specs or [LATENTS], autograph=False)
    tf.saved_model.save(module, str(path), signatures=module.function.get_concrete_function())
    return load(path)


@pytest.mark.parametrize("dtype", [tf.float16, tf.float64, tf.bfloat16])
def test_latents_are_drawn_in_the_type_that_the_model_takes(tmp_path, dtype):
    sampler = save(tmp_path / "m", lambda z: {"images": grey(z)}, tf.TensorSpec([None, 4], dtype, "z"))
    latents = noise.sample_rows(noise.Normal(), 64, (4,), 3)
    expected = tf.tanh(tf.cast(tf.cast(latents, dtype), tf.float32)).numpy()[:5]
    np.testing.assert_allclose(sampler.sample(5, seed=3).reshape(5, 4), expected, rtol=1e-2 if dtype != tf.float64 else 1e-6)


@pytest.mark.parametrize(
    "function, complaint",
    [
        (
            lambda z: {"images": tf.repeat(grey(z), 2, axis=3)},
            r"gives \[B, 2, 2, 2\] for 64 latents: images are \[B, H, W, 1 or 3\]",
        ),
        (lambda z: {"images": tf.strings.as_string(z)}, "gives strings in `images`: images are numbers"),
        (lambda z: {"images": tf.cast(grey(z), tf.complex64)}, "gives complex64 in `images`"),
        (lambda z: {"images": z}, r"gives \[B, 4\] for 64 latents"),
        (lambda z: {"images": grey(z)[:3]}, r"gives \[B, 2, 2, 1\] for 64 latents"),
        (lambda z: {"images": tf.reduce_sum(z)}, r"gives \[B, \] for 64 latents"),
        (
            lambda z: {"images": tf.where(grey(z) > 0, np.nan, 100 * (grey(z) + 1))},
            "m generates NaN or infinite values in . of 5",
        ),
        (lambda z: {"images": grey(z) / 0 * 0}, "m generates NaN or infinite values in 5 of 5 samples"),
        (lambda z: {"images": tf.where(grey(z) > 0, np.inf, grey(z))}, "m generates NaN or infinite values in . of 5 samples"),
        (
            lambda z: {"images": tf.ensure_shape(tf.gather(grey(z), tf.where(z[:, 0] > 0)[:, 0]), [7, 2, 2, 1])},
            r"serving_default fails on latents \(64, 4\): ",
        ),
    ],
)
def test_what_are_no_images_is_one_line(tmp_path, function, complaint):
    with pytest.raises(UserError, match=complaint) as error:
        save(tmp_path / "m", function).sample(5)
    assert "\n" not in str(error.value) and "{{" not in str(error.value)


@pytest.mark.parametrize(
    "specs, complaint",
    [
        ([tf.TensorSpec([None, 4], tf.int32, "z")], "takes int32 z, and latents are real numbers"),
        ([tf.TensorSpec([None, 4], tf.string, "z")], "takes string z"),
        ([tf.TensorSpec([4], tf.float32, "z")], r"must take one input \[B, latent_dim\]"),
        ([tf.TensorSpec([None, None], tf.float32, "z")], r"must take one input \[B, latent_dim\]"),
        ([tf.TensorSpec(None, tf.float32, "z")], r"it takes \{'z': None\}"),
        ([LATENTS, tf.TensorSpec([None], tf.int32, "y")], "it takes "),
    ],
)
def test_what_takes_something_else_is_one_line(tmp_path, specs, complaint):
    with pytest.raises(UserError, match=complaint):
        save(tmp_path / "m", lambda *z: {"images": tf.zeros([64, 2, 2, 1])}, *specs)


def test_of_several_outputs_the_images_are_read_and_it_is_said(tmp_path):
    images = save(tmp_path / "a", lambda z: {"features": z, "a": tf.strings.as_string(z), "images": grey(z)})
    assert images.sample(3).shape == (3, 2, 2, 1) and images.shape == (2, 2, 1)
    other = save(tmp_path / "b", lambda z: {"features": z, "made": grey(z)})
    assert other.sample(3).shape == (3, 2, 2, 1)
    assert images.notes[0].endswith("of the outputs a, features, images, images is read")
    assert other.notes[0].endswith("of the outputs features, made, made is read")


def test_points_keep_their_range(tmp_path):
    sampler = save(tmp_path / "m", lambda z: {"points": 100 * z[:, :2]})
    latents = noise.sample_rows(noise.Normal(), 64, (4,), 0).numpy()
    np.testing.assert_allclose(sampler.sample(6), 100 * latents[:6, :2], rtol=1e-5)


def test_a_model_without_a_signature_or_of_another_format_says_what_to_do(tmp_path):
    tf.saved_model.save(tf.Module(), str(tmp_path / "bare"))
    with pytest.raises(UserError, match="has no signature `serving_default`"):
        load(tmp_path / "bare")
    for name in ("m.keras", "m.h5"):
        (tmp_path / name).write_bytes(b"x")
        with pytest.raises(UserError, match="cannot be loaded by Keras"):
            load(tmp_path / name)
    with pytest.raises(UserError, match=r"neither a run \(run.json\) nor a SavedModel \(saved_model.pb\)$"):
        load(tmp_path / "nothing.keras")


def test_a_signature_called_inputs_makes_no_export(tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda z: {"images": grey(z)}, input_signature=[LATENTS])
    function = module.f.get_concrete_function()
    tf.saved_model.save(module, str(tmp_path / "m"), signatures={"serving_default": function, "inputs": function})
    assert load(tmp_path / "m").sample(3).shape == (3, 2, 2, 1)


@pytest.mark.parametrize("damage", [b"", b"x", b"\x08\x01", None])
def test_a_damaged_model_is_one_line(tmp_path, damage):
    save(tmp_path / "m", lambda z: {"images": grey(z)})
    path = tmp_path / "m" / "saved_model.pb"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if damage is None else damage)
    with pytest.raises(UserError, match="m cannot be loaded: ") as error:
        load(tmp_path / "m")
    assert "\n" not in str(error.value)


def test_channels_first_are_turned(tmp_path):
    turned = save(tmp_path / "turned", lambda z: {"images": tf.transpose(grey(z), [0, 3, 1, 2])})
    plain = save(tmp_path / "plain", lambda z: {"images": grey(z)})
    np.testing.assert_array_equal(turned.sample(5, seed=3), plain.sample(5, seed=3))
    assert any("[N, C, H, W]" in line for line in turned.notes)
