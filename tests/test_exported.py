"""The models in `exported/`: each loads, draws, and answers every request that TF Serving warms it up with."""

from pathlib import Path

import pytest

import ganzoo

EXPORTED = sorted((Path(__file__).parents[1] / "exported").glob("*/1"))


@pytest.mark.parametrize("version", EXPORTED, ids=lambda version: version.parent.name)
def test_an_exported_model_draws_and_answers(version, replays_warm_up):
    sampler = ganzoo.load(version)
    assert len(sampler.sample(3, seed=0)) == 3
    replays_warm_up(version, sampler._module)  # loaded once: loading is most of the cost


def test_there_are_exported_models():
    assert len(EXPORTED) > 40
