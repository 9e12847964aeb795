"""Checkpoints of a small state: which are kept, which is restored, what becomes of broken ones."""

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


def test_a_state_that_asks_for_less_is_restored_partly_alone(tmp_path):
    whole = state(step=3, value=2.0, optimizer=0.5)
    Checkpoints(tmp_path, whole).save()
    less = state()
    with pytest.raises(UserError, match="can be read"):
        Checkpoints(tmp_path, less).restore()
    less = state()
    assert Checkpoints(tmp_path, less).restore(partly=True) == 3
    np.testing.assert_array_equal(less["weights"][0], [2, 2])


def test_a_state_that_asks_for_more_is_never_restored(tmp_path):
    saved(tmp_path, [3])
    for partly in (False, True):
        with pytest.raises(UserError, match="can be read"):
            Checkpoints(tmp_path, state(optimizer=0.5)).restore(partly)


@pytest.mark.parametrize("steps, last", [([], "there is no earlier one"), ([4], "step 4 is still there")])
def test_a_disk_that_cannot_be_written_is_one_line(tmp_path, monkeypatch, steps, last):
    checkpoints = saved(tmp_path, steps)
    checkpoints.step.assign(8)

    def full(*args, **kwargs):
        raise OSError("No space left on device\nmore")

    monkeypatch.setattr(tf.train.CheckpointManager, "save", full)
    with pytest.raises(UserError, match=f"step 8 cannot be written .*{last}.*No space left on device") as error:
        checkpoints.save()
    assert "\n" not in str(error.value)
