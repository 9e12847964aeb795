"""Warm-up requests for TF Serving: it replays them when it loads a model, so that the first client need not wait.

They are protocol buffers of TF Serving (`tensorflow_serving.apis.PredictionLog`), whose Python package ganzoo does not
require; the four messages are declared here with the field numbers of TF Serving's own files.
"""

import tensorflow as tf
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

FILE = "assets.extra/tf_serving_warmup_requests"
PACKAGE = "ganzoo.serving.warmup"


def write(path, signatures):
    """Adds a warm-up request for each signature to the SavedModel at `path`.

    Args:
        path: the SavedModel's directory.
        signatures: its concrete functions by name.
    """
    (path / FILE).parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path / FILE)) as writer:
        for name, function in signatures.items():
            _, inputs = function.structured_input_signature
            writer.write(request(name, {key: _one(spec) for key, spec in inputs.items()}))


def _one(spec):
    """The smallest input of a spec: a scalar 1, or a batch of one with zeros in it; strings are empty."""
    if spec.shape.rank == 0 and spec.dtype != tf.string:
        return tf.cast(1, spec.dtype)
    return tf.zeros([size or 1 for size in spec.shape], spec.dtype)


def request(signature, inputs):
    """The bytes of a PredictionLog with one PredictRequest.

    Args:
        signature: the signature's name.
        inputs: a dict from input name to tensor.
    """
    log = message("PredictionLog")()
    predict = log.predict_log.request
    predict.model_spec.signature_name = signature
    for name, tensor in inputs.items():
        predict.inputs[name].ParseFromString(tf.make_tensor_proto(tensor).SerializeToString())
    return log.SerializeToString()


def message(name):
    """The class of one of the declared messages."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{PACKAGE}.{name}"))


def _declare():
    file = descriptor_pb2.FileDescriptorProto(name="ganzoo/warmup.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append(tensor_pb2.DESCRIPTOR.name)
    _add(file, "ModelSpec", ("signature_name", 3, "string"))
    predict = _add(file, "PredictRequest", ("model_spec", 1, f".{PACKAGE}.ModelSpec"))
    entry = predict.nested_type.add(name="InputsEntry")
    entry.options.map_entry = True
    _field(entry, "key", 1, "string")
    _field(entry, "value", 2, ".tensorflow.TensorProto")
    inputs = _field(predict, "inputs", 2, f".{PACKAGE}.PredictRequest.InputsEntry")
    inputs.label = inputs.LABEL_REPEATED
    _add(file, "PredictLog", ("request", 1, f".{PACKAGE}.PredictRequest"))
    _add(file, "PredictionLog", ("predict_log", 6, f".{PACKAGE}.PredictLog"))
    pool = descriptor_pool.DescriptorPool()
    _add_with_dependencies(pool, tensor_pb2.DESCRIPTOR)
    pool.Add(file)
    return pool


def _add(file, name, *fields):
    message_type = file.message_type.add(name=name)
    for field in fields:
        _field(message_type, *field)
    return message_type


def _field(message_type, name, number, kind):
    field = message_type.field.add(name=name, number=number, label=1)
    if kind == "string":
        field.type = field.TYPE_STRING
    else:
        field.type, field.type_name = field.TYPE_MESSAGE, kind
    return field


def _add_with_dependencies(pool, file):
    for dependency in file.dependencies:
        _add_with_dependencies(pool, dependency)
    declared = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(declared)
    pool.Add(declared)


_POOL = _declare()
