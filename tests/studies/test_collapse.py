"""A planted collapse is found, and mode dropping under other colours."""

import types

import numpy as np
import pytest

from ganzoo.data.points import Points
from ganzoo.data.registry import find
from ganzoo.studies.collapse import View, flat, judged, kept, typical_distance, without_colours


def history(*held, modes=25):
    found = []
    for step, some in enumerate(held, 1):
        shares = [0.02 if mode in some else 0.0 for mode in range(modes)]
        found.append({"step": step, "captured": len(some), "modes": modes, "shares": shares})
    return found


def test_a_planted_collapse_is_found():
    found = judged(history(range(25), range(20), [3, 4], [3]))
    assert found == {"most": 25, "at_end": 1, "dropped": [0, 1, 2, *range(4, 25)], "collapsed": True, "returned": 0}
    never = judged(history([7], [7], [8]))
    assert never["collapsed"] and never["dropped"] == [7]  # it never held more


def test_what_holds_its_modes_has_not_collapsed():
    found = judged(history(range(25), range(24), range(25)))
    assert not found["collapsed"] and found["dropped"] == [] and found["returned"] == 1
    assert judged(history(range(20), range(25)))["returned"] == 0
    assert judged(history([0], [0, 1], [0]))["returned"] == 0, "found late, lost, and not found again"


def test_a_trace_of_samples_holds_no_mode():
    thin = history(range(25), range(25))
    thin[-1]["shares"] = [0.001] * 25
    assert judged(thin)["at_end"] == 0


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3)).astype(np.uint8)


def test_the_same_images_in_other_colours_are_the_same_without_them(images):
    recoloured = (images * np.array([0.5, 0.8, 0.3]) + np.array([20, 0, 90])).astype(np.uint8)
    others = np.random.default_rng(1).integers(0, 256, (40, 8, 8, 3)).astype(np.uint8)
    near = typical_distance(without_colours(images), without_colours(others))
    assert kept(without_colours(images), without_colours(recoloured), 0.3 * near) == 1.0
    assert kept(flat(images), flat(recoloured), 0.3 * typical_distance(flat(images), flat(others))) == 0.0
    assert kept(without_colours(images), without_colours(others), 0.3 * near) == 0.0


def test_kept_is_the_share_that_is_there_again(images):
    again = np.concatenate([images[:10], np.zeros((30, 8, 8, 3), np.uint8)])
    assert kept(flat(images), flat(again), 1e-3) == 0.25
    assert kept(flat(images), flat(images[:10]), 1e-3) == 0.25 and kept(flat(images[:10]), flat(images), 1e-3) == 1.0
    grey = np.full((2, 8, 8, 1), 7, np.uint8)
    assert np.isfinite(without_colours(grey)).all()


def test_points_hold_a_mode_within_three_of_its_deviations():
    modes = find("ring8").modes
    view = View(types.SimpleNamespace(recipe=types.SimpleNamespace(data=Points("ring8", take=500))), lambda line: None)
    away = modes.scale * np.array([[2.9]] * 3 + [[3.1]] * 2) * [[1.0, 0.0]]
    held = view.held((modes.means[:5] + away).astype(np.float32))
    assert held["captured"] == 3 and held["modes"] == 8 and held["shares"] == [0.2, 0.2, 0.2, 0, 0, 0, 0, 0]
