"""A planted memoriser is found, in a mirror too, and honest data is not taken for one."""

import numpy as np
import pytest

from ganzoo.studies.memorization import CONTROLS, Look, first, flags, planted


def images(count, seed):
    """Smooth images of one family: a blurred spot each."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:8, :8]
    at, wide = rng.uniform(1, 6, (count, 2, 1, 1)), rng.uniform(1, 3, (count, 1, 1))
    spots = np.exp(-((x - at[:, 0]) ** 2 + (y - at[:, 1]) ** 2) / (2 * wide**2)) * rng.uniform(120, 250, (count, 1, 1))
    return spots[..., None].astype(np.uint8)


def features(pictures):
    return pictures.reshape(len(pictures), -1).astype(np.float64) / 255 + 0.1


@pytest.fixture(scope="module")
def found():
    look = Look(images(120, 0), images(300, 1), features)
    return {name: look(planted(name, look.train, look.held, 300)) for name in CONTROLS} | {"honest": look(images(300, 2))}


def test_planted_copies_are_found(found):
    assert {"copies", "c_t", "mifd"} <= set(flags(found["copies"], 120))
    assert found["copies"]["c_t"] < -3 and found["copies"]["nearer"] > 0.9


def test_mirrored_copies_are_found_by_looking_among_mirrored_images(found):
    assert "copies" in flags(found["mirrored copies"], 120) and found["mirrored copies"]["nearer"] > 0.9
    # Features that tell left from right do not see them: so much is each metric blind to.
    assert "mifd" not in flags(found["mirrored copies"], 120)


@pytest.mark.parametrize("name", ["held-out data", "honest"])
def test_what_was_not_trained_on_is_no_copy(found, name):
    assert flags(found[name], 120) == []
    assert found[name]["nearer"] < 0.12 and abs(found[name]["c_t"]) < 3


QUIET = {"finding": "none", "c_t": 0.4, "penalty": 1.0, "fd_train": 2.0, "fd_held": 2.5, "n_eff": {"high": None}}


@pytest.mark.parametrize(
    "change, raised",
    [
        ({}, []),
        ({"finding": "copies"}, ["copies"]),
        ({"finding": "near"}, []),
        ({"c_t": -3.1}, ["c_t"]),
        ({"c_t": None}, []),
        ({"penalty": 0.04}, ["mifd"]),
        ({"fd_train": 1.2}, ["fd_gap"]),
        ({"n_eff": {"high": 99.0}}, ["support"]),
        ({"n_eff": {"high": 100.0}}, []),
    ],
)
def test_each_metric_has_its_rule(change, raised):
    assert flags(QUIET | change, 50) == raised


def test_which_metric_speaks_first():
    def run(size, *changes):
        return {"images": size, "history": [{"step": 10 * n, **QUIET, **change} for n, change in enumerate(changes, 1)]}

    copies, cells = {"finding": "copies"}, {"c_t": -9.0}
    told = first([run(50, {}, copies, copies | cells), run(200, {}, {}, copies), run(1000, {}, {}, {})])
    assert told["copies"] == {"images": 200, "step": 20} and told["c_t"] == {"images": 50, "step": 30}
    assert told["mifd"] == {"images": None, "step": None}
