"""What every family must do: be built and called, train in half precision, rebuild from its config, save and load."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_families import FAMILIES, arrays, compiled, discriminator, drawn, every_family, generator, parts, play

from ganzoo import losses
from ganzoo.errors import UserError
from ganzoo.families.gan import GAN
from ganzoo.families.improved import ImprovedGAN
from ganzoo.families.seqgan import SeqGAN
from ganzoo.families.stacked import StackedGAN
from ganzoo.serialization import parameters

EVERY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
ADAM = {"optimizer": lambda: keras.optimizers.Adam(0.01)}


def equal(one, other):
    assert [name for name, _ in one] == [name for name, _ in other]
    for (name, a), (_, b) in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


def test_no_family_is_left_out():
    assert every_family() == set(FAMILIES)


@EVERY
def test_an_argument_is_an_attribute(family):
    model = family(**parts(family))
    assert all(hasattr(model, name) for name in parameters(family))
    assert keras.saving.get_registered_name(family) == f"ganzoo>{family.__name__}"


@EVERY
def test_a_config_rebuilds_the_family(family):
    model = compiled(family)
    again = family.from_config(model.get_config())
    assert again.networks.keys() == model.networks.keys()
    for name, network in model.networks.items():
        again.networks[name].set_weights(network.get_weights())
    again.compile({player: keras.optimizers.SGD(0.1) for player in again.players}, seed=5)
    equal(drawn(again), drawn(model))


@EVERY
def test_a_loaded_family_samples_alike_and_goes_on_where_it_was_saved(family, tmp_path):
    options = {"average_decay": 0.05} if "average_decay" in parameters(family) else {}
    model = compiled(family, **ADAM, **options)
    play(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.seed, loaded.phase, int(loaded.step)) == (model.seed, model.phase, int(model.step))
    equal(arrays(loaded), arrays(model))
    equal(*(list(play(each, [model.phase]).items()) for each in (loaded, model)))
    equal(arrays(loaded), arrays(model))


@pytest.mark.parametrize("family", [GAN, StackedGAN, SeqGAN], ids=lambda family: family.__name__)
def test_a_family_that_is_loaded_without_optimizers_keeps_its_averages_also_when_compiled_at_last(family, tmp_path):
    model = compiled(family, **ADAM, **({"average_decay": 0.05} if "average_decay" in parameters(family) else {}))
    play(model)
    model.save(tmp_path / "model.keras")
    sampling = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    equal(drawn(sampling), drawn(model))
    assert not sampling.optimizers
    sampling.compile({player: keras.optimizers.SGD(0.1) for player in sampling.players}, seed=5)
    equal(drawn(sampling), drawn(model))


@pytest.fixture
def bfloat16():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@EVERY
def test_a_round_in_half_precision_is_finite(family, bfloat16):
    model = family(**FAMILIES[family][0]())
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players}, seed=5)
    assert all(np.isfinite(value) for value in play(model).values())
    assert all(np.isfinite(values).all() for name, values in drawn(model) if values.dtype != object)


def test_a_family_that_was_never_compiled_is_saved_too(tmp_path):
    model = GAN(**parts(GAN))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    latents = model.draw_inputs(5, 1)["latents"]
    np.testing.assert_array_equal(loaded(latents), model(latents))
    assert not loaded.optimizers and not loaded.averages


def test_the_past_of_historical_averaging_is_saved(tmp_path):
    model = compiled(ImprovedGAN, historical_averaging=0.5)
    play(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert any(name.startswith("generator_history") for name, _ in arrays(model))
    equal(arrays(loaded), arrays(model))


def test_networks_that_share_weights_are_no_config():
    shared = discriminator()
    wrapped = keras.Model(shared.inputs, shared(shared.inputs), name="wrapped")

    class Two(GAN):
        @property
        def networks(self):
            return {**super().networks, "wrapped": wrapped}

    with pytest.raises(UserError, match="discriminator and wrapped share weights"):
        Two(generator(), shared).get_config()


def test_a_users_own_family_needs_no_get_config(tmp_path):
    @keras.saving.register_keras_serializable(package="tests")
    class Heavier(GAN):
        def __init__(self, generator, discriminator, weight=2.0, **kwargs):
            super().__init__(generator, discriminator, **kwargs)
            self.weight = weight

    model = Heavier(generator(), discriminator(), weight=3.0, adversarial_loss=losses.LeastSquares(b=0.9), instance_noise=0.1)
    again = Heavier.from_config(model.get_config())
    assert (again.weight, again.adversarial_loss, again.instance_noise) == (3.0, losses.LeastSquares(b=0.9), 0.1)


@EVERY
def test_what_a_family_refuses_to_sample_is_refused_before_a_network_reads_it(family):
    model = compiled(family)
    options = {
        name: tf.TensorSpec(np.shape(value), dtype)
        for name, (dtype, value) in model.sample_options.items()
        if dtype != tf.string
    }

    def sampled(**options):
        return model.sample(**model.draw_inputs(4, 1, **options))

    graph = tf.function(sampled).get_concrete_function(**options).graph
    guards = {op for op in graph.get_operations() if op.type == "Assert" or op.name.endswith("AssertGuard")}
    assert len(guards) >= len(options)
    # What the samples themselves come from; that the function's end waits for every assertion is no help to a lookup before.
    before, ahead = set(), [tensor.op for output in graph.outputs for tensor in output.op.inputs]
    while ahead:
        if (op := ahead.pop()) not in before:
            before.add(op)
            ahead += [*op.control_inputs, *(tensor.op for tensor in op.inputs)]
    assert guards <= before, [guard.inputs[-1] for guard in guards - before]
