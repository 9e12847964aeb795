"""What TensorBoard reads from a run's event files."""

import re

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from ganzoo.callbacks.board import Board, tag_of
from ganzoo.errors import UserError


@pytest.mark.parametrize(
    "record, tag",
    [
        ("generator_loss", "loss/generator"),
        ("critic_gradient_norm", "optimizer/critic_gradient_norm"),
        ("generator_learning_rate", "optimizer/generator_learning_rate"),
        ("real_score", "score/real"),
        ("images_per_second", "speed/images_per_second"),
        ("loss", "training/loss"),
        ("convergence", "training/convergence"),
        ("mine/apart", "mine/apart"),
    ],
)
def test_records_of_a_kind_stand_together(record, tag):
    assert tag_of(record) == tag


def test_losses_come_first_in_the_alphabet():
    records = ("generator_loss", "critic_gradient_norm", "critic_learning_rate", "real_score", "images_per_second", "k")
    tags = sorted([*map(tag_of, records), "metric/FD"])
    assert tags[0] == "loss/generator"


def read(directory):
    if not directory.is_dir():
        return {}
    events = EventAccumulator(str(directory), size_guidance={"tensors": 0})
    events.Reload()
    return {tag: [(e.step, tf.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)] for tag in events.Tags()["tensors"]}


@pytest.fixture
def board(tmp_path):
    board = Board(tmp_path, {"generator": 0.7, "discriminator": None}, "mine/default")
    yield board
    board.close()


def test_curves_stand_beside_their_equilibrium(board, tmp_path):
    for step, loss in ((10, 1.5), (20, 1.25)):
        board.on_log(step, {"generator_loss": loss, "real_score": 0.5})
    # Both are on disk without a close.
    training, equilibrium = read(tmp_path), read(tmp_path / "equilibrium")
    assert [(step, float(value)) for step, value in training["loss/generator"]] == [(10, 1.5), (20, 1.25)]
    assert training.keys() == {"loss/generator", "score/real"}
    assert equilibrium.keys() == {"loss/generator"}, "a player without an equilibrium has no line"
    assert [(step, round(float(value), 6)) for step, value in equilibrium["loss/generator"]] == [(10, 0.7), (20, 0.7)]


def test_pictures_and_words_are_shown_at_their_step(board, tmp_path):
    picture = np.random.default_rng(0).integers(0, 255, (6, 5, 3), np.uint8)
    board.log_image(3, "samples/fixed", picture)
    board.log_text(4, "monitor", "the generator has won")
    shown = read(tmp_path)
    ((step, (width, height, png)),) = shown["samples/fixed"]
    assert (step, int(width), int(height)) == (3, 5, 6)
    np.testing.assert_array_equal(tf.io.decode_png(png), picture)
    ((step, text),) = shown["monitor"]
    assert step == 4 and text.item() == b"the generator has won"


def test_without_equilibria_there_is_no_line(tmp_path):
    board = Board(tmp_path)
    board.on_log(1, {"generator_loss": 1.0})
    board.close()
    assert read(tmp_path).keys() == {"loss/generator"} and read(tmp_path / "equilibrium") == {}


def test_a_board_goes_on_in_another_directory(tmp_path):
    board = Board(tmp_path / "logs")
    board.on_log(1, {"generator_loss": 1.0})
    board.close()
    (tmp_path / "logs").rename(tmp_path / "moved")
    board.open(tmp_path / "elsewhere")
    board.on_log(2, {"generator_loss": 2.0})
    board.close()
    assert read(tmp_path / "moved")["loss/generator"] == [(1, 1.0)]
    assert read(tmp_path / "elsewhere")["loss/generator"] == [(2, 2.0)]


def test_a_run_of_old_goes_on_in_its_own_curves(tmp_path):
    (tmp_path / "training").mkdir()
    board = Board(tmp_path)
    board.on_log(1, {"generator_loss": 1.0})
    board.close()
    assert read(tmp_path / "training")["loss/generator"] == [(1, 1.0)] and not list(tmp_path.glob("events*"))


def test_a_score_stands_beside_that_of_held_out_data(board, tmp_path):
    board.on_scores(5, [{"name": "FD", "value": 2.0, "real": 0.5}, {"name": "n_eff", "value": 7.0, "real": None}])
    board.on_scores(6, [{"name": "FD", "value": None}])
    assert read(tmp_path) == {"metric/FD": [(5, 2.0)], "metric/n_eff": [(5, 7.0)]}
    assert read(tmp_path / "held-out") == {"metric/FD": [(5, 0.5)]}


def test_a_board_begins_with_recipe_settings_and_layout(board, tmp_path):
    board.on_start("import keras", {"batch_size": 16, "model": "GAN", "a": "x|y", "evaluations.0.count": 9})
    board.on_log(1, {"generator_loss": 1.0})
    events = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0}).Reload()
    shown = read(tmp_path)
    assert shown["recipe"][0][1].item() == b"```python\nimport keras\n```"
    assert b"| `batch_size` | `16` |\n| `model` | `GAN` |\n| `a` | `x\\|y` |" in shown["settings"][0][1].item()
    layout = layout_pb2.Layout.FromString(shown["custom_scalars__config__"][0][1].item())
    charts = {chart.title: list(chart.multiline.tag) for category in layout.category for chart in category.chart}
    assert charts["Losses"] == ["loss/.*"] and layout.category[0].title == "Training"
    tags = [
        "loss/generator",
        "score/real",
        "metric/FD[a]",
        "metric/vendi",
        "metric/precision_recall.f1[a]",
        "optimizer/d_gradient_norm",
        "optimizer/d_learning_rate",
    ]
    for tag in [*tags, "speed/images_per_second"]:
        assert sum(bool(re.fullmatch(pattern, tag)) for patterns in charts.values() for pattern in patterns) == 1, tag
    content = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    session = HParamsPluginData.FromString(content).session_start_info
    settings = session.hparams
    assert session.group_name == "mine/default" and settings.keys() == {"batch_size", "model", "a"}
    assert settings["batch_size"].number_value == 16 and settings["model"].string_value == "GAN"


@pytest.mark.parametrize("verb", ["on_log", "log_text", "log_image"])
def test_logs_that_cannot_be_written_are_one_line(tmp_path, verb):
    (tmp_path / "logs").write_text("")
    what = {"on_log": [{"loss": 1.0}], "log_text": ["tag", "text"], "log_image": ["tag", np.zeros((4, 4, 1), np.uint8)]}
    with pytest.raises(UserError, match="cannot write TensorBoard's logs in .*logs: ") as error:
        board = Board(tmp_path / "logs")
        getattr(board, verb)(1, *what[verb])
        board.flush()
    assert "\n" not in str(error.value)
