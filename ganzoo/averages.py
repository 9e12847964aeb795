"""Averages over training: the exponential moving average (EMA) of a network, for sampling and export, and the mean of all
past weights."""

import keras
import tensorflow as tf

from ganzoo.schedules import Schedule

__all__ = ["Average", "History"]


def __dir__():
    return __all__


class Average:
    """An exponential moving average (EMA) of a network's weights, as a copy of the network.

    At step t the decay is at most (1 + t) / (10 + t), so that the random initial weights are soon forgotten; that of a
    schedule is what it says.

    Args:
        network: a built keras.Model.
        decay: the share of itself that the average keeps in a step, in [0, 1); 0 is a plain copy. Or a schedule of it.

    Attributes:
        network: the averaged copy, a keras.Model.
    """

    def __init__(self, network, decay):
        if not isinstance(decay, Schedule) and not 0.0 <= decay < 1.0:
            raise ValueError(f"the decay of an average must lie in [0, 1), not {decay}")
        self.decay = decay
        self.source = network
        self.network = keras.models.clone_model(network)
        self.network.trainable = False
        self.restart()

    def restart(self):
        """Begins anew at the weights that the source has now."""
        self.network.set_weights(self.source.get_weights())

    def update(self, step):
        """Moves the average towards its source; call it on every replica after the source was updated.

        Args:
            step: int tensor, the number of updates before this one.
        """
        if isinstance(self.decay, Schedule):
            return self.follow(self.decay(step))
        step = tf.cast(step, tf.float32)
        self.follow(tf.minimum(self.decay, (1.0 + step) / (10.0 + step)))

    def follow(self, keep):
        """Moves the average towards its source; call it on every replica.

        Args:
            keep: the share of itself that the average keeps; 0 makes it a copy.
        """
        keep = tf.convert_to_tensor(keep, tf.float32)
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


class History:
    """The mean of all past values of variables: the initial ones and those after every update.

    Args:
        variables: a list of keras.Variable.

    Attributes:
        means: a list of tf.Variable, the means.
        variables: the state for checkpoints: the means and the count of values.

    Reference: Salimans et al. 2016, 1606.03498, section 3.3, historical averaging.
    """

    def __init__(self, variables):
        aggregation = tf.VariableAggregation.ONLY_FIRST_REPLICA
        self.sources = list(variables)
        self.means = [
            tf.Variable(tf.convert_to_tensor(source.value), trainable=False, name="mean", aggregation=aggregation)
            for source in self.sources
        ]
        self.count = tf.Variable(1, dtype=tf.int64, trainable=False, name="count", aggregation=aggregation)

    @property
    def variables(self):
        return [*self.means, self.count]

    def restart(self):
        """Forgets the past: the mean is that of the values now."""
        for source, mean in zip(self.sources, self.means, strict=True):
            mean.assign(source.value)
        self.count.assign(1)

    def distance(self):
        """The squared distance of the variables from the means, summed over all; no gradient flows into the means."""
        pairs = zip(self.sources, self.means, strict=True)
        return tf.add_n([tf.reduce_sum(tf.square(source.value - tf.stop_gradient(mean))) for source, mean in pairs])

    def update(self):
        """Adds the variables' current values; call it on every replica after they were updated."""
        share = 1.0 / (tf.cast(self.count, tf.float32) + 1.0)
        for source, mean in zip(self.sources, self.means, strict=True):
            mean.assign_add(tf.cast(share, mean.dtype) * (source.value - mean))
        self.count.assign_add(1)
