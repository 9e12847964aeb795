"""The engine of an evaluation of text: the real side made once, then the scores of any number of models against it."""

import functools
import math
import time

import numpy as np

from ganzoo import __version__
from ganzoo.errors import UserError
from ganzoo.evaluation.context import timed
from ganzoo.evaluation.features.text import choose_embedding, text_digest
from ganzoo.evaluation.inputs.base import DataInput, ModelInput
from ganzoo.evaluation.inputs.reference import held_out
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
from ganzoo.evaluation.intervals import frechet_floor_of
from ganzoo.metrics.text import bleu
from ganzoo.metrics.text.duplicates import EDITS
from ganzoo.metrics.text.kneser_ney import ORDER
from ganzoo.metrics.text.scores import METRICS, language_model

COUNT = 10_000
REFERENCES = 1000
DEFAULT = tuple(METRICS)
COMPARED = ("bleu", "self_bleu", "nll_oracle", "nll_test", "lm_score", "reverse_lm_score", "frechet_embedding_distance")
COMPARED += ("divergence_frontier", "grammatical")


class TextEvaluator:
    """The real text's half of an evaluation, made once for any number of models.

    Args:
        data: a side of real text: of a `Sentences`, a text file, or sentences at hand.
        extractor: the embedding: "auto" or "ngram-svd[:DIMENSION]", fitted to the reference text; or "vectors:PATH", the mean
            of given word vectors.
        count: generated sentences; by default as many as there are real ones on both sides, 10,000 at most.
        seed: of the samples and of every draw.
        reference_count: reference sentences; all by default, 10,000 at most, or `count` where that is more.
        truth: what knows the true distribution, with `log_likelihood(tokens)`; the data's own by default.
        parser: `parser(tokens)` to bool [N], tokens int [N, T] of the data's vocabulary; the data's own by default.
        log: called with lines for the user.
        data_dir, cache: not needed; as every evaluator takes them.

    Attributes:
        extractor: the embedding.
        count: generated sentences of every model.
        clock: seconds by what they went into.
        references: how many references BLEU and self-BLEU go by; self-BLEU of few sentences by all the others.

    Raises:
        UserError: no such embedding, or too little text.
    """

    def __init__(
        self,
        data,
        extractor="auto",
        count=None,
        seed=0,
        reference_count=None,
        data_dir=None,
        cache=None,
        log=print,
        truth=None,
        parser=None,
    ):
        if isinstance(data, ModelInput):
            raise UserError(f"{data.name} is a model: the real side must be data")
        if isinstance(data, TextInput) and data_source(data) is not None:
            data = DataInput(data_source(data), data.name)
        self.data, self.seed, self.log = data, seed, log
        self.source, self.vocabulary = data_source(data), vocabulary_of(data)
        self.reference, self.held_side, words = held_out(data, seed)
        for note in [*data.notes, *([words] if "half" in words else [])]:
            log(note)
        self.count = count or min(COUNT, self.reference.size, self.held_side.size)
        if self.count < 2:
            raise UserError("one sentence is no distribution: --count must be at least 2")
        self.truth = truth if truth is not None else getattr(self.source, "truth", None)
        self.parser = parser if parser is not None else getattr(self.truth, "grammatical", None)
        self.clock = {}
        reference_count = min(self.reference.size, reference_count or max(self.count, COUNT))
        self.real = sentences_of(self.reference, reference_count, seed, self.vocabulary)
        self.held = sentences_of(self.held_side, min(self.held_side.size, max(self.count, REFERENCES)), seed, self.vocabulary)
        self.references = min(REFERENCES, len(self.held), self.count - 1)
        self.extractor = choose_embedding(extractor, self.real, seed)
        self._vectors, self._real_results, self._floors = {}, {}, {}

    @functools.cached_property
    def real_vectors(self):
        return self._embedded(self.real)

    @functools.cached_property
    def training(self):
        """All sentences that the reference is drawn from."""
        return sentences_of(self.reference, self.reference.size, self.seed, self.vocabulary)

    @functools.cached_property
    def words(self):
        """Every word of the real text, and of the data's vocabulary."""
        known = dict.fromkeys(self.vocabulary.words if self.vocabulary else ())
        return known | dict.fromkeys(word for text in (self.real, self.held) for sentence in text for word in sentence)

    @functools.cached_property
    def identities(self):
        """The sha256 of the reference and of the held-out text."""
        return text_digest(self.real), text_digest(self.held)

    @functools.cached_property
    def model_of_real(self):
        with timed(self.clock, "language model"):
            return language_model(self.real, self.words)

    def _embedded(self, sentences):
        with timed(self.clock, "vectors"):
            return self.extractor(sentences)

    def scores(self, model, metrics="default", intervals=True):
        """The scores of one model, a list of dicts as `evaluate.evaluate` returns.

        Args:
            model: a side: a model that writes tokens, a text file, sentences at hand.
            metrics: "default", "all", or names as a list or separated by commas.
            intervals: not needed; the intervals that come cheap are always there.

        Raises:
            UserError: no text, no such metric, or one that cannot be taken.
        """
        if model.feature != "text":
            raise UserError(f"{model.name} gives {model.feature}s and {self.data.name} holds text: they cannot be compared")
        for note in model.notes:
            self.log(note)
        count = self.count
        if model.size is not None and model.size < count:
            self.log(f"{model.name} has {model.size} sentences: they are scored at that count")
            count = model.size
        with timed(self.clock, "samples"):
            fake = sentences_of(model, count, self.seed, self.vocabulary)
        context = Context(self, fake, model)
        found = []
        for metric, asked in self._chosen(metrics, context):
            try:
                found += self._scores_of(metric, context)
            except UserError as error:
                if asked:
                    raise
                self.log(f"{metric.name} left out: {error}")
        if not found:
            raise UserError(f"no metric could be taken of {model.name}")
        return found

    def applies(self, name, context=None):
        """Whether a metric, by name, can be taken on this data (and of `context`)."""
        context = context or Context(self, self.held, None)
        return all(context.has(need) for need in METRICS[name].needs)

    def _chosen(self, names, context):
        asked = names not in ("default", "all")
        if isinstance(names, str):
            names = DEFAULT if not asked else tuple(name.strip() for name in names.split(",") if name.strip())
        unknown = [name for name in names if name not in METRICS]
        if unknown or not names:
            known = ", ".join(sorted(METRICS))
            raise UserError(f"no such metric of text: {', '.join(unknown) or 'none given'}; there are {known}")
        chosen = []
        for name in dict.fromkeys(names):
            if self.applies(name, context):
                chosen.append((METRICS[name], asked))
            elif asked:
                lacks = ", ".join(need for need in METRICS[name].needs if not context.has(need))
                raise UserError(f"{name} does not apply here: there is no {lacks}")
        return chosen

    def _scores_of(self, metric, context):
        for need in metric.needs:  # so that a metric's own time is told apart
            context[need]
        began = time.perf_counter()
        parts = as_parts(metric(context))
        seconds = time.perf_counter() - began
        self.clock[metric.name] = self.clock.get(metric.name, 0.0) + seconds
        count = len(context.fake)
        warnings = self._warnings(metric, context, parts)
        real, real_count = self._real(metric, count, warnings)
        at_real_count = {}
        if real and real_count != count:
            at_real_count = as_parts(metric(Context(self, context.fake[:real_count], context.model)))
        record = self._protocol(metric, count)
        line = self._line(count)
        about = context.model.describe() | {"sha256": context.identity}
        found = []
        for part, (value, low, high) in parts.items():
            name = metric.title(part, self.extractor.name)
            if value is None or not math.isfinite(value):
                words = "infinite" if value and math.isinf(value) else "not determined"
                warnings.append(f"{name} is {words} here and left out")
                continue
            floor = self._floor(metric, count)
            found.append(
                {
                    "name": name,
                    "metric": metric.name,
                    "part": part,
                    "value": value,
                    "real": _finite(real.get(part, (None,))[0]),
                    "real_count": real_count if real else None,
                    "value_at_real_count": _finite(at_real_count.get(part, (None,))[0]),
                    "floor": floor,
                    "excess": None if floor is None else value - floor,
                    "low": _finite(low),
                    "high": _finite(high),
                    "direction": "aside" if part in metric.aside else metric.direction,
                    "warnings": warnings,
                    "protocol": record,
                    "protocol_line": line,
                    "model": about,
                    "seconds": round(seconds, 3),
                }
            )
        return found

    def _real(self, metric, count, warnings):
        """The parts of real text in the model's place, and at which count; kept for the next model."""
        if metric.stand_in is None:
            return {}, None
        text, side = (self.real, self.reference) if metric.stand_in == "real" else (self.held, self.held_side)
        real_count = min(count, len(text))
        if (metric.name, count) not in self._real_results:
            try:
                self._real_results[metric.name, count] = as_parts(metric(Context(self, text[:real_count], side)))
            except UserError as error:
                warnings.append(f"no value of real text: {error}")
                return {}, None
        if real_count != count:
            warnings.append(f"the real column is of {real_count:,} sentences: there are no more")
        return self._real_results[metric.name, count], real_count

    def _warnings(self, metric, context, parts):
        """Sentences on what keeps a score of this metric from meaning what it seems to."""
        found, name = [], context.model.name
        least = min(len(context.fake), len(self.real))
        for words, identity in zip(("the reference", "the held-out text"), self.identities, strict=True):
            if context.identity == identity:
                found.append(f"{name} is {words} itself, sentence by sentence")
        if least < metric.least:
            found.append(f"below {metric.least:,} sentences a side, here {least:,}, the number means little")
        if "impossible" in parts and parts["impossible"][0]:
            share = parts["impossible"][0] / len(context.fake)
            found.append(f"{share:.1%} of the sentences are impossible under the true distribution and left out of NLL_oracle")
        references = self._references(metric.name, len(context.fake))
        if references < self.references:
            found.append(f"self-BLEU goes by {references:,} references, not {self.references:,}: {name} has no more sentences")
        if metric.name == "frechet_embedding_distance" and least <= self.extractor.dimension:
            found.append(f"{least:,} sentences for {self.extractor.dimension} dimensions: a singular covariance, mostly bias")
        return found

    def _references(self, name, count):
        """How many references a metric, by name, goes by at this count."""
        return min(self.references, count - 1) if name == "self_bleu" else self.references

    def _floor(self, metric, count):
        """What a perfect model's Frechet distance is expected to be at this count."""
        if metric.name != "frechet_embedding_distance":
            return None
        if count not in self._floors:
            self._floors[count] = frechet_floor_of(self.real_vectors, count, len(self.real), self.seed)
        return self._floors[count]

    def _protocol(self, metric, count):
        embedded = {"real_vectors", "fake_vectors"} & set(metric.needs)
        settings = {
            "references": self._references(metric.name, count),
            "bleu_orders": list(bleu.ORDERS),
            "smoothing": bleu.EPSILON,
            "language_model": f"Kneser-Ney, order {ORDER}",
            "edits": EDITS,
        }
        return {
            "count": count,
            "reference_count": len(self.real),
            "held_out_count": len(self.held),
            "data": self.reference.name,
            "held_out": self.held_side.name,
            "shape": list(self.data.shape),
            "data_sha256": self.identities[0],
            "held_out_sha256": self.identities[1],
            "extractor": self.extractor.record() if embedded else None,
            "text": settings,
            "seed": self.seed,
            "ganzoo": __version__,
        }

    def _line(self, count):
        """The protocol in one line for people: the same for all metrics of a text."""
        of_self = self._references("self_bleu", count)
        own = f" (self-BLEU: {of_self})" if of_self < self.references else ""
        return (
            f"N={count} against {len(self.real)} of {self.reference.name}, real column {self.held_side.name}, "
            f"n-grams {bleu.ORDERS[0]}-{bleu.ORDERS[-1]} against {self.references} references{own}, Kneser-Ney order {ORDER}, "
            f"{self.extractor.name} d={self.extractor.dimension}, seed {self.seed}"
        )


class Context:
    """The mapping that metrics of text take their arguments from.

    Args:
        evaluator: a `TextEvaluator`.
        fake: the sentences to score.
        model: the side that they are of; None if they are of none.
    """

    def __init__(self, evaluator, fake, model):
        self.evaluator, self.fake, self.model = evaluator, fake, model
        self._made = {}

    @functools.cached_property
    def identity(self):
        return text_digest(self.fake)

    def has(self, name):
        """Whether there is such context."""
        if name == "truth":
            return self.evaluator.truth is not None
        if name == "accepted":
            return self.evaluator.parser is not None
        if name == "model":
            return self.evaluator.vocabulary is not None and scores_text(self.model)
        return True

    def __getitem__(self, name):
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name):
        evaluator = self.evaluator
        made = {
            "real": lambda: evaluator.real,
            "fake": lambda: self.fake,
            "training": lambda: evaluator.training,
            "test": lambda: evaluator.held,
            "references": lambda: evaluator.references,
            "real_vectors": lambda: evaluator.real_vectors,
            "fake_vectors": lambda: evaluator._embedded(self.fake),
            "language_model": lambda: evaluator.model_of_real,
            "vocabulary": lambda: evaluator.words,
            "truth": self._truth,
            "model": self._model,
            "accepted": lambda: np.asarray(evaluator.parser(self._tokens())),
            "seed": lambda: evaluator.seed,
        }
        return made[name]()

    def _tokens(self):
        vocabulary, (longest,) = self.evaluator.vocabulary, self.evaluator.data.shape
        if vocabulary is None:
            raise UserError("a parser or a true distribution takes tokens, and this data has no vocabulary")
        return to_tokens(self.fake, vocabulary, max(longest, max(map(len, self.fake))))

    def _truth(self):
        tokens = self._tokens()
        with timed(self.evaluator.clock, "true distribution"):
            return self.evaluator.truth.log_likelihood(tokens), draws(tokens > 0, self.evaluator.vocabulary.ends)

    def _model(self):
        with timed(self.evaluator.clock, "likelihoods"):
            return log_likelihoods(self.model, self.evaluator.held, self.evaluator.vocabulary)


def as_parts(result):
    """A metric's result as a dict from part to (value, low, high)."""
    return {part: found if isinstance(found, tuple) else (found, None, None) for part, found in result.items()}


def _finite(value):
    return float(value) if value is not None and math.isfinite(value) else None
