"""Features from elsewhere give the scores that the same features give here, and every misfit is one line."""

import numpy as np
import pytest

import ganzoo
from ganzoo.errors import UserError
from ganzoo.evaluation.evaluate import evaluate
from ganzoo.evaluation.features.own import FunctionExtractor
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.metrics.frechet import frechet_distance

RNG = np.random.default_rng(0)
FAKE, REAL, HELD = RNG.normal(0.3, 1, (60, 5)), RNG.normal(size=(80, 5)), RNG.normal(size=(70, 5))
METRICS = ("frechet_distance", "precision_recall")
IMAGES = RNG.integers(0, 256, (90, 8, 8, 3), np.uint8)


def quiet(line):
    pass


def probabilities(features):
    shares = np.exp(features[:, :3])
    return shares / shares.sum(axis=1, keepdims=True)


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_features_alone_are_scored_by_their_name(tmp_path):
    made_by = {"name": "dinov2-vitl14", "layer": "cls", "sha256": "ab" * 32}
    fake = save(tmp_path / "fake.npz", features=FAKE, **made_by)
    real = save(tmp_path / "real.npz", features=REAL, held_out=HELD, **made_by)
    scores = {score["name"]: score for score in evaluate(fake, real, METRICS, log=quiet)}
    found = scores["FD[dinov2-vitl14]"]
    assert found["value"] == pytest.approx(float(frechet_distance(REAL, FAKE)), rel=1e-4)
    assert found["real_count"] == 60 and 0 < found["real"] < found["value"]
    extractor = found["protocol"]["extractor"]
    assert extractor["sha256"] == "ab" * 32 and extractor["layer"] == "cls" and extractor["dimension"] == 5
    assert "dinov2-vitl14 cls d=5 w=abababab" in found["protocol_line"]


def test_arrays_of_features_need_no_file():
    scores = ganzoo.evaluate(FAKE, REAL, ["frechet_distance"], extractor="clip", log=quiet)
    assert [score["name"] for score in scores] == ["FD[clip]"]
    again = ganzoo.evaluate(FAKE * 2, REAL, ["frechet_distance"], extractor="clip", log=quiet)
    other = ganzoo.evaluate(FAKE, REAL + 1, ["frechet_distance"], extractor="clip", log=quiet)
    hashes = [one[0]["protocol"]["extractor"]["sha256"] for one in (scores, again, other)]
    assert hashes[0] == hashes[1] != hashes[2], "of a name alone the real features tell what made them"


def test_probabilities_bring_their_metrics(tmp_path):
    fake = save(tmp_path / "fake.npz", features=FAKE, probabilities=probabilities(FAKE))
    held = {"held_out": HELD, "held_out_probabilities": probabilities(HELD)}
    real = save(tmp_path / "real.npz", features=REAL, probabilities=probabilities(REAL), **held)
    scores = evaluate(fake, real, ("inception_score", "frechet_distance"), log=quiet)
    shares = probabilities(FAKE).astype(np.float32).astype(float)
    entropy = lambda p: -(p * np.log(p)).sum(-1)  # noqa: E731
    plain = next(score for score in scores if score["part"] == "plain")
    assert plain["value"] == pytest.approx(np.exp(entropy(shares.mean(0)) - entropy(shares).mean()), rel=1e-4)


def test_a_file_beside_images_gives_what_the_extractor_itself_gives(tmp_path):
    def means(images):
        return images.mean(axis=(1, 2)) @ np.arange(12).reshape(3, 4)

    fake, real = IMAGES[:40], IMAGES[40:]
    direct = ganzoo.evaluate(fake, real, METRICS, extractor=means, log=quiet)
    assert direct[0]["name"] == "FD[means]"
    path = save(tmp_path / "means.npz", fake=means(fake), real=means(real), name="means")
    read = ganzoo.evaluate(fake, real, METRICS, features_file=path, log=quiet)
    for one, other in zip(direct, read, strict=True):
        assert one["name"] == other["name"] and one["value"] == pytest.approx(other["value"], rel=1e-5)
        assert one["real"] == pytest.approx(other["real"], rel=1e-5)


def test_models_beside_each_other_have_a_file_each(tmp_path):
    def means(images):
        return images.mean(axis=(1, 2)) @ np.arange(12).reshape(3, 4)

    models, real = {"one": IMAGES[:20], "other": 255 - IMAGES[20:40]}, IMAGES[40:]
    direct = ganzoo.compare(models, real, METRICS, extractor=means, intervals=False, log=quiet)
    files = [save(tmp_path / f"{name}.npz", fake=means(m), real=means(real), name="means") for name, m in models.items()]
    read = ganzoo.compare(models, real, METRICS, intervals=False, log=quiet, features_files=files)
    for one, two in zip(direct["rows"], read["rows"], strict=True):
        values = [[value["value"] for value in row["values"]] for row in (one, two)]
        assert one["name"] == two["name"] and values[0] == pytest.approx(values[1], rel=1e-5)
    with pytest.raises(UserError, match="2 models need as many files"):
        ganzoo.compare(models, real, METRICS, log=quiet, features_files=files[:1])
    other = save(tmp_path / "else.npz", fake=means(models["other"]), real=means(real), name="else")
    with pytest.raises(UserError, match="different networks .name: means and else"):
        ganzoo.compare(models, real, METRICS, log=quiet, features_files=[files[0], other])
    with pytest.raises(UserError, match="give one of the two"):
        ganzoo.compare(models, real, METRICS, extractor="pixels", log=quiet, features_files=files)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"fake": np.zeros((40, 2))}, "lacks real"),
        ({"fake": np.zeros((39, 2)), "real": np.zeros((50, 2))}, "39 features `fake`, and .* 40 examples"),
        ({"fake": np.zeros((40, 2)), "real": np.zeros((50, 3))}, "different widths"),
        ({"fake": np.zeros((40, 2)), "real": np.full((50, 2), np.nan)}, "NaN"),
        ({"fake": np.zeros((40, 2)), "real": np.zeros((50, 2)), "held_out": np.zeros((9, 2))}, "no second split"),
    ],
)
def test_a_file_that_does_not_fit_is_one_line(tmp_path, arrays, message):
    with pytest.raises(UserError, match=message) as error:
        ganzoo.evaluate(IMAGES[:40], IMAGES[40:], METRICS, features_file=save(tmp_path / "f.npz", **arrays), log=quiet)
    assert "\n" not in str(error.value)


def test_features_that_do_not_go_together_are_refused(tmp_path):
    one, other = (save(tmp_path / f"{name}.npz", features=FAKE, name=name) for name in ("clip", "dino"))
    with pytest.raises(UserError, match="features of clip and dino of dino: no score compares them"):
        evaluate(one, other, METRICS, log=quiet)
    with pytest.raises(UserError, match="cannot be compared"):
        evaluate(save(tmp_path / "wide.npz", features=FAKE[:, :4]), other, METRICS, log=quiet)
    with pytest.raises(UserError, match="sum to 1"):
        open_input(save(tmp_path / "logits.npz", features=FAKE, probabilities=FAKE))
    with pytest.raises(UserError, match="give one of the two"):
        ganzoo.evaluate(IMAGES[:40], IMAGES[40:], METRICS, features_file=other, extractor="pixels", log=quiet)


def test_an_npy_of_features_or_of_turned_images(tmp_path):
    np.save(tmp_path / "features.npy", FAKE)
    np.save(tmp_path / "images.npy", IMAGES.transpose(0, 3, 1, 2))
    assert open_input(tmp_path / "features.npy").shape == (5,)
    turned = open_input(tmp_path / "images.npy")
    np.testing.assert_array_equal(turned.examples(90), IMAGES)
    assert "[N, C, H, W]" in turned.notes[0]
    (tmp_path / "torn.npy").write_bytes((tmp_path / "images.npy").read_bytes()[:200])
    with pytest.raises(UserError, match="cannot be read as .npy"):
        open_input(tmp_path / "torn.npy")


class Entry:
    """As an installed package's entry point."""

    value = "mine:make"

    def __init__(self, made):
        self.made = made

    def load(self):
        return lambda shape: self.made


def test_an_installed_extractor_is_found_by_its_name(monkeypatch):
    def halves(images):
        flat = images.reshape(len(images), -1)[:, :6].astype(np.float32)
        return flat, probabilities(flat / 255)

    monkeypatch.setattr("ganzoo.evaluation.features.own.registered", lambda: {"mine": Entry(halves), "bad": Entry(3)})
    scores = ganzoo.evaluate(IMAGES[:40], IMAGES[40:], ["frechet_distance", "inception_score"], extractor="mine", log=quiet)
    assert {score["name"] for score in scores} >= {"FD[mine]"} and any(score["metric"] == "inception_score" for score in scores)
    with pytest.raises(UserError, match="mine:make must return an Extractor"):
        ganzoo.evaluate(IMAGES[:40], IMAGES[40:], METRICS, extractor="bad", log=quiet)
    with pytest.raises(UserError, match="it is auto, .*bad, mine, inception"):
        ganzoo.evaluate(IMAGES[:40], IMAGES[40:], METRICS, extractor="other", log=quiet)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda images: images, r"must give \[64, d\]"),
        (lambda images: np.ones((len(images), 3)), "the same features for different images"),
        (lambda images: 1 / 0, "fails: ZeroDivisionError"),
    ],
)
def test_a_function_that_gives_no_features_is_one_line(function, message):
    with pytest.raises(UserError, match=message):
        FunctionExtractor(function)


def test_what_a_function_gives_is_kept_only_if_it_says_what_it_is():
    def first(images):
        return images.reshape(len(images), -1)[:, :3]

    assert not FunctionExtractor(first).cacheable
    first.sha256 = "cd" * 32
    assert FunctionExtractor(first).cacheable and FunctionExtractor(first).sha256 == "cd" * 32


def test_a_generator_of_any_library_is_scored_in_three_lines():
    draw = np.random.default_rng(1)
    scores = ganzoo.evaluate(lambda n: draw.random((n, 3, 8, 8)), IMAGES, METRICS, count=30, extractor="pixels", log=quiet)
    assert scores[0]["protocol"]["count"] == 30 and scores[0]["model"]["kind"] == "model"
    few = ganzoo.evaluate(iter([IMAGES[:20], IMAGES[20:25]]), IMAGES, METRICS, extractor="pixels", log=quiet)
    assert few[0]["protocol"]["count"] == 25
