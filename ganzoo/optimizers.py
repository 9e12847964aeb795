"""Adam with a schedule of beta_2; and Keras' optimizers, moved by one kernel a variable where TensorFlow has such a one."""

import functools

import keras
import tensorflow as tf

from ganzoo import schedules

__all__ = ["Adam", "fused"]


def __dir__():
    return __all__


@keras.saving.register_keras_serializable(package="ganzoo")
class Adam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` whose `beta_2` may be a schedule from `ganzoo.schedules`, as R3GAN's is.

    Args:
        learning_rate: a number or a schedule.
        beta_1: a number.
        beta_2: a number or a schedule.
        **kwargs: as of `keras.optimizers.Adam`.

    Reference: Huang et al. 2024, 2501.05441, appendix: beta_2 rises while the training settles.
    """

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, **kwargs):
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, **kwargs)

    @property
    def beta_2(self):
        """Its value at the steps taken so far."""
        return schedules.at(self._beta_2, self.iterations)

    @beta_2.setter
    def beta_2(self, value):
        self._beta_2 = value

    def get_config(self):
        """Keras' config; a schedule of `beta_2` as a config of its own."""
        return {**super().get_config(), "beta_2": keras.saving.serialize_keras_object(self._beta_2)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described."""
        config = {**config, "beta_2": keras.saving.deserialize_keras_object(config["beta_2"])}
        return super().from_config(config, custom_objects)


def fused(optimizer):
    """Lets an Adam, Keras' or the one above, move each variable by one kernel instead of some ten; returns the optimizer.

    Update and state are Keras': m and v the moving means, the step -lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon).
    So checkpoints, schedules, clipping, weight decay and loss scales stay as they are. Other optimizers, AMSGrad and sparse
    gradients are left to Keras: RMSprop's kernel keeps a momentum that Keras' has no state for, and gains a WGAN little.
    """
    if type(optimizer) in (Adam, keras.optimizers.Adam) and not optimizer.amsgrad:
        optimizer.update_step = functools.partial(_adam_step, optimizer, optimizer.update_step)
    return optimizer


def _adam_step(optimizer, by_keras, gradient, variable, learning_rate):
    if isinstance(gradient, tf.IndexedSlices):
        return by_keras(gradient, variable, learning_rate)
    dtype, index = variable.dtype, optimizer._get_variable_index(variable)
    step = tf.cast(optimizer.iterations + 1, dtype)
    beta_1, beta_2 = (tf.cast(beta, dtype) for beta in (optimizer.beta_1, optimizer.beta_2))
    return tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=optimizer._momentums[index].value.handle,
        v=optimizer._velocities[index].value.handle,
        beta1_power=beta_1**step,
        beta2_power=beta_2**step,
        lr=tf.cast(learning_rate, dtype),
        beta1=beta_1,
        beta2=beta_2,
        epsilon=tf.cast(optimizer.epsilon, dtype),
        grad=tf.cast(gradient, dtype),
    )
