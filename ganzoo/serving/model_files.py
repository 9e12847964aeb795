"""Samples from one file that holds a model: a Keras file, or an ONNX file from any framework."""

import keras
import numpy as np
import tensorflow as tf

from ganzoo import families
from ganzoo.errors import UserError, one_line
from ganzoo.optional import optional
from ganzoo.serving.family import FamilySampler
from ganzoo.serving.foreign import LatentSampler, chosen_output
from ganzoo.serving.sampler import BATCH

ONNX = (".onnx",)
# Endings of files that hold a model each.
MODEL_FILES = (".keras", ".h5", ".hdf5", *ONNX)
# NumPy's names of ONNX' types of real numbers.
REAL = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}


def load_model_file(path):
    """The sampler of a Keras or ONNX file.

    Raises:
        UserError: it cannot be read, or is no generator of one latent.
    """
    return OnnxSampler(path) if path.suffix.lower() in ONNX else keras_sampler(path)


def keras_sampler(path):
    """The sampler of a Keras file: of a family of ganzoo's its own, else a `KerasSampler`.

    Raises:
        UserError: the file is damaged, needs classes that are not there, or holds code (a Lambda).
    """

    for name in families.__all__:  # once imported they are known to Keras by name
        getattr(families, name)
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # a foreign file: zip, HDF5, JSON and Keras raise all kinds
        raise UserError(f"{path} cannot be loaded by Keras: {one_line(error)}") from error
    if isinstance(model, families.Family):
        return FamilySampler(model, path.stem, path)
    return KerasSampler(path, model)


class KerasSampler(LatentSampler):
    """Samples from a Keras model of one input, latents [B, d].

    Raises:
        UserError: the model takes something else.
    """

    def __init__(self, path, model):
        inputs = getattr(model, "inputs", None) or []
        shape = tuple(inputs[0].shape) if len(inputs) == 1 else None
        if shape is None or len(shape) != 2 or shape[1] is None:
            shapes = [tuple(one.shape) for one in inputs] or "inputs that it does not tell"
            raise UserError(f"{path} must take one input [B, latent_dim], it takes {shapes}")
        super().__init__(path, path.stem, shape[1:], "the model")
        self._model, self._dtype, self._output = model, inputs[0].dtype, "the output"

    def _outputs(self, latents):
        outputs = self._model(tf.cast(latents, self._dtype), training=False)
        if isinstance(outputs, dict):
            chosen, note = chosen_output({name: value.shape.rank == 4 for name, value in outputs.items()})
            if note and self._range is None:
                self.note(f"{self.path}: {note}")
            return outputs[chosen].numpy()
        return (outputs[0] if isinstance(outputs, list | tuple) else outputs).numpy()


class OnnxSampler(LatentSampler):
    """Samples from an ONNX model of one input, latents [B, d] or as DCGANs of PyTorch take them [B, d, 1, 1].

    Needs onnxruntime, of the extra `onnx`; runs on the CPU. A model with a fixed batch is run as often as needed.

    Raises:
        UserError: onnxruntime is absent, the file is damaged, or takes something else.
    """

    def __init__(self, path):
        onnxruntime = optional("onnxruntime", "onnx", str(path))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own, of many kinds
            raise UserError(f"{path} cannot be loaded by onnxruntime: {one_line(error)}") from error
        inputs = self._session.get_inputs()
        shape = list(inputs[0].shape) if len(inputs) == 1 else []
        latent = shape[1:]
        if len(shape) < 2 or not isinstance(shape[1], int) or any(one != 1 for one in shape[2:]) or inputs[0].type not in REAL:
            taken = {one.name: (one.type, one.shape) for one in inputs}
            raise UserError(f"{path} must take one real input [B, latent_dim] or [B, latent_dim, 1, 1], it takes {taken}")
        super().__init__(path, path.stem, (latent[0],), "the model")
        self._input, self._dtype, self._trailing = inputs[0].name, REAL[inputs[0].type], latent[1:]
        self._size = shape[0] if isinstance(shape[0], int) else BATCH
        outputs = {one.name: len(one.shape or ()) == 4 for one in self._session.get_outputs()}
        self._output, note = chosen_output(outputs)
        if note:
            self.note(f"{path}: {note}")

    def _outputs(self, latents):
        latents = latents.numpy().astype(self._dtype).reshape(*latents.shape, *self._trailing)
        parts = []
        for start in range(0, len(latents), self._size):
            part = latents[start : start + self._size]
            missing = self._size - len(part)
            whole = np.concatenate([part, np.zeros((missing, *part.shape[1:]), part.dtype)]) if missing else part
            parts.append(self._session.run([self._output], {self._input: whole})[0][: len(part)])
        return np.concatenate(parts)
