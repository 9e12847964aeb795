import itertools
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.data import registry
from ganzoo.data.sentences import Sentences
from ganzoo.data.source import Source
from ganzoo.errors import UserError
from ganzoo.notes import counted

COUNT = 50


class Numbered(Source):
    """Images that say their number: pixel (0, 0) of example i is i, and pixel (0, 1) is 200."""

    def __init__(self, count=COUNT, flip=False, labels=True, width=2, channels=1):
        super().__init__((1, width, channels), count, labels, flip)
        self.count = count

    def arrays(self):
        images = np.full((self.count, *self.shape), 200, np.uint8)
        images[:, 0, 0] = np.arange(self.count)[:, None]
        return {"image": images, **({"label": np.arange(self.count)} if self.labels else {})}


def batches(source, count, *args, **kwargs):
    return list(itertools.islice(source.batches(*args, **kwargs).as_numpy_iterator(), count))


def labels(source, count, *args, **kwargs):
    return np.array([batch["label"] for batch in batches(source, count, *args, **kwargs)])


def assert_equal_batches(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.parametrize("batch_size", [1, 7, 10, 50, 64, 130])
def test_each_epoch_is_a_permutation_whatever_the_batch(batch_size):
    stream = labels(Numbered(), 4 * COUNT // batch_size + 1, batch_size, seed=3).ravel()[: 4 * COUNT]
    epochs = stream[: len(stream) // COUNT * COUNT].reshape(-1, COUNT)
    assert len(epochs) >= 3
    assert (np.sort(epochs, axis=1) == np.arange(COUNT)).all()
    assert len({tuple(epoch) for epoch in epochs}) == len(epochs)


@pytest.mark.parametrize("batch_size", [7, 10, 64])
@pytest.mark.parametrize("start", [1, 5, 9])
def test_resumes_at_any_batch_exactly(batch_size, start):
    source = Numbered(flip=True)
    whole = batches(source, start + 4, batch_size, seed=1)
    assert_equal_batches(batches(source, 4, batch_size, seed=1, start=start), whole[start:])


def test_the_stream_does_not_depend_on_how_it_is_cut():
    source = Numbered(flip=True)
    wide = np.concatenate([batch["image"] for batch in batches(source, 3, 40, seed=1)])
    narrow = np.concatenate([batch["image"] for batch in batches(source, 15, 8, seed=1)])
    np.testing.assert_array_equal(wide, narrow)


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_rows_concatenate_to_the_global_batch(workers):
    source = Numbered(flip=True)
    contexts = [tf.distribute.InputContext(workers, worker, workers) for worker in range(workers)]
    parts = [batches(source, 6, 12, seed=5, start=2, context=context) for context in contexts]
    steps = zip(*parts, strict=True)
    joined = [{name: np.concatenate([part[name] for part in step]) for name in step[0]} for step in steps]
    assert_equal_batches(joined, batches(source, 6, 12, seed=5, start=2))


def test_a_batch_that_workers_cannot_share_is_refused():
    with pytest.raises(UserError, match="batch of 10 cannot be divided among 3"):
        Numbered().batches(10, seed=0, context=tf.distribute.InputContext(3, 0, 3))


def test_seeds_differ_and_repeat():
    first, second = labels(Numbered(), 1, COUNT, seed=0), labels(Numbered(), 1, COUNT, seed=1)
    assert (first != second).any()
    np.testing.assert_array_equal(first, labels(Numbered(), 1, COUNT, seed=0))


def test_orders_are_uniform():
    """Over many epochs and seeds every example comes first, and follows every other, about equally often."""
    count, epochs = 5, 4000
    order = np.concatenate([labels(Numbered(count), epochs // 4, count, seed=seed) for seed in range(4)])
    first = np.bincount(order[:, 0], minlength=count)
    steps = np.bincount((order[:, 1] - order[:, 0]) % count, minlength=count)[1:]
    for found in (first, steps):
        expected = epochs / len(found)
        assert ((found - expected) ** 2 / expected).sum() < 25, found  # chi-square, 4 and 3 degrees: p = 5e-5


def test_flips_half_of_the_images_each_time_anew():
    stream = np.concatenate([batch["image"] for batch in batches(Numbered(flip=True), 80, 50, seed=0)])
    plain = np.concatenate([batch["image"] for batch in batches(Numbered(), 80, 50, seed=0)])
    mirrored = (stream != plain).any(axis=(1, 2, 3))
    np.testing.assert_array_equal(stream[mirrored], plain[mirrored][:, :, ::-1])
    assert abs(mirrored.mean() - 0.5) < 4 * 0.5 / np.sqrt(len(mirrored))
    epochs = mirrored.reshape(-1, COUNT).mean(1)
    assert epochs.min() > 0.1 and epochs.max() < 0.9
    repeats = mirrored[:-1] == mirrored[1:]
    assert abs(repeats.mean() - 0.5) < 4 * 0.5 / np.sqrt(len(repeats))


@pytest.mark.parametrize("channels", [1, 3])
def test_flip_keeps_rows_and_channels(channels):
    class Noise(Numbered):
        def arrays(self):
            return {"image": np.random.default_rng(0).integers(0, 256, (9, 4, 5, channels), np.uint8)}

    source = Noise(count=9, flip=True, labels=False)
    source.shape = (4, 5, channels)
    images = {image.tobytes() for image in source.arrays()["image"]}
    mirrored = {image[:, ::-1].tobytes() for image in source.arrays()["image"]}
    for batch in batches(source, 3, 9, seed=0):
        pixels = np.rint(batch["image"] * 127.5 + 127.5).astype(np.uint8)
        assert all(image.tobytes() in images | mirrored for image in pixels)


def test_batches_have_static_shapes_types_and_range():
    dataset = Numbered().batches(8, seed=0)
    assert dataset.element_spec == {
        "image": tf.TensorSpec((8, 1, 2, 1), tf.float32),
        "label": tf.TensorSpec((8,), tf.int64),
    }
    batch = next(iter(dataset))
    np.testing.assert_allclose(batch["image"][:, 0, 0, 0], batch["label"].numpy() / 127.5 - 1, atol=1e-6)


def test_one_example_and_no_labels():
    source = Numbered(count=1, labels=False)
    (batch,) = batches(source, 1, 4, seed=0, start=3)
    assert batch.keys() == {"image"} and batch["image"].shape == (4, 1, 2, 1)


def test_a_memory_map_gives_the_same_batches(tmp_path):
    class Mapped(Numbered):
        def arrays(self):
            arrays = super().arrays()
            arrays["image"].tofile(tmp_path / "images")
            return arrays | {"image": np.memmap(tmp_path / "images", np.uint8, "c").reshape(-1, *self.shape)}

    mapped = Mapped(flip=True)
    assert mapped.batches(8, seed=0).element_spec["image"].shape == (8, 1, 2, 1)
    assert_equal_batches(batches(mapped, 20, 8, seed=0), batches(Numbered(flip=True), 20, 8, seed=0))


@pytest.mark.parametrize("with_labels", [False, True])
def test_fabricated_has_the_same_form_and_a_seed(with_labels):
    source = Numbered(labels=with_labels, width=3, channels=3)
    made = source.fabricated()
    assert (made.shape, made.feature, made.num_classes) == (source.shape, source.feature, source.num_classes)
    assert made.num_examples == 256
    assert made.batches(16, seed=0).element_spec == source.batches(16, seed=0).element_spec
    np.testing.assert_array_equal(made.arrays()["image"], source.fabricated().arrays()["image"])
    assert (made.arrays()["image"] != source.fabricated(seed=1).arrays()["image"]).any()
    if with_labels:
        assert set(made.arrays()["label"]) == set(range(COUNT))


STRATEGIES = """
import numpy as np
import tensorflow as tf

if {deterministic}:
    tf.keras.utils.set_random_seed(1)
    tf.config.experimental.enable_op_determinism()
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from ganzoo.data.images import Images

source = Images("digits", flip=True, labels=True)
if {mapped}:  # the same pixels from a file
    arrays = source.arrays()
    arrays["image"].tofile("images")
    arrays["image"] = np.memmap("images", np.uint8, "c").reshape(-1, 8, 8, 1)
plain = [batch for batch, _ in zip(source.batches(24, seed=3).as_numpy_iterator(), range(70))]
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def rows(batch, name):
    return np.concatenate([part.numpy() for part in strategy.experimental_local_results(batch[name])])

with strategy.scope():
    rebatched = strategy.experimental_distribute_dataset(source.batches(24, seed=3))
    own = strategy.distribute_datasets_from_function(lambda context: source.batches(24, seed=3, context=context))
for one, other, expected in zip(rebatched, own, plain):
    for name in expected:
        np.testing.assert_array_equal(rows(one, name), expected[name])
        np.testing.assert_array_equal(rows(one, name)[:12], strategy.experimental_local_results(one[name])[0])
        first, second = strategy.experimental_local_results(other[name])
        assert len(first) == 24
print("equal", len(plain))
"""


@pytest.mark.parametrize("deterministic, mapped", [(False, False), (True, False), (True, True)])
def test_under_a_mirrored_strategy(isolated, deterministic, mapped):
    assert "equal 70" in isolated(STRATEGIES.format(deterministic=deterministic, mapped=mapped))


@pytest.mark.parametrize("name", ["digits", "ring8", "grammar", "file"])
def test_more_than_there_are_cannot_be_taken_in_silence(tmp_path, name):
    (tmp_path / "lines.txt").write_text("a b\nb c\nc d\nd e\n")
    known = registry.find(name)
    source = (known.source if known else Sentences)(name if known else tmp_path / "lines.txt", "test", take=10**6)
    source.arrays()
    count = counted(source.num_examples, "example")
    assert source.notes[-1].endswith(f"test has {count}, fewer than take=1000000")
    fewer = source.replaced(take=1)
    assert fewer.num_examples == len(fewer.arrays()[fewer.feature]) == 1 and not any("take" in line for line in fewer.notes)


def anonymous():
    """This process's anonymous memory in bytes, which mapped files are no part of."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is told by Linux alone")
def test_a_mapped_file_stays_out_of_memory(tmp_path):
    shape, size = (16384, 64, 64, 1), 64 * 2**20
    with open(tmp_path / "images", "wb") as file:
        file.truncate(size)

    class Mapped(Source):
        def arrays(self):
            return {"image": np.memmap(tmp_path / "images", np.uint8, "c", shape=shape)}

    stream = iter(Mapped(shape[1:]).batches(8, seed=0))
    before = anonymous()
    next(stream), next(stream)
    grown = anonymous() - before
    assert grown < size / 2, f"{grown:,} bytes more for a file of {size:,}"
