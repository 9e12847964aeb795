import json

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo.cli import judging
from ganzoo.cli.judging import sizes
from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.evaluation import evaluate as evaluation
from ganzoo.metrics.registry import all_metrics
from ganzoo.training import train


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A digits run of a few steps."""
    path = tmp_path_factory.mktemp("judged") / "run"
    train("digits_dcgan", path, steps=20, log=lambda line: None)
    return path


def test_evaluate_prints_keeps_and_reports(command, run, tmp_path):
    arguments = ["--metrics", "frechet_distance,precision_recall", "--count", "200", "--json", "s.json", "--html", "r.html"]
    output = command("evaluate", run, *arguments).stdout
    scores = {score["name"]: score for score in json.loads((tmp_path / "s.json").read_text())}
    fd = scores["FD[cnn-digits]"]
    assert fd["value"] > fd["real"] and f"{fd['value']:.4g}" in output and f"{fd['real']:.4g}" in output
    kept = [json.loads(line) for line in (run / "scores.jsonl").read_text().splitlines()]
    assert {"FD[cnn-digits]"} <= {score["name"] for score in kept} and kept[0]["step"] == 20
    assert "FD[cnn-digits]" in (tmp_path / "r.html").read_text()
    assert "note: frechet_distance" in output


def test_compare_puts_models_side_by_side(command, run, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "noise.npz", images=rng.integers(0, 256, (200, 8, 8, 1), np.uint8))
    arguments = ["--data", "digits", "--metrics", "frechet_distance", "--json", "c.json", "--html", "c.html"]
    output = command("compare", run, "noise.npz", *arguments).stdout
    record = json.loads((tmp_path / "c.json").read_text())
    assert len(record["models"]) == 2 and "FD[cnn-digits]" in output and "held-out" in output
    assert (tmp_path / "c.html").is_file()


def test_birthday_estimates_and_writes_a_page_that_judge_reads(command, run, tmp_path):
    sizes = ["--batch-sizes", "10,20", "--batches", "5"]
    output = command("birthday", run, *sizes, "--json", "b.json").stdout
    record = json.loads((tmp_path / "b.json").read_text())
    assert set(record["n_eff"]) == {"value", "low", "high"} and "automatic, not human" in output
    command("birthday", run, *sizes, "--page", "judge.html")
    from ganzoo.report.judge_answers import read_key

    key = read_key(tmp_path / "judge.html")
    right = {"twin": "yes", "stranger": "no", "pair": "no"}
    answers = [{"id": name, "answer": right[question["kind"]], "ms": 900} for name, question in key["questions"].items()]
    file = {"format": "ganzoo-judge-answers", "page": key["page"], "rater": "a", "answers": answers}
    (tmp_path / "a.json").write_text(json.dumps(file))
    output = command("judge", "judge.html", "--answers", "a.json", "--json", "j.json").stdout
    assert json.loads((tmp_path / "j.json").read_text())["judge"] == "human"
    assert "100%" in output and "(human)" in output


def test_neighbours_tells_copies_from_samples(command, tmp_path):
    from ganzoo.data.images import Images

    train = Images("digits").arrays()["image"]
    np.savez(tmp_path / "thief.npz", images=train[:300, :, ::-1])
    arguments = ["--data", "digits", "--count", "200", "--out", "n.png", "--json", "n.json"]
    output = command("neighbours", "thief.npz", *arguments).stdout
    record = json.loads((tmp_path / "n.json").read_text())
    assert record["verdict"] in output and Image.open(tmp_path / "n.png").width > 50
    honest = Images("digits", split="test").arrays()["image"]
    np.savez(tmp_path / "honest.npz", images=honest)
    fair = command("neighbours", "honest.npz", *arguments).stdout
    assert fair != output


def test_interpolate_draws_paths_and_judges_them(command, run, tmp_path):
    arguments = ["--out", "paths.png", "--pairs", "4", "--shown", "2", "--steps", "3", "--json", "p.json"]
    output = command("latent", "interpolate", run, *arguments).stdout
    pixels, searched = json.loads((tmp_path / "p.json").read_text())["paths"]
    assert pixels["name"] == "pixels" and searched["codes"] == "search" and set(searched["at"]) == {"0", "0.25", "0.5"}
    assert "no encoder" in output and f"{searched['reconstruction']:.2f}" in output
    # Two blocks, of a row of pixels and one of the model; in each the first image, three places between, and the last.
    picture, cell, gap = np.asarray(Image.open(tmp_path / "paths.png")), 56, 14
    block = 2 * (cell + 2) + 2, 5 * (cell + 2) + 2
    assert picture.shape[0] > 2 * block[0] + gap + 20 and picture.shape[1] > block[1] + 20  # title, and names
    tops = picture.shape[0] - 2 * block[0] - gap, picture.shape[0] - block[0]
    for top in tops:
        cells = picture[top : top + block[0], -block[1] :]
        for row in range(3):
            assert (cells[row * (cell + 2) : row * (cell + 2) + 2] == 255).all()
        for column in range(6):
            assert (cells[:, column * (cell + 2) : column * (cell + 2) + 2] == 255).all()
        pixels, model = (cells[row * (cell + 2) + 2 :][:cell].reshape(cell, -1, 3) for row in range(2))
        for ends in (slice(2, 2 + cell), slice(-2 - cell, -2)):
            assert np.ptp(pixels[:, ends]) > 0
            np.testing.assert_array_equal(pixels[:, ends], model[:, ends])


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["latent", "interpolate", "RUN", "--out", "a.png", "--data", "ring8"], "of one shape"),
        (["latent", "interpolate", "RUN", "--out", "a.png", "--pairs", "1"], "4"),
        (["evaluate", "nowhere.npz"], "nowhere.npz"),
        (["evaluate", "RUN", "--metrics", "no_such"], "no_such"),
        (["evaluate", "RUN", "--data", "no_such_set"], "no_such_set"),
        (["evaluate", "RUN", "--extractor", "inception:nowhere"], "nowhere"),
        (["evaluate", "RUN", "--data", "ring8"], "cannot be compared"),
        (["compare", "RUN"], "at least two"),
        (["birthday", "RUN", "--batch-sizes", "ten"], "numbers separated by commas"),
        (["birthday", "RUN", "--features", "no_such"], "no extractor"),
        (["judge", "nowhere.html", "--answers", "a.json"], "nowhere.html"),
        (["neighbours", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(command, run, arguments, complaint):
    process = command(*(run if argument == "RUN" else argument for argument in arguments), check=2)
    assert complaint in process.stderr
    assert "Traceback" not in process.stderr


def test_the_smallest_batch_is_a_pair():
    assert sizes(None, None, "2,30") == (2, 30)
    with pytest.raises(click.BadParameter, match="at least 2"):
        sizes(None, None, "1,30")


@pytest.mark.parametrize("name", ["--metrics", "--measures"])
def test_metrics_go_by_their_old_name_too(name, monkeypatch):
    asked = []

    def stand_in(model, data, metrics, *arguments, **options):
        asked.append(metrics)
        raise UserError("asked")

    monkeypatch.setattr(judging, "start", lambda data_dir: None)
    monkeypatch.setattr(evaluation, "evaluate", stand_in)
    CliRunner().invoke(judging.evaluate, ["model", name, "vendi"])
    assert asked == ["vendi"]


def test_metrics_are_listed_with_what_they_need(tmp_path):
    runner = CliRunner()
    result = runner.invoke(main, ["metrics", "--json", str(tmp_path / "m.json")])
    records = {one["name"]: one for one in json.loads((tmp_path / "m.json").read_text())}
    assert result.exit_code == 0 and set(records) == set(all_metrics())
    assert all(f"\n{name} " in f"\n{result.output}" for name in records)
    recall = records["precision_recall"]
    assert recall["parts"]["recall"] == "higher" and recall["extractor"] and "one pass over all distances" in recall["cost"]
    assert records["caption_match"]["needs"].keys() == {"fake_images", "fake_captions", "caption_reader"}
    vendi = runner.invoke(main, ["metrics", "vendi", "--long"]).output
    assert "When it misleads:" in vendi and "arXiv 2210.02410" in vendi and "frechet" not in vendi
    assert runner.invoke(main, ["metrics", "no such words"]).exit_code == 2
