"""The sanity check lets honest extractors pass and tells which damage a bad one does not see."""

import numpy as np
import pytest

from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.features.base import Extractor
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.features.sanity_check import BLURS, blurred, cached_sanity_check, collapsed, noisy, sanity_check
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import held_out


def quiet(line):
    pass


class Brightness(Extractor):
    """Sees the mean of an image and nothing else."""

    name, layer, dimension, sha256 = "brightness", "mean", 1, "0" * 64
    calls = 0

    def _group(self, images):
        type(self).calls += 1
        return images.mean(axis=(1, 2)), None


@pytest.fixture(scope="module")
def real():
    return held_out(open_input("digits"))[:2]


@pytest.mark.parametrize("spec", ["classifier", "random", "pixels"])
def test_honest_extractors_pass(real, spec):
    result = sanity_check(choose(spec, real[0], log=quiet), *real, log=quiet)
    assert result["passed"] and not result["failures"] and result["count"] == 360
    assert set(result["table"]) == {"blur", "noise", "collapse", "dropped classes"}
    for rows in result["table"].values():
        assert rows[0]["level"] == 0 and rows[-1]["distance"] > 1.5 * rows[0]["distance"]


def test_a_blind_extractor_fails_in_words_and_once(real, tmp_path):
    said, cache = [], Cache(tmp_path)
    result = cached_sanity_check(Brightness(), *real, cache, log=said.append)
    assert not result["passed"] and "does not rise with blur" in " ".join(result["failures"])
    assert "FAILED" in said[0] and result["extractor"]["name"] == "brightness"
    calls = Brightness.calls
    assert cached_sanity_check(Brightness(), *real, cache, log=said.append) == result
    assert Brightness.calls == calls


def test_the_damages_do_what_they_say():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 16, 16, 1), np.uint8)
    spread = [blurred(images, level).std() for level in (0.001, *BLURS)]
    assert (np.diff(spread) < 0).all()
    assert noisy(images, 30, rng).dtype == np.uint8
    features = rng.standard_normal((40, 3))
    mixed = collapsed(features, 0.75, rng)
    assert len(np.unique(mixed, axis=0)) <= 15 and (mixed == features).all(axis=1).sum() >= 10
