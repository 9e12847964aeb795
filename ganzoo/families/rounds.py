"""One round of a training: what it has drawn and recorded, and a step of it that is traced once and taken several times."""

import threading

import tensorflow as tf

from ganzoo import noise

# What can be recorded in one round; a vector of a fixed length needs one reduction over the replicas, not one a name.
MOST_RECORDS = 64


class Round(threading.local):
    """What one `train_step` has drawn and recorded so far: MirroredStrategy traces each replica in a thread of its own.

    Attributes:
        draws: how many draws there were.
        records: the values that were recorded, by name.
    """

    def __init__(self):
        self.draws, self.records = 0, {}
        self._turns = None  # while a step is traced that is taken several times: (turn, how often, draws in each)

    def end(self):
        """Starts over; returns the records."""
        records, self.draws, self.records = self.records, 0, {}
        return records

    def seed(self, seed, moment, purpose):
        """The seed, int [2], of the next draw: the n-th of a round is always the same."""
        self.draws += 1
        if self._turns is None:
            return noise.seed_of(seed, moment, f"{purpose} {self.draws}")
        turn, turns, draws = self._turns
        numbers = range(self.draws, self.draws + turns * draws, draws)
        return tf.gather(tf.stack([noise.seed_of(seed, moment, f"{purpose} {number}") for number in numbers]), turn)

    def take(self, step, batches):
        """Takes `step(batch)` for each batch, traced once; draws and records are those of as many calls in a row."""
        begin, before, draws = self.draws, self.records, 1
        stacked = {name: tf.stack([batch[name] for batch in batches]) for name in batches[0]}

        def turned(turn, _):
            self.draws, self.records, self._turns = begin, {}, (turn, len(batches), draws)
            try:
                step({name: values[turn] for name, values in stacked.items()})
            finally:
                self._turns = None
            values = tf.stack([tf.reshape(value, []) for value in self.records.values()])
            return turn + 1, tf.pad(values, [[0, MOST_RECORDS - len(self.records)]])

        def loop():
            start = (tf.constant(0), tf.zeros(MOST_RECORDS))
            return tf.while_loop(lambda turn, _: turn < len(batches), turned, start, parallel_iterations=1)

        while True:
            traced = tf.function(loop, autograph=False).get_concrete_function()
            if draws == max(self.draws - begin, 1):
                break
            draws = self.draws - begin  # only a trace can tell how many draws a step makes; the next one knows
        _, values = traced()
        self.records = before | dict(zip(self.records, tf.unstack(values[: len(self.records)]), strict=True))
        self.draws = begin + len(batches) * (self.draws - begin)
