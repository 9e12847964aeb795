"""Checkpoints of a model's state: written whole or not at all, and found by looking at the directory."""

import contextlib
import logging
import os
import re
import shutil
from pathlib import Path

import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.files import write_atomically

log = logging.getLogger(__name__)

# TensorFlow's two files of a checkpoint: the values, and the index without which nobody can read them.
FILE = re.compile(r"step-(\d+)\.(index|data-\d{5}-of-\d{5})")
DRAFT = ".draft"
# What TensorFlow raises at a file that is cut, garbage, absent or of another model.
UNREADABLE = (tf.errors.OpError, AssertionError, ValueError, IndexError, TypeError, RuntimeError, OSError)


class Checkpoints:
    """The checkpoints of a run.

    Those that are there are found by their files' names alone. One that is cut, damaged or of another model is passed over
    with a word, counts for nothing, and is replaced when its step comes again. Older ones are removed only when `keep` newer
    ones can be read. Nothing is written or removed before `save`.

    Args:
        directory: where they are stored.
        state: a dict of lists of tf.Variable, from `Family.state`.
        keep: number of checkpoints to keep; older ones are removed.
    """

    def __init__(self, directory, state, keep=3):
        self.directory = Path(directory)
        self.step = state["counters"][0]
        self.keep = keep
        self._checkpoint = tf.train.Checkpoint(**state)
        self._readable = {}

    @property
    def listed_steps(self):
        """The steps of which there is any file, readable or not, oldest first."""
        if not self.directory.is_dir():
            return []
        files = map(FILE.fullmatch, os.listdir(self.directory))
        return sorted({int(file[1]) for file in files if file})

    @property
    def steps(self):
        """The steps of the checkpoints that can be read, oldest first."""
        return [step for step in self.listed_steps if self._is_readable(step)]

    @property
    def latest_step(self):
        """The step of the newest checkpoint that can be read, or None."""
        return next((step for step in reversed(self.listed_steps) if self._is_readable(step)), None)

    def restore_step(self, step):
        """Restores the checkpoint of one of `steps`."""
        status = self._checkpoint.restore(self._prefix(step))
        status.assert_existing_objects_matched()
        status.assert_consumed()

    def restore(self):
        """Restores the newest checkpoint that can be read.

        Returns:
            Its step, or None where there is no checkpoint.

        Raises:
            UserError: there are checkpoints and none can be read.
        """
        steps = self.listed_steps
        for step in reversed(steps):
            try:
                self.restore_step(step)
            except UNREADABLE as error:
                self._readable[step] = False
                reason = (str(error).splitlines() or [type(error).__name__])[0]
                log.warning("the checkpoint %s cannot be read, trying the one before: %s", self._prefix(step), reason)
            else:
                self._readable[step] = True
                return step
        if steps:
            raise UserError(f"{self._why_none(steps)}; --fresh starts anew")
        return None

    def _why_none(self, steps):
        """Why none of these steps could be restored: the files are damaged, or whole and of another state."""
        self._readable.clear()
        whole = self.latest_step
        if whole is None:
            return f"none of the {len(steps)} checkpoints in {self.directory} can be read"
        return (
            f"the checkpoint of step {whole} in {self.directory} is whole, but of other networks or optimizers than these: "
            "go on with the settings, ganzoo and Keras that wrote it"
        )

    def save(self):
        """Saves the current state, and removes what is older than the newest `keep`.

        Raises:
            UserError: the disk is full or cannot be written; the older checkpoints are untouched.
        """
        step = int(self.step.numpy())
        if step == self.latest_step:
            return
        try:
            self._write(step)
        except (OSError, tf.errors.OpError) as error:
            reason = str(error).splitlines()[0]
            last = self.latest_step
            before = f"step {last} is still there" if last is not None else "there is no earlier one"
            raise UserError(
                f"the checkpoint of step {step} cannot be written to {self.directory} ({before}): {reason}"
            ) from error
        self._readable[step] = True
        self._remove_old(step)
        self._write_state()

    def _write(self, step):
        """Writes a checkpoint aside, then puts it in its place, its index last: with that it is there."""
        draft = self.directory / DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            self._checkpoint.save_counter.assign_add(1)
            self._checkpoint.write(str(draft / f"step-{step}"))
            files = sorted(draft.glob(f"step-{step}.*"), key=lambda file: file.suffix == ".index")
            for file in files:
                _sync(file)
            for file in self._files(step):  # a damaged one of the same step
                file.unlink()
            for file in files:
                os.replace(file, self.directory / file.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _remove_old(self, newest):
        """Removes the checkpoints before the newest `keep`, and damaged ones before `newest`."""
        older = [step for step in reversed(self.listed_steps) if step < newest]
        stay = [step for step in older if self._is_readable(step)][: self.keep - 1]
        for step in set(older) - set(stay):
            for file in self._files(step):
                with contextlib.suppress(OSError):
                    file.unlink()

    def _write_state(self):
        """Writes the file by which `tf.train.latest_checkpoint` finds the newest one; nothing here reads it."""
        names = [f'"step-{step}"' for step in self.steps]
        lines = [f"model_checkpoint_path: {names[-1]}", *(f"all_model_checkpoint_paths: {name}" for name in names)]
        with contextlib.suppress(UserError):
            write_atomically(self.directory / "checkpoint", "\n".join(lines) + "\n")

    def _prefix(self, step):
        return str(self.directory / f"step-{step}")

    def _files(self, step):
        """The files of a step, its index first: without it the rest is nothing."""
        files = [file for file in self.directory.glob(f"step-{step}.*") if FILE.fullmatch(file.name)]
        return sorted(files, key=lambda file: file.suffix != ".index")

    def _is_readable(self, step):
        """Whether all of a checkpoint's values can be read; TensorFlow compares each with its checksum."""
        if step not in self._readable:
            try:
                reader = tf.train.load_checkpoint(self._prefix(step))
                for name in reader.get_variable_to_shape_map():
                    reader.get_tensor(name)
                self._readable[step] = True
            except UNREADABLE:
                self._readable[step] = False
        return self._readable[step]


def _sync(file):
    with open(file, "rb") as opened:
        os.fsync(opened.fileno())
