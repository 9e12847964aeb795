"""Labels by shares, and what was drawn in words."""

import math
import types

import numpy as np
import pytest
import tensorflow as tf

from ganzoo import noise
from ganzoo.serving.draws import drawn, in_words, labels_by, shares_of, with_labels_by
from ganzoo.serving.sampling import load

SHARES = (0.2, 0.0, 0.5, 0.3)


def test_labels_follow_the_shares_and_a_class_without_any_is_never_drawn():
    labels = labels_by(SHARES, 5000, seed=3).numpy()
    np.testing.assert_allclose(np.bincount(labels, minlength=4) / 5000, SHARES, atol=0.025)
    assert labels.dtype == np.int64 and (labels != 1).all()
    assert (labels_by((0, 0, 1), 200, 0).numpy() == 2).all() and (labels_by((1, 0), 200, 0).numpy() == 0).all()


def test_the_lowest_draw_is_of_the_first_class_that_there_is(monkeypatch):
    monkeypatch.setattr(noise, "uniform", lambda shape, seed: tf.zeros(shape))
    assert set(labels_by((0.0, 1.0, 0.0), 5, 0).numpy()) == {1}


def test_labels_are_those_of_a_sequence_however_it_is_cut():
    labels = labels_by(SHARES, 200, seed=3).numpy()
    np.testing.assert_array_equal(labels_by(SHARES, 50, 3, first=70), labels[70:120])
    assert (labels_by(SHARES, 200, 4).numpy() != labels).any()


def test_only_labels_are_exchanged():
    inputs = {"latents": tf.zeros([5, 2]), "labels": tf.zeros([5], tf.int64)}
    assert with_labels_by(None, inputs, 5, 0) is inputs
    plain = {"latents": tf.zeros([5, 2])}
    assert with_labels_by(SHARES, plain, 5, 0) is plain
    changed = with_labels_by((0, 1), inputs, 5, 0)
    assert changed["latents"] is inputs["latents"] and (changed["labels"].numpy() == 1).all()


def test_shares_of_labels_sum_to_one_and_name_every_class():
    assert shares_of([0, 0, 0, 2], 4).tolist() == [0.75, 0, 0.25, 0]
    assert shares_of([1]).tolist() == [0, 1]


def test_what_is_drawn_is_said_option_by_option():
    options = {
        "label": (tf.int32, -1),
        "truncation": (tf.float32, 1e9),
        "temperature": (tf.float32, 1.0),
        "caption": (tf.string, ""),
        "code": (tf.float32, [math.nan]),
    }
    sampler = types.SimpleNamespace(options=options, own_shares=None)
    assert in_words(drawn(sampler, label=3, truncation=None)) == (
        "label 3, truncation none, temperature 1, caption drawn from its grammar, code drawn at random"
    )
    assert drawn(sampler)["label"] == "drawn evenly"
    sampler.own_shares = (1.0, 0.0)
    assert drawn(sampler)["label"] == "drawn by the class_shares of its recipe"
    assert in_words(drawn(types.SimpleNamespace(options={}, own_shares=None))) == ""


@pytest.fixture(scope="module")
def conditional():
    return load("exported/digits_cgan")


def test_an_export_follows_shares_and_a_label_that_is_set_wins(conditional):
    follower = conditional.following(np.eye(10)[7])
    assert (follower.labels(100, 1) == 7).all() and (follower.labels(5, 1, label=2) == 2).all()
    np.testing.assert_array_equal(follower.sample(70, 1), conditional.sample(70, 1, label=7))
    np.testing.assert_array_equal(follower.sample(3, 1, label=2), conditional.sample(3, 1, label=2))
    assert conditional.label_shares is None and len(set(conditional.labels(100, 1))) == 10
