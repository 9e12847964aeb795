import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ganzoo.cli.main import main
from ganzoo.errors import UserError
from ganzoo.explore.judged import separability
from ganzoo.explore.probe import linear_probe_accuracy, lines, mean_distance, nearest_neighbour_accuracy, probe
from ganzoo.metrics.probes import linear
from ganzoo.metrics.two_sample import c2st
from ganzoo.serving.sampling import Sampler


def clusters(seed, count=60, distance=8.0):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    return rng.normal(size=(count, 2)) + distance * np.eye(3)[labels][:, :2], labels


def test_accuracies_of_known_codes():
    codes, labels = clusters(0)
    held, held_labels = clusters(1)
    assert nearest_neighbour_accuracy(codes, labels, held, held_labels) > 0.95
    assert linear_probe_accuracy(codes, labels, held, held_labels) > 0.95
    assert linear_probe_accuracy(codes * 0 + np.arange(len(codes))[:, None] % 2, labels, held, held_labels) < 0.6
    # The nearest of codes 0 and 1 to .4 and .9 are 0 and 1.
    assert nearest_neighbour_accuracy([[0.0], [1.0]], [7, 8], [[0.4], [0.9]], [7, 7]) == 0.5


@pytest.mark.parametrize(
    "fit",
    [
        lambda codes, labels: linear_probe_accuracy(codes, labels, codes, labels),
        lambda codes, labels: separability(codes[:30], codes[30:])["linear_probe"],
        lambda codes, labels: c2st(codes[:30], codes[30:])["logistic"],
        lambda codes, labels: linear(codes, labels).score(codes, labels),
    ],
)
def test_who_asks_for_so_many_steps_is_not_warned_that_they_are_over(fit, monkeypatch, recwarn):
    """Of 10,000 codes of CIFAR-10 the probe does not converge; scikit-learn's warning stood above the result."""
    whole = LogisticRegression.fit

    def over(self, *arguments):
        warnings.warn("lbfgs failed to converge", ConvergenceWarning, stacklevel=1)
        return whole(self, *arguments)

    monkeypatch.setattr(LogisticRegression, "fit", over)
    assert 0 <= fit(*clusters(0)) <= 1
    assert not [str(warning.message) for warning in recwarn if warning.category is ConvergenceWarning]


def test_the_mean_distance_of_pairs():
    assert mean_distance(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 4.0], [1.0, 1.0]])) == 2.5


class Mirror(Sampler):
    """A generator that negates its latents, and an encoder that undoes it."""

    def __init__(self):
        super().__init__("mirror", "mirror")
        self.services = {"encode": None, "reconstruct": None}

    def sample(self, count, seed=0, **options):
        return -np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)

    def inputs(self, count, seed=0):
        return {"latents": -self.sample(count, seed)}

    def generate(self, latents):
        return -latents

    def serve(self, service, points):
        return {"latents": -points} if service == "encode" else {"points": points + np.array([3.0, 4.0])}


def test_an_encoder_that_inverts_its_generator():
    record = probe(Mirror(), data="ring8", log=lambda line: None)
    assert record["inversion"] == 0.0 and record["latent_strangers"] > 1.0
    np.testing.assert_allclose(record["reconstruction"], 5.0, rtol=1e-6)
    assert record["one_nn"] == record["raw_one_nn"] == 1.0
    assert len(lines(record)) == 4


def test_a_judge_of_pairs_is_judged_on_held_out_ones(monkeypatch):
    monkeypatch.setattr("ganzoo.explore.probe.MOST_TRAIN", 200)
    monkeypatch.setattr("ganzoo.explore.probe.MOST_HELD", 800)

    class Judged(Mirror):
        """Samples at the origin, far from the ring, and a discriminator that sees `reach`."""

        def __init__(self, reach):
            super().__init__()
            self.services, self.reach = {**self.services, "discriminate": None}, reach

        def generate(self, latents):
            return np.zeros_like(latents)

        def serve(self, service, points, latents=None):
            if service != "discriminate":
                return super().serve(service, points)
            return {"logits": np.where(np.abs(points).max(1, keepdims=True) > self.reach, 1.0, -1.0)}

    # Points of the ring have a coordinate beyond 1.3; half of its modes have one beyond 1.7.
    for reach, expected in ((1.2, 1.0), (1.7, 0.5), (9.0, 0.0)):
        record = probe(Judged(reach), data="ring8", log=lambda line: None)
        np.testing.assert_allclose(record["advantage"], expected, atol=0.08)
        assert f"{record['advantage']:+.3f} better than a coin" in lines(record)[2]


def test_a_model_without_an_encoder_is_refused():
    plain = Mirror()
    plain.services = {}
    with pytest.raises(UserError, match="no encoder"):
        probe(plain, data="ring8")


def test_the_command_probes_a_model_of_the_zoo(tmp_path):
    exported = Path(__file__).parents[2] / "exported" / "digits_bigan"
    result = CliRunner().invoke(main, ["probe", str(exported), "--json", str(tmp_path / "found.json")])
    assert result.exit_code == 0 and len(result.output.splitlines()) > 3, result.output
    assert json.loads((tmp_path / "found.json").read_text())["model"] == str(exported)
