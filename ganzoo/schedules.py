"""Values that change over training, each a function of the step: for a penalty's weight, Adam's beta_2, the decay of an
average or a learning rate. A schedule has no state, so that a resumed run goes on where it was.
"""

import dataclasses
import math

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.serialization import Serializable

__all__ = ["Cosine", "HalfLife", "Schedule"]


def __dir__():
    return __all__


# Keras' class, so that an optimizer takes each as a learning rate, and Keras' own schedules serve wherever these do.
Schedule = keras.optimizers.schedules.LearningRateSchedule


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Cosine(Serializable, Schedule):
    """Half a cosine from `first` at step 0 to `last` at step `steps`, and `last` from there on.

    Args:
        first: the value at the start.
        last: the value at the end.
        steps: of how many steps the change is made.

    >>> [round(float(Cosine(1.0, 0.0, 4)(step)), 2) for step in range(6)]
    [1.0, 0.85, 0.5, 0.15, 0.0, 0.0]

    Reference: Loshchilov and Hutter 2017, 1608.03983, without restarts.
    """

    first: float
    last: float
    steps: int

    def __post_init__(self):
        if not self.steps >= 1:
            raise UserError(f"steps is a number of steps, at least 1, not {self.steps!r}")

    def __call__(self, step):
        share = tf.minimum(tf.cast(step, tf.float32) / self.steps, 1.0)
        return self.last + (self.first - self.last) * 0.5 * (1.0 + tf.cos(math.pi * share))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class HalfLife(Serializable, Schedule):
    """The decay of an average in which a value's weight halves within `steps` steps: 0.5^(1 / steps); a copy for 0.

    Args:
        steps: a number, or a schedule of it.

    >>> [round(float(HalfLife(steps)(0)), 3) for steps in (0, 1, 693)]
    [0.0, 0.5, 0.999]
    """

    steps: object

    def __post_init__(self):
        if not isinstance(self.steps, Schedule) and not self.steps >= 0:
            raise UserError(f"steps is a number of steps, 0 or more, or a schedule of it, not {self.steps!r}")

    def __call__(self, step):
        steps = tf.cast(at(self.steps, step), tf.float32)
        return tf.pow(0.5, 1.0 / tf.maximum(steps, 1e-8))


def at(value, step):
    """A value that may be a schedule, as it is at a step."""
    return value(step) if isinstance(value, Schedule) else value
