"""Which score a sweep goes by."""

import pytest

from ganzoo.errors import UserError
from ganzoo.sweeps.scored import goal


@pytest.mark.parametrize(
    "text, metric, part, direction",
    [
        ("FD", "frechet_distance", "", "lower"),
        ("fd", "frechet_distance", "", "lower"),
        ("frechet_distance", "frechet_distance", "", "lower"),
        ("precision_recall.recall", "precision_recall", "recall", "higher"),
        ("ms_ssim", "ms_ssim", "", "real"),
    ],
)
def test_a_goal_is_found_by_what_it_is_called(text, metric, part, direction):
    found = goal(text)
    assert (found.metric, found.part, found.direction) == (metric, part, direction)
    assert found.maximised == (direction == "higher")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("nothing", "no metric is called 'nothing'"),
        ("precision_recall", "name one of precision_recall.precision"),
        ("precision_recall.beauty", "is no part of precision_recall: precision_recall.precision"),
    ],
)
def test_what_is_no_score_is_refused(text, complaint):
    with pytest.raises(UserError, match=complaint):
        goal(text)


def test_the_objective_is_the_value_or_its_distance_from_the_target():
    score = {"metric": "ms_ssim", "part": "", "value": 0.3, "real": 0.4, "warnings": []}
    assert goal("ms_ssim").objective(score) == pytest.approx(0.1)
    assert goal("ms_ssim").of([score]) is score
    score |= {"metric": "frechet_distance"}
    assert goal("FD").objective(score) == 0.3
    with pytest.raises(UserError, match="not computed"):
        goal("ms_ssim").of([score])
    with pytest.raises(UserError, match="FD is undefined: too few"):
        goal("FD").of([score | {"value": float("nan"), "warnings": ["too few"]}])
