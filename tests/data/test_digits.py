import numpy as np
from sklearn.datasets import load_digits

from ganzoo.data.images import Images


def test_digits_are_scikit_learns():
    digits = load_digits()
    expected = {
        (np.round(image * 255 / 16).astype(np.uint8).tobytes(), label)
        for image, label in zip(digits.images, digits.target, strict=True)
    }
    found = []
    for split, count in (("train", 1437), ("test", 360)):
        arrays = Images("digits", split, labels=True).arrays()
        found += [(image.tobytes(), label) for image, label in zip(arrays["image"], arrays["label"], strict=True)]
        share = np.bincount(arrays["label"]) / count
        np.testing.assert_allclose(share, np.bincount(digits.target) / 1797, atol=0.003)
    assert len(found) == len(set(found)) == 1797 and set(found) == expected


def test_digits_split_never_moves():
    arrays = Images("digits", "test", labels=True).arrays()
    assert arrays["label"][:12].tolist() == [1, 4, 2, 3, 2, 9, 6, 4, 0, 8, 0, 0]
    assert int(arrays["image"].astype(np.int64).sum()) == 1790819
