"""What is refused is refused before anything reads it, in a graph too."""

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.checked_tensors import checked


def looked_up(index):
    index = checked(index, index < 3, ["index must be below 3, not", index])
    return tf.gather(tf.constant([0.0, 0.5, 1.0]), index)


@pytest.mark.parametrize("call", [looked_up, tf.function(looked_up)], ids=["at once", "graph"])
def test_what_does_not_hold_is_refused_in_its_own_words(call):
    assert float(call(tf.constant(2))) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="index must be below 3"):
        call(tf.constant(3))


def test_in_a_graph_its_readers_wait():
    graph = tf.function(looked_up).get_concrete_function(tf.TensorSpec([], tf.int32)).graph
    reader = next(op for op in graph.get_operations() if op.type == "GatherV2")
    waited = [op.name for tensor in reader.inputs for op in tensor.op.control_inputs]
    assert any(name.startswith("Assert/") for name in waited)


def test_a_structure_keeps_its_form():
    given = {"a": tf.constant(1.0), "b": [tf.constant(2.0)]}
    kept = checked(given, tf.constant(True), ["never"])
    tf.nest.map_structure(np.testing.assert_array_equal, kept, given)
