"""The command that makes a sweep."""

import json

import pytest

pytest.importorskip("optuna")

RATE = "optimizers.discriminator.learning_rate"


def test_a_sweep_trains_and_scores(command, tiny_recipe, tmp_path):
    arguments = ("sweep", tiny_recipe, "--over", f"{RATE}=1e-3", "--count", 100, "--to", "sweep")
    planned = command(*arguments, "--dry-run").stdout.splitlines()
    assert len(planned) == 2 and not (tmp_path / "sweep").exists()
    assert f"--set {RATE}=1e-3" in planned[0] and planned[1].endswith("--metrics frechet_distance --count 100 --seed 0")
    command(*arguments, "--metric", "FD", "--metric", "precision_recall.recall", "--json", "facts.json")
    facts = json.loads((tmp_path / "facts.json").read_text())
    (point,) = facts["points"]
    values = point["values"]
    assert point["state"] == "done" and point["value"] == values["FD"] > 0 and 0 <= values["precision_recall.recall"] <= 1
    assert facts["best"] == {RATE: "1e-3"} and (tmp_path / "sweep" / "sweep.png").is_file()
    assert (tmp_path / point["run"] / "scores.jsonl").is_file()  # a run like any other
    assert hparams(tmp_path / "sweep" / "points")[RATE] == pytest.approx(1e-3)


def hparams(directory):
    """What TensorBoard's HParams plugin finds of the sessions below a directory."""
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    events = EventMultiplexer().AddRunsFromDirectory(str(directory))
    events.Reload()
    found = {}
    for content in events.PluginRunToTagToContent("hparams").values():
        if metadata.SESSION_START_INFO_TAG in content:
            data = plugin_data_pb2.HParamsPluginData.FromString(content[metadata.SESSION_START_INFO_TAG])
            found |= {name: value.number_value for name, value in data.session_start_info.hparams.items()}
    return found


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ((), "--over NAME=VALUES"),
        (("--over", "seeds=1,2"), "no such parameter: seeds"),
        (("--over", "log_every=1,2"), "no difference"),
        (("--over", "seed=1,2", "--metric", "nothing"), "no metric is called"),
    ],
)
def test_what_is_no_sweep_is_one_line(command, arguments, complaint):
    assert complaint in command("sweep", "ring_vanilla", *arguments, check=2).stderr
