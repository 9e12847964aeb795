"""From a model to a page to its answers, by the commands."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from ganzoo.cli.main import main
from ganzoo.people.answers import page_key
from ganzoo.report.terminal_people import WORDS


def run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(one) for one in ("people", *arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def samples(tmp_path):
    rng = np.random.default_rng(0)
    for name, seed in (("a", 40), ("b", 40), ("real", 120)):
        np.savez(tmp_path / f"{name}.npz", images=rng.integers(0, 256, (seed, 8, 8, 1), np.uint8))
    return tmp_path


@pytest.mark.parametrize("kind", [*WORDS, "preference"])
def test_a_page_and_its_answers(samples, kind):
    models = [samples / "a.npz"] + ([samples / "b.npz"] if kind == "preference" else [])
    options = ["--data", samples / "real.npz", "--count", 8, "--decoys", 4, "--practice", 2, "--page", samples / "p.html"]
    if kind == "captions":
        assert "must both have captions" in run("page", kind, *models, *options, code=2)
        return
    output = run("page", kind, *models, *options)
    key = page_key(samples / "p.html")
    asked = {q: known for q, known in key["questions"].items() if "practice" not in known}
    assert f"{len(asked)} questions" in output and key["record"]["data"] == "real"
    words = [choice["word"] for choice in key["settings"]["choices"]]
    answers = [
        {"id": q, "answer": known.get("answer", words[0]), "n": n, "exposure": 300, "shown_ms": 300, "block": 0}
        for n, (q, known) in enumerate(asked.items())
    ]
    practice = [{"id": q, "answer": known["practice"]} for q, known in key["questions"].items() if "practice" in known]
    content = {"format": "ganzoo-people-answers", "page": key["page"], "rater": "ada", "answers": answers, "practice": practice}
    (samples / "answers").mkdir()
    (samples / "answers" / "ada.json").write_text(json.dumps(content))
    output = run("merge", samples / "p.html", samples / "answers", "--json", samples / "r.json")
    assert output.startswith("rater ada:") and "note: 1 rater" in output
    record = json.loads((samples / "r.json").read_text())
    assert record["kind"] == kind and record["judge"] == "human"


def test_what_cannot_be_asked_is_one_line(samples):
    real = ["--data", samples / "real.npz", "--page", samples / "p.html"]
    assert "is about one model" in run("page", "rapid", samples / "a.npz", samples / "b.npz", *real, code=2)
    assert "a has 40 samples: lower --count" in run("page", "rapid", samples / "a.npz", *real, "--count", 41, code=2)
    assert "more than 4,000 pictures" in run("page", "rapid", samples / "a.npz", *real, "--count", 2000, code=2)
    np.savez(samples / "large.npz", images=np.zeros((9, 16, 16, 1), np.uint8))
    assert "images of one shape" in run("page", "rapid", samples / "large.npz", *real, code=2)
