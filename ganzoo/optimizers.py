"""Keras' optimizers, each variable moved by one kernel where TensorFlow has one that computes the same."""

import functools

import keras
import tensorflow as tf


def fused(optimizer):
    """Lets a `keras.optimizers.Adam` move each variable by one kernel instead of some ten; returns the optimizer.

    Update and state are Keras': m and v the moving means, the step -lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + epsilon).
    So checkpoints, schedules, clipping, weight decay and loss scales stay as they are. Other optimizers, AMSGrad and sparse
    gradients are left to Keras.
    """
    if type(optimizer) is keras.optimizers.Adam and not optimizer.amsgrad:
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
