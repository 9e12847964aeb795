"""Text in an evaluation: sentences of words, their embedding, language models, a true distribution and a parser."""

import functools

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest
from ganzoo.evaluation.context import Part, Sample, timed
from ganzoo.evaluation.features.text import choose_embedding, text_digest
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.text import (
    TextInput,
    data_source,
    draws,
    log_likelihoods,
    scores_text,
    sentences_of,
    to_tokens,
    vocabulary_of,
)
from ganzoo.evaluation.modalities.base import Modality, cannot_be_compared, counted, drawn
from ganzoo.metrics.registry import TEXT
from ganzoo.metrics.text.bleu import EPSILON, ORDERS
from ganzoo.metrics.text.duplicates import EDITS
from ganzoo.metrics.text.kneser_ney import ORDER, KneserNey

REFERENCES = 1000


class TextSample(Sample):
    """A fixed number of sentences of an `Input`.

    Args:
        vocabulary: the data's `Vocabulary`, or None.
        others: as of `Sample`.
    """

    def __init__(self, vocabulary, *others):
        super().__init__(*others)
        self.vocabulary = vocabulary

    @functools.cached_property
    def examples(self):
        with timed(self.clock, "examples"):
            return sentences_of(self.input, self.count, self.seed, self.vocabulary)

    @functools.cached_property
    def identity(self):
        return text_digest(self.examples)

    def part(self, rows):
        return TextPart(self, rows)


class TextPart(Part):
    """Some rows of a `TextSample`."""

    @functools.cached_property
    def examples(self):
        return [self.whole.examples[row] for row in np.arange(self.whole.count)[self.rows]]

    def part(self, rows):
        return TextPart(self, rows)


class Text(Modality):
    """Text.

    Args:
        truth: the true distribution, an object with `log_likelihood(tokens)`; the data's own by default.
        parser: `parser(tokens)` to bool [N], tokens int [N, T] of the data's vocabulary; the data's own by default.
        others: as of `Modality`.

    Attributes:
        references: how many references BLEU and self-BLEU use; self-BLEU of few sentences uses all the others.
    """

    kind = TEXT
    unit = "sentences"
    during_training = ("bleu", "self_bleu", "frechet_embedding_distance", "reverse_lm_score")

    def __init__(self, data, *others, truth=None, parser=None, **options):
        if isinstance(data, TextInput) and data_source(data) is not None:
            data = DataInput(data_source(data), data.name)
        super().__init__(data, *others, **options)
        self.vocabulary, self.external_truth = vocabulary_of(data), truth is not None or parser is not None
        self.truth = truth if truth is not None else getattr(data_source(data), "truth", None)
        self.parser = parser if parser is not None else getattr(self.truth, "grammatical", None)
        self.references = None

    def sample(self, input, count, extractor=None, cache=True):
        cache = self.cache if cache else None
        return TextSample(self.vocabulary, input, count, self.seed, extractor, cache, self.clock, self.log)

    def all_examples(self, input):
        return sentences_of(input, input.size, self.seed, self.vocabulary)

    def held_count(self, count):
        held = min(self.held_out.size, max(count, REFERENCES))
        self.references = min(REFERENCES, held, count - 1)
        return held

    def rows(self, total, count):
        return slice(count)

    def extractor(self, spec):
        return choose_embedding(spec, self.real.examples, self.seed)

    def adapted(self, model):
        if model.feature != TEXT:
            raise UserError(cannot_be_compared(model, self.data))
        return model

    @functools.cached_property
    def training(self):
        """All sentences that the reference is drawn from."""
        return self.all_examples(self.reference)

    @functools.cached_property
    def all_words(self):
        """Every word of the real text, and of the data's vocabulary."""
        known = dict.fromkeys(self.vocabulary.words if self.vocabulary else ())
        texts = (self.real.examples, self.held.examples)
        return known | dict.fromkeys(word for text in texts for sentence in text for word in sentence)

    @functools.cached_property
    def language_model(self):
        with timed(self.clock, "language model"):
            return KneserNey(self.real.examples, ORDER, self.all_words)

    def providers(self, context):
        real, fake = context.comparison.real, context.comparison.other
        providers = super().providers(context)
        providers |= {
            "real_text": lambda: real.examples,
            "fake_text": lambda: fake.examples,
            "test_text": lambda: self.held.examples,
            "training_text": lambda: self.training,
            "references": lambda: self.references,
            "language_model": lambda: self.language_model,
            "vocabulary": lambda: self.all_words,
        }
        if self.truth is not None:
            providers["true_likelihoods"] = lambda: self._true_likelihoods(fake.examples)
        if self.parser is not None:
            providers["accepted"] = lambda: np.asarray(self.parser(self._tokens(fake.examples)))
        if self.vocabulary is not None and scores_text(fake.input):
            providers["model_likelihoods"] = lambda: self._model_likelihoods(fake.input)
        return providers

    def _tokens(self, sentences):
        vocabulary, (longest,) = self.vocabulary, self.data.shape
        if vocabulary is None:
            raise UserError("a parser or a true distribution takes tokens, and this data has no vocabulary")
        return to_tokens(sentences, vocabulary, max(longest, max(map(len, sentences))))

    def _true_likelihoods(self, sentences):
        tokens = self._tokens(sentences)
        with timed(self.clock, "true distribution"):
            return self.truth.log_likelihood(tokens), draws(tokens > 0, self.vocabulary.ends)

    def _model_likelihoods(self, model):
        with timed(self.clock, "likelihoods"):
            return log_likelihoods(model, self.held.examples, self.vocabulary)

    def references_used(self, name, count):
        """How many references a metric, by name, uses at this count."""
        return min(self.references, count - 1) if name == "self_bleu" else self.references

    def protocol(self, metric, count):
        settings = {
            "references": self.references_used(metric.name, count),
            "bleu_orders": list(ORDERS),
            "smoothing": EPSILON,
            "language_model": f"Kneser-Ney, order {ORDER}",
            "edits": EDITS,
        }
        return {"text": settings}

    def protocol_line(self, record):
        """The same for all metrics of a text."""
        count, extractor = record["count"], self.real.extractor
        of_self = self.references_used("self_bleu", count)
        own = f" (self-BLEU: {of_self})" if of_self < self.references else ""
        return (
            f"{counted(record)}, n-grams {ORDERS[0]}-{ORDERS[-1]} against {self.references} references{own}, "
            f"Kneser-Ney order {ORDER}, {extractor.name} d={extractor.dimension} "
            f"w={extractor.sha256[:8]}, {drawn(record)}"
        )

    def warnings(self, metric, fake):
        used = self.references_used(metric.name, fake.count)
        if used < self.references:
            return [f"self-BLEU uses {used:,} references, not {self.references:,}: {fake.input.name} has no more sentences"]
        return []

    def digests(self, metric, sample):
        digests = {"training_text": lambda: text_digest(self.training)}
        digests |= dict.fromkeys(("vocabulary", "language_model"), lambda: digest([*self.all_words]))
        return {name: make() for name, make in digests.items() if name in metric.needs}

    def ground_truth(self):
        truths = {"true_likelihoods": self.truth, "accepted": self.parser}
        return {name: truth for name, truth in truths.items() if truth is not None}

    def cacheable(self, metric):
        return super().cacheable(metric) and not (self.external_truth and self.ground_truth().keys() & set(metric.needs))
