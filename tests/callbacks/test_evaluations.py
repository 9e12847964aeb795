import types

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
    run = types.SimpleNamespace(add_score=kept.append)
    board = types.SimpleNamespace(on_scores=lambda step, scores: shown.append((step, scores)))
    evaluations = Evaluations(Entry(), run, board, said.append)
    evaluations.set_model(model)
    evaluations.on_train_begin()
    for batch in range(4):
        evaluations.on_train_batch_end(batch)
    evaluations.on_train_end()
    assert asked == [(model, 3), (model, 4)]
    assert kept[:2] == [
        {"step": 3, "name": "FD", "value": 12.3456, "part": None},
        {"step": 3, "name": "precision", "value": 0.5},
    ]
    assert [score["step"] for score in kept] == [3, 3, 4, 4]
    assert shown[0] == (3, [{"name": "FD", "value": 12.3456, "part": None}, {"name": "precision", "value": 0.5}])
    assert shown[1][0] == 4
    assert said == ["step 3: FD 12.35  precision 0.5", "step 4: FD 12.35  precision 0.5"]
