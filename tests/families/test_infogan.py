import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from PIL import Image

from ganzoo import load, losses, noise
from ganzoo.checkpoints import Checkpoints
from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.explore.codes import codes_of
from ganzoo.explore.sweep import figure, sweep
from ganzoo.families.codes import Codes
from ganzoo.families.infogan import InfoGAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serving.export import export
from ganzoo.training import train

LOG_2PI = math.log(2 * math.pi)


def compiled(latent_dim=12, **options):
    keras.utils.set_random_seed(1)
    model = InfoGAN(
        mlp_generator(shape=(2,), latent_dim=latent_dim, width=8, output="linear"),
        mlp_discriminator(shape=(2,), width=8),
        **{"categories": (3, 4), "continuous": 2, "recogniser_width": 6, **options},
    )
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=5)
    return model


def batch(rows=6):
    return {"point": tf.constant(np.random.default_rng(0).normal(size=(rows, 2)), tf.float32)}


def weights(model):
    return {name: [w.numpy() for w in network.trainable_variables] for name, network in model.networks.items()}


def moved(before, model):
    after = weights(model)
    return {name for name in before if any((a != b).any() for a, b in zip(before[name], after[name], strict=True))}


# Codes.


def test_a_latent_is_noise_one_hot_categories_and_continuous_codes():
    codes = Codes((3, 4), 2, noise.Uniform(5.0, 6.0))
    latents = codes((4000, 12), noise.seed_of(0, 0, "test")).numpy()
    rest, three, four, continuous = np.split(latents, [3, 6, 10], axis=1)
    assert rest.min() >= 5 and rest.max() < 6
    for one_hot, size in ((three, 3), (four, 4)):
        assert set(np.unique(one_hot)) == {0, 1} and (one_hot.sum(1) == 1).all()
        np.testing.assert_allclose(one_hot.mean(0), 1 / size, atol=0.03)
    assert np.abs(continuous).max() <= 1
    np.testing.assert_allclose(continuous.std(0), 1 / np.sqrt(3), atol=0.02)
    drawn = np.column_stack([rest, three.argmax(1), four.argmax(1), continuous])
    assert np.abs(np.corrcoef(drawn.T) - np.eye(7)).max() < 0.06, "codes are drawn apart"


def test_entropies_in_nats():
    np.testing.assert_allclose(Codes((10,), 1, noise.Normal()).entropies, [2.302585, 0.693147], rtol=1e-6)


def test_a_code_can_be_fixed_and_leaves_the_rest_as_it_is():
    model = compiled()
    free = model.draw_inputs(100, seed=3)["latents"].numpy()
    fixed = model.draw_inputs(100, seed=3, code=[2, math.nan, math.nan, -1.5])["latents"].numpy()
    np.testing.assert_array_equal(fixed[:, 3:6], np.tile([0, 0, 1], (100, 1)))
    np.testing.assert_array_equal(fixed[:, 11], np.full(100, -1.5))
    np.testing.assert_array_equal(np.delete(fixed, [3, 4, 5, 11], 1), np.delete(free, [3, 4, 5, 11], 1))
    np.testing.assert_array_equal(model.draw_inputs(100, seed=3, code=[math.nan] * 4)["latents"], free)
    np.testing.assert_array_equal(model.draw_inputs(20, seed=3, first=70)["latents"], free[70:90])


@pytest.mark.parametrize("number", [3.0, -1.0, 0.5])
def test_a_category_that_there_is_not_is_refused(number):
    with pytest.raises(tf.errors.InvalidArgumentError, match="code 0 is a category from 0 to 2"):
        compiled().draw_inputs(2, seed=0, code=[number, math.nan, math.nan, math.nan])


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_code_is_refused(value):
    with pytest.raises(tf.errors.InvalidArgumentError, match="a continuous code is a finite number, or NaN"):
        compiled().draw_inputs(2, seed=0, code=[0.0, math.nan, math.nan, value])


def test_the_showcase_is_ordered_by_category():
    model = compiled()
    shown = model.showcase(64, seed=0)["latents"].numpy()
    categories = shown[:, 3:6].argmax(1)
    assert (np.diff(categories) >= 0).all() and set(np.bincount(categories)) <= {21, 22}
    np.testing.assert_array_equal(np.delete(shown, [3, 4, 5], 1), np.delete(model.draw_inputs(64, 0)["latents"], [3, 4, 5], 1))
    only_continuous = compiled(categories=())
    np.testing.assert_array_equal(only_continuous.showcase(9, 0)["latents"], only_continuous.draw_inputs(9, 0)["latents"])


def test_training_latents_hold_fresh_codes_each_time():
    model = compiled()
    first, second = model.noise(8).numpy(), model.noise(8).numpy()
    for latents in (first, second):
        assert (latents[:, 3:6].sum(1) == 1).all() and (latents[:, 6:10].sum(1) == 1).all()
    assert (first[:, 10:] != second[:, 10:]).all() and (first[:, :3] != second[:, :3]).all()


# Losses.


def reference_information(model, latents, features):
    """L_I of each code by NumPy in float64, from Q's heads on given features."""
    heads = {name: value.numpy().astype(np.float64) for name, value in model.recogniser(features, training=True).items()}
    _, three, four, continuous = np.split(latents.astype(np.float64), [3, 6, 10], axis=1)
    bounds = []
    for one_hot, logits in ((three, heads["category_0"]), (four, heads["category_1"])):
        log_q = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        bounds.append(np.log(one_hot.shape[1]) + (one_hot * log_q).sum(1).mean())
    std = np.exp(heads["log_std"]) + 1e-3 if model.continuous_std is None else model.continuous_std
    log_q = -0.5 * ((continuous - heads["mean"]) / std) ** 2 - np.log(std) - 0.5 * LOG_2PI
    return [*bounds, *(np.log(2) + log_q.mean(0))]


@pytest.mark.parametrize("std", [1.0, 0.5, None])
def test_losses_and_bounds_equal_a_numpy_reference(std):
    model = compiled(continuous_std=std, discrete_weight=0.7, continuous_weight=0.3)
    features_of = keras.Model(model.discriminator.inputs, model.discriminator.get_layer("features").output)
    real = batch()
    latents = model.noise(6).numpy()
    model._round.end()
    fake = model.generator(latents)
    bounds = reference_information(model, latents, features_of(fake))
    information = 0.7 * sum(bounds[:2]) + 0.3 * sum(bounds[2:])
    real_logits = model.discriminator(real["point"]).numpy().astype(np.float64)
    fake_logits = model.discriminator(fake).numpy().astype(np.float64)
    expected = np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean() - information
    np.testing.assert_allclose(model.discriminator_loss(real), expected, rtol=1e-5)
    records = model._round.end()
    for index, (bound, entropy) in enumerate(zip(bounds, np.log([3, 4, 2, 2]), strict=True)):
        np.testing.assert_allclose(records[f"information/code_{index}"], bound, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(records[f"information/entropy_{index}"], entropy, rtol=1e-6)
    expected = np.log1p(np.exp(-fake_logits)).mean() - information
    np.testing.assert_allclose(model.generator_loss(real), expected, rtol=1e-5)


def test_the_bound_reaches_the_entropy_where_q_is_sure_and_right():
    model = compiled()
    latents = model.noise(50)
    _, (three, four), continuous = model.codes.split(latents)
    guess = {"category_0": 50 * three, "category_1": 50 * four, "mean": continuous, "std": tf.fill((50, 2), 1.0)}
    bounds = model.information(latents, guess)
    np.testing.assert_allclose(bounds[:2], np.log([3, 4]), rtol=1e-6)
    np.testing.assert_allclose(bounds[2:], math.log(2) - 0.5 * LOG_2PI, rtol=1e-5)  # -.226, as the docstring says


# Who moves.


def test_the_discriminators_step_moves_q_and_the_generators_step_the_generator_alone():
    model = compiled()
    before = weights(model)
    model.minimize("discriminator", lambda: model.discriminator_loss(batch()))
    assert moved(before, model) == {"discriminator", "recogniser"}
    before = weights(model)
    model.minimize("generator", lambda: model.generator_loss(batch()))
    assert moved(before, model) == {"generator"}


def test_the_codes_reach_the_shared_features_and_the_generator():
    with_codes, without = (compiled(discrete_weight=w, continuous_weight=w) for w in (1.0, 0.0))
    for player in ("discriminator", "generator"):
        gradients = []
        for model in (with_codes, without):
            loss = getattr(model, f"{player}_loss")
            gradients.append(model.gradients(player, lambda: loss(batch())))
            model._round.end()
        first = [gradient[0].numpy() for gradient in gradients]  # of the player's first kernel
        assert np.isfinite(first).all() and np.abs(first[0] - first[1]).max() > 1e-4


def test_a_round_takes_every_step_and_its_loss_may_need_real_logits():
    from ganzoo import losses, penalties

    model = compiled(adversarial_loss=losses.Relativistic(), penalties=[penalties.R1(gamma=1.0)], discriminator_steps=2)
    records = model.train_step(batch(8))
    assert all(np.isfinite(value) for value in records.values())
    assert int(model.optimizers["discriminator"].iterations) == 2 and int(model.step) == 1


def test_a_checkpoint_brings_q_back(tmp_path):
    model = compiled()
    model.train_step(batch())
    Checkpoints(tmp_path, model.state()).save()
    saved = weights(model)
    model.train_step(batch())
    assert moved(saved, model) == set(model.networks)
    assert Checkpoints(tmp_path, model.state()).restore() == 1
    assert moved(saved, model) == set()


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"categories": (), "continuous": 0}, "needs a code"),
        ({"categories": (1,)}, "2 values or more"),
        ({"continuous": -1}, "0 or more"),
        ({"continuous_std": 0.0}, "continuous_std is positive"),
        ({"discrete_weight": -1.0}, "lambdas of 0 or more"),
        ({"latent_dim": 9}, "latent_dim must be more, not 9"),
        ({"recogniser_width": 0}, "width must be a positive integer"),
    ],
)
def test_arguments_without_sense_are_refused(options, reason):
    with pytest.raises(UserError, match=reason):
        compiled(**options)


def test_a_discriminator_without_features_is_refused():
    images = keras.Input((2,))
    with pytest.raises(UserError, match="has no layer `features`"):
        InfoGAN(mlp_generator((2,), latent_dim=20, width=4), keras.Model(images, keras.layers.Dense(1)(images)))


# A run, its export, and their codes.


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A run of a few steps and its export, by name: their paths."""
    path = tmp_path_factory.mktemp("infogan")
    overrides = ["model.generator.width=4", "model.discriminator.width=4", "batch_size=16", "model.continuous_std=none"]
    train("digits_infogan", path / "run", overrides, steps=3, log=lambda line: None)
    return {"run": path / "run", "export": export(path / "run", path / "exported")}


CODE = [7, math.nan, 0.5]


@pytest.mark.parametrize("code", [None, CODE])
def test_an_export_gives_the_samples_of_its_run(models, code):
    run, exported = (load(path).sample(70, seed=3, code=code) for path in models.values())
    np.testing.assert_allclose(exported, run, atol=1e-5)


def test_every_signature_of_samples_takes_a_code(models):
    signatures = tf.saved_model.load(str(models["export"])).signatures
    scalars = {"count": tf.constant(9), "seed": tf.constant(3), "code": tf.constant(CODE, tf.float32)}
    expected = load(models["run"]).sample(9, seed=3, code=CODE)
    images = signatures["sample"](**scalars)["images"].numpy()
    np.testing.assert_allclose(images, expected, atol=1e-5)
    pngs = signatures["png"](**scalars)["image_bytes"].numpy()
    decoded = np.stack([tf.io.decode_png(png).numpy() for png in pngs])
    np.testing.assert_array_equal(decoded, np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8))
    latents = signatures["inputs"](**scalars, first=tf.constant(0))["latents"].numpy()
    assert (latents[:, 32:42].argmax(1) == 7).all() and (latents[:, 43] == 0.5).all()


def test_both_encode_alike(models):
    images = load(models["run"]).sample(5, seed=0)
    found = [load(path).serve("encode", images=images) for path in models.values()]
    assert set(found[0]) == {"category_0", "mean", "std"} and set(load(models["export"]).services) == {"discriminate", "encode"}
    for name, value in found[0].items():
        assert value.shape == (5, 10 if name == "category_0" else 2)
        np.testing.assert_allclose(found[1][name], value, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[0]["category_0"].sum(1), 1, rtol=1e-5)
    assert (found[0]["std"] > 0).all()


def test_the_card_is_json_and_its_line_of_python_runs(models):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    card = json.loads((models["export"] / "card.json").read_text(), parse_constant=refuse)
    assert card["options"] == {"code": [None, None, None]} and card["parameters"]["recogniser"] > 0
    text = (models["export"] / "README.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith("samples = "))
    names = {"tf": tf, "model": tf.saved_model.load(str(models["export"]))}
    exec(line, names)
    np.testing.assert_allclose(names["samples"]["images"], load(models["run"]).sample(64), atol=1e-5)


@pytest.mark.parametrize("which", ["run", "export"])
def test_codes_that_do_not_fit_are_one_line(models, which):
    model = load(models[which])
    with pytest.raises(UserError, match="takes 3 values, not"):
        model.sample(1, code=[1.0])
    with pytest.raises(UserError, match="code 0 is a category from 0 to 9, or NaN, not 10"):
        model.sample(1, code=[10, math.nan, math.nan])
    with pytest.raises(UserError, match="no service 'decode': it has discriminate, encode"):
        model.serve("decode", images=np.zeros((1, 8, 8, 1), np.float32))


def test_a_sweep_is_the_same_of_a_run_and_its_export(models):
    run, exported = (load(path) for path in models.values())
    codes = codes_of(run)
    assert codes == codes_of(exported) and [code.name for code in codes] == ["category_0", "continuous_0", "continuous_1"]
    first, again = (sweep(model, codes[0], rows=2, seed=1) for model in (run, exported))
    assert first.shape == (2, 10, 8, 8, 1)
    np.testing.assert_allclose(first, again, atol=1e-5)
    np.testing.assert_allclose(first[:, 7], run.sample(2, seed=1, code=[7, math.nan, math.nan]), atol=1e-6)
    assert figure(run, rows=2, seed=1).shape == figure(exported, rows=2, seed=1).shape


def test_the_command_line_takes_codes_and_draws_sweeps(models, tmp_path):
    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    done = run("sample", models["export"], "--count", 3, "--code", "7,nan,0.5", "--out", tmp_path / "seven.npz")
    assert done.exit_code == 0, done.output
    expected = np.clip(np.rint((load(models["run"]).sample(3, code=CODE) + 1) * 127.5), 0, 255)
    assert np.abs(np.load(tmp_path / "seven.npz")["images"] - expected).max() <= 1
    assert run("sample", models["run"], "--code", "7,x", "--out", tmp_path / "no.npz").exit_code == 2
    facts = tmp_path / "facts.json"
    done = run("latent", "sweep", models["run"], "--rows", 2, "--count", 40, "--out", tmp_path / "sweep.png", "--json", facts)
    assert done.exit_code == 0, done.output
    assert "category_0: L_I" in done.output and "held-out images in their class's category" in done.output
    records = json.loads(facts.read_text())["codes"]
    assert [record["code"] for record in records] == ["category_0", "continuous_0", "continuous_1"]
    assert 0 <= records[0]["real_accuracy"] <= 1 and records[0]["real_count"] == 360 and len(records[0]["classes"]) == 10
    assert Image.open(tmp_path / "sweep.png").size[0] > 28 * 28


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_instance_noise_is_on_all_that_the_discriminator_sees(player, seen_noise):
    make = lambda **options: compiled(adversarial_loss=losses.Relativistic(), **options)  # noqa: E731
    noises = seen_noise(make, player, batch(400), ("discriminate", "recognise"))
    assert len(noises) == 2  # data and samples
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
