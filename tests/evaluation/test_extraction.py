"""Features of many examples: the same in parts as at once, from a file as from memory, and nothing twice after a kill."""

import numpy as np
import pytest

from ganzoo import bars
from ganzoo.evaluation import extraction
from ganzoo.evaluation.cache import Cache
from ganzoo.evaluation.context import Sample
from ganzoo.evaluation.extraction import extract
from ganzoo.evaluation.features.base import Extractor
from ganzoo.evaluation.inputs import base
from ganzoo.evaluation.inputs.base import ArrayInput

IMAGES = np.random.default_rng(0).integers(0, 256, (1000, 4, 4, 1), np.uint8)


class Means(Extractor):
    """Row means, and shares of two classes; counts its groups, and dies before the group `dies`."""

    name, layer, sha256, batch, dimension, classifies = "means", "rows", "ab", 32, 4, True

    def __init__(self, dies=None):
        self.groups, self.dies = 0, dies

    def _group(self, images):
        if self.groups == self.dies:
            raise KeyboardInterrupt
        self.groups += 1
        means = images.mean(axis=(2, 3))
        share = means[:, :1] / 255
        return means, np.concatenate([share, 1 - share], axis=1)


def expected():
    return IMAGES.mean(axis=(2, 3)).astype(np.float32)


def test_parts_are_as_the_whole(monkeypatch):
    monkeypatch.setattr(extraction, "PART", 100)
    found = extract(Means(), IMAGES, "images")
    np.testing.assert_array_equal(found.features, expected())
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-6)


def test_a_killed_extraction_goes_on_where_it_stopped(monkeypatch, tmp_path):
    monkeypatch.setattr(extraction, "PART", 64)
    monkeypatch.setattr(extraction, "KEEP_EVERY", 0.0)
    cache, lines = Cache(tmp_path), []
    with pytest.raises(KeyboardInterrupt):
        Sample(ArrayInput(IMAGES), 1000, 0, Means(dies=17), cache, log=lines.append).extracted  # noqa: B018
    whole = Means()
    found = Sample(ArrayInput(IMAGES), 1000, 0, whole, cache, log=lines.append).extracted
    np.testing.assert_array_equal(found.features, expected())
    assert whole.groups == 32 - 16, "of 32 groups 16 were kept"
    assert lines == ["features of array: 512 of 1,000 are at hand, from an earlier process"]
    assert len(list(tmp_path.rglob("*.npz"))) == 1, "the parts go once the whole is there"
    again = Means()
    Sample(ArrayInput(IMAGES), 1000, 0, again, cache, log=lines.append).extracted  # noqa: B018
    assert again.groups == 0


def test_a_damaged_part_is_computed_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(extraction, "PART", 64)
    monkeypatch.setattr(extraction, "KEEP_EVERY", 0.0)
    cache = Cache(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        extract(Means(dies=9), IMAGES, "images", "key", cache, log=lambda line: None)
    for path in sorted(tmp_path.rglob("*.npz")):
        path.write_bytes(path.read_bytes()[:-30])
    whole = Means()
    found = extract(whole, IMAGES, "images", "key", cache, log=lambda line: None)
    np.testing.assert_array_equal(found.features, expected())
    assert whole.groups == 32


def test_many_examples_stand_in_a_file(monkeypatch):
    for module in ("ganzoo.evaluation.room", "ganzoo.evaluation.inputs.base"):
        monkeypatch.setattr(f"{module}.IN_MEMORY", 1000)
    side = ArrayInput(IMAGES)
    some = side.examples(600, seed=3)
    assert isinstance(some, np.memmap)
    monkeypatch.setattr(base, "IN_MEMORY", 2**30)
    np.testing.assert_array_equal(some, side.examples(600, seed=3))
    np.testing.assert_array_equal(extract(Means(), some, "images").features, some.mean(axis=(2, 3)).astype(np.float32))


def test_progress_is_said_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr(bars, "LONG", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    lines = []
    extract(Means(), IMAGES, "mine", log=lines.append)
    assert lines and all(line.startswith("features of mine by means: ") and line.endswith(" s left") for line in lines)
