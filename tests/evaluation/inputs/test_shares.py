"""Labels that are left open follow the real data's class shares."""

import numpy as np
import pytest

from ganzoo.data.images import Images
from ganzoo.evaluation.inputs.base import ArrayInput, DataInput, ModelInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.shares import class_shares, following
from ganzoo.serving.sampling import Sampler

UNLABELLED = ArrayInput(np.zeros((9, 8, 8, 1), np.uint8), "unlabelled")


class Conditional(Sampler):
    """Draws the label into the first pixel."""

    options = {"label": (None, -1)}
    num_classes = 10
    card = {}

    def __init__(self, own=None):
        super().__init__("nowhere", "conditional")
        self.own_shares = own

    def sample(self, count, seed=0):
        return np.zeros((count, 8, 8, 1), np.float32)


def model(**options):
    made = ModelInput(Conditional(**options))
    made.trained_on = Images("digits", only=3)
    return made


def test_shares_are_the_datas_own():
    shares = class_shares(open_input("digits"))
    assert shares.shape == (10,) and shares.sum() == pytest.approx(1) and 0.09 < shares.min() < shares.max() < 0.11
    assert class_shares(DataInput(Images("digits", only=3, labels=True))).tolist() == np.eye(10)[3].tolist()
    assert class_shares(ArrayInput(np.zeros((4, 2, 2, 1), np.uint8), "x", [0, 2, 2, 2])).tolist() == [0.25, 0, 0.75]
    assert class_shares(UNLABELLED) is None


def test_an_open_label_follows_the_real_data_and_the_model_itself_stays_as_it_was():
    first = model()
    assert first.drawn == {"label": "drawn evenly"}
    second = following(first, open_input("digits:test"))
    assert second.drawn == {"label": "drawn by the class shares of digits:test"}
    assert second.sampler.label_shares == tuple(class_shares(open_input("digits:test")))
    assert first.sampler.label_shares is None and following(second, UNLABELLED) is second


def test_data_without_labels_leaves_it_to_what_the_model_was_trained_on():
    first = model()
    followed = following(first, UNLABELLED)
    assert followed.drawn["label"] == "drawn by the class shares of digits:train class 3"
    assert followed.sampler.label_shares == tuple(np.eye(10)[3])
    first.trained_on = None
    assert following(first, UNLABELLED) is first
    first.sampler.card = {"data_shares": [0.5, 0.5], "data": {"name": "pets"}}
    assert following(first, UNLABELLED).drawn["label"] == "drawn by the class shares of pets"
    for bad in ([], [0.0, 0.0], [2.0, -1.0], None):
        first.sampler.card = {"data_shares": bad, "data": {"name": "pets"}}
        assert following(first, UNLABELLED) is first


def test_what_cannot_or_must_not_follow_is_left_alone():
    chosen = model(own=(1.0,) + (0.0,) * 9)
    assert following(chosen, open_input("digits")) is chosen
    assert chosen.drawn["label"] == "drawn by the class_shares of its recipe"
    assert following(UNLABELLED, open_input("digits")) is UNLABELLED
    for most in (10, 11):
        more = ArrayInput(np.zeros((4, 8, 8, 1), np.uint8), "more", [0, most, 2, 3])
        assert following(model(), more).drawn["label"] == "drawn by the class shares of digits:train class 3"
