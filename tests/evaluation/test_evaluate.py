"""Scores stand beside held-out real data's, carry their protocol, and catch what they should."""

import json
import re
import time

import keras
import numpy as np
import pytest
from PIL import Image

from ganzoo.data.images import Images
from ganzoo.data.points import Points
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.compare import compare, side_by_side
from ganzoo.evaluation.context import Sample
from ganzoo.evaluation.evaluate import Evaluation, evaluate
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.features import inception
from ganzoo.evaluation.features.untrained import RandomConvolutions
from ganzoo.evaluation.inputs.base import ArrayInput, FamilyInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.protocol import differences
from ganzoo.families.conditional import ConditionalGAN
from ganzoo.families.gan import GAN
from ganzoo.metrics.frechet import frechet_floor_of
from ganzoo.metrics.registry import all_metrics, metrics_of
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.serving.sampling import Sampler

QUICK = ("frechet_distance", "precision_recall", "density_coverage", "label_coverage", "vendi", "auth_pct", "c_t", "ndb")


def quiet(line):
    pass


def by_name(scores):
    return {score["name"]: score for score in scores}


@pytest.fixture(scope="module")
def digits():
    side = open_input("digits")
    return side.examples(side.size), side.labels(side.size)


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(open_input("digits"), log=quiet)


@pytest.fixture(scope="module")
def fresh(digits):
    """A good model: training images, changed a little everywhere."""
    images = digits[0][np.random.default_rng(0).permutation(1437)[:360]].astype(int)
    images = images + np.random.default_rng(1).integers(-25, 26, images.shape)
    return ArrayInput(np.clip(images, 0, 255).astype(np.uint8), "fresh")


def test_a_score_carries_all_that_it_needs(evaluator, fresh):
    scores = evaluator.scores(fresh, QUICK)
    assert json.loads(json.dumps(scores, allow_nan=False)) == scores
    score = by_name(scores)["FD[cnn-digits]"]
    assert score["metric"] == "frechet_distance" and score["part"] == "" and score["direction"] == "lower"
    assert score["low"] < score["value"] < score["high"]
    assert score["protocol"]["count"] == score["real_count"] == 360 and score["value_at_real_count"] is None
    assert score["protocol"]["data"] == "digits:train" and score["protocol"]["held_out"] == "digits:test"
    assert score["protocol"]["extractor"]["sha256"] == evaluator.extractor.sha256
    for part in ("N=360", "digits:train", "cnn-digits", "d=64", f"w={evaluator.extractor.sha256[:8]}", "seed 0"):
        assert part in score["protocol_line"]
    assert any("the score is unreliable" in warning for warning in score["warnings"])


def test_the_real_column_is_held_out_data_in_the_models_place(evaluator, fresh):
    held = open_input("digits:test")
    columns = by_name(evaluator.scores(fresh, QUICK))
    itself = by_name(evaluator.scores(held, QUICK))
    for name in ("FD[cnn-digits]", "precision_recall.recall[cnn-digits]", "vendi[cnn-digits]", "auth_pct[cnn-digits]"):
        assert columns[name]["real"] == pytest.approx(itself[name]["value"])
    assert "held-out data itself" in " ".join(itself["vendi[cnn-digits]"]["warnings"])


def test_frechet_distances_stand_on_their_floor(evaluator, fresh, digits):
    score = by_name(evaluator.scores(fresh, "frechet_distance"))["FD[cnn-digits]"]
    assert score["excess"] == pytest.approx(score["value"] - score["floor"])
    features = evaluator.extractor.features(digits[0])
    rng = np.random.default_rng(0)
    halves = []
    for _ in range(5):
        order = rng.permutation(1437)
        halves.append(all_metrics()["frechet_distance"].function(features[order[360:]], features[order[:360]]))
    assert frechet_floor_of(features, 360, 1077) == pytest.approx(np.mean(halves), rel=0.3)
    few = [all_metrics()["frechet_distance"].function(features[i::30], features[i + 1 :: 30]) for i in range(0, 28, 2)]
    assert frechet_floor_of(features, 48, 48) == pytest.approx(np.mean(few), rel=0.3)


def test_an_evaluation_without_a_single_score_is_an_error(evaluator, fresh, monkeypatch):
    def fail(*arguments):
        raise UserError("too few")

    monkeypatch.setattr(evaluator, "_scores_of", fail)
    with pytest.raises(UserError, match="no metric could be computed for fresh"):
        evaluator.scores(fresh, "default")


def test_the_clock_holds_the_seconds_of_each_metric():
    few = Evaluator(open_input("digits"), "pixels", count=40, log=quiet)
    began = time.perf_counter()
    few.scores(open_input("digits:test"), "density_coverage")
    assert 0 < few.clock["density_coverage"] <= time.perf_counter() - began


def test_few_samples_are_said_to_be_few():
    few = Evaluator(open_input("digits"), "pixels", count=40, log=quiet)
    score = few.scores(open_input("digits:test"), "frechet_distance")[0]
    assert score["name"] == "FD[pixels]"
    assert any("40 samples for 64 dimensions" in warning and "singular" in warning for warning in score["warnings"])


def test_a_memorising_model_is_caught(evaluator, digits):
    copies = ArrayInput(digits[0][np.random.default_rng(2).permutation(1437)[:360]], "copies")
    scores = by_name(evaluator.scores(copies, QUICK))
    assert scores["auth_pct[cnn-digits]"]["value"] < 5 < 30 < scores["auth_pct[cnn-digits]"]["real"]
    assert scores["c_t[cnn-digits]"]["value"] < -10 and abs(scores["c_t[cnn-digits]"]["real"]) < 4
    assert scores["precision_recall.precision[cnn-digits]"]["value"] == 1
    assert scores["FD[cnn-digits]"]["excess"] < scores["FD[cnn-digits]"]["floor"]  # which sees nothing wrong


def test_a_collapsed_model_is_caught(evaluator, digits):
    chosen = digits[0][np.random.default_rng(3).integers(0, 4, 360)].astype(int)
    noise = np.random.default_rng(4).integers(-6, 7, chosen.shape)
    few = ArrayInput(np.clip(chosen + noise, 0, 255).astype(np.uint8), "collapsed")
    scores = by_name(evaluator.scores(few, QUICK))

    def against(name):
        return scores[f"{name}[cnn-digits]"]["value"], scores[f"{name}[cnn-digits]"]["real"]

    for name, factor in (
        ("precision_recall.recall", 0.5),
        ("density_coverage.coverage", 0.2),
        ("vendi", 0.5),
        ("label_coverage.captured", 0.5),
    ):
        value, real = against(name)
        assert value <= factor * real, name
    assert against("FD")[0] > 20 * against("FD")[1] and against("ndb.share")[0] > 0.8
    assert scores["FD[cnn-digits]"]["excess"] > 10 * scores["FD[cnn-digits]"]["floor"]
    assert against("precision_recall.precision")[0] > 0.8  # which sees nothing wrong


def test_only_the_verified_inception_is_called_fid_and_is(evaluator, fresh, tmp_path, frozen_graph):
    named = {score["name"] for score in evaluator.scores(fresh, "frechet_distance,kernel_distance,inception_score,ms_ssim")}
    assert {"FD[cnn-digits]", "KD[cnn-digits]", "CS[cnn-digits]", "ms_ssim"} <= named
    assert not {"FID", "KID", "IS"} & named
    network = inception.Inception(frozen_graph(tmp_path / inception.FILE))
    published = Evaluator(open_input("digits"), network, log=quiet)
    found = by_name(published.scores(fresh, "frechet_distance,inception_score,ndb"))
    assert {"FID", "IS", "ndb.share[inception]"} <= set(found)
    assert any("sanity check" in warning for warning in found["FID"]["warnings"])  # a mean of colours sees no blur


def test_more_samples_than_held_out_examples_are_scored_at_both_counts(digits):
    images = np.concatenate([digits[0], digits[0][:, ::-1, ::-1]])
    model = ArrayInput(images[np.random.default_rng(0).permutation(len(images))], "turned")
    larger = Evaluator(open_input("digits"), "pixels", count=1000, log=quiet)
    score = by_name(larger.scores(model, "frechet_distance,auth_pct"))["FD[pixels]"]
    assert score["protocol"]["count"] == 1000 and score["real_count"] == 360
    assert score["value_at_real_count"] > score["value"]
    assert any("of 360 held-out examples" in warning for warning in score["warnings"])


def test_fewer_samples_than_asked_for_meet_as_few_held_out_examples(evaluator, fresh):
    said = []
    small = Evaluator(open_input("digits"), log=said.append)
    score = small.scores(ArrayInput(fresh.examples(100), "small"), "frechet_distance")[0]
    assert score["protocol"]["count"] == score["real_count"] == 100
    assert score["real"] > evaluator.scores(fresh, "frechet_distance")[0]["real"]
    assert any("small has 100 examples" in line for line in said)


def test_features_are_computed_once_and_again_when_anything_changes(tmp_path, fresh):
    class Counting(RandomConvolutions):
        passes = 0

        def extract(self, images, progress=None):
            type(self).passes += 1
            return super().extract(images, progress)

    def sample(side=fresh, count=200, seed=0, weights=0):
        extractor = Counting(1, weights)
        before = Counting.passes
        features = Sample(side, count, seed, extractor, Cache(tmp_path)).features
        assert len(features) == count
        return Counting.passes - before

    assert sample() == 1 and sample() == 0
    changed = fresh.examples(360).copy()
    changed[:, 3, 3] ^= 1
    assert [sample(count=201), sample(seed=1), sample(weights=1), sample(side=ArrayInput(changed))] == [1] * 4
    for path in (tmp_path / "features").rglob("*.npz"):
        path.write_bytes(path.read_bytes()[:-100])
    assert sample() == 1 and sample() == 0


def test_real_columns_are_kept(tmp_path, fresh):
    def run():
        made = Evaluator(open_input("digits"), "pixels", cache=Cache(tmp_path), log=quiet)
        return made.scores(fresh, "ndb"), made.clock

    first, clock = run()
    again, kept = run()
    assert "ndb of real data" in clock and "ndb of real data" not in kept
    assert [score["real"] for score in again] == [score["real"] for score in first]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": np.zeros((20, 16, 16, 1), np.uint8)}, "16 x 16 x 1.*8 x 8 x 1.*--data digits@16"),
        ({"model": np.zeros((20, 8, 8, 3), np.uint8) + np.arange(3, dtype=np.uint8)}, "8 x 8 x 3"),
        ({"model": np.zeros((20, 2), np.float32)}, "cannot be compared"),
        ({"metrics": "fid"}, "no such metric: fid; there are .*frechet_distance"),
        ({"metrics": "frechet_distnce"}, "no such metric: frechet_distnce; did you mean frechet_distance or .*there are"),
        ({"metrics": []}, "no such metric"),
        ({"metrics": "mode_coverage"}, "mode_coverage does not apply"),
        ({"count": 1}, "at least 2"),
        ({"model": np.zeros((1, 8, 8, 1), np.uint8)}, "at least 2"),
        ({"data": None}, "name the real data with --data"),
        ({"data": "no_such_set"}, "no_such_set"),
        ({"extractor": "pixels", "metrics": "inception_score"}, "inception_score does not apply"),
    ],
)
def test_bad_input_ends_in_one_line(digits, options, message):
    arguments = {"model": digits[0][:50], "data": "digits", "metrics": "frechet_distance", "log": quiet} | options
    with pytest.raises(UserError, match=message) as caught:
        evaluate(**arguments)
    assert "\n" not in str(caught.value)


def test_grey_images_in_three_channels_are_taken_as_grey(evaluator, fresh):
    tripled = ArrayInput(fresh.examples(360).repeat(3, axis=3), "tripled")
    value = evaluator.scores(tripled, "frechet_distance")[0]["value"]
    assert value == pytest.approx(evaluator.scores(fresh, "frechet_distance")[0]["value"])


def test_points_get_the_metrics_that_make_sense_for_them():
    said = []
    scores = by_name(evaluate("ring8:test", "ring8", "default", count=500, reference_count=500, log=said.append))
    assert scores["mode_coverage.captured"]["value"] == 8 and "FD[points]" in scores
    assert not any("cnn" in name or name.startswith(("vendi", "ms_ssim")) for name in scores)
    assert "left out" in " ".join(said)


def test_what_is_not_finite_is_left_out_in_words(evaluator, digits):
    copies = ArrayInput(digits[0][:300], "copies")
    scores = by_name(evaluator.scores(copies, "realism"))
    assert "realism.median[cnn-digits]" not in scores
    assert "realism.median[cnn-digits] is undefined and left out: half" in " ".join(
        scores["realism.above_one[cnn-digits]"]["warnings"]
    )


def test_models_are_compared_under_one_protocol(fresh, digits):
    sides = [fresh, ArrayInput(255 - digits[0][:360], "inverted")]
    table = compare(sides, "digits", "frechet_distance,vendi,precision_recall", extractor="pixels", log=quiet)
    assert table["models"] == ["fresh", "inverted"] and "N=360" in table["protocol_line"]
    rows = {row["name"]: row for row in table["rows"]}
    assert rows["FD[pixels]"]["best"] == ["fresh"] and rows["FD[pixels]"]["real"] > 0
    for row in rows.values():
        for value in row["values"]:
            if value["value"] or "precision" in row["name"].split(".")[-1]:
                assert value["low"] <= value["value"] <= value["high"]
            else:  # a recall of 0 is 0 without any block of samples too, which says nothing of its spread
                assert value["low"] is value["high"] is None
    assert json.loads(json.dumps(table, allow_nan=False)) == table


def test_the_smallest_model_sets_the_count_of_a_comparison(fresh):
    said = []
    table = compare([fresh, ArrayInput(fresh.examples(50), "few")], "digits", "ndb", extractor="pixels", log=said.append)
    assert "N=50" in table["protocol_line"] and "all are scored at that count" in " ".join(said)


def test_what_has_few_samples_is_scored_as_at_their_count(digits):
    few = ArrayInput(digits[0][::10], "few")
    options = {"extractor": "pixels", "log": quiet}
    by_itself, by_count = (evaluate(few, "digits", "frechet_distance,c_t,vendi", count, **options) for count in (None, 144))
    keys = ("name", "value", "real", "floor", "protocol", "protocol_line")
    assert [[score[key] for key in keys] for score in by_itself] == [[score[key] for key in keys] for score in by_count]
    of_many = Evaluator(open_input("digits"), **options).scores(few, "frechet_distance")[0]
    assert (of_many["real"], of_many["protocol_line"]) == (by_count[0]["real"], by_count[0]["protocol_line"])


def test_one_protocol_line_is_of_one_reference_and_one_held_out_set(digits):
    def line(images, **options):
        data = ArrayInput(images, "real")
        fake = ArrayInput(digits[0][:100], "fake")
        return evaluate(fake, data, "vendi", extractor="pixels", log=quiet, **options)[0]["protocol_line"]

    images = digits[0][:400]
    lines = [
        line(images),
        line(255 - images),
        line(images[::-1].copy()),
        line(images, count=90),
        line(images, reference_count=150),
        line(images, seed=1),
    ]
    assert len(set(lines)) == len(lines) and line(images) == lines[0]


def test_the_real_data_itself_is_said_to_be(digits):
    data = ArrayInput(digits[0][:300], "imgs")
    for count, what in ((300, "the real data itself"), (200, "part of the real data")):
        twin = ArrayInput(digits[0][:count], "twin")
        score = evaluate(twin, data, "vendi", extractor="pixels", log=quiet)[0]
        assert f"twin is {what}: all 150 images drawn of it stand in imgs" in score["warnings"]
    mixed = np.concatenate([digits[0][:30], 255 - digits[0][:90]])
    score = evaluate(ArrayInput(mixed, "mixed"), data, "vendi", extractor="pixels", log=quiet)[0]
    assert "30 of 120 images of mixed also stand in the real data, imgs" in score["warnings"]


def test_repeated_images_are_said_to_blind_what_looks_for_copies(digits):
    said, fake = [], ArrayInput(255 - digits[0][:90], "new")
    data = ArrayInput(np.repeat(digits[0][:3], 60, 0), "dup")
    score = evaluate(fake, data, "vendi", extractor="pixels", log=said.append)[0]
    words = "every held-out image also stands in the reference: c_t, auth_pct and nearest_neighbour_test see no copies of them"
    assert words in score["warnings"]


class Trained(ArrayInput):
    """Samples of a model that is known to be trained on a source."""

    kind = "model"

    def __init__(self, images, source):
        super().__init__(images, "trained")
        self.trained_on, self.sampler, self.drawn = source, Sampler("nowhere", "trained"), {}


def test_a_model_that_was_trained_on_the_held_out_half_is_not_cleared_of_copying(digits, tmp_path):
    for number, image in enumerate(digits[0][:120, ..., 0]):
        Image.fromarray(image).convert("RGB").save(tmp_path / f"{number}.png")
    fake = 255 - np.repeat(digits[0][:90], 3, -1)
    words = "trained on both halves of .*: nothing here is held out"
    for source, trained in ((Images(str(tmp_path), size=8), True), (Images(str(tmp_path), size=8, held_out=0.4), False)):
        said = []
        model = Trained(fake, source)
        scores = evaluate(model, real_data(model), ["vendi", "c_t"], extractor="pixels", log=quiet)
        assert [any(re.search(words, one) for one in score["warnings"]) for score in scores] == [trained] * len(scores)
        scores = evaluate(model, real_data(model), extractor="pixels", log=said.append)
        assert sum(bool(re.match(f"note: trained {words}", line)) for line in said) == trained
        left = any(
            "left out, since nothing is held out from the model: nearest_neighbour_test, c_t, auth_pct" in s for s in said
        )
        assert left == trained == (not {"c_t", "auth_pct"} & {score["metric"] for score in scores})


@pytest.mark.parametrize("change", [{"seed": 1}, {"count": 300}, {"extractor": "random"}, {"data": "digits:test"}])
def test_scores_of_different_protocols_are_never_in_one_column(fresh, change):
    base = {"data": "digits", "metrics": "frechet_distance,ms_ssim", "extractor": "pixels", "log": quiet}
    first, second = evaluate(fresh, **base), evaluate(fresh, **(base | change))
    assert differences(first[0]["protocol"], second[0]["protocol"])
    assert not differences(first[0]["protocol"], evaluate(fresh, **base)[0]["protocol"])
    if "extractor" in change:
        assert [row["name"] for row in side_by_side({"a": first, "b": second})["rows"]] == ["ms_ssim"]
    else:
        with pytest.raises(UserError, match="a and b were scored under different protocols"):
            side_by_side({"a": first, "b": second})


def test_an_unsure_extractor_warns_in_every_score(fresh):
    made = Evaluator(open_input("digits"), "pixels", log=quiet)
    made._sanity_check = {"passed": False, "failures": ["it sees no blur"]}
    scores = made.scores(fresh, "vendi,ms_ssim")
    assert "the extractor failed its sanity check: it sees no blur" in scores[0]["warnings"]
    assert not any("sanity" in warning for score in scores if score["name"] == "ms_ssim" for warning in score["warnings"])


def test_label_accuracy_judges_samples_by_the_labels_that_they_came_with(evaluator, digits):
    images, labels = digits[0][:360], digits[1][:360].copy()
    labels[:90] = (labels[:90] + 1) % 10
    right = evaluator.extractor.probabilities(images).argmax(1) == labels
    scores = by_name(evaluator.scores(ArrayInput(images, "labelled", labels), "label_accuracy"))
    score = scores["label_accuracy[cnn-digits]"]
    assert score["value"] == pytest.approx(right.mean()) and 0.7 < score["value"] < 0.78
    assert score["real"] == pytest.approx(evaluator.extractor.accuracy, abs=1e-6) and score["real_count"] == 360
    assert scores["label_accuracy.class_7[cnn-digits]"]["value"] == pytest.approx(right[labels == 7].mean())
    assert scores["label_accuracy.worst_class[cnn-digits]"]["value"] < score["value"]


def test_label_accuracy_of_samples_without_labels_is_left_out_or_refused_in_words(evaluator, fresh, monkeypatch):
    said = []
    monkeypatch.setattr(evaluator, "log", said.append)
    with pytest.raises(UserError, match="^label_accuracy needs samples that were drawn with labels: fresh has none$"):
        evaluator.scores(fresh, "label_accuracy")
    assert evaluator.scores(fresh, "default")
    assert any("label_accuracy" in line and "do not apply here" in line for line in said)


def test_a_conditional_model_is_judged_by_the_labels_that_its_samples_were_asked_for(evaluator):
    keras.utils.set_random_seed(1)
    model = ConditionalGAN(
        mlp_generator((8, 8, 1), latent_dim=3, width=8, num_classes=10), mlp_discriminator((8, 8, 1), width=8, num_classes=10)
    )
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players}, seed=5)
    side = FamilyInput(model)
    assert side.labelled and not FamilyInput(unlabelled()).labelled
    inputs = model.draw_inputs(360, 0)
    np.testing.assert_array_equal(side.labels(360), inputs["labels"])
    side = evaluator.adapted(side)
    assert side.drawn == {"label": "drawn by the class shares of digits:train"} and evaluator.adapted(side) is side
    found = evaluator.extractor.probabilities(side.examples(360)).argmax(1)
    score = by_name(evaluator.scores(side, "label_accuracy"))["label_accuracy[cnn-digits]"]
    assert score["value"] == pytest.approx((found == side.labels(360)).mean())
    assert ", label drawn by the class shares of digits:train, seed 0" in score["protocol_line"]
    assert score["model"]["drawn"] == score["protocol"]["drawn"] == side.drawn


class Encoding(ArrayInput):
    """A side whose model reconstructs images, a little darker."""

    def __init__(self, images, darker=10):
        super().__init__(images, "encoding")
        self.sampler, self.services, self.darker = self, {"reconstruct": None}, darker

    def serve(self, service, images):
        assert service == "reconstruct" and images.dtype == np.float32
        return {"images": np.clip(images - self.darker / 127.5, -1, 1)}


def test_a_model_with_an_encoder_is_judged_by_what_it_makes_of_held_out_images(evaluator, digits):
    held = open_input("digits:test")
    images = held.examples(360).astype(float)
    error = np.square(images - np.clip(images - 10, 0, 255)).mean(axis=(1, 2, 3))
    scores = by_name(evaluator.scores(Encoding(digits[0][:360]), "reconstruction", intervals=True))
    assert set(scores) == {f"reconstruction.{part}" for part in ("psnr", "ssim", "ms_ssim", "sharpness")}
    assert scores["reconstruction.psnr"]["value"] == pytest.approx(np.mean(10 * np.log10(255**2 / error)), rel=1e-6)
    assert all(score["real"] is None and score["low"] is None for score in scores.values())
    with pytest.raises(UserError, match="reconstruction does not apply to .*: there is no outputs"):
        evaluator.scores(ArrayInput(digits[0][:360]), "reconstruction")


def test_every_metric_of_the_registry_can_be_asked_for(evaluator, fresh, monkeypatch):
    said = []
    monkeypatch.setattr(evaluator, "log", said.append)
    left = {"geometry_score", "feature_likelihood", "boundary_distortion"}  # slow
    left |= {"caption_match", "segmentation", "manifold"}  # of captions, of a known manifold
    left |= {
        "reconstruction",
        "reconstruction_error",
        "inversion",
        "path_length",
        "discriminator_probe",
        "conditioning",
        "evidence_bound",
    }  # of models
    names = [name for name in metrics_of("image") if name not in left]
    labelled = ArrayInput(fresh.examples(360), "labelled", np.arange(360) % 2)
    assert {score["metric"] for score in evaluator.scores(labelled, names)} == set(names)


def test_nan_features_end_an_evaluation_in_one_line(fresh):
    class Broken(RandomConvolutions):
        cacheable = False

        def _group(self, images):
            features, _ = super()._group(images)
            return np.where(images.max(axis=(1, 2, 3))[:, None] > 254, np.nan, features), None

    said = []
    broken = Evaluator(open_input("digits"), Broken(1), log=said.append)
    with pytest.raises(UserError, match="extractor random-conv gives NaN or infinite features for .* images") as caught:
        broken.scores(fresh, "all")
    assert "\n" not in str(caught.value) and not any("left out:" in line for line in said)


def unlabelled():
    keras.utils.set_random_seed(1)
    model = GAN(mlp_generator(shape=(2,), latent_dim=3, width=8, output="linear"), mlp_discriminator(shape=(2,), width=8))
    model.compile({"generator": keras.optimizers.SGD(0.1), "discriminator": keras.optimizers.SGD(0.1)}, seed=5)
    return model


@pytest.fixture
def gan():
    return unlabelled()


def test_an_evaluation_of_a_recipe_scores_a_model_in_memory(gan):
    entry = Evaluation(("frechet_distance", "mode_coverage"), count=200, every=50)
    assert entry.every == 50
    with pytest.raises(UserError, match="needs data"):
        entry(gan, 0)
    entry.prepare(Points("ring8"), log=quiet)
    scores = by_name(entry(gan, 50))
    assert {"FD[points]", "mode_coverage.captured"} <= set(scores) and "mode_coverage.kl_floor" not in scores
    assert by_name(entry(gan, 51))["FD[points]"]["value"] == scores["FD[points]"]["value"]
    gan.average.network.set_weights([weight + 1 for weight in gan.average.network.get_weights()])
    assert by_name(entry(gan, 52))["FD[points]"]["value"] != scores["FD[points]"]["value"]


def test_a_run_is_scored_on_the_data_of_its_recipe(tiny_recipe, tmp_path):
    from ganzoo.training import train

    train(tiny_recipe, run=tmp_path / "run", steps=10, log=quiet)
    scores = by_name(evaluate(tmp_path / "run", metrics="frechet_distance,mode_coverage", count=300, log=quiet))
    score = scores["FD[points]"]
    assert score["protocol"]["data"] == "ring8:train" and score["protocol"]["reference_count"] == 512
    assert score["model"]["step"] == 10 and score["value"] > 10 * score["real"]


def test_a_recipe_scores_its_model_while_it_trains(tiny_recipe, tmp_path):
    from ganzoo.run import Run
    from ganzoo.training import train

    entry = 'Evaluation(("frechet_distance",), count=100, every=10, data="ring8:test", reference_count=200)'
    source = tiny_recipe.read_text().replace("checkpoint_every=10,", f"checkpoint_every=10, evaluations=({entry},),")
    tiny_recipe.write_text(source.replace("import keras", "import keras\nfrom ganzoo.evaluation.evaluate import Evaluation"))
    run, kept = tmp_path / "run", tmp_path / "run" / "scores.jsonl"
    train(tiny_recipe, run=run, steps=10, log=quiet)
    kept.unlink()  # as where a kill met the evaluation of step 10, after its checkpoint
    train(tiny_recipe, run=run, steps=20, log=quiet)
    scores = Run(run).all_scores()
    assert [score["step"] for score in scores] == [10, 20]
    assert {score["name"] for score in scores} == {"FD[points]"}
    whole = kept.read_text().splitlines(keepends=True)
    kept.write_text(whole[0])
    said = []
    for _ in range(2):
        train(tiny_recipe, run=run, steps=20, log=said.append)
    assert sum(line.startswith("step 20: FD[points]") for line in said) == 1
    again = Run(run).all_scores()
    assert [score["step"] for score in again] == [10, 20] and again[1]["value"] == scores[1]["value"]
