"""Evaluations of a recipe, while it trains and where a kill took one."""

import types

import pytest
import tensorflow as tf

from ganzoo.callbacks.evaluations import Evaluations


def test_an_evaluation_keeps_shows_and_tells_its_scores_at_its_own_cadence():
    asked, kept, shown, said = [], [], [], []

    class Entry:
        every = 3

        def __call__(self, model, step):
            asked.append((model, step))
            return [{"name": "FD", "value": 12.3456, "part": None}, {"name": "precision", "value": 0.5}]

    model = types.SimpleNamespace(step=tf.constant(0), generator_steps=1)
    run = types.SimpleNamespace(add_score=kept.append, all_scores=lambda: kept)
    board = types.SimpleNamespace(on_scores=lambda step, scores: shown.append((step, scores)))
    evaluations = Evaluations(Entry(), run, board, said.append)
    evaluations.set_model(model)
    evaluations.on_train_begin()
    for batch in range(4):
        evaluations.on_train_batch_end(batch)
    evaluations.on_train_end()
    assert asked == [(model, 3), (model, 4)]
    assert kept[:2] == [
        {"step": 3, "evaluation": 0, "name": "FD", "value": 12.3456, "part": None},
        {"step": 3, "evaluation": 0, "name": "precision", "value": 0.5},
    ]
    assert [score["step"] for score in kept] == [3, 3, 4, 4]
    assert shown[0] == (3, [{"name": "FD", "value": 12.3456, "part": None}, {"name": "precision", "value": 0.5}])
    assert shown[1][0] == 4
    assert said == ["step 3: FD 12.35  precision 0.5", "step 4: FD 12.35  precision 0.5"]


@pytest.mark.parametrize(
    ("kept", "step", "asked"),
    [
        ([], 6, [6]),  # killed while it was computed
        ([], 5, []),  # not due
        ([], 0, []),
        ([{"step": 6, "evaluation": 1}], 6, []),
        ([{"step": 6, "evaluation": 0}, {"step": 3, "evaluation": 1}], 6, [6]),  # the other's, and its own of before
        ([{"step": 6}], 6, []),  # of before scores carried a number
    ],
)
def test_a_resumed_training_begins_with_the_score_that_a_kill_took(kept, step, asked):
    entry, done = types.SimpleNamespace(every=3), []
    run = types.SimpleNamespace(add_score=kept.append, all_scores=lambda: list(kept))
    evaluations = Evaluations(entry, run, types.SimpleNamespace(on_scores=lambda step, scores: None), print, number=1)
    evaluations.entry = lambda model, step: done.append(step) or [{"name": "FD", "value": 1.0}]
    evaluations.set_model(types.SimpleNamespace(step=tf.constant(step), generator_steps=1))
    evaluations.on_train_begin()
    assert done == asked
    assert not asked or kept[-1] == {"step": step, "evaluation": 1, "name": "FD", "value": 1.0}
