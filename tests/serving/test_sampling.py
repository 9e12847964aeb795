"""What can be sampled: stand-ins, SavedModels made by hand, a run whose model never trained."""

import json
import logging
import math
import shutil
import types
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ganzoo import memory, noise
from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError
from ganzoo.recipe import build, load_recipe
from ganzoo.run import Run
from ganzoo.serving.open_values import from_json, to_json
from ganzoo.serving.sampler import BATCH, Sampler
from ganzoo.serving.sampling import drawn_captions, drawn_labels, load
from ganzoo.zoo import newest_version

EXPORTED = Path(__file__).parents[2] / "exported"


class Counting(Sampler):
    """Sample i of a seed is seed + i (+ 1000 times the label)."""

    options = {"label": (tf.int32, -1), "code": (tf.float32, [math.nan, math.nan])}
    services = {"double": lambda x: {"y": 2 * x}, "detokenize": lambda tokens: {"text": tf.strings.as_string(tokens[:, 0])}}

    def __init__(self):
        super().__init__("models/counting", "counting")
        self.firsts = []

    def _batch(self, first, seed, options):
        self.firsts.append(first)
        return np.arange(first, first + BATCH) + seed + 1000 * options.get("label", 0)


# Every sampler.


@pytest.mark.parametrize("count", [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
def test_samples_come_in_batches_of_one_size_and_are_as_many_as_asked_for(count):
    sampler = Counting()
    np.testing.assert_array_equal(sampler.sample(count, seed=5), np.arange(count) + 5)
    assert sampler.firsts == list(range(0, count, BATCH))


def test_options_reach_the_generator_unless_they_are_open():
    assert Counting().sample(1, label=3)[0] == 3000 and Counting().sample(1, label=None)[0] == 0
    assert Counting().sample(1, code=[0.5, math.nan])[0] == 0


@pytest.mark.parametrize(
    "count, options, complaint",
    [
        (0, {}, "number of samples must be a whole number of at least 1, not 0"),
        (1, {"lable": 1}, "counting takes no option 'lable': it has label, code"),
        (1, {"label": [1, 2]}, r"label of counting takes one value, not \[1, 2\]"),
        (1, {"code": 1.0}, "code of counting takes 2 values, not 1.0"),
        (1, {"code": [1.0]}, "code of counting takes 2 values"),
        (1, {"label": "seven"}, "label of counting cannot be 'seven'"),
        (1, {"label": 1.5}, "label of counting cannot be 1.5"),
        (1, {"label": 2**31}, "label of counting cannot be 2147483648: it must lie in -2147483648 to 2147483647"),
        (1, {"label": -(2**31) - 1}, "label of counting cannot be -2147483649: it must lie in"),
        (1, {"label": {}}, "label of counting cannot be {}"),
        (1, {"code": ["x", 1.0]}, "code of counting cannot be"),
        (1, {"code": [10**400, 1.0]}, "code of counting cannot be"),
        ("3", {}, "number of samples must be a whole number of at least 1, not '3'"),
        (-1, {}, "number of samples must be a whole number of at least 1, not -1"),
        (1.0, {}, "number of samples must be a whole number of at least 1, not 1.0"),
        (10**12, {}, r"number of samples must be below 2\*\*31, not 1000000000000"),
        (1, {"seed": "x"}, "the seed must be a whole number"),
        (1, {"seed": 1.5}, "the seed must be a whole number"),
    ],
)
def test_what_a_sampler_cannot_do_is_one_line(count, options, complaint, exported):
    with pytest.raises(UserError, match=complaint):
        Counting().sample(count, **options)
    if not {"lable", "code"} & options.keys():
        for draw in (load(exported).sample, load(exported).labels):
            with pytest.raises(UserError, match=complaint.replace("counting", "numbers")):
                draw(count, **options)


def test_more_samples_than_the_memory_holds_are_refused(monkeypatch):
    sampler = Counting()
    sampler.shape = (1000, 1000, 3)
    monkeypatch.setattr(memory, "memory_bytes", lambda: 10**9)
    with pytest.raises(UserError, match="100 samples would take 2.4 GB, and this machine has 1.0 GB"):
        sampler.sample(100)


@pytest.mark.parametrize("seed", [2**31, -(2**31) - 1, 3_000_000_000, 2**70])
def test_a_seed_beyond_int32_is_folded_for_samples_labels_and_inputs_alike(seed, exported):
    folded = noise.folded_seed(seed)
    assert Counting().sample(1, seed)[0] == folded
    sampler = load(exported)
    for draw in (sampler.sample, sampler.labels):
        np.testing.assert_array_equal(draw(3, seed), draw(3, folded))
    np.testing.assert_array_equal(sampler.inputs(2, seed)["latents"], sampler.inputs(2, folded)["latents"])


@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint8])
def test_integers_of_numpy_are_integers(integer, exported):
    sampler = load(exported)
    expected = sampler.sample(5, seed=3, label=2)
    np.testing.assert_array_equal(sampler.sample(integer(5), seed=integer(3), label=integer(2)), expected)
    assert sampler.labels(integer(2), label=integer(1)).tolist() == [1, 1]


def test_samples_that_are_not_finite_are_counted():
    sampler = Counting()
    sampler._batch = lambda first, seed, options: np.array([[1.0, np.nan], [2.0, 3.0], [np.inf, 0.0]] + [[0.0, 0.0]] * 61)
    with pytest.raises(UserError, match="^counting generates NaN or infinite values in 1 of 2 samples$"):
        sampler.sample(2)


def failing(error):
    sampler = Counting()

    def fail(first, seed, options):
        raise error

    sampler._batch = fail
    return sampler


def test_a_familys_own_refusal_is_one_line_and_other_errors_are_none_of_the_users():
    message = "assertion failed: [label must lie in 0 to 9, not] [12] ... and a graph"
    with pytest.raises(UserError, match="^label must lie in 0 to 9, not 12$"):
        failing(tf.errors.InvalidArgumentError(None, None, message)).sample(1)
    with pytest.raises(tf.errors.InvalidArgumentError):
        failing(tf.errors.InvalidArgumentError(None, None, "shapes do not match")).sample(1)


def test_services_take_and_give_arrays_and_an_unknown_one_is_refused():
    sampler = Counting()
    np.testing.assert_array_equal(sampler.serve("double", x=[1.0, 2.0])["y"], [2.0, 4.0])
    with pytest.raises(UserError, match="counting has no service 'judge': it has double, detokenize"):
        sampler.serve("judge")
    with pytest.raises(UserError, match="it has none"):
        Sampler("x", "x").serve("judge")
    assert sampler.is_text and not Sampler("x", "x").is_text
    assert sampler.texts(np.array([[7, 8], [9, 0]])) == ["7", "9"]


def test_a_sampler_that_knows_nothing_says_so():
    sampler = Sampler("x", "x")
    for verb in (lambda: sampler.inputs(1), lambda: sampler.generate(latents=[0.0])):
        with pytest.raises(UserError, match="its generator's inputs"):
            verb()
    assert sampler.labels(3) is None and sampler.captions(3) is None


def test_labels_and_captions_are_those_that_samples_are_asked_for():
    def draw_inputs(count, seed, label=-1, caption=""):
        labels = tf.fill([count], label if label >= 0 else seed)
        return {"labels": labels, "captions": tf.fill([count], caption or f"seed {seed}")}

    model = types.SimpleNamespace(sample_options={"label": 0, "caption": 0}, draw_inputs=draw_inputs)
    assert drawn_labels(model, 2, 4, {"label": None}).tolist() == [4, 4]
    assert drawn_labels(model, 2, 4, {"label": 7}).tolist() == [7, 7]
    assert drawn_captions(model, 2, 4, {"caption": None}) == ["seed 4"] * 2
    assert drawn_captions(model, 1, 4, {"caption": "a dog"}) == ["a dog"]
    plain = types.SimpleNamespace(sample_options={}, draw_inputs=draw_inputs)
    assert drawn_labels(plain, 2, 4, {}) is None and drawn_captions(plain, 2, 4, {}) is None


@pytest.mark.parametrize(
    "value, stored", [(math.nan, None), ([math.nan, 1.0], [None, 1.0]), (-1, -1), ("", ""), ([[math.nan], [2]], [[None], [2]])]
)
def test_an_open_value_survives_json(value, stored):
    assert to_json(value) == stored
    np.testing.assert_equal(from_json(json.loads(json.dumps(to_json(value)))), value)


# SavedModels.


def saved(path, **signatures):
    """Writes a SavedModel of concrete functions by name."""
    module = tf.Module()
    module.functions = signatures
    tf.saved_model.save(module, str(path), signatures=signatures)
    return path


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "latents"), tf.TensorSpec([None], tf.int64, "labels")])
def labelled(latents, labels):
    return {"images": tf.reshape(latents, [-1, 1, 2, 1]) + tf.cast(labels, tf.float32)[:, None, None, None]}


@tf.function(
    input_signature=[tf.TensorSpec([], tf.int32, name) for name in ("count", "seed", "first")]
    + [tf.TensorSpec([], tf.int32, "label")]
)
def inputs(count, seed, first, label):
    numbers = tf.range(first, first + count)
    labels = tf.cond(label < 0, lambda: numbers % 3, lambda: tf.fill([count], label))
    return {"latents": tf.cast(tf.stack([numbers + seed] * 2, 1), tf.float32), "labels": tf.cast(labels, tf.int64)}


@tf.function(input_signature=[tf.TensorSpec([None, 1, 2, 1], tf.float32, "images")])
def discriminate(images):
    return {"logits": tf.reduce_sum(images, [1, 2, 3])[:, None]}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An export of two versions, the newer one of which has a card."""
    path = tmp_path_factory.mktemp("exported") / "numbers"
    for version in ("9", "10"):
        saved(path / version, serving_default=labelled, inputs=inputs, discriminate=discriminate)
    (path / "10" / "card.json").write_text(json.dumps({"options": {"label": -1}}))
    return path


def test_an_exports_newest_version_is_sampled_by_its_signatures(exported):
    sampler = load(exported)
    assert (sampler.path.name, sampler.name) == ("10", "numbers") and sampler.card == {"options": {"label": -1}}
    assert sampler.options == {"label": (tf.int32, -1)} and set(sampler.services) == {"discriminate"}
    samples = sampler.sample(70, seed=100)
    expected = np.arange(70) + 100 + np.arange(70) % 3
    np.testing.assert_array_equal(samples[:, 0, :, 0], np.stack([expected] * 2, 1))
    np.testing.assert_array_equal(sampler.sample(70, seed=100, label=5)[:, 0, 0, 0], np.arange(70) + 105)
    np.testing.assert_array_equal(sampler.labels(5), [0, 1, 2, 0, 1])
    np.testing.assert_array_equal(sampler.labels(2, label=4), [4, 4])
    assert sampler.captions(2) is None
    drawn = sampler.inputs(3, seed=7)
    np.testing.assert_array_equal(drawn["latents"][:, 0], [7, 8, 9])
    np.testing.assert_array_equal(sampler.generate(**drawn), sampler.sample(3, seed=7))
    np.testing.assert_array_equal(sampler.serve("discriminate", images=samples[:2])["logits"], [[200.0], [204.0]])


@pytest.mark.parametrize(
    "card, complaint",
    [
        ("", "is no JSON"),
        ("[]", "it must be an object of fields"),
        ('{"family": 3}', "family must be a text, not 3"),
        ('{"steps": "many"}', "steps must be a whole number, not 'many'"),
        ('{"data": []}', "data must be an object of fields"),
        ('{"data": {}}', "data.name is missing"),
        ('{"data": {"name": 3}}', "data.name must be a text"),
        ('{"data": {"name": "a", "source": 3}}', "data.source must be a text"),
        ('{"options": []}', "options must be an object of fields"),
        ('{"options": {"label": "x"}}', "options.label cannot be 'x'"),
        ('{"options": {"label": [1]}}', r"options.label takes one value, not \[1\]"),
        ('{"options": {"label": 1e99}}', "options.label cannot be 1e\\+99"),
    ],
)
def test_a_damaged_card_is_one_line(exported, card, complaint, tmp_path):
    path = tmp_path / "1"
    shutil.copytree(exported / "9", path)
    (path / "card.json").write_text(card)
    with pytest.raises(UserError, match=f"card.json.*{complaint}"):
        load(path)


def test_a_version_may_be_named_and_needs_no_card(exported):
    sampler = load(exported / "9")
    assert (sampler.path.name, sampler.name, sampler.card) == ("9", "numbers", {})
    assert sampler.sample(2, label=1).shape == (2, 1, 2, 1)
    with pytest.raises(UserError, match="numbers has no card that says how label is left open: name a value"):
        sampler.sample(2)


@pytest.mark.parametrize("name", ["digits_cgan"])
def test_an_export_draws_the_same_whatever_compiles_it(name):
    sampler = load(EXPORTED / name)
    draw = {"count": tf.constant(70), "seed": tf.constant(-3), "first": tf.constant(5)}
    draw |= {option: tf.constant(opened, dtype) for option, (dtype, opened) in sampler.options.items()}
    plain, compiled = (function(**draw) for function in (sampler.signatures["inputs"], compiled_inputs(sampler)))
    assert plain.keys() == compiled.keys()
    for key, values in plain.items():
        np.testing.assert_allclose(values, compiled[key], rtol=1e-6)


def compiled_inputs(sampler):
    return tf.function(sampler.signatures["inputs"], jit_compile=True)


def test_the_newest_version_is_the_highest_number_that_holds_a_model(tmp_path):
    assert newest_version(tmp_path) is None
    for name in ("2", "10", "latest", "11"):
        (tmp_path / name).mkdir()
    for name in ("2", "10", "latest"):
        (tmp_path / name / "saved_model.pb").write_bytes(b"")
    assert newest_version(tmp_path) == tmp_path / "10"
    assert newest_version(tmp_path / "latest") == tmp_path / "latest"
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert newest_version(tmp_path) == tmp_path


def foreign(path, scale, dtype=tf.float32, spec=(None, 3)):
    @tf.function(input_signature=[tf.TensorSpec(spec, tf.float32, "z")])
    def generate(z):
        return {"picture": tf.cast(scale(tf.tanh(z))[:, None, :, None], dtype)}

    return load(saved(path, serving_default=generate))


@pytest.mark.parametrize(
    "scale, dtype, says",
    [
        (lambda unit: unit, tf.float32, r"\[-1, 1\]"),
        (lambda unit: (unit + 1) / 2, tf.float32, r"\[0, 1\]"),
        (lambda unit: tf.round((unit + 1) * 127.5), tf.uint8, None),
        (lambda unit: (unit + 1) * 127.5, tf.float32, "0..255"),
        (lambda unit: unit > 0, tf.uint8, "black and white"),
        (lambda unit: unit > 0, tf.bool, "black and white"),
    ],
    ids=["signed", "unit", "bytes", "floats up to 255", "bits", "booleans"],
)
def test_a_foreign_models_images_are_brought_to_one_range(tmp_path, caplog, scale, dtype, says):
    with caplog.at_level(logging.WARNING):
        sampler = foreign(tmp_path / "model", scale, dtype)
        images = sampler.sample(BATCH + 6, seed=2)
    latents = noise.sample_rows(noise.Normal(), BATCH + 6, (3,), 2, 0)
    assert images.dtype == np.float32 and images.shape == (BATCH + 6, 1, 3, 1)
    expected = np.sign(latents) if says == "black and white" else np.tanh(latents)
    np.testing.assert_allclose(images[:, 0, :, 0], expected, atol=0.005 if says in ("0..255", None) else 1e-6)
    messages = [record.getMessage() for record in caplog.records if "read as" in record.getMessage()]
    assert messages == sampler.notes and len(messages) == bool(says), "the range is guessed once"
    assert not says or messages[0].endswith(f"read as {says}".replace("\\", ""))


def test_a_foreign_model_of_another_range_is_refused(tmp_path):
    sampler = foreign(tmp_path / "model", lambda unit: unit * 5)
    with pytest.raises(UserError, match=r"model generates values from -.* fit neither"):
        sampler.sample(4)


def test_a_foreign_models_points_are_as_they_are(tmp_path):
    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, "z")])
    def generate(z):
        return {"points": z * 7}

    sampler = load(saved(tmp_path, serving_default=generate))
    np.testing.assert_allclose(sampler.sample(9, seed=1), 7 * noise.sample_rows(noise.Normal(), 9, (2,), 1, 0), rtol=1e-6)
    assert not sampler.notes


def test_a_foreign_model_has_neither_options_nor_inputs(tmp_path):
    sampler = foreign(tmp_path / "model", lambda unit: unit)
    assert sampler.name == "model" and sampler.labels(1) is None
    with pytest.raises(UserError, match="it has none"):
        sampler.sample(1, label=1)
    with pytest.raises(UserError, match="does not tell"):
        sampler.inputs(1)


@pytest.mark.parametrize("spec", [(None, None), (None, 3, 1)])
def test_a_foreign_model_of_other_inputs_is_one_line(tmp_path, spec):
    with pytest.raises(UserError, match=r"must take one input \[B, latent_dim\]"):
        foreign(tmp_path, lambda x: x, spec=spec)
    with pytest.raises(UserError, match="must take one input"):
        load(saved(tmp_path / "two", serving_default=labelled))


def test_a_model_without_the_signature_is_one_line_that_lists_its_own(tmp_path):
    with pytest.raises(UserError, match=r"no signature `serving_default`; it has \['discriminate'\]"):
        load(saved(tmp_path, discriminate=discriminate))


def test_what_is_neither_a_run_nor_a_model_is_one_line(tmp_path):
    with pytest.raises(UserError, match="neither a run .* nor a SavedModel"):
        load(tmp_path)


# Runs.


@pytest.fixture
def untrained(tmp_path, tiny_recipe):
    """A run of the tiny recipe, taken up and not trained; its built recipe."""
    recipe = load_recipe(tiny_recipe)
    return Run.take_up(tmp_path / "run", recipe), recipe


def test_a_run_is_sampled_by_the_average_of_its_newest_checkpoint(untrained):
    run, recipe = untrained
    keras.utils.set_random_seed(0)
    built = build(recipe)
    built.model.compile(built.optimizers, seed=built.seed)
    built.model.average.network.set_weights([w + 0.1 for w in built.model.average.network.get_weights()])
    Checkpoints(run.checkpoints, built.model.state()).save()
    sampler = load(run.path)
    assert sampler.step == 0 and sampler.options == {} and set(sampler.services) == {"discriminate"}
    latents = sampler.inputs(70, seed=3)["latents"]
    np.testing.assert_array_equal(latents, noise.sample_rows(noise.Normal(), 70, (4,), 3, 0))
    expected = built.model.average.network(latents)
    np.testing.assert_allclose(sampler.sample(70, seed=3), expected, atol=1e-5)
    np.testing.assert_allclose(sampler.generate(latents=latents), expected, atol=1e-5)
    logits = sampler.serve("discriminate", points=np.zeros((2, 2), np.float32))["logits"]
    np.testing.assert_allclose(logits, built.model.discriminator(np.zeros((2, 2))), atol=1e-5)
    assert sampler.labels(2) is None and sampler.captions(2) is None


def test_a_run_without_a_checkpoint_is_one_line(untrained):
    with pytest.raises(UserError, match="no checkpoint yet; `ganzoo train` writes one"):
        load(untrained[0].path)
