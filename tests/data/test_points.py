import numpy as np
import pytest

from ganzoo.data import catalogue
from ganzoo.data.points import Points
from ganzoo.errors import UserError


def test_batches_are_unscaled_points():
    source = Points("ring8", take=100)
    batch = next(iter(source.batches(64, seed=0)))
    assert batch.keys() == {"point"} and batch["point"].shape == (64, 2)
    np.testing.assert_allclose(np.linalg.norm(batch["point"], axis=1), 2, atol=0.2)
    assert {point.tobytes() for point in batch["point"].numpy()} <= {p.tobytes() for p in source.arrays()["point"]}
    assert source.num_examples == len(source.arrays()["point"]) == 100


def test_fabricated_points():
    made = Points("grid25", labels=True).fabricated()
    batch = next(iter(made.batches(8, seed=0)))
    assert batch["point"].shape == (8, 2) and made.num_classes == 25 and made.feature == "point"


def test_bad_arguments_are_one_line():
    for arguments, complaint in [
        (("digits",), "has no points"),
        (("ring9",), "did you mean ring8"),
        (("ring8", "train", False, -1), "take must be"),
    ]:
        with pytest.raises(UserError, match=complaint):
            Points(*arguments)
    with pytest.raises(UserError, match="no split 'valid'"):
        Points("ring8", split="valid").arrays()
    with pytest.raises(UserError, match="no split 'valid'"):
        Points("ring8", split="valid").describe()


@pytest.mark.parametrize("split", ["train", "test", "train[:80%]", "train[10:20]+test[-5:]"])
def test_drawn_points_are_those_that_tfds_reads_in_its_order(split):
    source, read = Points("ring8", split, labels=True), catalogue.read("ring8", split)
    assert source.num_examples == len(read["point"])
    for feature, values in source.arrays().items():
        assert values.dtype == read[feature].dtype
        np.testing.assert_array_equal(values, read[feature])


def test_drawn_points_need_no_files(tmp_path):
    source = Points("grid25", take=7, data_dir=tmp_path)
    assert source.splits == ("train", "test") and source.num_examples == len(source.arrays()["point"]) == 7
    assert not list(tmp_path.iterdir())
    with pytest.raises(UserError, match="nothing is left of ring8"):
        Points("ring8", "train[:0]", data_dir=tmp_path).arrays()
