"""The one place that makes batch normalisation layers: all share momentum, epsilon and the strategy's statistics."""

import keras
import tensorflow as tf

MOMENTUM = 0.9
EPSILON = 1e-5


def batch_norm(name=None, **kwargs):
    """A `keras.layers.BatchNormalization` as GANs use it: momentum 0.9 and epsilon 1e-5 (Keras' own are 0.99 and 1e-3).

    Built in the scope of a strategy with several replicas it takes the statistics of the global batch, so that
    one replica and many train alike. `kwargs` go to the layer (`gamma_initializer`, `center`, `scale` ...).
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, synchronized=replicas > 1, name=name, **kwargs)
