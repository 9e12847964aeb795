"""Small networks trained once on a data set, frozen and hashed: a classifier on its labels, an autoencoder without labels."""

import json
import time

import keras
import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.evaluation.features.base import Extractor

ARCHITECTURE = 1  # to be raised when the networks or their training change
CLASSIFIER, AUTOENCODER = "classifier", "autoencoder"
PREFIX = {CLASSIFIER: "cnn", AUTOENCODER: "ae"}
MOST_EXAMPLES, MOST_BYTES = 60_000, 2**29
LEAST_EXAMPLES = 100
BATCH = 128


class TrainedNetwork(Extractor):
    """A frozen network of `classifier` or `autoencoder`; its features are the penultimate layer, or the code.

    Args:
        meta: what `train` records: kind, name, shape, classes, score, and so on.
        weights: list of float16 arrays.
    """

    preprocessing = "scaled to [-1, 1]"
    takes_floats = on_devices = True

    def __init__(self, meta, weights):
        self.meta, self.weights = meta, weights
        self.kind, self.name, self.shape = meta["kind"], meta["name"], tuple(meta["shape"])
        network = make_network(self.kind, self.shape, meta["classes"])
        network.set_weights([weight.astype(np.float32) for weight in weights])
        feature = network.get_layer("features").output
        self.dimension = feature.shape[-1]
        self.layer = "penultimate" if self.kind == CLASSIFIER else "code"
        self.sha256 = digest(ARCHITECTURE, self.kind, self.shape, [digest_array(weight) for weight in weights])
        self.classifies = self.kind == CLASSIFIER
        self.accuracy = meta["score"] if self.classifies else None
        quality = f"accuracy {meta['score']:.4f}" if self.classifies else f"squared error {meta['score']:.5f}"
        self.source = f"{self.kind} trained on {meta['trained_on']} ({meta['examples']} examples), held-out {quality}"
        outputs = [feature, network.output] if self.classifies else [feature]
        self._network = keras.Model(network.input, outputs)
        self._run = tf.function(lambda images: self._network(scaled(images), training=False), autograph=False)

    def extract(self, images, progress=None):
        if np.shape(images)[1:] != self.shape:
            raise UserError(f"extractor {self.name} was trained on images {self.shape}, not on {np.shape(images)[1:]}")
        return super().extract(images, progress)

    def _group(self, images):
        outputs = [output.numpy() for output in tf.nest.flatten(self._run(tf.constant(images)))]
        return (*outputs, None)[:2]

    def arrays(self):
        """The network as a dict of arrays, for `from_arrays`."""
        weights = {f"weight_{index:03d}": weight for index, weight in enumerate(self.weights)}
        return {"meta": np.array(json.dumps(self.meta)), **weights}

    @classmethod
    def from_arrays(cls, arrays):
        """The network of `arrays()`, or None where an older version of ganzoo made them."""
        meta = json.loads(str(arrays["meta"]))
        if meta["architecture"] != ARCHITECTURE:
            return None
        return cls(meta, [arrays[name] for name in sorted(arrays) if name.startswith("weight_")])


def scaled(images):
    """uint8 images as float32 in [-1, 1]."""
    return tf.cast(images, tf.float32) / 127.5 - 1


def make_network(kind, shape, classes=None, seed=0):
    """A built keras.Model from images in [-1, 1] to class probabilities [N, K], or back to images.

    Its layer `features` has 64 values for images of at most 16 pixels a side, else 128.

    Args:
        kind: CLASSIFIER or AUTOENCODER.
        shape: (H, W, C).
        classes: K.
        seed: of the initial weights.
    """
    seeds = iter(range(1000 * seed, 1000 * (seed + 1)))

    def init():
        return keras.initializers.HeNormal(seed=next(seeds))

    def convolution(values, filters, stride):
        layer = keras.layers.Conv2D(filters, 3, stride, "same", use_bias=False, kernel_initializer=init(), dtype="float32")
        values = keras.layers.BatchNormalization(momentum=0.9, dtype="float32")(layer(values))
        return keras.layers.Activation("relu", dtype="float32")(values)

    small = max(shape[:2]) <= 16
    inputs = keras.Input(shape, dtype="float32")
    values = convolution(inputs, 32, 1 if small or (shape[2] == 3 and max(shape[:2]) <= 64) else 2)
    filters = 64
    while True:
        values = convolution(values, filters, 2)
        if max(values.shape[1:3]) <= (2 if small else 4):
            break
        filters = min(2 * filters, 64 if small else 128)
    values = keras.layers.Flatten(dtype="float32")(values)
    width = 64 if small else 128
    if kind == CLASSIFIER:
        values = keras.layers.Dense(width, use_bias=False, kernel_initializer=init(), dtype="float32")(values)
        values = keras.layers.BatchNormalization(momentum=0.9, dtype="float32")(values)  # without it many features die
        values = keras.layers.Activation("relu", name="features", dtype="float32")(values)
        values = keras.layers.Dropout(0.3, seed=seed, dtype="float32")(values)
        outputs = keras.layers.Dense(classes, "softmax", kernel_initializer=init(), dtype="float32")(values)
        return keras.Model(inputs, outputs)
    code = keras.layers.Dense(width, kernel_initializer=init(), name="features", dtype="float32")(values)
    rows, columns = (-(-side // 4) for side in shape[:2])
    values = keras.layers.Dense(rows * columns * 32, "relu", kernel_initializer=init(), dtype="float32")(code)
    values = keras.layers.Reshape((rows, columns, 32), dtype="float32")(values)
    for filters in (32, 16):
        values = keras.layers.UpSampling2D(2, dtype="float32")(values)
        values = convolution(values, filters, 1)
    values = keras.layers.Conv2D(shape[2], 3, 1, "same", kernel_initializer=init(), dtype="float32")(values)
    cut = ((0, 4 * rows - shape[0]), (0, 4 * columns - shape[1]))
    return keras.Model(inputs, keras.layers.Cropping2D(cut, dtype="float32")(values))


def train(kind, name, images, labels, held_images, held_labels, seed=0, steps=None, log=print):
    """Trains one of the networks on real data, scores it on held-out data and freezes it.

    Args:
        kind: CLASSIFIER or AUTOENCODER.
        name: the data set's name; the extractor is called `cnn-` or `ae-` and that name.
        images: uint8 [N, H, W, C].
        labels: int [N]; unused by an autoencoder.
        held_images: uint8 [M, H, W, C], disjoint from `images`.
        held_labels: int [M].
        seed: of the weights, the order and the shifts.
        steps: of training; by default chosen by the amount of data.
        log: called with lines for the user.

    Returns:
        A `TrainedNetwork`.

    Raises:
        UserError: fewer than 100 examples, or fewer than two classes.
    """
    classifies = kind == CLASSIFIER
    if len(images) < LEAST_EXAMPLES:
        raise UserError(f"{len(images)} examples are too few to train a feature extractor; use --extractor random")
    classes = int(max(labels.max(), held_labels.max())) + 1 if classifies else None
    if classifies and len(np.unique(labels)) < 2:
        raise UserError(f"{name} has one class only: a classifier needs at least two")
    shape = tuple(map(int, images.shape[1:]))
    steps = steps or int(np.clip(len(images) / BATCH * 6, 1200, 1800 if shape[2] == 1 else 4000))
    network = make_network(kind, shape, classes, seed)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy" if classifies else "mse", jit_compile=False)
    article = "a classifier on its labels" if classifies else "an autoencoder"
    log(f"training {article} of {name} as feature extractor, once: {steps} steps on {len(images)} examples ...")
    began = time.perf_counter()
    examples = batches(images, labels if classifies else None, seed, steps)
    network.fit(examples, steps_per_epoch=steps, shuffle=False, verbose=0, callbacks=[ProgressLog(steps, log)])
    weights = [weight.astype(np.float16) for weight in network.get_weights()]
    network.set_weights([weight.astype(np.float32) for weight in weights])  # scored as it is stored
    outputs = predict(network, held_images)
    if classifies:
        score = float(np.mean(outputs.argmax(axis=1) == held_labels))
    else:
        score = float(np.mean(np.square(outputs - np.asarray(scaled(held_images)))))
    meta = {
        "architecture": ARCHITECTURE,
        "kind": kind,
        "name": f"{PREFIX[kind]}-{name}",
        "shape": shape,
        "classes": classes,
        "score": score,
        "trained_on": name,
        "examples": len(images),
        "held_out": len(held_images),
        "steps": steps,
        "seed": seed,
    }
    quality = f"accuracy {score:.4f}" if classifies else f"mean squared error {score:.5f}"
    log(f"trained in {time.perf_counter() - began:.0f} s; {quality} on {len(held_images)} held-out examples")
    return TrainedNetwork(meta, weights)


class ProgressLog(keras.callbacks.Callback):
    """Logs the progress of a training with an estimate of the time left."""

    every = 20  # seconds

    def __init__(self, steps, log):
        super().__init__()
        self.steps, self.log = steps, log
        self.began = self.logged = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if now - self.logged > self.every:
            self.logged = now
            left = (now - self.began) / (batch + 1) * (self.steps - batch - 1)
            self.log(f"step {batch + 1}/{self.steps}, {left:.0f} s left")


def batches(images, labels, seed, steps):
    """A tf.data.Dataset of `steps` batches of shuffled examples, each shifted by up to a tenth of its side."""
    rng = np.random.default_rng([seed, 0xC1A])
    reach = max(1, round(max(images.shape[1:3]) / 16))
    edge = float(np.median(images[:1000, [0, -1]]))
    epochs = -(-steps * BATCH // len(images))
    order = np.concatenate([rng.permutation(len(images)) for _ in range(epochs)])[: steps * BATCH]
    shifts = rng.integers(0, 2 * reach + 1, (steps * BATCH, 2))

    def batch(step):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        chosen = order[rows]
        padding = ((0, 0), (reach, reach), (reach, reach), (0, 0))
        padded = np.pad(images[chosen], padding, constant_values=round(edge))
        height, width = images.shape[1:3]
        places = zip(padded, shifts[rows], strict=True)
        moved = np.stack([image[top : top + height, left : left + width] for image, (top, left) in places])
        values = moved.astype(np.float32) / 127.5 - 1
        return values, (values if labels is None else labels[chosen].astype(np.int64))

    spec = tf.TensorSpec((BATCH, *images.shape[1:]), tf.float32)
    target = spec if labels is None else tf.TensorSpec((BATCH,), tf.int64)
    made = tf.data.Dataset.from_generator(lambda: map(batch, range(steps)), output_signature=(spec, target))
    return made.prefetch(4)


def predict(network, images, batch=500):
    """A network's outputs for uint8 images, in parts."""
    run = tf.function(lambda part: network(scaled(part), training=False), reduce_retracing=True, autograph=False)
    return np.concatenate([run(tf.constant(images[i : i + batch])).numpy() for i in range(0, len(images), batch)])
