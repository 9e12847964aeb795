"""What a model's own discriminator has learned: the outputs of its layers as features of examples."""

import keras
import numpy as np

GRID = 4  # maps are reduced to at most this many rows and columns, as DCGAN's authors do
_ROWS = 256


def feature_network(discriminator):
    """A keras.Model from images or points to the features of a discriminator's layers, one row each; None where it has none.

    The maximum of each part of a 4 x 4 grid of every convolution's output, all layers side by side; of a network without
    convolutions its last hidden layer.

    Args:
        discriminator: a functional keras.Model of one input.

    Reference: Radford et al. 2016, DCGAN, arXiv 1511.06434, section 5.1.
    """
    if not isinstance(discriminator, keras.Model) or len(getattr(discriminator, "inputs", None) or ()) != 1:
        return None
    outputs = [
        layer.output for layer in discriminator.layers[1:] if isinstance(getattr(layer, "output", None), keras.KerasTensor)
    ]
    convolved = [
        layer.output
        for layer in discriminator.layers
        if "conv" in type(layer).__name__.lower() and len(layer.output.shape) == 4
    ]
    if convolved:
        parts = [keras.layers.Flatten(dtype="float32")(_pooled(maps)) for maps in convolved]
        return keras.Model(discriminator.inputs[0], keras.layers.Concatenate(dtype="float32")(parts) if parts[1:] else parts[0])
    hidden = [values for values in outputs if len(values.shape) == 2 and values.shape[-1] > discriminator.outputs[0].shape[-1]]
    return keras.Model(discriminator.inputs[0], hidden[-1]) if hidden else None


def discriminator_features(network, examples):
    """The features float32 [N, d] of float examples by a network of `feature_network`."""
    parts = [network(examples[start : start + _ROWS], training=False) for start in range(0, len(examples), _ROWS)]
    return np.concatenate([np.asarray(keras.ops.convert_to_numpy(part), np.float32) for part in parts])


def _pooled(maps):
    rows, columns = maps.shape[1:3]
    size = (max(rows // GRID, 1), max(columns // GRID, 1))
    return maps if size == (1, 1) else keras.layers.MaxPooling2D(size, dtype="float32")(maps)
