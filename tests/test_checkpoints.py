"""Checkpoints of a small state: which are kept, which is restored, what becomes of broken ones."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError


def state(step=0, value=0.0, **more):
    variables = {"counters": [tf.Variable(step, dtype=tf.int64)], "weights": [tf.Variable([value, value])]}
    return variables | {name: [tf.Variable(number)] for name, number in more.items()}


def saved(directory, steps, **options):
    """Checkpoints of a state whose weights are the step's number."""
    made = state()
    checkpoints = Checkpoints(directory, made, **options)
    for step in steps:
        made["counters"][0].assign(step)
        made["weights"][0].assign([float(step)] * 2)
        checkpoints.save()
    return checkpoints


def test_what_is_restored_is_what_was_saved(tmp_path):
    saved(tmp_path, [4, 9])
    other = state(value=-1.0)
    checkpoints = Checkpoints(tmp_path, other)
    assert checkpoints.latest_step == 9 and checkpoints.steps == [4, 9]
    assert checkpoints.restore() == 9 == int(other["counters"][0])
    np.testing.assert_array_equal(other["weights"][0], [9, 9])
    checkpoints.restore_step(4)
    np.testing.assert_array_equal(other["weights"][0], [4, 4])
    assert int(checkpoints.step) == 4


@pytest.mark.parametrize("keep, steps", [(1, [5]), (3, [3, 4, 5])])
def test_the_newest_stay(tmp_path, keep, steps):
    assert saved(tmp_path, [1, 2, 3, 4, 5], keep=keep).steps == steps
    assert {path.name.split(".")[0] for path in tmp_path.glob("step-*")} == {f"step-{step}" for step in steps}


def test_by_default_three_stay(tmp_path):
    assert saved(tmp_path, [1, 2, 3, 4, 5]).steps == [3, 4, 5]


def test_a_step_is_written_once(tmp_path):
    checkpoints = saved(tmp_path, [7])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("step-*")}
    checkpoints.save()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("step-*")} == before
    assert checkpoints.steps == [7]


def test_an_empty_directory_has_nothing_to_restore(tmp_path):
    checkpoints = Checkpoints(tmp_path / "none", state())
    assert checkpoints.restore() is None and checkpoints.latest_step is None and checkpoints.steps == []


def damage(directory, step):
    for path in directory.glob(f"step-{step}.*"):
        path.write_bytes(b"")


def test_a_broken_checkpoint_gives_way_to_the_one_before(tmp_path):
    saved(tmp_path, [1, 2])
    damage(tmp_path, 2)
    other = state()
    assert Checkpoints(tmp_path, other).restore() == 1
    np.testing.assert_array_equal(other["weights"][0], [1, 1])


def test_nothing_that_can_be_read_is_one_line(tmp_path):
    saved(tmp_path, [1, 2])
    for step in (1, 2):
        damage(tmp_path, step)
    with pytest.raises(UserError, match="none of the 2 checkpoints.*--fresh starts anew") as error:
        Checkpoints(tmp_path, state()).restore()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("asked, stored", [({}, {"optimizer": 0.5}), ({"optimizer": 0.5}, {})])
def test_a_checkpoint_of_another_state_is_never_restored(tmp_path, asked, stored):
    Checkpoints(tmp_path, state(step=3, value=2.0, **stored)).save()
    with pytest.raises(UserError, match="checkpoint of step 3 .* is whole, but of other networks or optimizers"):
        Checkpoints(tmp_path, state(**asked)).restore()


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


DAMAGES = {
    "data cut": lambda data, index: data.write_bytes(data.read_bytes()[:5]),
    "data empty": lambda data, index: data.write_bytes(b""),
    "data garbage": lambda data, index: data.write_bytes(b"garbage" * 100),
    "data flipped": lambda data, index: flip(data),
    "data lost": lambda data, index: data.unlink(),
    "index cut": lambda data, index: index.write_bytes(index.read_bytes()[:20]),
    "index empty": lambda data, index: index.write_bytes(b""),
    "index garbage": lambda data, index: index.write_bytes(b"garbage" * 100),
    "index lost": lambda data, index: index.unlink(),
    "both of another": lambda data, index: [
        file.write_bytes(file.with_name(file.name.replace("-3", "-x")).read_bytes()) for file in (data, index)
    ],
}


def alien(directory):
    """A checkpoint of something else, in two files called `step-x...`."""
    other = tf.train.Checkpoint(other=tf.Variable([1.0, 2.0, 3.0]))
    other.write(str(directory / "step-x"))


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Checkpoints of the steps 1, 2, 3, and alien files beside them."""
    directory = tmp_path_factory.mktemp("three")
    saved(directory, [1, 2, 3])
    alien(directory)
    return directory


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_checkpoint_counts_for_nothing_and_is_replaced_at_its_step(three, tmp_path, damage):
    directory = tmp_path / "copy"
    shutil.copytree(three, directory)
    damage(directory / "step-3.data-00000-of-00001", directory / "step-3.index")
    made = state()
    checkpoints = Checkpoints(directory, made)
    if damage is not DAMAGES["both of another"]:  # which only a restore can tell from a good one
        assert checkpoints.latest_step == 2 and checkpoints.steps == [1, 2]
    assert checkpoints.restore() == 2
    np.testing.assert_array_equal(made["weights"][0], [2, 2])
    assert checkpoints.latest_step == 2 and checkpoints.steps == [1, 2]
    made["counters"][0].assign(3)
    made["weights"][0].assign([3.0, 3.0])
    checkpoints.save()
    again = state()
    assert Checkpoints(directory, again).restore() == 3
    np.testing.assert_array_equal(again["weights"][0], [3, 3])
    assert Checkpoints(directory, state()).steps == [1, 2, 3]
    assert sorted(path.name for path in directory.glob("step-x*")) == ["step-x.data-00000-of-00001", "step-x.index"]


@pytest.mark.parametrize(
    "content", [None, b"", b"garbage", b'model_checkpoint_path: "step-1"\nall_model_checkpoint_paths: "step-1"\n']
)
def test_tensorflows_state_file_matters_to_nobody(three, tmp_path, content):
    directory = tmp_path / "copy"
    shutil.copytree(three, directory)
    assert tf.train.latest_checkpoint(str(directory)).endswith("step-3"), "other programs find the newest by it"
    (directory / "checkpoint").unlink()
    if content is not None:
        (directory / "checkpoint").write_bytes(content)
    checkpoints = Checkpoints(directory, state())
    assert checkpoints.steps == [1, 2, 3] and checkpoints.restore() == 3


def test_damaged_ones_push_out_no_good_ones(tmp_path):
    saved(tmp_path, [1, 2, 3], keep=3)
    damage(tmp_path, 3)
    made = state()
    checkpoints = Checkpoints(tmp_path, made, keep=3)
    assert checkpoints.restore() == 2
    for step in (4, 5):
        made["counters"][0].assign(step)
        checkpoints.save()
        assert checkpoints.steps == ([1, 2, 4] if step == 4 else [2, 4, 5])
    assert not list(tmp_path.glob("step-3*"))


def test_what_a_kill_left_half_written_is_no_checkpoint(tmp_path):
    saved(tmp_path, [1])
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "step-2.data-00000-of-00001").write_bytes(b"half")
    assert Checkpoints(tmp_path, state()).restore() == 1
    assert saved(tmp_path, [2]).steps == [1, 2] and not (tmp_path / ".draft").exists()


def test_looking_writes_nothing(tmp_path):
    checkpoints = Checkpoints(tmp_path / "none", state())
    assert checkpoints.restore() is None and checkpoints.steps == [] and not (tmp_path / "none").exists()


@pytest.mark.parametrize("steps, last", [([], "there is no earlier one"), ([4], "step 4 is still there")])
def test_a_disk_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, steps, last):
    checkpoints = saved(tmp_path, steps)
    checkpoints.step.assign(8)

    def full(*args, **kwargs):
        raise OSError("No space left on device\nmore")

    monkeypatch.setattr(tf.train.Checkpoint, "write", full)
    with pytest.raises(UserError, match=f"step 8 cannot be written .*{last}.*No space left on device") as error:
        checkpoints.save()
    assert "\n" not in str(error.value)
