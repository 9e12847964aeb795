"""The one place that makes batch normalisation layers: all share momentum, epsilon and the strategy's statistics."""

import keras
import tensorflow as tf

from ganzoo.layers.convolution import on_cpu

MOMENTUM = 0.9
EPSILON = 1e-5


def batch_norm(name=None, **kwargs):
    """A `keras.layers.BatchNormalization` as GANs use it: momentum 0.9 and epsilon 1e-5 (Keras' own are 0.99 and 1e-3).

    Built in the scope of a strategy with several replicas it takes the statistics of the global batch, so that
    one replica and many train alike. `kwargs` go to the layer (`gamma_initializer`, `center`, `scale` ...).
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return BatchNorm(momentum=MOMENTUM, epsilon=EPSILON, synchronized=replicas > 1, name=name, **kwargs)


@keras.saving.register_keras_serializable(package="ganzoo")
class BatchNorm(keras.layers.BatchNormalization):
    """`keras.layers.BatchNormalization`, trained by TensorFlow's fused kernel on CPUs where that gives the same.

    The running variance is Keras', that of the batch divided by N; the kernel's own divides by N - 1. Statistics of several
    replicas, masks, renormalisation, other axes than the last of four, and GPUs take Keras' way.

    Args:
        **kwargs: as of `keras.layers.BatchNormalization`.

    Input: [B, ..., C]. Output: the same shape.
    """

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable and mask is None and self._fused(inputs)):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma if self.scale else tf.ones(channels),
            offset=self.beta if self.center else tf.zeros(channels),
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=self.epsilon,
            is_training=True,
        )
        count = tf.cast(tf.size(inputs) // channels, tf.float32)
        variance *= tf.maximum(count - 1.0, 1.0) / count
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return outputs

    def _fused(self, inputs):
        last = self.axis in (-1, 3) and len(inputs.shape) == 4 and inputs.shape[-1] is not None
        return last and not self.synchronized and not self.renorm and inputs.dtype in FUSED and on_cpu()


FUSED = ("float32", "bfloat16", "float16")
