"""A random LSTM as the true distribution of texts: it draws them, and scores any text exactly."""

import functools
import hashlib
import io

import numpy as np
import tensorflow as tf

from ganzoo import noise
from ganzoo.checked_arrays import read_npz
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.networks import decoding
from ganzoo.networks.text import TokenLSTM

# Texts in one compiled call: enough to keep a machine busy, few enough for the probabilities to fit.
BATCH = 512
# The released SeqGAN's order of gates; Keras has input, forget, candidate, output.
GATES = ("input", "forget", "output", "candidate")
KERAS_GATES = (0, 1, 3, 2)


class Oracle:
    """An LSTM whose parameters are N(0, 1): texts of a fixed length over words that have no meaning.

    Token t, from 1 to `vocabulary_size`, is the word "t"; token 0 never occurs. The LSTM starts from the embedding of its
    first word, as the released code does.

    Args:
        vocabulary_size: number of words.
        length: tokens of each text.
        embedding: size of a word's embedding.
        hidden: units of the LSTM.
        seed: of the parameters.
        parameters: a list of 15 arrays in the order of the released SeqGAN, instead of drawn ones: the embeddings [V, E];
            for the input, forget, output gates and the candidate W [E, H], U [H, H], b [H]; W [H, V] and b [V].

    Attributes:
        vocabulary: the `Vocabulary`.
        path: the file that it was loaded from, as it was given; None if from none.

    Reference: Yu et al. 2017, "SeqGAN", arXiv:1609.05473, section 4.
    """

    path = None

    def __init__(self, vocabulary_size=5000, length=20, embedding=32, hidden=32, seed=0, parameters=None):
        if parameters is None:
            if min(vocabulary_size, length, embedding, hidden) < 1:
                raise UserError("an oracle's vocabulary_size, length, embedding and hidden are positive")
            parameters = drawn(vocabulary_size, embedding, hidden, seed)
        else:
            (vocabulary_size, embedding), hidden, seed = parameters[0].shape, parameters[3].shape[0], None
        self.vocabulary_size, self.length = vocabulary_size, length
        self.embedding, self.hidden = embedding, hidden
        self.seed = seed  # None for parameters that were given
        self.parameters = [np.asarray(values, np.float32) for values in parameters]
        self.vocabulary = Vocabulary([str(token) for token in range(1, vocabulary_size + 1)], ends=False)

    @classmethod
    def load(cls, path, length=20):
        """An oracle from an .npz file of 15 arrays in the order of the released SeqGAN.

        Raises:
            UserError: the file is absent, or holds something else.
        """
        try:
            arrays = read_npz(path)
        except UserError as error:
            raise UserError(f"the oracle cannot be read: {error}") from error
        parameters = [arrays[name] for name in sorted(arrays)]
        if [values.ndim for values in parameters] != [2, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 1]:
            raise UserError(f"the oracle {path} must hold 15 arrays: embeddings, W, U, b of four gates, W, b of the output")
        expected = shapes(*parameters[0].shape, len(parameters[3]))
        for number, (values, shape) in enumerate(zip(parameters, expected, strict=True)):
            if values.shape != shape or values.dtype.kind not in "fiu":
                raise UserError(f"the oracle {path}: array {number} must be numbers {shape}, not {values.dtype} {values.shape}")
        oracle = cls(length=length, parameters=parameters)
        oracle.path = str(path)
        return oracle

    @functools.cached_property
    def sha256(self):
        """The digest of its parameters."""
        content = b"".join(np.ascontiguousarray(values).tobytes() for values in self.parameters)
        return hashlib.sha256(content).hexdigest()

    def describe(self):
        """Its arguments, the digest of its parameters and their file if they have one, a JSON-ready dict."""
        names = ("vocabulary_size", "length", "embedding", "hidden", "seed", "sha256", *(["path"] if self.path else []))
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_description(cls, facts):
        """The oracle that `describe` told of.

        Raises:
            UserError: its parameters were given, and no file of that name holds them now.
        """
        if facts["seed"] is not None:
            return cls(**{name: value for name, value in facts.items() if name not in ("sha256", "path")})
        if not facts.get("path"):
            raise UserError("the texts are of an oracle whose file the card does not name: use the run, or export it again")
        oracle = cls.load(facts["path"], facts["length"])
        if oracle.sha256 != facts["sha256"]:
            raise UserError(f"{facts['path']} holds another oracle than the one that the model was trained on")
        return oracle

    def save(self, path):
        """Writes the parameters as `load` reads them."""
        content = io.BytesIO()
        np.savez_compressed(content, **{f"p{number:02d}": values for number, values in enumerate(self.parameters)})
        write_atomically(path if str(path).endswith(".npz") else f"{path}.npz", content.getvalue())

    @functools.cached_property
    def network(self):
        """The oracle as a `TokenLSTM` over tokens 0 .. vocabulary_size."""
        embeddings, *gates, weights, biases = self.parameters
        network = TokenLSTM(self.vocabulary_size + 1, self.embedding, self.hidden, ends=False, name="oracle")
        kernel, recurrent, bias = (
            np.concatenate([gates[3 * gate + part] for gate in KERAS_GATES], axis=-1) for part in range(3)
        )
        weights, biases = np.pad(weights, [(0, 0), (1, 0)]), np.pad(biases, [(1, 0)])
        network.set_weights([np.concatenate([embeddings[:1], embeddings]), kernel, recurrent, bias, weights, biases])
        network.trainable = False
        return network

    def sample(self, count, seed=0, first=0):
        """Texts first .. first + count - 1 of `seed`: int64 [count, length], the same however they are cut into calls."""
        parts = [self._draw(tf.constant(start), tf.constant(seed)).numpy() for start in range(first, first + count, BATCH)]
        return np.concatenate(parts)[:count].astype(np.int64)

    @functools.cached_property
    def _draw(self):
        network = self.network  # made here, outside the graph

        def draw(first, seed):
            uniforms = noise.sample_rows(noise.Uniform(0.0, 1.0), BATCH, (self.length,), seed, first, "oracle")
            return decoding.draw_texts(network, tf.ensure_shape(uniforms, [BATCH, self.length]))

        return tf.function(draw)

    def log_probabilities(self, tokens):
        """The natural logarithm of each token's probability given those before: float32 [N, T]; of any length T.

        Raises:
            UserError: tokens that are no words of the oracle.
        """
        tokens = np.asarray(tokens, np.int32)
        if tokens.ndim != 2 or not len(tokens) or tokens.min() < 1 or tokens.max() > self.vocabulary_size:
            raise UserError(f"an oracle scores tokens [N, T] from 1 to {self.vocabulary_size}")
        parts = [tokens[start : start + BATCH] for start in range(0, len(tokens), BATCH)]
        return np.concatenate([self._score(tf.constant(part)).numpy() for part in parts])

    @functools.cached_property
    def _score(self):
        network = self.network
        return tf.function(lambda tokens: decoding.log_probabilities(network, tokens), reduce_retracing=True)

    def log_likelihood(self, tokens):
        """The natural logarithm of each text's probability: float64 [N]."""
        return self.log_probabilities(tokens).astype(np.float64).sum(axis=1)

    def nll(self, tokens):
        """The mean negative logarithm of a token's probability in nats: NLL_oracle, a number."""
        return float(-self.log_probabilities(tokens).mean(dtype=np.float64))


def drawn(vocabulary_size, embedding, hidden, seed):
    """Parameters from N(0, 1), in the order of the released SeqGAN."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape, np.float32) for shape in shapes(vocabulary_size, embedding, hidden)]


def shapes(vocabulary_size, embedding, hidden):
    """The shapes of an oracle's parameters, in the order of the released SeqGAN."""
    gate = [(embedding, hidden), (hidden, hidden), (hidden,)]
    return [(vocabulary_size, embedding), *gate * len(GATES), (hidden, vocabulary_size), (vocabulary_size,)]
