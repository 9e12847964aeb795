"""A study from its runs to its page, and what its command says."""

import json

import pytest

pytest.importorskip("optuna")


def test_a_study_makes_its_runs_its_page_and_its_numbers_once(command, tmp_path):
    output = command("study", "divergence", "--smoke", "--json", "facts.json").stdout
    facts = json.loads((tmp_path / "facts.json").read_text())
    directory = tmp_path / "runs" / "studies" / "divergence-smoke"
    assert json.loads((directory / "study.json").read_text()) == facts and facts["smoke"] is True
    assert facts["numbers"]["coin"] == {"sum": pytest.approx(1.3863, abs=1e-4), "mean": pytest.approx(0.6931, abs=1e-4)}
    assert facts["numbers"]["weather"]["entropy"] == 1.75
    found = facts["numbers"]["discriminators"]["two modes and one"]
    assert found["optimal_value"] == pytest.approx(found["optimal_value_by_integral"], abs=1e-6)
    assert 0 < found["jsd"] < 0.6931 and found["jsd_of_value"] < found["jsd"]  # a bound from below
    slopes, at = facts["numbers"]["apart"]["slopes"], facts["numbers"]["apart"]["curves"]["distance"].index(8.0)
    assert abs(slopes["JS"][at]) < 1e-3 and slopes["Wasserstein"][at] == pytest.approx(1.0, abs=1e-3)
    page = (directory / "study.html").read_text()
    assert page.count("data:image/png;base64,") == 3 and "smoke run" in page and 'src="http' not in page
    again = command("study", "divergence", "--smoke").stdout
    assert "begins" in output and "begins" not in again


def test_studies_are_listed_and_what_is_none_is_one_line(command):
    from ganzoo.studies.catalogue import QUESTIONS

    listed = command("study").stdout
    assert all(name in listed for name in QUESTIONS)
    assert "there are balance, capacity" in command("study", "nothing", check=2).stderr
    for data in ("zzz", ""):
        assert f"digits or mnist, not on {data!r}" in command("study", "balance", "--data", data, check=2).stderr
    assert "takes no --data" in command("study", "collapse", "--data", "mnist", check=2).stderr
