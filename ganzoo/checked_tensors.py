"""Tensors that are checked before anything reads them, in a graph as well as at once."""

import tensorflow as tf


def checked(value, holds, words):
    """`value`, which nothing reads before `holds` was found true.

    An assertion alone is an operation that nothing waits for: in a graph a lookup beside it may fail first, in its own words.
    XLA drops assertions: what is compiled with `jit_compile=True` refuses nothing.

    Args:
        value: a tensor, or a structure of tensors, in which None stays None.
        holds: a bool scalar.
        words: of the refusal, a list of strings and tensors; `ganzoo.serving.sampler.refusals` reads two.

    Raises:
        tf.errors.InvalidArgumentError: it does not hold.
    """
    assertion = tf.debugging.Assert(holds, words)
    with tf.control_dependencies([] if assertion is None else [assertion]):  # at once it has been checked by now
        return tf.nest.map_structure(lambda part: None if part is None else tf.identity(part), value)
