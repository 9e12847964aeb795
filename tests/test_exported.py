"""The models in `exported/`: each loads, draws, and answers every request that TF Serving warms it up with."""

import re
from pathlib import Path

import pytest

import ganzoo
from ganzoo.zoo import PICTURE, TEXTS

ROOT = Path(__file__).parents[1]
EXPORTED = sorted((ROOT / "exported").glob("*/1"))


@pytest.mark.parametrize("version", EXPORTED, ids=lambda version: version.parent.name)
def test_an_exported_model_draws_and_answers(version, replays_warm_up):
    sampler = ganzoo.load(version)
    assert len(sampler.sample(3, seed=0)) == 3
    replays_warm_up(version, sampler.module)  # loaded once: loading is most of the cost
    samples = TEXTS if sampler.is_text else PICTURE
    assert (version / samples).stat().st_size > 100 and f"]({samples})" in (version / "README.md").read_text()


def test_the_gallery_shows_every_exported_model():
    page = (ROOT / "docs" / "zoo.md").read_text()
    assert [version.parent.name for version in EXPORTED] == re.findall(r"^## (.*)$", page, re.MULTILINE)


def test_there_are_exported_models():
    assert len(EXPORTED) > 30
