"""A stand-in for a network from outside."""

import hashlib

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.evaluation.features import inception


@pytest.fixture
def frozen_graph(monkeypatch):
    """Writes a file with the interface of the published Inception graph, and can have it taken for the verified one."""

    def write(path, verified=True):
        weights = np.random.default_rng(5).standard_normal((3, 10)).astype(np.float32)
        with tf.Graph().as_default() as graph:
            images = tf.compat.v1.placeholder(tf.float32, [None, None, None, 3], "ExpandDims")
            pooled = tf.reduce_mean(images / 255, [1, 2], keepdims=True, name="pool_3")
            tf.matmul(tf.reshape(pooled, [-1, 3]), tf.constant(weights), name="softmax/logits/MatMul")
        path.write_bytes(graph.as_graph_def().SerializeToString())
        if verified:
            known = {hashlib.sha256(path.read_bytes()).hexdigest(): "a graph for tests"}
            monkeypatch.setattr(inception, "VERIFIED", known)
        return path

    return write
