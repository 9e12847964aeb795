"""Samples from a family in memory, and what its samples are asked for."""

import tensorflow as tf

from ganzoo.serving.draws import with_labels_by
from ganzoo.serving.sampler import BATCH, Sampler


class FamilySampler(Sampler):
    """Samples by the averaged generator of a `Family` in memory.

    Args:
        model: the `Family`.
        name: for tables.
        path: of the file that it was loaded from, if any.
    """

    def __init__(self, model, name="model", path=None):
        super().__init__(path or name, name)
        self.model, self.family = model, type(model).__name__
        self.options = model.sample_options
        self._sample = tf.function(self._sampled)
        self.services = {name: tf.function(f, reduce_retracing=True) for name, (f, _) in model.services.items()}

    @property
    def own_shares(self):
        return getattr(self.model, "class_shares", None)

    @property
    def num_classes(self):
        return getattr(self.model, "num_classes", None)

    def following(self, shares):
        other = super().following(shares)
        other._sample = tf.function(other._sampled)
        return other

    def _sampled(self, first, seed, options):
        inputs = self.model.draw_inputs(BATCH, seed, first, **options)
        shares = None if "label" in options else self.label_shares
        return self.model.sample(**with_labels_by(shares, inputs, BATCH, seed, first))

    def labels(self, count, seed=0, **options):
        return drawn_labels(self.model, *self._checked(count, seed, options), self.label_shares)

    def captions(self, count, seed=0, **options):
        return drawn_captions(self.model, *self._checked(count, seed, options))

    def inputs(self, count, seed=0):
        count, seed, _ = self._checked(count, seed, {})
        inputs = with_labels_by(self.label_shares, self.model.draw_inputs(count, seed), count, seed)
        return {name: value.numpy() for name, value in inputs.items()}

    def generated(self, **inputs):
        return self.model.sample(**inputs)

    def _batch(self, first, seed, options):
        typed = {name: tf.constant(value, self.options[name][0]) for name, value in options.items()}
        return self._sample(tf.constant(first), tf.constant(seed), typed).numpy()


def drawn_labels(model, count, seed, options, shares=None):
    """The labels that a family's samples 0 .. count - 1 of `seed` are asked for; None where it takes none.

    Args:
        model: the `Family`.
        count, seed, options: as of `Sampler.sample`.
        shares: class shares by which a label that is left open is drawn, or None.
    """
    if "label" not in model.sample_options:
        return None
    chosen = {name: value for name, value in options.items() if value is not None}
    inputs = model.draw_inputs(count, seed, **chosen)
    return with_labels_by(None if "label" in chosen else shares, inputs, count, seed)["labels"].numpy()


def drawn_captions(model, count, seed, options):
    """The captions that a family's samples 0 .. count - 1 of `seed` are asked for; None where it takes none."""
    if "caption" not in model.sample_options:
        return None
    chosen = {name: value for name, value in options.items() if value is not None}
    return [text.decode() for text in model.draw_inputs(count, seed, **chosen)["captions"].numpy()]
