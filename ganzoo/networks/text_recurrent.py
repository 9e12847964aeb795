"""A discriminator of text that reads token by token and gives a logit at each."""

import math

import keras
import numpy as np
import tensorflow as tf

from ganzoo.networks import checks, decoding
from ganzoo.networks.text import looked_up, size_of


def position_waves(length, size=8):
    """Cosines of the position, whose half periods go geometrically from 2 tokens to the whole text: float32 [length, size].

    Reference: de Masson d'Autume et al. 2019, 1905.09922, as in the authors' code.
    """
    halves = np.geomspace(2.0, max(length, 2), size)
    shifts = np.linspace(0.0, 2.0, size)
    return np.cos(math.pi * (np.arange(length)[:, None] / halves + shifts)).astype(np.float32)


@keras.saving.register_keras_serializable(package="ganzoo")
class TokenFeatures(keras.layers.Layer):
    """What a reader sees of each token: its given vector, its trained embedding, and waves of its position.

    Tokens [B, T], or distributions over them [B, T, vocabulary_size], to float [B, T, vectors_size + size + positions].

    Args:
        vocabulary_size: how many tokens there are.
        size: of a token's trained embedding.
        vectors_size: of the given vectors, the weight `vectors` [vocabulary_size, vectors_size]; 0 for none.
        train_vectors: whether they move.
        dropout: share of the numbers in the tables of vectors and embeddings that are 0 in a training call, for all texts.
        positions: number of waves, 0 for none.
        l2: weight of the penalty on the tables, l2 / 2 times their squares.
    """

    def __init__(self, vocabulary_size, size, vectors_size=0, train_vectors=False, dropout=0.0, positions=0, l2=0.0, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.size = size
        self.vectors_size = vectors_size
        self.train_vectors = train_vectors
        self.dropout = dropout
        self.positions = positions
        self.l2 = l2
        self.drop = keras.layers.Dropout(dropout, dtype=self.dtype_policy, name="drop")

    def build(self, input_shape):
        count, decay = self.vocabulary_size, regularizer(self.l2)
        if self.vectors_size:
            shape, moves = (count, self.vectors_size), self.train_vectors
            of_vectors = decay if moves else None
            self.vectors = self.add_weight(
                shape=shape, initializer="zeros", trainable=moves, regularizer=of_vectors, name="vectors"
            )
        normal = keras.initializers.TruncatedNormal(stddev=0.3)
        self.table = self.add_weight(shape=(count, self.size), initializer=normal, regularizer=decay, name="table")
        self.waves = position_waves(input_shape[1], self.positions) if self.positions else None

    def call(self, tokens, training=False):
        tables = [self.vectors, self.table] if self.vectors_size else [self.table]
        whole = self.drop(tf.cast(tf.concat(tables, 1), self.compute_dtype), training=training)
        embedded = looked_up(whole, tokens)
        if self.waves is None:
            return embedded
        waves = tf.cast(self.waves, embedded.dtype)
        return tf.concat([embedded, tf.tile(waves[None], [tf.shape(embedded)[0], 1, 1])], -1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], self.vectors_size + self.size + self.positions)

    def get_config(self):
        names = ("vocabulary_size", "size", "vectors_size", "train_vectors", "dropout", "positions", "l2")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable(package="ganzoo")
class NormalisedLSTMCell(keras.layers.Layer):
    """A step of an LSTM whose four gates' inputs are layer-normalised together, before their bias.

    Args:
        units: size of the state.
        layer_norm: whether they are; if not it is an ordinary LSTM's step.
        l2: weight of the penalty on all weights, l2 / 2 times their squares.

    Reference: Ba, Kiros, Hinton 2016, "Layer Normalization", arXiv:1607.06450.
    """

    def __init__(self, units, layer_norm=True, l2=0.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.layer_norm = layer_norm
        self.l2 = l2
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        decay, wide = regularizer(self.l2), 4 * self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], wide), regularizer=decay, name="kernel")
        shape = (self.units, wide)
        self.recurrent_kernel = self.add_weight(
            shape=shape, initializer="orthogonal", regularizer=decay, name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=(wide,), initializer="zeros", regularizer=decay, name="bias")
        if self.layer_norm:
            self.norm = keras.layers.LayerNormalization(
                center=False, epsilon=1e-5, gamma_regularizer=decay, dtype=self.dtype_policy, name="norm"
            )  # its offset would be the bias once more
            self.norm.build((None, wide))

    def call(self, inputs, states):
        output, memory = states
        gates = tf.matmul(inputs, self.kernel) + tf.matmul(output, self.recurrent_kernel)
        if self.layer_norm:
            gates = self.norm(gates)
        enter, new, keep, show = tf.split(gates + self.bias, 4, axis=-1)
        # + 1: it remembers at first.
        memory = tf.sigmoid(keep + 1.0) * memory + tf.sigmoid(enter) * tf.tanh(new)
        output = tf.sigmoid(show) * tf.tanh(memory)
        return output, [output, memory]

    def get_config(self):
        return {**super().get_config(), "units": self.units, "layer_norm": self.layer_norm, "l2": self.l2}


@keras.saving.register_keras_serializable(package="ganzoo")
class InsideText(keras.layers.Layer):
    """Logits [B, T, 1] and the tokens they are of, [B, T] or distributions [B, T, V], to logits [B, T], 0 after a text's end.

    Args:
        ends: whether a text may end before T.
    """

    def __init__(self, ends=True, **kwargs):
        super().__init__(**kwargs)
        self.ends = ends

    def call(self, inputs):
        logits, tokens = inputs
        logits = logits[..., 0]
        if not self.ends:
            return logits
        if tokens.dtype.is_integer:
            return logits * tf.cast(decoding.inside(tokens), logits.dtype)
        going_on = tf.cast(1.0 - tokens[..., decoding.PAD], logits.dtype)
        return logits * tf.math.cumprod(going_on, axis=1, exclusive=True)

    def compute_output_shape(self, input_shape):
        return input_shape[0][:2]

    def get_config(self):
        return {**super().get_config(), "ends": self.ends}


def rnn_discriminator(
    text,
    embedding=64,
    hidden=512,
    depth=1,
    layer_norm=True,
    dropout=0.1,
    l2=1e-6,
    positions=8,
    vectors=None,
    train_vectors=False,
    soft=False,
    name="discriminator",
):
    """An LSTM that reads a text and says at each token how real the text is up to there.

    Args:
        text: a `Sentences`, or anything else with a `vocabulary` and a `shape` (T,).
        embedding: size of a token's trained embedding.
        hidden: units of each LSTM layer, and of the linear layer before the first.
        depth: number of LSTM layers.
        layer_norm: whether the LSTMs' gates are layer-normalised.
        dropout: share of the numbers of the whole table of embeddings that are dropped in a training call.
        l2: weight of the penalty on every weight that moves, l2 / 2 times the squares; in `losses`.
        positions: number of waves of the position beside the embedding, 0 for none.
        vectors: a source of `ganzoo.data.word_vectors`, whose vectors stand beside the embeddings; or None.
        train_vectors: whether they move.
        soft: whether the model takes distributions over tokens, float [B, T, V], instead of tokens.

    Returns:
        A `keras.Model` from `tokens` int32 [B, T] (float [B, T, V] if `soft`) to logits float32 [B, T], 0 after the end.

    Raises:
        UserError: for an argument out of range.

    Reference: de Masson d'Autume, Rosca, Rae, Mohamed 2019, "Training Language GANs from Scratch", arXiv:1905.09922.
    """
    size, (length,) = size_of(text), text.shape
    checks.positive(embedding=embedding, hidden=hidden, depth=depth)
    checks.fraction(dropout=dropout)
    pretrained = None if vectors is None else vectors(text)
    tokens = keras.Input((length, size), name="tokens") if soft else keras.Input((length,), dtype="int32", name="tokens")
    vectors_size = 0 if pretrained is None else pretrained.shape[1]
    features = TokenFeatures(size, embedding, vectors_size, train_vectors, dropout, positions, l2, name="features")
    decay = {"kernel_regularizer": regularizer(l2), "bias_regularizer": regularizer(l2)}
    x = keras.layers.Dense(hidden, name="enter", **decay)(features(tokens))
    for number in range(1, depth + 1):
        cell = NormalisedLSTMCell(hidden, layer_norm, l2, name=f"cell_{number}")
        x = keras.layers.RNN(cell, return_sequences=True, name=f"lstm_{number}")(x)
    x = keras.layers.Dense(1, dtype="float32", name="logits", **decay)(x)
    model = keras.Model(tokens, InsideText(text.vocabulary.ends, dtype="float32", name="inside")([x, tokens]), name=name)
    if pretrained is not None:
        features.vectors.assign(pretrained)
    return model


def regularizer(l2):
    """keras.regularizers.L2 of l2 / 2, or None where that is 0."""
    return keras.regularizers.L2(l2 / 2) if l2 else None
