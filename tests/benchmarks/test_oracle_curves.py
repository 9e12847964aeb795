"""SeqGAN's curve against likelihood's: what is read, averaged, drawn and summed up."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("oracle_curves", ROOT / "benchmarks" / "oracle_curves.py")
curves = importlib.util.module_from_spec(spec)
spec.loader.exec_module(curves)


def results(shift):
    likelihood = {1000: 6.0 + shift, 5000: 5.6 + shift, 9000: 5.5 + shift, 10000: 5.7 + shift}
    seqgan = {1000: 6.0 + shift, 4000: 5.7 + shift, 7000: 5.7 + shift, 8500: 5.3 + shift}
    return {
        curves.LIKELIHOOD: {"nll_oracle": likelihood, "nll_test": {step: value - 1 for step, value in likelihood.items()}},
        curves.SEQGAN: {"nll_oracle": seqgan, "nll_test": {step: value - 1 for step, value in seqgan.items()}},
    }


def test_scores_are_read_by_measure_and_step(tmp_path):
    entries = [
        {"step": 5, "metric": "nll_oracle", "part": "", "value": 4.0},
        {"step": 5, "metric": "nll_oracle", "part": "impossible", "value": 1.0},
        {"step": 9, "metric": "nll_oracle", "part": "", "value": 3.0},
    ]
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    assert curves.scores(tmp_path) == {"nll_oracle": {5: 4.0, 9: 3.0}}


def test_the_table_takes_the_least_of_likelihood_after_the_pretraining():
    (row,) = list(curves.table({2: results(0.0)}, 4000, 7000))[2:]
    assert row == "| 2 | 5.700 | 5.300 | 5.500, step 9,000 | 4.70, 4.30, 4.50 |"


def test_curves_are_means_with_the_seeds_range():
    points = curves.curve([results(0.0)[curves.SEQGAN], results(0.2)[curves.SEQGAN]], first=4000)
    assert [point[0] for point in points] == [4000, 7000, 8500]
    assert points[-1][1:] == pytest.approx((5.4, 5.3, 5.5))


def test_the_figure_shows_both_curves_and_the_phases():
    image = np.asarray(curves.figure({0: results(0.0), 1: results(0.2)}, *curves.pretraining()))
    for colour in (*curves.charts.COLOURS[:5:4], curves.charts.MARK):
        assert (image == colour).all(-1).sum() > 500
