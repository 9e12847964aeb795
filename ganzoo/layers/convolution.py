"""Convolutions whose weight gradients are fast where maps are small.

On CPUs the kernel for weight gradients takes most of its time on the layers with the smallest maps. There the same gradient
is a forward convolution in which batch and channels change places and the errors are a dilated kernel. In bfloat16 it takes
half the time, in float32 as much (docs/speed.md).
"""

import functools
import math

import keras
import tensorflow as tf

# Output maps with at most so many positions, which a training on CPUs gains from (docs/speed.md).
SMALL_MAP = 16


@functools.cache
def on_cpu():
    """Whether TensorFlow computes on a CPU; GPUs keep TensorFlow's own gradients."""
    return not tf.config.list_logical_devices("GPU")


class Geometry:
    """A 2-D convolution, channels last: three products that are each other's derivatives.

    Args:
        size: (height, width) of the maps that it reads.
        kernel_size, strides: pairs.
        padding: "same" or "valid".

    Attributes:
        out: (height, width) of the maps that it writes.
    """

    def __init__(self, size, kernel_size, strides, padding):
        self.size, self.kernel_size, self.strides, self.padding = map(tuple, (size, kernel_size, strides, [padding.upper()]))
        (self.padding,) = self.padding
        covered = size if padding == "same" else [side - kernel + 1 for side, kernel in zip(size, kernel_size, strict=True)]
        self.out = tuple(-(-side // stride) for side, stride in zip(covered, strides, strict=True))

    @classmethod
    def of(cls, layer, size):
        """The geometry of a Keras layer that reads maps of `size`, or None where Keras' own way is as fast.

        On CPUs alone; where the step between kernels is 2 and more, and one of the two maps is small.
        """
        strides = tuple(layer.strides)
        whole = getattr(layer, "groups", 1) == 1 and tuple(layer.dilation_rate) == (1, 1)
        plain = whole and layer.data_format == "channels_last"
        if None in size or not plain or min(strides) < 2 or not on_cpu():
            return None
        geometry = cls(size, layer.kernel_size, strides, layer.padding)
        return geometry if 0 < math.prod(geometry.out) <= SMALL_MAP else None

    def forward(self, x, kernel):
        """Maps x [B, *size, C] and a kernel [k, k, C, F] to [B, *out, F]."""

        @tf.custom_gradient
        def convolved(x, kernel):
            return tf.nn.conv2d(x, kernel, self.strides, self.padding), lambda y: (self.data(y, kernel), self.weights(x, y))

        return convolved(x, tf.convert_to_tensor(kernel))

    def data(self, y, kernel):
        """The gradient by the maps: y [B, *out, F] and a kernel to [B, *size, C]."""

        @tf.custom_gradient
        def spread(y, kernel):
            shape = tf.stack([tf.shape(y)[0], *self.size, tf.shape(kernel)[2]])
            x = tf.nn.conv2d_transpose(y, kernel, shape, self.strides, self.padding)
            x = tf.ensure_shape(x, (y.shape[0], *self.size, kernel.shape[2]))
            return x, lambda x: (self.forward(x, kernel), self.weights(x, y))

        return spread(y, tf.convert_to_tensor(kernel))

    def weights(self, x, y):
        """The gradient by the kernel: x [B, *size, C] and y [B, *out, F] to [k, k, C, F]."""

        @tf.custom_gradient
        def correlated(x, y):
            product = self._by_convolution if math.prod(self.out) <= SMALL_MAP else self._by_kernel
            return product(x, y), lambda kernel: (self.data(y, kernel), self.forward(x, kernel))

        return correlated(x, y)

    def _by_kernel(self, x, y):
        shape = tf.stack([*self.kernel_size, tf.shape(x)[3], tf.shape(y)[3]])
        strides = (1, *self.strides, 1)
        kernel = tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=shape, out_backprop=y, strides=strides, padding=self.padding
        )
        return tf.ensure_shape(kernel, (*self.kernel_size, x.shape[3], y.shape[3]))

    def _by_convolution(self, x, y):
        # What the kernel has seen, and not a row more: (out - 1) * stride + kernel.
        seen = [(o - 1) * s + k for o, s, k in zip(self.out, self.strides, self.kernel_size, strict=True)]
        before = [0, 0] if self.padding == "VALID" else [max(n - side, 0) // 2 for n, side in zip(seen, self.size, strict=True)]
        x = x[:, : seen[0] - before[0], : seen[1] - before[1]]
        after = [n - b - side for n, b, side in zip(seen, before, x.shape[1:3], strict=True)]
        x = tf.pad(x, [[0, 0], *([b, a] for b, a in zip(before, after, strict=True)), [0, 0]])
        kernel = tf.nn.conv2d(tf.transpose(x, (3, 1, 2, 0)), tf.transpose(y, (1, 2, 0, 3)), 1, "VALID", dilations=self.strides)
        return tf.transpose(kernel, (1, 2, 0, 3))


def convolved(layer, inputs, kernel, training):
    """What a `keras.layers.Conv2D` computes of its inputs by a kernel, without bias and activation."""
    geometry = Geometry.of(layer, tuple(inputs.shape[1:3])) if training else None
    return layer.convolution_op(inputs, kernel) if geometry is None else geometry.forward(inputs, kernel)


def spread(layer, inputs, kernel, training):
    """What a `keras.layers.Conv2DTranspose` computes of its inputs by a kernel, without bias and activation."""
    geometry = Geometry.of(layer, layer.compute_output_shape(inputs.shape)[1:3]) if training else None
    if geometry is not None and geometry.out == tuple(inputs.shape[1:3]):
        return geometry.data(inputs, kernel)
    return keras.ops.conv_transpose(
        inputs,
        kernel,
        strides=list(layer.strides),
        output_padding=layer.output_padding,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
        data_format=layer.data_format,
    )


def finished(layer, outputs):
    """A Keras layer's bias and activation, channels last."""
    if layer.use_bias:
        outputs = outputs + keras.ops.cast(layer.bias, outputs.dtype)
    return outputs if layer.activation is None else layer.activation(outputs)


@keras.saving.register_keras_serializable(package="ganzoo")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, channels last, trained faster in bfloat16 on CPUs where its maps are small.

    Args:
        **kwargs: as of `keras.layers.Conv2D`.

    Input: [B, H, W, C]. Output: [B, H', W', filters].
    """

    def call(self, inputs, training=None):
        return finished(self, convolved(self, inputs, self.kernel, training))


@keras.saving.register_keras_serializable(package="ganzoo")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, channels last, trained faster in bfloat16 on CPUs where its maps are small.

    Args:
        **kwargs: as of `keras.layers.Conv2DTranspose`.

    Input: [B, H, W, C]. Output: [B, H', W', filters].
    """

    def call(self, inputs, training=None):
        return finished(self, spread(self, inputs, self.kernel, training))
