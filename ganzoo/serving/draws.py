"""What a sampler draws where a label, a caption or another option of its samples is left open: by which shares, in words."""

import numpy as np
import tensorflow as tf

from ganzoo import noise

UNTRUNCATED = 1e9
EVENLY = "drawn evenly"


def labels_by(shares, count, seed, first=0):
    """Labels int64 [count], i.i.d. by shares [K]: those of samples first .. first + count - 1 of `seed`."""
    below = tf.cumsum(tf.constant(shares, tf.float32))[:-1]

    def draw(shape, seed):
        uniform = noise.uniform(shape, seed)
        return tf.searchsorted(below, uniform, side="right", out_type=tf.int64)

    return noise.sample_rows(draw, count, (), seed, first, purpose="labels")


def with_labels_by(shares, inputs, count, seed, first=0):
    """A generator's inputs with labels by shares in the place of its own; unchanged where there are no labels or shares."""
    if shares is None or "labels" not in inputs:
        return inputs
    return {**inputs, "labels": labels_by(shares, count, seed, first)}


def shares_of(labels, num_classes=None):
    """How often each class occurs, float64 [K] that sum to 1.

    Args:
        labels: int [N].
        num_classes: K at least; the greatest label and one by default.
    """
    counts = np.bincount(np.asarray(labels, np.int64), minlength=num_classes or 0)
    return counts / counts.sum()


def drawn(sampler, **options):
    """What a sampler's samples are drawn with, in words: a dict by option, JSON-ready.

    Args:
        sampler: a `Sampler`.
        **options: those that are set; None, or the value that does so, leaves one open.
    """
    words = {}
    for name, (_, opened) in sampler.options.items():
        value = options.get(name)
        words[name] = _open(sampler, name, opened) if value is None or value == opened else str(value)
    return words


def _open(sampler, name, value):
    if name == "label":
        return EVENLY if sampler.own_shares is None else "drawn by the class_shares of its recipe"
    if name == "caption":
        return "drawn from its grammar"
    if name == "code":
        return "drawn at random"
    return "none" if value >= UNTRUNCATED else f"{value:g}"


def in_words(drawn):
    """What `drawn` says as one clause, such as "label drawn evenly, truncation none"; empty where it says nothing."""
    return ", ".join(f"{name} {words}" for name, words in drawn.items())
