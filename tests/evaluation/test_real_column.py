"""The scores of real data that are kept on disk: found again as long as all that they follow from is the same, else not."""

import numpy as np
import pytest

from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.features.base import Extractor
from ganzoo.evaluation.inputs.base import ArrayInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import TextInput
from ganzoo.metrics import registry
from ganzoo.metrics.registry import metric

FACTS = {"direction": "lower", "least": 2, "paper": "none", "meaning": "A test.", "misleads": "A test."}
NOUNS, VERBS, PLACES = ("cat", "dog", "cow", "pig"), ("sits", "runs"), ("here", "there")
LINES = [f"the {n} {v} {p} {i}" for n in NOUNS for v in VERBS for p in PLACES for i in range(20)]


def quiet(line):
    pass


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def own_metrics(monkeypatch):
    registry.all_metrics()
    monkeypatch.setattr(registry, "REGISTRY", dict(registry.REGISTRY))


def points(cache, names):
    rng = np.random.default_rng(0)
    real, fake = (ArrayInput(rng.normal(size=(100, 2)).astype(np.float32), name) for name in ("real", "fake"))
    score, *_ = Evaluator(real, cache=cache, log=quiet).scores(fake, names)
    return score


def test_a_users_metric_counts_from_where_it_is_defined_and_as_it_is_now(cache, own_metrics):
    """As in a notebook: after an evaluation, and again after its cell was changed."""
    points(cache, "c2st")
    for value in (1.0, 2.0):

        @metric("of_a_user", **FACTS)
        def of_a_user(fake, value=value):
            return value

        score = points(cache, "of_a_user")
        assert (score["value"], score["real"]) == (value, value)


def test_a_metric_of_ganzoo_is_not_replaced(own_metrics):
    with pytest.raises(ValueError, match="two metrics are called 'c2st'"):
        metric("c2st", **FACTS)(lambda fake: 0.0)


def test_a_text_that_was_edited_outside_what_is_drawn_of_it_is_another(tmp_path, cache):
    path = tmp_path / "text.txt"
    path.write_text("\n".join(LINES) + "\n")

    def real_column(cache):
        made = Evaluator(open_input(path), count=20, reference_count=30, cache=cache, log=quiet)
        scores = made.scores(TextInput(LINES[::5], "fake"), "lm_score,copied,bleu")
        return made, {score["name"]: score["real"] for score in scores}

    made, before = real_column(cache)
    drawn = {" ".join(sentence) for sentence in (*made.real.examples, *made.held.examples)}
    others = [row for row, line in enumerate(LINES) if line not in drawn]
    lines = list(LINES)
    lines[others[0]], lines[others[1]] = "the zebra yawns here 1", " ".join(made.held.examples[0])
    path.write_text("\n".join(lines) + "\n")
    again, after = real_column(cache)
    assert (again.real.identity, again.held.identity) == (made.real.identity, made.held.identity)
    assert after["BLEU-2"] == before["BLEU-2"] and after["LM[kn4]"] != before["LM[kn4]"] and after["copied"] > before["copied"]
    assert after == real_column(Cache(tmp_path / "fresh"))[1]


class Means(Extractor):
    """Says that bright images are of class 1."""

    name = layer = sha256 = "means"
    dimension, classifies, kept = 1, True, False

    def _group(self, images):
        means = images.mean((1, 2, 3))[:, None] / 255
        return means, np.concatenate([1 - means, means], axis=1)


def labelled(labels, name="real"):
    images = np.random.default_rng(0).integers(0, 256, (100, 8, 8, 1), np.uint8)
    images[::2] //= 4
    return ArrayInput(images, name, labels)


def test_data_with_other_labels_is_other_data(cache):
    right, values = np.arange(100) % 2, []
    for labels in (right, 1 - right):
        made = Evaluator(labelled(labels), Means(), cache=cache, log=quiet)
        (score, *_) = made.scores(labelled(right, "fake"), "label_accuracy")
        values.append(score["real"])
    assert values[0] != values[1]


def test_real_data_without_labels_has_no_score_that_asks_for_them(cache):
    made = Evaluator(labelled(None), Means(), cache=cache, log=quiet)
    (score, *_) = made.scores(labelled(np.arange(100) % 2, "fake"), "label_accuracy")
    assert score["real"] is None and any("no value of held-out real data" in words for words in score["warnings"])
