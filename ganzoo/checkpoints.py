"""Checkpoints of a model's state: written atomically; the newest readable one is restored."""

import logging

import tensorflow as tf

from ganzoo.errors import UserError

log = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoints of a run.

    TensorFlow writes a checkpoint next to the older ones and marks it as the latest only when it is complete; a kill at
    any moment leaves a valid checkpoint, and an old one is removed only after a new one is complete.

    Args:
        directory: where they are stored.
        state: a dict of lists of tf.Variable, from `Family.state`.
        keep: number of checkpoints to keep; older ones are removed.
    """

    def __init__(self, directory, state, keep=3):
        self.directory = directory
        self.step = state["counters"][0]
        self._checkpoint = tf.train.Checkpoint(**state)
        self._manager = tf.train.CheckpointManager(
            self._checkpoint, str(directory), max_to_keep=keep, checkpoint_name="step", step_counter=self.step
        )

    @property
    def latest_step(self):
        """The step of the newest checkpoint, or None."""
        latest = self._manager.latest_checkpoint
        return int(latest.rsplit("-", 1)[1]) if latest else None

    @property
    def steps(self):
        """The steps of the checkpoints that are kept, oldest first."""
        return [int(path.rsplit("-", 1)[1]) for path in self._manager.checkpoints]

    def restore_step(self, step):
        """Restores the checkpoint of one of `steps`."""
        path = self._manager.checkpoints[self.steps.index(step)]
        self._checkpoint.restore(path).assert_existing_objects_matched()

    def save(self):
        """Saves the current state.

        Raises:
            UserError: the disk is full or cannot be written; the older checkpoints are untouched.
        """
        step = int(self.step.numpy())
        if step == self.latest_step:
            return
        try:
            self._manager.save(checkpoint_number=step)
        except (OSError, tf.errors.OpError) as error:
            reason = str(error).splitlines()[0]
            last = f"step {self.latest_step} is still there" if self.latest_step else "there is no earlier one"
            raise UserError(
                f"the checkpoint of step {step} cannot be written to {self.directory} ({last}): {reason}"
            ) from error

    def restore(self, partly=False):
        """Restores the newest checkpoint that can be read.

        Args:
            partly: whether the checkpoint may hold more than the state (sampling needs no optimizers).

        Returns:
            Its step, or None where there is no checkpoint.

        Raises:
            UserError: there are checkpoints and none can be read.
        """
        paths = list(reversed(self._manager.checkpoints))
        for path in paths:
            try:
                status = self._checkpoint.restore(path)
                status.assert_existing_objects_matched()
                if not partly:
                    status.assert_consumed()
                return int(self.step.numpy())
            except (tf.errors.OpError, AssertionError, ValueError, IndexError) as error:
                log.warning("the checkpoint %s cannot be read, trying the one before: %s", path, str(error).splitlines()[0])
        if paths:
            raise UserError(f"none of the {len(paths)} checkpoints in {self.directory} can be read; --fresh starts anew")
        return None
