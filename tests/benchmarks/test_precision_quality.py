"""The program behind the table of what bfloat16 leaves of the samples: pairs by seed, and scores that are kept."""

import importlib.util
import json
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "precision_quality", Path(__file__).parents[2] / "benchmarks" / "precision_quality.py"
)
precision_quality = importlib.util.module_from_spec(spec)
spec.loader.exec_module(precision_quality)


def score(seed, precision, value, seconds):
    asked = {"recipe": "digits_dcgan", "overrides": [], "seed": seed, "steps": 20, "precision": precision}
    return {"asked": asked, "value": value, "real": 0.5, "name": "FD[x]", "protocol": "N=360", "cpu_seconds": seconds}


def test_differences_are_paired_by_seed():
    values = [(0, 1.0, 1.5), (1, 3.0, 3.25), (2, 2.0, 1.0)]
    pairs = [(score(n, "float32", a, 100.0), score(n, "bfloat16", b, 80.0)) for n, a, b in values]
    lines = precision_quality.table(pairs)
    assert lines[0] == "N=360; held-out real data 0.50; mean ± standard deviation over the seeds"
    assert lines[2:] == [
        "| FD[x] | seed 0 | seed 1 | seed 2 | all | CPU s |",
        "|---|---|---|---|---|---|",
        "| float32 | 1.00 | 3.00 | 2.00 | 2.00 ± 1.00 | 100 |",
        "| bfloat16 | 1.50 | 3.25 | 1.00 | 1.92 ± 1.18 | 80 |",
        "| difference | 0.50 | 0.25 | -1.00 | -0.08 ± 0.80 | -20 |",
    ]


def test_a_score_is_kept_for_what_was_asked_alone(tmp_path, monkeypatch):
    trained = []
    monkeypatch.setattr(precision_quality, "train", lambda *args, **kwargs: trained.append(kwargs["precision"]) or {})
    scores = [{"value": 1.0, "real": 0.5, "name": "FD[x]", "protocol_line": "N=360"}]
    monkeypatch.setattr(precision_quality, "evaluate", lambda *args, **kwargs: scores)
    run = tmp_path / "seed_1"
    run.mkdir()
    (run / "run.json").write_text(json.dumps({"cpu_seconds": 7.0}))
    asked = ("digits_dcgan", run, "bfloat16", [], 1)
    once, again = (precision_quality.scored(*asked, steps=20) for _ in range(2))
    assert once == again == score(1, "bfloat16", 1.0, 7.0) and trained == ["bfloat16"]
    precision_quality.scored(*asked, steps=30)
    assert trained == ["bfloat16"] * 2
    monkeypatch.setattr(precision_quality, "train", lambda *args, **kwargs: {"signal": 15})
    with pytest.raises(SystemExit, match="143"):  # stopped on the way: no score
        precision_quality.scored(*asked, steps=40)
    assert precision_quality.scored(*asked, steps=30)["asked"]["steps"] == 30
