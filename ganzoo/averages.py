"""An exponential moving average of a network, batch-norm statistics included: what sampling and export use."""

import keras
import tensorflow as tf


class Average:
    """A copy of `network` whose weights follow it as an exponential moving average.

    Early on the decay is (1 + t) / (10 + t), so that the random first weights are forgotten soon.

    Args:
        network: a built keras.Model.
        decay: the share of itself that the average keeps in a step, in [0, 1); 0 is a plain copy.

    Attributes:
        network: the averaged copy, a keras.Model.
    """

    def __init__(self, network, decay):
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"the decay of an average must lie in [0, 1), not {decay}")
        self.decay = decay
        self.source = network
        self.network = keras.models.clone_model(network)
        self.network.trainable = False
        self.network.set_weights(network.get_weights())

    def update(self, step):
        """Moves the average towards its source; call it on every replica after the source moved.

        Args:
            step: int tensor, the number of updates before this one.
        """
        step = tf.cast(step, tf.float32)
        keep = tf.minimum(self.decay, (1.0 + step) / (10.0 + step))
        pairs = [(mine.value, tf.convert_to_tensor(theirs)) for mine, theirs in self._pairs()]

        # Mirrored variables take an assignment from all replicas at once; the replicas' values are equal.
        def assign(strategy, keep, *values):
            for (variable, _), value in zip(pairs, values, strict=True):
                strategy.extended.update(variable, self._move, args=(keep, value))

        tf.distribute.get_replica_context().merge_call(assign, args=(keep, *[value for _, value in pairs]))

    def _pairs(self):
        return zip(self.network.weights, self.source.weights, strict=True)

    @staticmethod
    def _move(variable, keep, value):
        if variable.dtype.is_floating:
            variable.assign_sub((1.0 - tf.cast(keep, variable.dtype)) * (variable - value))
        else:
            variable.assign(value)
