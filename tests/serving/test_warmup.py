"""Warm-up requests: their bytes by TF Serving's field numbers, and the inputs they carry."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from ganzoo.serving import warmup


def fields(data):
    """The fields of a protocol buffer's bytes, by number: lists of what they hold, all of them length-delimited."""
    found, at = {}, 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            byte = data[at]
            at, number, shift = at + 1, number | (byte & 127) << shift, shift + 7
            if byte < 128:
                return number

    while at < len(data):
        key = varint()
        assert key % 8 == 2
        length = varint()
        found.setdefault(key // 8, []).append(data[at : at + length])
        at += length
    return found


def test_a_request_has_the_field_numbers_of_tf_serving():
    # PredictionLog.predict_log = 6, PredictLog.request = 1, PredictRequest.model_spec = 1 and .inputs = 2, a map from a
    # string (1) to a tensor (2), ModelSpec.signature_name = 3.
    count, images = tf.constant(7), tf.ones((2, 3))
    log = fields(warmup.request("sample", {"count": count, "images": images}))
    assert log.keys() == {6}
    ((request,),) = fields(log[6][0]).values()
    request = fields(request)
    assert request.keys() == {1, 2}
    assert fields(request[1][0]) == {3: [b"sample"]}
    entries = [fields(entry) for entry in request[2]]
    tensors = {entry[1][0].decode(): tf.make_ndarray(tensor_pb2.TensorProto.FromString(entry[2][0])) for entry in entries}
    assert tensors.keys() == {"count", "images"}
    np.testing.assert_array_equal(tensors["count"], 7)
    np.testing.assert_array_equal(tensors["images"], np.ones((2, 3)))


@pytest.fixture
def signatures():
    """As an export has them: they take tensors by name."""
    specs = {"count": tf.TensorSpec([], tf.int32), "caption": tf.TensorSpec([], tf.string)}
    sample = tf.function(lambda *, count, caption: {"images": tf.fill([count], caption)})
    judge = tf.function(lambda *, images: {"logits": images})
    images = tf.TensorSpec([None, 4, None], tf.float32)
    return {"sample": sample.get_concrete_function(**specs), "judge": judge.get_concrete_function(images=images)}


def test_every_signature_has_a_request_with_the_smallest_inputs(tmp_path, signatures):
    warmup.write(tmp_path, signatures)
    records = list(tf.data.TFRecordDataset(str(tmp_path / "assets.extra" / "tf_serving_warmup_requests")).as_numpy_iterator())
    taken = {}
    for record in records:
        request = warmup.message("PredictionLog").FromString(record).predict_log.request
        taken[request.model_spec.signature_name] = {
            name: tf.make_ndarray(tensor_pb2.TensorProto.FromString(proto.SerializeToString()))
            for name, proto in request.inputs.items()
        }
    assert list(taken) == ["sample", "judge"]
    assert taken["sample"]["count"] == 1 and taken["sample"]["count"].dtype == np.int32
    assert taken["sample"]["caption"].item() == b""
    np.testing.assert_array_equal(taken["judge"]["images"], np.zeros((1, 4, 1), np.float32))
    warmup.write(tmp_path, {"judge": signatures["judge"]})
    assert len(list(tf.data.TFRecordDataset(str(tmp_path / warmup.FILE)))) == 1, "the file is written anew"
