"""Samples from code at hand: any function or iterator of batches, kept in order, whatever library's tensors they are."""

import itertools

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.serving.batches import ASKED, BatchSampler, as_array, is_batches

IMAGES = np.random.default_rng(0).integers(0, 256, (600, 3, 8, 8), np.uint8)
LAST = IMAGES.transpose(0, 2, 3, 1) / 127.5 - 1


class Tensor:
    """As much of a PyTorch tensor as counts: no array until it is off the graph, on the host and of a type of NumPy's."""

    def __init__(self, values, dtype="torch.float32", ready=0):
        self.values, self.dtype, self.ready, self.shape, self.ndim = values, dtype, ready, values.shape, values.ndim

    def detach(self):
        return Tensor(self.values, self.dtype, 1)

    def cpu(self):
        return Tensor(self.values, self.dtype, self.ready + 1)

    def float(self):
        return Tensor(self.values, "torch.float32", self.ready)

    def __array__(self, dtype=None, copy=None):
        if self.ready < 2 or "bfloat16" in self.dtype:
            raise TypeError("call detach, cpu and float first")
        return np.asarray(self.values, dtype)


def in_turn(size):
    starts = itertools.count(step=size)
    return lambda: IMAGES[(start := next(starts)) : start + size]


@pytest.mark.parametrize(
    "make", [lambda batch: batch, lambda batch: (batch, np.zeros(len(batch))), lambda batch: {"images": batch}]
)
def test_batches_are_joined_in_order_and_kept(make):
    draw = in_turn(100)
    sampler = BatchSampler(lambda: make(draw()))
    np.testing.assert_allclose(sampler.sample(250), LAST[:250], atol=1e-6)
    np.testing.assert_allclose(sampler.sample(20, seed=9), LAST[:20], atol=1e-6)
    joined = np.concatenate([block for _, block in sampler.blocks(330)])
    np.testing.assert_allclose(joined, LAST[:330], atol=1e-6)
    assert [first for first, _ in sampler.blocks(330)] == [0, 100, 200, 300]


def test_a_function_is_told_how_many(monkeypatch):
    asked = []
    sampler = BatchSampler(lambda count: asked.append(count) or np.zeros((count, 2)))
    assert sampler.sample(ASKED + 1).shape == (ASKED + 1, 2) and asked == [ASKED, ASKED]


@pytest.mark.parametrize("dtype", ["torch.float32", "torch.bfloat16"])
def test_tensors_of_pytorch_are_taken_off_the_graph(dtype):
    sampler = BatchSampler(lambda: Tensor(IMAGES[:64].astype(np.float32) / 255, dtype))
    np.testing.assert_allclose(sampler.sample(64), LAST[:64], atol=1e-6)


def test_an_iterator_may_end():
    sampler = BatchSampler(iter([IMAGES[:10], IMAGES[10:15]]))
    assert sampler.available(12) == 12 and sampler.available(40) == 15
    with pytest.raises(UserError, match="ended after 15 samples, and 16"):
        sampler.sample(16)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        (iter([]), "gives no samples"),
        (lambda: np.zeros((4, 5)), "a batch of samples must be images"),
        (lambda: np.full((4, 2), np.nan), "NaN"),
        (lambda: np.zeros((0, 2)), "empty"),
        (lambda: np.full((4, 8, 8, 1), 300), "gives values from 300"),
        (lambda a, b: 1, "fails: TypeError: .*called with the number of samples wanted"),
        (lambda: object(), "must be images"),
        (iter([np.zeros((4, 8, 8, 1)), np.zeros((4, 9, 9, 1))]), r"shape \(9, 9, 1\)"),
    ],
)
def test_what_are_no_batches_is_one_line(batches, message):
    with pytest.raises(UserError, match=message) as error:
        BatchSampler(batches).sample(8)
    assert "\n" not in str(error.value)


def test_batches_are_told_from_examples():
    loader = type("Loader", (), {"__iter__": lambda self: iter([(IMAGES[:4], np.zeros(4))])})()
    for value in (lambda: 0, iter([IMAGES[:4]]), loader, (np.zeros((3, 2)) for _ in range(2))):
        assert is_batches(value)[0]
    for value in (IMAGES, [IMAGES[0]], iter(["a text"]), iter(IMAGES), "a path", 3):
        assert not is_batches(value)[0]
    texts = is_batches(iter(["one", "two"]))[1]
    assert list(texts) == ["one", "two"], "nothing is lost by looking"


def test_bfloat16_of_other_libraries_becomes_float32():
    import ml_dtypes

    values = as_array(np.ones((2, 2), ml_dtypes.bfloat16), "batch")
    assert values.dtype == np.float32
