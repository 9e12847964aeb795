"""Mixture weights that are learned: they choose one of several samples, or weigh several judgements."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="ganzoo")
class Weights(keras.layers.Layer):
    """Softmax weights of `components` parts, equal at first."""

    def __init__(self, components, **kwargs):
        super().__init__(**kwargs)
        self.components = components

    def build(self, input_shape):
        self.logits = self.add_weight(shape=(self.components,), initializer="zeros", name="logits")

    @property
    def weights_of_components(self):
        """The weights, float32 [components], which sum to 1."""
        return tf.nn.softmax(tf.convert_to_tensor(self.logits))

    def get_config(self):
        return {**super().get_config(), "components": self.components}


@keras.saving.register_keras_serializable(package="ganzoo")
class MixtureChoice(Weights):
    """Takes each sample from one component, with the weights as probabilities.

    Call it with `[choices, samples]`: float [B] in [0, 1) and [B, components, ...]. Component i is taken where the choice
    lies between the sums of the weights before i and up to it. No gradient reaches the weights.
    """

    def call(self, inputs):
        choices, samples = inputs
        edges = tf.cumsum(self.weights_of_components)[:-1]
        component = tf.searchsorted(edges, tf.cast(choices, edges.dtype), side="right")
        return tf.gather(samples, component, axis=1, batch_dims=1)

    def compute_output_shape(self, input_shape):
        _, samples = input_shape
        return (samples[0], *samples[2:])


@keras.saving.register_keras_serializable(package="ganzoo")
class MixtureMean(Weights):
    """The weighted mean of the components' judgements, [B, components] to [B, 1]."""

    def call(self, logits):
        weights = tf.cast(self.weights_of_components, logits.dtype)
        return tf.reduce_sum(logits * weights, axis=1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)
