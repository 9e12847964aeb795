"""Networks for text: an LSTM that generates tokens, and the convolutional discriminator with a highway layer."""

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.networks import checks

IMPOSSIBLE = -1e9
# SeqGAN's convolutions: how many filters of each width.
FILTERS = {1: 100, 2: 200, 3: 200, 4: 200, 5: 200, 6: 100, 7: 100, 8: 100, 9: 100, 10: 100, 15: 160, 20: 160}


def size_of(text):
    """The number of tokens of `text`: a number, or something with a `vocabulary`, such as a `Sentences`."""
    size = text if isinstance(text, int) else len(text.vocabulary)
    if size < 2:
        raise UserError(f"a vocabulary has at least the padding and a word, not {size} tokens")
    return size


def looked_up(table, tokens):
    """The rows of a table [V, D] for tokens int [...], or their means by distributions over tokens float [..., V]."""
    return tf.gather(table, tokens) if tokens.dtype.is_integer else tf.tensordot(tf.cast(tokens, table.dtype), table, 1)


@keras.saving.register_keras_serializable(package="ganzoo")
class TokenLSTM(keras.Model):
    """An LSTM over tokens: tokens [B, T] to logits [B, T, vocabulary_size], each from the tokens before it.

    Token 0 starts every text; where `ends`, it also ends one.

    Args:
        vocabulary_size: how many tokens there are, token 0 included.
        embedding: size of a token's embedding.
        hidden: units of each LSTM layer.
        depth: number of LSTM layers.
        ends: whether a text may end; if not, token 0 has probability 0.
        scale: standard deviation of the initial weights, biases included, from N(0, scale).
        tied: whether the logits are products of the tokens' embeddings with a projection of the last layer's outputs.
        vectors_size: size of given vectors that stand beside the embeddings, 0 for none: the weight `vectors`
            [V, vectors_size], 0 at first.
        train_vectors: whether they move.

    Reference: Yu et al. 2017, "SeqGAN", arXiv:1609.05473: embedding and hidden 32, scale 0.1; de Masson d'Autume et al. 2019,
    "Training Language GANs from Scratch", arXiv:1905.09922: tied, embedding 64 beside vectors of 300, two layers of 512.
    """

    def __init__(
        self,
        vocabulary_size,
        embedding=32,
        hidden=32,
        depth=1,
        ends=True,
        scale=0.1,
        tied=False,
        vectors_size=0,
        train_vectors=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        checks.positive(vocabulary_size=vocabulary_size, embedding=embedding, hidden=hidden, depth=depth)
        self.vocabulary_size = vocabulary_size
        self.embedding = embedding
        self.hidden = hidden
        self.depth = depth
        self.ends = ends
        self.scale = scale
        self.tied = tied
        self.vectors_size = vectors_size
        self.train_vectors = train_vectors

        def normal():
            return keras.initializers.RandomNormal(0.0, scale)

        self.embed = keras.layers.Embedding(vocabulary_size, embedding, embeddings_initializer=normal(), name="embed")
        self.embed.build(None)
        if vectors_size:
            shape = (vocabulary_size, vectors_size)
            self.vectors = self.add_weight(shape=shape, initializer="zeros", trainable=train_vectors, name="vectors")
        self.recurrent = []
        for number in range(depth):
            layer = keras.layers.LSTM(
                hidden,
                return_sequences=True,
                kernel_initializer=normal(),
                recurrent_initializer=normal(),
                bias_initializer=normal(),
                unit_forget_bias=False,
                name=f"lstm_{number + 1}",
            )
            layer.build((None, None, hidden if number else embedding + vectors_size))
            self.recurrent.append(layer)
        if tied:
            size = embedding + vectors_size
            self.project = keras.layers.Dense(size, use_bias=False, kernel_initializer=normal(), name="project")
            self.project.build((None, hidden))
            self.bias = self.add_weight(shape=(vocabulary_size,), initializer=normal(), name="bias")
        else:
            self.readout = keras.layers.Dense(
                vocabulary_size, kernel_initializer=normal(), bias_initializer=normal(), dtype="float32", name="readout"
            )
            self.readout.build((None, hidden))
        self.built = True

    def build(self, input_shape=None):
        """Nothing to build: every layer comes built."""

    def call(self, tokens):
        """Logits [B, T, V] of each token of texts [B, T], from the tokens before it."""
        x = self.embedded(tf.pad(tokens[:, :-1], [[0, 0], [1, 0]]))
        for layer in self.recurrent:
            x = layer(x)
        return self._possible(self.logits(x))

    def step(self, tokens, state):
        """The logits [B, V] that follow tokens [B], or distributions over tokens [B, V], and the new state."""
        x = self.embedded(tokens)
        new = []
        for layer, before in zip(self.recurrent, state, strict=True):
            x, after = layer.cell(x, list(before))
            new.append(tuple(after))
        return self._possible(self.logits(x)), tuple(new)

    @property
    def tables(self):
        """What each token is to the network, float tensors [V, ...]: the given vectors where there are any, the embeddings."""
        tables = [self.vectors] if self.vectors_size else []
        return [tf.cast(table, self.compute_dtype) for table in (*tables, self.embed.embeddings)]

    def embedded(self, tokens):
        """Tokens int [...], or distributions over tokens float [..., V], as vectors [..., vectors_size + embedding]."""
        tokens = tf.convert_to_tensor(tokens)
        parts = [looked_up(table, tokens) for table in self.tables]
        return tf.concat(parts, -1) if len(parts) > 1 else parts[0]

    def logits(self, x):
        """The logits float32 [..., V] of the last layer's outputs [..., hidden]."""
        if not self.tied:
            return self.readout(x)
        tables = self.tables
        parts = tf.split(self.project(x), [table.shape[1] for table in tables], -1)
        products = [tf.tensordot(part, table, [[-1], [1]]) for part, table in zip(parts, tables, strict=True)]
        return tf.cast(tf.add_n(products), tf.float32) + tf.cast(self.bias, tf.float32)

    def initial_state(self, batch):
        """The state before the start token: a tuple by layer of two float [batch, hidden]."""
        zeros = tf.zeros([batch, self.hidden], self.compute_dtype)
        return tuple((zeros, zeros) for _ in self.recurrent)

    def _possible(self, logits):
        return logits if self.ends else logits + tf.one_hot(0, self.vocabulary_size, IMPOSSIBLE, 0.0, dtype=logits.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "embedding": self.embedding,
            "hidden": self.hidden,
            "depth": self.depth,
            "ends": self.ends,
            "scale": self.scale,
            "tied": self.tied,
            "vectors_size": self.vectors_size,
            "train_vectors": self.train_vectors,
        }


def lstm_generator(
    text, embedding=32, hidden=32, depth=1, scale=0.1, tied=False, vectors=None, train_vectors=False, name="generator"
):
    """A `TokenLSTM` for a corpus.

    Args:
        text: a `Sentences`, or anything else with a `vocabulary` that has a length and says whether texts end.
        embedding, hidden, depth, scale, tied, train_vectors: as of `TokenLSTM`.
        vectors: a source of `ganzoo.data.word_vectors`, or None.

    Returns:
        The `TokenLSTM`.
    """
    pretrained = None if vectors is None else vectors(text)
    size = 0 if pretrained is None else pretrained.shape[1]
    network = TokenLSTM(
        size_of(text), embedding, hidden, depth, text.vocabulary.ends, scale, tied, size, train_vectors, name=name
    )
    if pretrained is not None:
        network.vectors.assign(pretrained)
    return network


@keras.saving.register_keras_serializable(package="ganzoo")
class TokenEmbedding(keras.layers.Layer):
    """Embeddings of tokens [B, T], or of distributions over tokens [B, T, vocabulary_size]: float [B, T, size].

    Args:
        vocabulary_size: how many tokens there are.
        size: an embedding's size.
    """

    def __init__(self, vocabulary_size, size, **kwargs):
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.size = size

    def build(self, input_shape):
        self.table = self.add_weight(
            shape=(self.vocabulary_size, self.size), initializer=keras.initializers.RandomUniform(-1.0, 1.0), name="table"
        )

    def call(self, tokens):
        table = tf.cast(self.table, self.compute_dtype)
        return looked_up(table, tokens)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], self.size)

    def get_config(self):
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size, "size": self.size}


@keras.saving.register_keras_serializable(package="ganzoo")
class Highway(keras.layers.Layer):
    """A layer that passes its input, float [B, D], through a gate: t relu(W x + b) + (1 - t) x, t = sigmoid(W' x + b').

    Args:
        bias: the initial b', below 0 so that the input passes at first.

    Reference: Srivastava, Greff, Schmidhuber 2015, "Highway Networks", arXiv:1505.00387.
    """

    def __init__(self, bias=-2.0, **kwargs):
        super().__init__(**kwargs)
        self.bias = bias

    def build(self, input_shape):
        width = input_shape[-1]
        dense = {"units": width, "dtype": self.dtype_policy}
        self.transform = keras.layers.Dense(activation="relu", name="transform", **dense)
        closed = keras.initializers.Constant(self.bias)
        self.gate = keras.layers.Dense(activation="sigmoid", bias_initializer=closed, name="gate", **dense)
        self.transform.build(input_shape)
        self.gate.build(input_shape)

    def call(self, x):
        gate = self.gate(x)
        return gate * self.transform(x) + (1.0 - gate) * x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "bias": self.bias}


def cnn_discriminator(text, embedding=64, filters=None, dropout=0.25, l2=0.2, soft=False, name="discriminator"):
    """Convolutions of several widths over the embedded tokens, each maximised over the text; a highway layer; a logit.

    Args:
        text: a `Sentences`, or anything else with a `vocabulary` and a `shape` (T,).
        embedding: size of a token's embedding.
        filters: a dict from width to number of filters; SeqGAN's by default. Widths beyond T are left out.
        dropout: share of the highway layer's outputs that are dropped in training.
        l2: weight of the penalty on the last layer, l2 / 2 times its squared weights and biases; in `losses`.
        soft: whether the model takes distributions over tokens, float [B, T, V], instead of tokens.

    Returns:
        A `keras.Model` from `tokens` int32 [B, T] (float [B, T, V] if `soft`) to logits [B, 1].

    Raises:
        UserError: for an argument out of range.

    Reference: Yu et al. 2017, 1609.05473; Kim 2014, "Convolutional Neural Networks for Sentence Classification",
    arXiv:1408.5882.
    """
    size, (length,) = size_of(text), text.shape
    chosen = {int(width): count for width, count in (filters or FILTERS).items() if int(width) <= length}
    checks.positive(embedding=embedding)
    checks.fraction(dropout=dropout)
    if not chosen:
        raise UserError(f"no filter is as narrow as the text of {length} tokens")
    tokens = keras.Input((length, size), name="tokens") if soft else keras.Input((length,), dtype="int32", name="tokens")
    embedded = TokenEmbedding(size, embedding, name="embed")(tokens)
    pooled = []
    for width, count in sorted(chosen.items()):
        convolved = keras.layers.Conv1D(count, width, activation="relu", name=f"filters_{width}")(embedded)
        pooled.append(keras.layers.GlobalMaxPooling1D(name=f"most_{width}")(convolved))
    x = keras.layers.Concatenate(name="features")(pooled) if len(pooled) > 1 else pooled[0]
    x = keras.layers.Dropout(dropout, name="dropout")(Highway(name="highway")(x))
    decay = keras.regularizers.L2(l2 / 2) if l2 else None
    logits = keras.layers.Dense(1, dtype="float32", kernel_regularizer=decay, bias_regularizer=decay, name="logits")
    return keras.Model(tokens, logits(x), name=name)
