"""Families that generate text token by token: what they share, and the one that needs no discriminator."""

import dataclasses

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.checked_tensors import checked
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError
from ganzoo.families.base import Family, examples_of
from ganzoo.networks import decoding
from ganzoo.networks.checks import positive
from ganzoo.serialization import Serializable

UNIT_INTERVAL = noise.Uniform(0.0, 1.0)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class TextFormat(Serializable):
    """What a family needs to know of its corpus, and all of it that is saved with a model.

    Args:
        vocabulary: a `ganzoo.data.vocabulary.Vocabulary`.
        shape: (T,), the most tokens of a text.
    """

    vocabulary: Vocabulary
    shape: tuple


class TextFamily(Family):
    """A generator of texts: a subclass adds players and a `train_step`.

    A text is a deterministic function of its latents, one uniform number a token, which pick each token by its
    distribution function. So texts have what images have: the same inputs give the same text, in training and in an export.

    Args:
        text: the corpus: a `Sentences`, or anything else with a `vocabulary` (`ganzoo.data.vocabulary.Vocabulary`) and a
            `shape` (T,).
        generator: a `TokenLSTM` or its like: called with tokens [B, T] it gives teacher-forced logits [B, T, V];
            `step(tokens, state)`, `initial_state(batch)`, `vocabulary_size`, `ends`.
        average_decay: decay of the generator's moving average; by default samples are by the generator itself.
        Others: as `Family`.
    """

    refused = {"latents": "a text is made from uniform numbers, one a token"}

    def __init__(self, text, generator, average_decay=0.0, **kwargs):
        super().__init__(latents=UNIT_INTERVAL, average_decay=average_decay, **kwargs)
        self.text = text
        self.generator = generator
        self.vocabulary = text.vocabulary
        (self.length,) = text.shape
        if generator.vocabulary_size != len(self.vocabulary) or generator.ends != self.vocabulary.ends:
            raise UserError(
                f"the generator is made for {generator.vocabulary_size} tokens (ends: {generator.ends}), "
                f"the text has {len(self.vocabulary)} (ends: {self.vocabulary.ends})"
            )

    def arguments(self):
        return {**super().arguments(), "text": TextFormat(self.vocabulary, (self.length,))}

    @property
    def data_shape(self):
        return None

    @property
    def networks(self):
        return {"generator": self.generator}

    @property
    def latent_shape(self):
        return (self.length,)

    @property
    def serving_generator(self):
        """The generator that samples and services use."""
        return self.average.network

    # The verbs of text.

    def tokens_of(self, batch):
        """The texts of a batch, int32 [B, T]."""
        return tf.cast(examples_of(batch), tf.int32)

    def inside(self, tokens):
        """Which tokens [B, T] are part of their text, its end included: float32 [B, T]."""
        return decoding.inside(tokens, self.generator.ends)

    def generate_texts(self, batch_size, purpose="texts"):
        """Fresh texts int32 [batch_size, T] by the generator that trains; no gradient flows through the draws."""
        uniforms = self.draw(batch_size, self.latent_shape, UNIT_INTERVAL, purpose)
        return tf.stop_gradient(decoding.draw_texts(self.generator, uniforms))

    def log_probabilities(self, tokens):
        """The natural logarithm of each token's probability by the generator that trains: float32 [B, T], 0 after the end."""
        return decoding.log_probabilities(self.generator, tokens)

    def likelihood_loss(self, batch):
        """The negative log-likelihood of a batch in nats, over B T: over the number of tokens where no text ends early."""
        tokens = self.tokens_of(batch)
        losses = -self.log_probabilities(tokens)
        self.record("nll", tf.reduce_sum(losses) / tf.reduce_sum(self.inside(tokens)))
        return tf.reduce_mean(losses)

    def policy_loss(self, tokens, rewards):
        """A loss whose gradient is REINFORCE's: minus the mean over texts of the sum of log-probability times reward.

        Args:
            tokens: int32 [B, T], texts that the generator drew.
            rewards: float [B, T], of each token; constants.
        """
        weighted = self.log_probabilities(tokens) * tf.stop_gradient(rewards)
        return -tf.reduce_mean(tf.reduce_sum(weighted, axis=1))

    # What samples, exports and figures ask for.

    @property
    def sample_options(self):
        return {"temperature": (tf.float32, 1.0)}

    def draw_inputs(self, count, seed, first=0, temperature=1.0):
        return {**super().draw_inputs(count, seed, first), "temperature": tf.fill([count], tf.cast(temperature, tf.float32))}

    def sample(self, latents, temperature=None):
        """Texts int32 [B, T] of latents [B, T] in [0, 1).

        Args:
            latents: one number a token.
            temperature: float [B] that divides the logits; below 1 likely texts become likelier, at 0 each token is the
                likeliest.
        """
        if temperature is not None:
            least = tf.reduce_min(temperature)
            fits = tf.reduce_all(temperature >= 0.0)
            temperature = checked(temperature, fits, ["temperature must be 0 or more, not", least])
        return decoding.draw_texts(self.serving_generator, latents, temperature)

    def log_likelihood(self, tokens):
        """The natural logarithm of each text's probability, [B]; -inf for a text with a token below 0."""
        return self._scored(tokens)["log_likelihood"]

    def outputs(self, samples):
        return {"tokens": samples, "text": self.vocabulary.to_text(samples)}

    @property
    def assets(self):
        return [self.vocabulary.table]

    @property
    def services(self):
        tokens = {"tokens": tf.TensorSpec([None, self.length], tf.int32)}
        texts = {"text": tf.TensorSpec([None], tf.string)}

        def tokenize(text):
            return {"tokens": self.vocabulary.from_text(text, self.length)}

        def detokenize(tokens):
            return {"text": self.vocabulary.to_text(tokens)}

        def score_text(text):
            # One token more than fits tells the texts that are too long: their probability is 0.
            tokens = self.vocabulary.from_text(text, self.length + 1)
            scored = self._scored(tokens[:, :-1])
            fits = tokens[:, -1] == decoding.PAD
            return scored | {"log_likelihood": tf.where(fits, scored["log_likelihood"], -float("inf"))}

        self.vocabulary.table  # noqa: B018  made outside the graphs that look words up in it
        return {
            "tokenize": (tokenize, texts),
            "detokenize": (detokenize, tokens),
            "score": (self._scored, tokens),
            "score_text": (score_text, texts),
        }

    def _scored(self, tokens):
        tokens = tf.cast(tokens, tf.int32)
        log_probabilities = decoding.log_probabilities(self.serving_generator, tf.maximum(tokens, 0))
        total = tf.where(tf.reduce_any(tokens < 0, axis=1), -float("inf"), tf.reduce_sum(log_probabilities, axis=1))
        return {"log_likelihood": total, "log_probabilities": log_probabilities}


class TextGAN(TextFamily):
    """A generator of texts and a discriminator.

    Args:
        discriminator: keras.Model of texts, as `discriminator_input` gives them.
        discriminator_steps: discriminator steps in a round, each on a fresh batch.
        Others: as `TextFamily`.
    """

    def __init__(self, text, generator, discriminator, discriminator_steps=1, **kwargs):
        super().__init__(text, generator, **kwargs)
        positive(discriminator_steps=discriminator_steps)
        self.discriminator = discriminator
        self.discriminator_steps = discriminator_steps

    @property
    def networks(self):
        return {"generator": self.generator, "discriminator": self.discriminator}

    @property
    def batches_per_step(self):
        return self.discriminator_steps

    def discriminator_step(self, real):
        """One step of the discriminator on a batch of data."""
        self.minimize("discriminator", lambda: self.discriminator_loss(real))

    def discriminator_input(self, tokens):
        """Texts int32 [B, T] as the discriminator takes them."""
        return tokens

    @property
    def services(self):
        def discriminate(tokens):
            return {"logits": self.discriminate(self.discriminator_input(tokens), training=False)}

        spec = tf.TensorSpec([None, self.length], tf.int32)
        return super().services | {"discriminate": (discriminate, {"tokens": spec})}


@keras.saving.register_keras_serializable(package="ganzoo")
class MLE(TextFamily):
    """A generator of texts trained by maximum likelihood alone: the floor that a GAN of text has to get below.

    Args:
        All: as `TextFamily`.
    """

    def train_step(self, batch):
        """One step up the likelihood of a batch of texts."""
        self.minimize("generator", lambda: self.likelihood_loss(batch))
        return self.logs()
