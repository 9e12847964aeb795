"""Metrics against what the field's libraries give for the same arrays; `benchmarks/metrics_peers.py` computes both anew.

torch-fidelity 0.4.0, pytorch-fid 0.3.0, prdc 0.2, vendi-score 0.0.3, mauve-text 0.4.0, nltk 3.10.4, scikit-image 0.26.0. What
agrees to fewer digits than float64 has is float32 on their side.
"""

import metrics_peers
import numpy as np
import pytest

from ganzoo.metrics.divergence_frontier import frontier_area

# By case: the arrays' shape, the library, its values, and the relative difference that its precision explains.
PEERS = {
    "fd": ((300, 16), "torch-fidelity", {"value": 0.11229906483986074}, 1e-7),
    "kd": ((300, 16), "torch-fidelity", {"value": 0.0005764961242675781}, 3e-4),  # a small difference of sums of some 10^5
    "pr": ((300, 16), "torch-fidelity", {"precision": 0.79666668, "recall": 0.87}, 1e-7),
    "prdc": (
        (300, 16),
        "prdc",
        {
            "precision": 0.8566666666666667,
            "recall": 0.9533333333333334,
            "density": 0.8560000000000001,
            "coverage": 0.9433333333333334,
        },
        1e-12,
    ),
    "is": ((200, 10), "torch-fidelity", {"value": 4.450155667562127}, 1e-12),
    "vendi": ((200, 16), "vendi-score", {"value": 11.238513946533203}, 1e-7),
    "ssim": ((20, 784), "scikit-image", {"ssim": 0.9525684561228825, "psnr": 21.097147651892296}, 1e-7),
    "bleu": ((60, 12), "nltk", {"value": 0.5446686699805252}, 1e-12),
}


@pytest.mark.parametrize("case", PEERS)
def test_a_metric_is_the_fields(case):
    shape, _, expected, precision = PEERS[case]
    found = metrics_peers.ganzoo_side(case, *metrics_peers.arrays_of(case, *shape))
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=precision), name


def test_the_frontier_of_two_histograms_is_mauves():
    # mauve-text's curve at the same 199 mixtures, and its two areas' mean; its default has 25 mixtures.
    first, second = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])
    assert frontier_area(first, second) == pytest.approx(0.6540215085937484, rel=1e-12)


def test_every_case_has_arrays_and_a_side_of_our_own():
    assert all(sides[0] == "ganzoo" and len(sides) > 1 for _, _, sides in metrics_peers.CASES.values())
    assert metrics_peers.digits(1.0, 1.0) == 15 and metrics_peers.digits(1.0, 1.001) == 3
