import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo.cli.main import main


@pytest.mark.parametrize("arguments", [["--help"], ["recipes"], ["train", "--help"], ["--version"]])
def test_light_commands_do_not_import_tensorflow(arguments):
    code = (
        "import sys, ganzoo.cli.main\n"
        "try: ganzoo.cli.main.main(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


def test_drawing_from_an_export_imports_what_it_needs_and_no_more(tmp_path):
    model = Path(__file__).parents[2] / "exported" / "ring_vanilla"
    code = (
        "import sys, ganzoo.cli.main\n"
        "try: ganzoo.cli.main.main(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'sklearn', 'fiddle', 'tensorflow_datasets'} & sys.modules.keys()\n"
        "import sklearn.svm, keras\n"
    )
    arguments = ["sample", str(model), "--count", "3", "--out", "a.npz"]
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}  # of other programs: ganzoo's is TensorFlow
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert np.load(tmp_path / "a.npz")["points"].shape == (3, 2)


def test_train_sample_export_from_the_command_line(command, tiny_recipe, tmp_path):
    command("train", tiny_recipe, "--run", "run", "--json", "facts.json", "--set", "model.generator.width=4")
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert facts["steps"] == 20 and facts["run"] == "run"
    command("sample", "run", "--count", "5", "--seed", "1", "--out", "points.npz", "--json", "sample.json")
    assert np.load(tmp_path / "points.npz")["points"].shape == (5, 2)
    assert json.loads((tmp_path / "sample.json").read_text())["shape"] == [5, 2]
    command("export", "run", "--to", "model", "--json", "export.json")
    assert json.loads((tmp_path / "export.json").read_text())["export"] == "model/1"
    command("sample", "model", "--count", "5", "--seed", "1", "--out", "again.npz")
    np.testing.assert_allclose(np.load(tmp_path / "points.npz")["points"], np.load(tmp_path / "again.npz")["points"], atol=1e-5)
    command("sample", "run", "--out", "grid.png")
    assert Image.open(tmp_path / "grid.png").size == (384, 384)


def test_a_run_lies_under_runs_unless_told_otherwise(command, tiny_recipe, tmp_path):
    command("train", tiny_recipe, "--steps", "2")
    assert (tmp_path / "runs" / "tiny" / "default" / "run.json").is_file()


def test_show_prints_what_set_takes(command, tiny_recipe):
    lines = command("show", tiny_recipe, "--set", "model.generator.width=4").stdout.splitlines()
    assert "model.generator.width = 4" in lines


def recipes(*arguments, columns=140, code=0):
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["recipes", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_recipes_are_a_table_within_the_terminals_width(tmp_path):
    lines = recipes("--json", tmp_path / "recipes.json", columns=160).splitlines()
    rows = {row["name"]: row for row in json.loads((tmp_path / "recipes.json").read_text())}
    assert lines[0].split() == ["recipe", "what", "data", "cost", "score"]
    assert [line.split()[0] for line in lines[1:]] == list(rows) and max(map(len, lines)) <= 160
    ring, news, mixed = (
        next(line for line in lines if line.startswith(f"{name} "))
        for name in ("ring_hinge", "news_scratchgan", "mnist_mix_dcgan")
    )
    assert "A GAN with the hinge loss on a ring of eight Gaussians." in ring and "8 of 8 modes" in ring
    assert "  ring8  " in ring and "  13 s  " in ring and rows["ring_hinge"]["data"] == "ring8"
    assert "  10 s a step " in news and "  not measured" in news and "  64 s (part) " in mixed
    narrow = recipes(columns=80).splitlines()
    assert len(narrow) == len(lines) and max(map(len, narrow)) <= 80


def test_a_word_chooses_recipes_and_long_says_all_of_them():
    output = recipes("GRID", "--long")
    assert "grid_hinge" in output and "ring_hinge" not in output and "    Score: 19 of 25 modes" in output
    assert "cub_dcgan" in recipes("caltech_birds") and "    Data: grid25\n" in output
    assert "no recipe has 'zzz'" in recipes("zzz", code=2)


def test_data_list_and_prepare(command, tmp_path):
    assert "digits" in command("data", "list").stdout
    command("data", "prepare", "ring8", "--data-dir", tmp_path / "data", "--json", "facts.json")
    assert (tmp_path / "data" / "ring8").is_dir()


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["train", "no_such_recipe"], "no recipe 'no_such_recipe'"),
        (["train", "digits_dcgan", "--set", "stepz=3"], "no such parameter: stepz"),
        (["train", "digits_dcgan", "--set", "data.name=no_such_set"], "no_such_set"),
        (["train", "mnist_dcgan", "--data-dir", "nowhere"], "ganzoo data prepare mnist"),
        (["train", "digits_dcgan", "--strategy", "multi-worker"], "TF_CONFIG"),
        (["sample", "nowhere", "--out", "a.png"], "neither a run"),
        (["sample", "nowhere", "--out", "a.jpg"], ".png"),
        (["latent", "interpolate", "nowhere", "--out", "a.png"], "neither a run"),
        (["latent", "interpolate", "nowhere", "--out", "a.gif"], ".png"),
        (["latent", "interpolate", "--out", "a.png"], "Missing argument"),
        (["export", "nowhere"], "is neither a run"),
        (["show", "no_such_recipe"], "no recipe"),
        (["train"], "Missing argument"),
        (["data", "prepare", "no_such_set"], "no_such_set"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(command, arguments, complaint):
    process = command(*arguments, check=2, env={"TF_CONFIG": ""})
    assert complaint in process.stderr
    assert "Traceback" not in process.stderr
    ours = [line for line in process.stderr.splitlines() if line.startswith("ganzoo: ")]
    assert len(ours) == 1 and "Usage:" not in process.stderr


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["smaple"], "No such command 'smaple'. "),
        (["--nonsense"], "No such option '--nonsense'. `ganzoo --help` tells more"),
        (["sample", "a", "--count", "0"], "'--count': 0 is not in the range x>=1. `ganzoo sample --help` tells more"),
        (["data", "prepare"], "Missing argument 'NAME'. `ganzoo data prepare --help` tells more"),
        (["train", "a", "--strategy", "none"], "'none' is not one of"),
    ],
)
def test_a_command_that_is_not_called_as_its_help_says_ends_in_one_line(arguments, said):
    result = CliRunner().invoke(main, arguments, prog_name="ganzoo")
    assert result.exit_code == 2 and len(result.output.splitlines()) == 1
    assert result.output.startswith("ganzoo: ") and said in result.output


def test_without_arguments_the_help_is_shown():
    result = CliRunner().invoke(main, [], prog_name="ganzoo")
    assert "Commands:" in result.output and result.exit_code in (0, 2)


def test_debug_shows_the_traceback(command):
    process = command("--debug", "show", "no_such_recipe", check=1)
    assert "Traceback" in process.stderr
