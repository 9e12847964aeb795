"""The words that a training's options take, where the command line's help can read them without TensorFlow."""

FORMATS = ("savedmodel", "onnx", "tflite", "html")
STRATEGIES = ("auto", "one", "mirrored", "multi-worker")
PRECISIONS = ("auto", "float32", "bfloat16")
