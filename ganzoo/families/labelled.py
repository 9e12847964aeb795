"""What families have in common whose generator is told a label."""

import functools

import tensorflow as tf

from ganzoo import noise
from ganzoo.checked_tensors import checked
from ganzoo.errors import UserError
from ganzoo.families.base import Family


class Labelled(Family):
    """A family whose generator takes `[latents, labels]`: what such families sample, show and export alike.

    Attributes:
        num_classes: how many labels the generator knows; a subclass sets it.
        class_shares: how often each label occurs among samples whose label is left open, a tuple; all alike if None.
    """

    num_classes = None
    class_shares = None

    @property
    def sample_options(self):
        return {"label": (tf.int32, -1)}

    def draw_inputs(self, count, seed, first=0, label=-1):
        """Latents, and labels: all `label`, or where it is -1 drawn i.i.d. by `class_shares`."""
        inputs = super().draw_inputs(count, seed, first)
        drawn = noise.sample_rows(self.random_labels, count, (), seed, first, purpose="labels")
        label = tf.cast(label, tf.int64)
        known = (label >= -1) & (label < self.num_classes)
        label = checked(label, known, [f"label must be from 0 to {self.num_classes - 1}, or -1 for any, not", label])
        return {**inputs, "labels": tf.where(label < 0, drawn, label)}

    def random_labels(self, shape, seed):
        """Labels int64 of `shape`, i.i.d. by `class_shares`: a function of `seed` (int [2]) alone."""
        if self.class_shares is None:
            return noise.uniform(shape, seed, 0, self.num_classes, tf.int64)
        below = tf.cumsum(tf.constant(self.class_shares))[:-1]
        return tf.searchsorted(below, noise.uniform(shape, seed), side="right", out_type=tf.int64)

    def showcase(self, count, seed):
        """Samples in the order of their labels, as many of each as can be."""
        inputs = super().showcase(count, seed)
        return {**inputs, "labels": tf.range(count, dtype=tf.int64) * self.num_classes // count}

    def sample(self, latents, labels):
        """Samples by the averaged generator in inference mode; a label that is no class is an error, not a sample."""
        return super().sample(latents, self.known(labels))

    def known(self, labels):
        """Labels int [B], each of which is a class, or an error."""
        known = tf.reduce_all((labels >= 0) & (labels < self.num_classes))
        return checked(labels, known, [f"labels must be from 0 to {self.num_classes - 1}, not all of", labels])

    @property
    def services(self):
        """As of any family; what a discriminator is asked of a label that is no class is an error too, not a logit."""
        return {name: (self._of_known_labels(function), specs) for name, (function, specs) in super().services.items()}

    def _of_known_labels(self, function):
        @functools.wraps(function)
        def serve(**inputs):
            return function(**inputs | ({"labels": self.known(inputs["labels"])} if "labels" in inputs else {}))

        return serve

    def check_data(self, data):
        """Refuses data without labels, or with another number of classes than the networks know."""
        if not data.labels:
            raise UserError(f"{type(self).__name__} trains on labels: give the recipe's data labels=True")
        if data.num_classes != self.num_classes:
            known = f"the networks know {self.num_classes} labels and {data.name} has {data.num_classes}"
            raise UserError(f"{known}: build them with num_classes={data.num_classes}")
