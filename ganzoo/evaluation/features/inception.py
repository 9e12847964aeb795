"""The Inception network of 2015-12-05, the only one whose scores are called FID, KID and IS.

Its published file is a frozen TensorFlow graph; only scores of a file with this hash get those names.
"""

import hashlib
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.features.base import Extractor

FILE = "classify_image_graph_def.pb"
# sha256 of that file in inception-2015-12-05.tgz (95,673,916 bytes), as several public evaluation suites pin it.
VERIFIED = {"009d6814d1bc560d4e7b236e170e9b2d5ca6f4b57bd8037f6db05776204415c6": "Inception 2015-12-05, frozen graph"}


class Inception(Extractor):
    """The verified network: pool_3 as features [N, 2048], and class probabilities [N, 1008].

    Images are fed at their own size as 0..255; the graph itself resizes (bilinear, not antialiased) and rescales, as in
    the first implementations of the scores. Probabilities leave out the last layer's biases, as the first Inception Score did.

    Args:
        path: the file `classify_image_graph_def.pb`, or a directory that holds it (also a SavedModel with the
            file among its assets).

    Raises:
        UserError: no such file, or the file of another network.

    Reference: Salimans et al. 2016, arXiv 1606.03498; Heusel et al. 2017, arXiv 1706.08500.
    """

    name, layer = "inception", "pool_3"
    preprocessing = "0..255; resized to 299 x 299 by the network (bilinear, not antialiased)"
    classifies = inception = True
    on_devices = True
    batch = 32

    def __init__(self, path):
        path = graph_file(path)
        content = path.read_bytes()
        self.sha256 = hashlib.sha256(content).hexdigest()
        if self.sha256 not in VERIFIED:
            raise UserError(
                f"{path} is not the Inception network of 2015-12-05 (its sha256 begins {self.sha256[:12]}): only that one "
                "may be called FID and IS; --extractor PATH takes any SavedModel under its own name"
            )
        self.source = VERIFIED[self.sha256]
        graph = tf.compat.v1.GraphDef.FromString(content)

        def run(images):
            outputs = ("pool_3:0", "softmax/logits/MatMul:0")
            pooled, product = tf.graph_util.import_graph_def(
                graph, input_map={"ExpandDims:0": images}, return_elements=outputs, name=""
            )
            pooled = tf.reshape(pooled, [tf.shape(images)[0], -1])
            return pooled, tf.nn.softmax(pooled @ product.op.inputs[1])

        self._run = tf.compat.v1.wrap_function(run, [tf.TensorSpec([None, None, None, 3], tf.float32)])
        self.dimension = self._group(np.zeros((1, 32, 32, 3), np.uint8))[0].shape[1]

    def _group(self, images):
        if images.shape[-1] == 1:
            images = images.repeat(3, axis=-1)
        features, probabilities = self._run(tf.constant(images, tf.float32))
        return features.numpy(), probabilities.numpy()


def graph_file(path):
    """The frozen graph at `path`: itself, in that directory, or among the SavedModel's assets."""
    path = Path(path)
    for candidate in (path, path / FILE, path / "assets" / FILE):
        if candidate.is_file():
            return candidate
    if (path / "saved_model.pb").is_file():
        raise UserError(
            f"{path} is a SavedModel that cannot be verified as the Inception network of 2015-12-05: FID and IS need its "
            f"frozen graph ({FILE}, sha256 {next(iter(VERIFIED))[:12]}...); --extractor PATH takes any SavedModel "
            "under its own name"
        )
    raise UserError(f"no Inception network at {path}: FID and IS need {FILE} of inception-2015-12-05.tgz")
