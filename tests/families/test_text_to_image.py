import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from ganzoo import load, losses, penalties
from ganzoo.checkpoints import Checkpoints
from ganzoo.cli.main import main
from ganzoo.data import shape_captions, shapes
from ganzoo.data.captions import holds
from ganzoo.data.shape_captions import ShapeCaptions, claims
from ganzoo.errors import UserError
from ganzoo.evaluation.evaluate import evaluate
from ganzoo.families.text_to_image import GANCLS, matching_aware_loss
from ganzoo.networks.text_to_image import caption_encoder, text_discriminator, text_generator
from ganzoo.serving.export import export
from ganzoo.training import train

CAPTIONS = ShapeCaptions()
CAPTION = "a small red circle on a blue background, in the top left"
ROWS = 12


def networks(norm="batch", **encoder):
    options = {"vocabulary_size": shape_captions.VOCABULARY_SIZE, "length": shape_captions.LENGTH, "embedding_dim": 6}
    return {
        "generator": text_generator(size=16, latent_dim=3, embedding_dim=6, text_dim=5, width=4, residual=False),
        "discriminator": text_discriminator(size=16, embedding_dim=6, text_dim=5, width=4, residual=False, norm=norm),
        "generator_encoder": caption_encoder(**{**options, **encoder}, width=8, name="generator_encoder"),
        "discriminator_encoder": caption_encoder(**options, width=8, name="discriminator_encoder"),
    }


def compiled(rate=0.1, norm="batch", **options):
    keras.utils.set_random_seed(1)
    model = GANCLS(**networks(norm), captions=CAPTIONS, **options)
    model.compile({player: keras.optimizers.SGD(rate) for player in model.players}, seed=5)
    return model


def batch(rows=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    scenes = shapes.all_scenes()[rng.integers(1200, size=rows)]
    texts = [shape_captions.caption(scene, rng) for scene in scenes]
    return {
        "image": tf.constant([shapes.render(scene, rng) for scene in scenes], tf.float32) / 127.5 - 1,
        "caption": tf.constant(CAPTIONS.encode(texts)),
        "attributes": tf.constant(scenes),
        "claims": tf.constant(np.stack([claims(text) for text in texts])),
    }


def weights(model):
    return {name: [w.copy() for w in network.get_weights()] for name, network in model.networks.items()}


def trained(model):
    """The trainable weights of each network, as one vector."""
    return {name: np.concatenate([w.numpy().ravel() for w in n.trainable_variables]) for name, n in model.networks.items()}


def softplus(logits):
    return np.logaddexp(0.0, np.asarray(logits, np.float64))


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5])
def test_the_three_way_loss_equals_a_numpy_reference(weight):
    rng = np.random.default_rng(0)
    real, wrong, fake = (tf.constant(3 * rng.standard_normal((7, 1)), tf.float32) for _ in range(3))
    paper = softplus(-real).mean() + weight * softplus(wrong).mean() + (1 - weight) * softplus(fake).mean()
    np.testing.assert_allclose(matching_aware_loss(real, wrong, fake, weight), paper, rtol=1e-6)
    pairs = (1 - weight) * softplus(fake - real).mean() + weight * softplus(wrong - real).mean()
    found = matching_aware_loss(real, wrong, fake, weight, adversarial_loss=losses.Relativistic())
    np.testing.assert_allclose(found, pairs, rtol=1e-6)


def test_rows_whose_second_caption_is_true_too_do_not_count():
    rng = np.random.default_rng(0)
    real, wrong, fake = (tf.constant(3 * rng.standard_normal((7, 1)), tf.float32) for _ in range(3))
    rows = np.array([1, 1, 0, 1, 0, 1, 1], np.float32)
    some = rows.astype(bool)
    samples = 0.75 * (softplus(-real).mean() + softplus(fake).mean())
    expected = samples + 0.25 * (softplus(-real.numpy()[some]).mean() + softplus(wrong.numpy()[some]).mean())
    np.testing.assert_allclose(matching_aware_loss(real, wrong, fake, 0.25, rows), expected, rtol=1e-6)
    np.testing.assert_allclose(matching_aware_loss(real, wrong, fake, 0.25, np.zeros(7, np.float32)), samples, rtol=1e-6)


def test_the_three_way_loss_is_ln_4_where_nothing_is_told_apart_whatever_the_weight():
    zeros = tf.zeros((4, 1))
    for weight in (0.0, 0.3, 0.5):
        np.testing.assert_allclose(matching_aware_loss(zeros, zeros, zeros, weight), np.log(4), rtol=1e-6)


def test_the_families_losses_equal_a_numpy_reference():
    model, data = compiled(), batch()
    latents = model.noise(ROWS)
    others, rows = model.wrong_captions(data)
    model._round.end()
    embeddings = model.discriminator_encoder(data["caption"])
    fake = model.generator([latents, model.generator_encoder(data["caption"])], training=True)

    def logits(images, texts):
        return model.discriminator([images, texts], training=True).numpy()

    real, made = logits(data["image"], embeddings), logits(fake, embeddings)
    wrong = logits(data["image"], tf.gather(embeddings, others))
    expected = softplus(-real).mean() + 0.5 * softplus(wrong).mean() + 0.5 * softplus(made).mean()
    assert rows.numpy().all()
    np.testing.assert_allclose(model.discriminator_loss(data), expected, rtol=1e-5)
    model._round.end()
    np.testing.assert_allclose(model.generator_loss(data), softplus(-made).mean(), rtol=1e-5)


def test_interpolated_embeddings_lie_between_the_halves_of_a_batch():
    embeddings = np.arange(10, dtype=np.float32).reshape(5, 2)  # the odd one is left out
    found = compiled(interpolation=0.25).interpolated(tf.constant(embeddings))
    np.testing.assert_allclose(
        found, [0.25 * embeddings[0] + 0.75 * embeddings[2], 0.25 * embeddings[1] + 0.75 * embeddings[3]]
    )


def test_the_generator_learns_from_interpolated_captions_and_the_discriminator_never():
    plain, model, data = compiled(), compiled(interpolation=0.5), batch()
    np.testing.assert_allclose(model.discriminator_loss(data), plain.discriminator_loss(data), rtol=1e-6)
    model._round.end()
    latents = model.noise(ROWS + ROWS // 2)
    model._round.end()
    both = []
    for encoder in (model.generator_encoder, model.discriminator_encoder):
        embeddings = encoder(data["caption"])
        both.append(tf.concat([embeddings, 0.5 * embeddings[: ROWS // 2] + 0.5 * embeddings[ROWS // 2 :]], 0))
    logits = model.discriminator([model.generator([latents, both[0]], training=True), both[1]], training=True)
    np.testing.assert_allclose(model.generator_loss(data), softplus(-logits.numpy()).mean(), rtol=1e-5)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"interpolation": 0.5},
        {"mismatch_weight": 0.0},
        {"adversarial_loss": losses.Relativistic(), "caption_dropout": 0.3, "diversity": 1.0},
    ],
    ids=str,
)
def test_a_step_of_one_player_moves_its_networks_alone(player, options):
    model, data = compiled(**options), batch()
    before = trained(model)
    loss = getattr(model, f"{player}_loss")
    gradients = model.gradients(player, lambda: loss(data))
    assert all(np.isfinite(gradient).all() for gradient in map(tf.convert_to_tensor, gradients))
    model.move(player, gradients)
    after = trained(model)
    assert {name for name in after if (after[name] != before[name]).any()} == {player, f"{player}_encoder"}


def test_a_relativistic_generator_is_judged_beside_real_images_of_its_captions():
    model, data = compiled(adversarial_loss=losses.Relativistic()), batch()
    latents = model.noise(ROWS)
    model._round.end()
    embeddings = model.discriminator_encoder(data["caption"])
    fake = model.generator([latents, model.generator_encoder(data["caption"])], training=True)
    real, made = (model.discriminator([images, embeddings], training=True).numpy() for images in (data["image"], fake))
    np.testing.assert_allclose(model.generator_loss(data), softplus(real - made).mean(), rtol=1e-5)


def test_a_share_of_captions_is_dropped_and_then_claims_nothing():
    model, data = compiled(caption_dropout=0.4), batch(200)
    found = model.with_captions_dropped(data)
    empty = ~found["caption"].numpy().any(1)
    assert 0.25 < empty.mean() < 0.55
    np.testing.assert_array_equal((found["claims"].numpy() == -1).all(1), empty)
    for name in ("caption", "claims"):
        np.testing.assert_array_equal(found[name].numpy()[~empty], data[name].numpy()[~empty])
    for name in ("image", "attributes"):
        assert found[name] is data[name]
    chosen, rows = model.wrong_captions(found)
    assert rows.numpy().all() and not empty[chosen.numpy()].any()  # an empty caption is wrong of no image


def test_a_generator_gains_by_how_far_two_samples_of_a_caption_lie_apart_up_to_a_limit():
    plain, data = compiled(), batch()
    latents = plain.noise(ROWS)
    others = plain.noise(ROWS)
    plain._round.end()
    assert np.abs(others - latents).max() > 0.1
    embeddings = plain.generator_encoder(data["caption"])
    first, second = (plain.generator([z, embeddings], training=True).numpy() for z in (latents, others))
    apart = np.abs(first - second).mean((1, 2, 3)) / np.abs(latents - others).mean(1)
    limit = float(np.median(apart))
    model = compiled(diversity=3.0, diversity_limit=limit)
    gained = plain.generator_loss(data) - model.generator_loss(data)
    np.testing.assert_allclose(gained, 3.0 * np.minimum(apart, limit).mean(), rtol=1e-3)


def test_wrong_captions_are_always_wrong_and_every_wrong_one_occurs():
    model, data = compiled(), batch(16)
    false = ~holds(data["claims"].numpy()[None], data["attributes"].numpy()[:, None])
    seen = np.zeros_like(false)
    for _ in range(150):
        chosen, rows = model.wrong_captions(data)
        assert rows.numpy().all() and false[np.arange(16), chosen].all()
        seen[np.arange(16), chosen] = True
        model.step.assign_add(1)
        model._round.end()
    np.testing.assert_array_equal(seen, false)


def test_captions_that_happen_to_fit_do_not_count_as_wrong():
    model = compiled()
    scenes = np.array([[0, 0, 0, 0, 2], [0, 0, 1, 0, 2], [1, 0, 0, 0, 2]])
    said = np.array([[0, 0, -1, -1, -1], [-1, 0, -1, -1, 2], [-1, -1, -1, 0, 2]])  # 1 and 2 are true of all
    chosen, rows = model.wrong_captions({"claims": tf.constant(said), "attributes": tf.constant(scenes)})
    assert rows.numpy().tolist() == [0, 0, 1] and chosen.numpy()[2] == 0


def test_a_penalty_is_on_pairs_of_real_images_and_their_captions():
    plain, penalised, data = compiled(norm="none"), compiled(norm="none", penalties=[penalties.R1(gamma=4.0)]), batch()
    embeddings = plain.discriminator_encoder(data["caption"])
    with tf.GradientTape() as tape:
        tape.watch(data["image"])
        logits = plain.discriminator([data["image"], embeddings], training=True)
    gradients = tape.gradient(logits, data["image"]).numpy().reshape(ROWS, -1)
    added = penalised.discriminator_loss(data) - plain.discriminator_loss(data)
    np.testing.assert_allclose(added, 2.0 * np.square(gradients).sum(1).mean(), rtol=1e-3)


def test_without_mismatched_pairs_the_discriminator_sees_two_batches():
    for weight, expected in ((0.5, 4), (0.0, 3)):
        model, seen = compiled(rate=0.0, mismatch_weight=weight), []
        discriminate = model.discriminate
        model.discriminate = lambda images, *rest, f=discriminate, s=seen, **more: s.append(1) or f(images, *rest, **more)
        logs = model.train_step(batch())
        assert len(seen) == expected and ("wrong_score" in logs) == bool(weight)


def test_a_checkpoint_brings_back_networks_encoder_and_averages(tmp_path):
    model, data = compiled(), batch()
    for _ in range(2):
        model.train_step(data)
    checkpoints = Checkpoints(tmp_path, model.state())
    checkpoints.save()
    drawn = model.draw_inputs(5, 1)
    expected = model.sample(**drawn).numpy()
    later = {name: value.numpy() for name, value in model.train_step(data).items()}
    other = compiled()
    assert np.abs(other.sample(**drawn) - expected).max() > 1e-4
    assert Checkpoints(tmp_path, other.state()).restore() == 2
    np.testing.assert_array_equal(other.sample(**drawn), expected)
    resumed = other.train_step(data)
    for name, value in later.items():
        np.testing.assert_array_equal(resumed[name], value)


def test_samples_are_asked_for_by_caption_or_left_to_the_grammar():
    model = compiled()
    given = model.draw_inputs(4, 7, caption=CAPTION)
    assert given["captions"].numpy().tolist() == [CAPTION.encode()] * 4
    opened = model.draw_inputs(70, 7)
    np.testing.assert_array_equal(opened["latents"][:4], given["latents"])
    np.testing.assert_array_equal(model.draw_inputs(6, 7, first=64)["captions"], opened["captions"][64:])
    shown = model.showcase(64, 3)["captions"].numpy().reshape(8, 8)
    assert all(len(set(row)) == 1 for row in shown) and len(set(shown[:, 0])) > 5


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"mismatch_weight": 1.0}, r"in \[0, 1\)"),
        ({"mismatch_weight": -0.1}, r"in \[0, 1\)"),
        ({"interpolation": 1.0}, "between two captions"),
        ({"caption_dropout": 1.0}, "caption_dropout is a share"),
        ({"diversity": -1.0}, "diversity is a weight"),
        ({"diversity": 1.0, "diversity_limit": 0.0}, "diversity_limit above 0"),
        ({"encoder": {"embedding_dim": 7}}, "generator must take embeddings of its encoder's 7 values"),
        ({"encoder": {"length": 9}}, "length=16"),
        ({"encoder": {"vocabulary_size": 9}}, "generator_encoder knows 9 tokens, the captions have 34"),
    ],
)
def test_nonsensical_arguments_are_refused(options, reason):
    made = networks(**options.pop("encoder", {}))
    with pytest.raises(UserError, match=reason):
        GANCLS(**made, captions=CAPTIONS, **options)


def test_data_without_captions_is_refused():
    with pytest.raises(UserError, match="CaptionedImages"):
        compiled().discriminator_loss({"image": tf.zeros((2, 16, 16, 3))})


# A run of a few steps, its export, and what both give.

OVERRIDES = ("model.generator.width=4", "model.discriminator.width=4", "batch_size=16")
PLAIN = ("model.penalties=()", "evaluations=()")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "run"
    train("shapes_text", path, [*OVERRIDES, *PLAIN], steps=4, log=lambda line: None)
    return path


@pytest.fixture(scope="module")
def exported(run):
    return export(run, run.parent / "exported" / "shapes")


@pytest.fixture(scope="module")
def models(run, exported):
    return load(run), load(exported)


@pytest.mark.parametrize("caption", [None, CAPTION])
def test_an_export_draws_what_its_run_draws(models, caption):
    ours, theirs = models
    images = ours.sample(9, 5, caption=caption)
    np.testing.assert_allclose(theirs.sample(9, 5, caption=caption), images, atol=1e-5)
    captions = ours.captions(9, 5, caption=caption)
    assert theirs.captions(9, 5, caption=caption) == captions
    assert captions == [caption] * 9 if caption else len(set(captions)) > 5


def test_every_signature_takes_captions_as_strings(models, exported):
    signatures = tf.saved_model.load(str(exported)).signatures
    draw = {"count": tf.constant(5), "seed": tf.constant(2), "caption": tf.constant(CAPTION)}
    expected = models[0].sample(5, 2, caption=CAPTION)
    images = signatures["sample"](**draw)["images"]
    np.testing.assert_allclose(images, expected, atol=1e-5)
    drawn = signatures["inputs"](first=tf.constant(0), **draw)
    np.testing.assert_allclose(signatures["serving_default"](**drawn)["images"], expected, atol=1e-5)
    png = tf.io.decode_png(signatures["png"](**draw)["image_bytes"][0])
    np.testing.assert_allclose(png, 127.5 * expected[0] + 127.5, atol=0.51)
    logits = signatures["discriminate"](images=images, captions=tf.constant([CAPTION] * 5))["logits"]
    assert logits.shape == (5, 1) and np.isfinite(logits).all()


@pytest.mark.parametrize("caption, reason", [("a purple dog", "not purple dog"), ("a " * 20, "at most 16 words, not 20")])
def test_captions_it_cannot_read_are_one_line(models, caption, reason):
    for model in models:
        with pytest.raises(UserError, match=reason) as error:
            model.sample(2, caption=caption)
        assert "\n" not in str(error.value)


def test_the_command_line_samples_by_caption(run, models, tmp_path):
    out = tmp_path / "circles.npz"
    arguments = ["sample", str(run), "--count", "3", "--seed", "4", "--out", str(out), "--caption"]
    done = CliRunner().invoke(main, [*arguments, CAPTION])
    assert done.exit_code == 0 and "3 samples, seed 4" in done.output
    expected = models[0].sample(3, 4, caption=CAPTION)
    np.testing.assert_allclose(np.load(out)["images"], 127.5 * expected + 127.5, atol=1.0)
    refused = CliRunner().invoke(main, [*arguments, "a purple dog"])
    assert refused.exit_code == 2 and refused.output.startswith("ganzoo: a caption may use the words a the on")
    assert refused.output.endswith("not purple dog\n") and refused.output.count("\n") == 1


def test_the_card_tells_of_captions(exported):
    card = json.loads((exported / "card.json").read_text())
    assert card["options"] == {"caption": ""}
    assert card["signatures"]["serving_default"]["inputs"]["captions"] == "string [None]"
    assert "caption=''" in (exported / "README.md").read_text()


def test_the_warm_up_requests_run(exported):
    from tensorflow.core.framework import tensor_pb2

    from ganzoo.serving import warmup

    signatures = tf.saved_model.load(str(exported)).signatures
    seen = set()
    for record in tf.data.TFRecordDataset(str(exported / warmup.FILE)).as_numpy_iterator():
        request = warmup.message("PredictionLog").FromString(record).predict_log.request
        protos = {name: tensor_pb2.TensorProto.FromString(p.SerializeToString()) for name, p in request.inputs.items()}
        signatures[request.model_spec.signature_name](**{name: tf.constant(tf.make_ndarray(p)) for name, p in protos.items()})
        seen.add(request.model_spec.signature_name)
    assert seen == set(signatures)


def test_a_run_and_its_export_are_scored_beside_real_captioned_data(models, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = [
        {score["name"]: score for score in evaluate(model, metrics="caption_match", count=200, extractor="random", log=str)}
        for model in models
    ]
    for scores in found:
        assert scores["caption_match"]["real"] == 1.0 and scores["caption_match.position"]["real"] == 1.0
        assert scores["caption_match"]["value"] < 0.2
    assert found[0]["caption_match"]["value"] == pytest.approx(found[1]["caption_match"]["value"], abs=0.011)


@pytest.mark.parametrize("player, batches", [("discriminator", 3), ("generator", 1)])
def test_instance_noise_is_on_all_that_the_discriminator_sees(player, batches, seen_noise):
    make = lambda **options: compiled(mismatch_weight=0.5, **options)  # noqa: E731
    noises = seen_noise(make, player, batch())
    assert len(noises) == batches  # data, samples, data with wrong captions
    np.testing.assert_allclose([noise.std() for noise in noises], 1.0, atol=0.1)
