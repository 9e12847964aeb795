"""What TensorBoard reads from a run's event files."""

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ganzoo.callbacks.board import Board, tag_of
from ganzoo.errors import UserError


@pytest.mark.parametrize(
    "record, tag",
    [
        ("generator_loss", "loss/generator"),
        ("critic_gradient_norm", "gradient_norm/critic"),
        ("generator_learning_rate", "learning_rate/generator"),
        ("real_score", "score/real"),
        ("images_per_second", "images_per_second"),
        ("loss", "loss"),
    ],
)
def test_records_of_a_kind_stand_together(record, tag):
    assert tag_of(record) == tag


def read(directory):
    events = EventAccumulator(str(directory), size_guidance={"tensors": 0})
    events.Reload()
    return {tag: [(e.step, tf.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)] for tag in events.Tags()["tensors"]}


@pytest.fixture
def board(tmp_path):
    board = Board(tmp_path, {"generator": 0.7, "discriminator": None})
    yield board
    board.close()


def test_curves_stand_beside_their_equilibrium(board, tmp_path):
    for step, loss in ((10, 1.5), (20, 1.25)):
        board.on_log(step, {"generator_loss": loss, "real_score": 0.5})
    # Both are on disk without a close.
    training, equilibrium = read(tmp_path / "training"), read(tmp_path / "equilibrium")
    assert [(step, float(value)) for step, value in training["loss/generator"]] == [(10, 1.5), (20, 1.25)]
    assert training.keys() == {"loss/generator", "score/real"}
    assert equilibrium.keys() == {"loss/generator"}, "a player without an equilibrium has no line"
    assert [(step, round(float(value), 6)) for step, value in equilibrium["loss/generator"]] == [(10, 0.7), (20, 0.7)]


def test_pictures_and_words_are_shown_at_their_step(board, tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (6, 5, 3), np.uint8)
    board.log_image(3, "samples/fixed", picture)
    board.log_text(4, "monitor", "the generator has won")
    shown = read(tmp_path / "training")
    ((step, (width, height, png)),) = shown["samples/fixed"]
    assert (step, int(width), int(height)) == (3, 5, 6)
    np.testing.assert_array_equal(tf.io.decode_png(png), picture)
    ((step, text),) = shown["monitor"]
    assert step == 4 and text.item() == b"the generator has won"


def test_without_equilibria_there_is_no_line(tmp_path):
    board = Board(tmp_path)
    board.on_log(1, {"generator_loss": 1.0})
    board.close()
    assert read(tmp_path / "training").keys() == {"loss/generator"} and read(tmp_path / "equilibrium") == {}


def test_a_board_goes_on_in_another_directory(board, tmp_path):
    board.on_log(1, {"generator_loss": 1.0})
    board.close()
    (tmp_path / "training").rename(tmp_path / "moved")
    board.open(tmp_path / "elsewhere")
    board.on_log(2, {"generator_loss": 2.0})
    assert read(tmp_path / "moved")["loss/generator"] == [(1, 1.0)]
    assert read(tmp_path / "elsewhere" / "training")["loss/generator"] == [(2, 2.0)]


@pytest.mark.parametrize("verb", ["on_log", "log_text", "log_image"])
def test_logs_that_cannot_be_written_are_one_line(tmp_path, verb):
    (tmp_path / "logs").write_text("")
    what = {"on_log": [{"loss": 1.0}], "log_text": ["tag", "text"], "log_image": ["tag", np.zeros((4, 4, 1), np.uint8)]}
    with pytest.raises(UserError, match="cannot write TensorBoard's logs in .*logs: ") as error:
        board = Board(tmp_path / "logs")
        getattr(board, verb)(1, *what[verb])
        board.flush()
    assert "\n" not in str(error.value)
