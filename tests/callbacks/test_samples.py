"""Samples during training, by a stand-in that gives its seed as the picture's brightness."""

import types

import numpy as np
import tensorflow as tf
from PIL import Image

from ganzoo.callbacks.samples import COUNT, FIXED, Samples

REAL = np.linspace(-1, 1, 80, dtype=np.float32)[:, None, None, None] * np.ones((1, 28, 28, 1), np.float32)


class Model:
    """Samples are flat images; its seeds are noted."""

    generator_steps, makes_samples = 1, True

    def __init__(self, step=0):
        self.step, self.seeds = tf.constant(step), []

    def showcase(self, count, seed):
        self.seeds.append(seed)
        return {"latents": np.full((count, 28, 28, 1), 1.0 if seed == FIXED else -1.0, np.float32)}

    def sample(self, latents):
        return tf.constant(latents)


class TextModel(Model):
    def sample(self, latents):
        return tf.cast(latents[:3, 0, 0], tf.int32) + 1

    def outputs(self, tokens):
        return {"text": tf.strings.as_string(tokens[:, 0])}


class Board:
    def __init__(self):
        self.images, self.texts = [], []

    def log_image(self, step, tag, picture):
        self.images.append((step, tag, picture))

    def log_text(self, step, tag, text):
        self.texts.append((step, tag, text))


def watched(tmp_path, model, real=REAL, batches=range(4), every=2):
    """Runs the callback every second step, or `every` so many; gives the board and what the monitor saw."""
    board, seen = Board(), []
    monitor = types.SimpleNamespace(on_samples=lambda step, samples, real: seen.append((step, samples, real)))
    samples = Samples(every, tmp_path / "samples", real, board, monitor)
    samples.set_model(model)
    samples.on_train_begin()
    for batch in batches:
        samples.on_train_batch_end(batch)
    return board, seen


def test_fixed_and_fresh_samples_are_shown_saved_and_watched(tmp_path):
    model = Model()
    board, seen = watched(tmp_path, model)
    assert [(step, tag) for step, tag, _ in board.images] == [
        (0, "samples/real"),
        *((step, f"samples/{kind}") for step in (0, 2, 4) for kind in ("fixed", "fresh")),
    ]
    assert model.seeds == [FIXED, FIXED, FIXED, FIXED + 2, FIXED, FIXED + 4]
    side = int(COUNT**0.5) * 29 + 1
    assert all(picture.shape == (side, side, 3) for _, _, picture in board.images)
    assert board.images[3][2].min() == 255 and board.images[4][2].min() == 0
    assert [(step, samples.shape) for step, samples, _ in seen] == [(2, (COUNT, 28, 28, 1)), (4, (COUNT, 28, 28, 1))]
    assert seen[0][1].max() == -1, "the monitor sees the fresh ones"
    assert seen[0][2] is REAL
    files = sorted((tmp_path / "samples").iterdir())
    assert [file.name for file in files] == ["step-00000000.png", "step-00000002.png", "step-00000004.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(files[1])), board.images[3][2])


def test_grids_are_drawn_more_often_early_and_the_monitor_sees_the_regular_ones(tmp_path):
    board, seen = watched(tmp_path, Model(), batches=range(120), every=60)
    assert [step for step, tag, _ in board.images if tag == "samples/fixed"] == [0, 10, 20, 50, 60, 120]
    assert [step for step, _, _ in seen] == [60, 120]
    model = Model()
    model.generator_steps = 20  # at the first step that is met
    board, _ = watched(tmp_path, model, batches=range(6), every=120)
    assert [step for step, tag, _ in board.images if tag == "samples/fixed"] == [0, 20, 60, 100, 120]


def test_a_run_that_is_taken_up_shows_no_real_examples_again(tmp_path):
    board, _ = watched(tmp_path, Model(step=6), batches=range(2))
    assert [(step, tag) for step, tag, _ in board.images] == [(8, "samples/fixed"), (8, "samples/fresh")]


def test_a_model_that_makes_no_samples_yet_shows_none(tmp_path):
    model = Model()
    model.makes_samples = False
    board, seen = watched(tmp_path, model)
    assert [tag for _, tag, _ in board.images] == ["samples/real"] and seen == [] and model.seeds == []
    assert list((tmp_path / "samples").iterdir()) == []


def test_texts_are_lines(tmp_path):
    board, seen = watched(tmp_path, TextModel(), real=np.full((5, 2), 7), batches=range(2))
    assert board.texts == [
        (0, "samples/real", "\n".join(["    7"] * 5)),
        (0, "samples/fixed", "\n".join(["    2"] * 3)),
        (0, "samples/fresh", "\n".join(["    2"] * 3)),
        (2, "samples/fixed", "\n".join(["    2"] * 3)),
        (2, "samples/fresh", "\n".join(["    0"] * 3)),
    ]
    assert (tmp_path / "samples" / "step-00000002.txt").read_text() == "2\n" * 3
    assert seen[0][1].shape == (3, 1)


def test_points_lie_over_the_real_ones(tmp_path):
    model, points = Model(), np.random.default_rng(0).normal(size=(70, 2)).astype(np.float32)
    model.sample = lambda latents: tf.constant(points[:COUNT])
    board, _ = watched(tmp_path, model, real=points, batches=range(2))
    for _, tag, picture in board.images[1:]:
        for colour in ((31, 97, 199), (200, 200, 200)):
            assert (picture == colour).all(-1).any(), tag
