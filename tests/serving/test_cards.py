"""Model cards, of a stand-in for a sampled run."""

import functools
import json
import math
import types

import pytest
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serving.cards import describe, render


def score(name, value, step=40, protocol="N=100 of digits", real=None, direction="lower"):
    return {"name": name, "value": value, "step": step, "protocol_line": protocol, "real": real, "direction": direction}


def sample(*, seed, count):
    return {"images": tf.zeros([count, 8, 8, 1])}


def generate(*, latents):
    return {
        "images": tf.reshape(latents[:, :1], [-1, 1, 1, 1]),
        "anything": tf.numpy_function(lambda x: x, [latents], tf.float32),
    }


@functools.cache
def signatures():
    """As an export has them: they take tensors by name."""
    number = tf.TensorSpec([], tf.int32)
    return {
        "serving_default": tf.function(generate).get_concrete_function(latents=tf.TensorSpec([None, 5], tf.float32)),
        "sample": tf.function(sample).get_concrete_function(seed=number, count=number),
    }


class Labelled:
    """Stands in for a source with labels."""

    labels = True

    def __init__(self, shape, feature, facts):
        self.shape, self.feature, self.describe = shape, feature, lambda: facts

    def for_scoring(self):
        return self

    def arrays(self):
        return {"label": [0, 0, 0, 2]}


def sampler(shape=(8, 8, 1), feature="image", options=None, scores=(), **record):
    data = {"name": "digits", "split": "train", "examples": 1437, "homepage": "https://example.org"}
    return types.SimpleNamespace(
        name="digits_dcgan",
        step=40,
        options=options or {},
        num_classes=4,
        own_shares=None,
        recipe=types.SimpleNamespace(batch_size=32, frozen=(), data=Labelled(shape, feature, data)),
        model=types.SimpleNamespace(networks={"generator": types.SimpleNamespace(count_params=lambda: 12345)}),
        run=types.SimpleNamespace(
            record=lambda: {"recipe": "digits_dcgan", "overrides": [], **record}, all_scores=lambda: list(scores)
        ),
    )


def card(**options):
    return describe(sampler(**options), signatures()) | {"exported": "2020-01-01"}


def test_a_card_has_the_facts_of_the_run():
    facts = card(seconds=61.26, cpu_seconds=100.04, overrides=["steps=40"], precision="bfloat16")
    assert (facts["name"], facts["recipe"], facts["steps"], facts["batch_size"]) == ("digits_dcgan", "digits_dcgan", 40, 32)
    assert (facts["seconds"], facts["cpu_seconds"], facts["precision"]) == (61.3, 100.0, "bfloat16")
    assert facts["parameters"] == {"generator": 12345} and facts["data"]["examples"] == 1437
    assert facts["signatures"]["sample"] == {
        "inputs": {"count": "int32 []", "seed": "int32 []"},
        "outputs": {"images": "float32 [None, 8, 8, 1]"},
    }
    assert facts["signatures"]["serving_default"]["inputs"] == {"latents": "float32 [None, 5]"}
    assert facts["signatures"]["serving_default"]["outputs"]["anything"] == "float32 [...]", "a shape that is not known"
    json.dumps(facts, allow_nan=False)


def test_what_an_old_run_does_not_record_has_a_default():
    facts = card()
    assert (facts["seconds"], facts["cpu_seconds"], facts["precision"]) == (0.0, 0.0, "float32")


@pytest.mark.parametrize(
    "shape, feature, words",
    [((8, 8, 1), "image", "[-1, 1]"), ((2,), "point", "the plane"), ((12,), "text", "tokens, 0 pads")],
)
def test_the_range_is_that_of_the_data(shape, feature, words):
    assert card(shape=shape, feature=feature)["range"] == words


def test_scores_are_the_newest_of_this_step_and_no_asides():
    scores = [
        score("FD", 9.0),
        score("FD", 8.0),  # taken again
        score("FD", 7.0, step=30),
        score("FD", 6.0, protocol="N=200 of digits"),
        score("bandwidth", 5.0, direction="aside"),
    ]
    assert [(one["protocol_line"][2:5], one["value"]) for one in card(scores=scores)["scores"]] == [("100", 8.0), ("200", 6.0)]


def test_open_values_are_json_and_pythons_own_in_the_example():
    facts = card(options={"label": (tf.int32, -1), "code": (tf.float32, [math.nan, 0.5])})
    assert facts["options"] == {"label": -1, "code": [None, 0.5]}
    text = render(facts)
    assert 'seed=tf.constant(0), label=-1, code=[float("nan"), 0.5])' in text
    assert "`label`, `code` stand at the value that leaves it open." in text
    assert "`label` stands at" in render(card(options={"label": (tf.int32, -1)}))
    assert "leaves it open" not in render(card())


def test_the_page_states_training_cost_and_calls():
    text = render(card(seconds=4000.4, cpu_seconds=9000.0, overrides=["steps=40", "seed=1"]))
    lines = text.splitlines()
    assert lines[0] == "# digits_dcgan" and text.endswith("\n")
    assert "from the recipe `digits_dcgan` with `steps=40`, `seed=1`, exported 2020-01-01." in text
    assert "| data | digits (train, 1,437 examples), whose own terms are with its homepage https://example.org |" in lines
    assert "| training | 40 generator steps of batch 32 |" in lines
    assert "| cost | 4,000 s (9,000 s of CPU time), float32 |" in lines
    assert "| parameters | `generator` 12,345 |" in lines
    assert "| `sample` | `count` int32 [], `seed` int32 [] | `images` float32 [None, 8, 8, 1] |" in lines
    assert 'tf.saved_model.load("digits_dcgan")' in text
    assert "Not scored yet." in lines
    assert "from the recipe `digits_dcgan`, exported" in render(card())


def test_scores_stand_under_their_protocol_beside_the_real_column():
    scores = [score("FD", 12.34567, real=0.5), score("KD", 1e-5), score("FD", 3.0, protocol="N=200 of digits", real=None)]
    lines = render(card(scores=scores)).splitlines()
    first, second = lines.index("N=100 of digits"), lines.index("N=200 of digits")
    assert lines[first + 2 : first + 6] == [
        "| score | value | held-out real data |",
        "|---|---|---|",
        "| FD | 12.35 | 0.5 |",
        "| KD | 1e-05 | - |",
    ]
    assert second == first + 7 and lines[second + 4] == "| FD | 3 | - |" and len(lines) == second + 5


def test_a_conditional_card_has_the_shares_of_the_data_and_says_what_an_open_label_is(monkeypatch):
    facts = card(options={"label": (tf.int32, -1)})
    assert (facts["num_classes"], facts["class_shares"], facts["data_shares"]) == (4, None, [0.75, 0.0, 0.25, 0.0])
    assert "| labels | 4 classes; left open, every class as often; the data's shares: 0.75, 0, 0.25, 0 |" in render(facts)
    facts |= {"class_shares": [1, 0, 0, 0], "data_shares": None}
    assert "| labels | 4 classes; left open, the recipe's class_shares |" in render(facts)
    assert "num_classes" not in card() and "| labels |" not in render(card())

    def gone(self):
        raise UserError("no folder")

    monkeypatch.setattr(Labelled, "arrays", gone)
    assert card(options={"label": (tf.int32, -1)})["data_shares"] is None
