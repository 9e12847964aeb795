"""A grouped convolution that is fast on CPUs too."""

import functools

import keras
import tensorflow as tf


@functools.cache
def differentiable(dtype):
    """Whether TensorFlow has gradients of grouped convolutions here: on GPUs, and on CPUs where oneDNN provides them."""
    with tf.init_scope():
        x, kernel = tf.ones((1, 4, 4, 8), dtype), tf.ones((3, 3, 4, 8), dtype)
        how = {"out_backprop": x, "strides": [1] * 4, "padding": "SAME"}
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=tf.shape(x), filter=kernel, **how)
            tf.raw_ops.Conv2DBackpropFilter(input=x, filter_sizes=tf.shape(kernel), **how)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
            return False
        return True


@keras.saving.register_keras_serializable(package="ganzoo")
class GroupedConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, channels last, by TensorFlow's own kernels, or by one convolution a group without them.

    Keras compiles grouped convolutions with XLA, whose gradient takes a hundred times as long on a CPU.

    Args:
        **kwargs: as of `keras.layers.Conv2D`.

    Input: [B, H, W, C], C a multiple of `groups`. Output: [B, H', W', filters].
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.native = self.groups == 1 or differentiable(self.compute_dtype)

    def convolution_op(self, inputs, kernel):
        convolve = functools.partial(
            tf.nn.conv2d, strides=self.strides, padding=self.padding.upper(), dilations=self.dilation_rate
        )
        kernel = tf.convert_to_tensor(kernel)
        if self.native:
            return convolve(inputs, kernel)
        pairs = zip(tf.split(inputs, self.groups, axis=-1), tf.split(kernel, self.groups, axis=-1), strict=True)
        return tf.concat([convolve(part, part_kernel) for part, part_kernel in pairs], axis=-1)
