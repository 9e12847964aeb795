"""The scores of a text by name, with what a reader must know to trust them; each a pure function of context."""

import dataclasses

import numpy as np
from scipy import stats

from ganzoo.metrics.birthday import support
from ganzoo.metrics.frechet import frechet_distance
from ganzoo.metrics.frechet_bias import frechet_interval
from ganzoo.metrics.registry import Metric
from ganzoo.metrics.text import bleu as bleus
from ganzoo.metrics.text import divergence_frontier as frontier
from ganzoo.metrics.text import diversity as variety
from ganzoo.metrics.text.duplicates import EDITS, CloseSentences
from ganzoo.metrics.text.kneser_ney import ORDER, KneserNey, lm_nll
from ganzoo.metrics.text.likelihood import nll

# Context a metric of text may ask for, by parameter name.
ARGUMENTS = {
    "real": "the reference text, a list of sentences (the training text, unless the protocol says otherwise)",
    "fake": "the generated text, a list of sentences",
    "training": "all sentences that the reference is drawn from",
    "test": "held-out real text",
    "references": "how many references BLEU and self-BLEU go by, the same number for both where there are as many",
    "real_vectors": "the reference sentences as vectors [N, d]",
    "fake_vectors": "the generated sentences as vectors [M, d]",
    "language_model": "a `KneserNey` of the reference text",
    "vocabulary": "every word of any of the texts",
    "truth": "(log-likelihoods [M], numbers of words [M]) of the generated text under the true distribution",
    "model": "(log-likelihoods [T], numbers of words [T]) of the held-out text under the model",
    "accepted": "bool [M]: whether a parser accepts each generated sentence",
    "seed": "an integer for whatever the metric draws",
}
BLOCKS = 10
_LEAST_FOR_BLOCKS = 100


@dataclasses.dataclass(frozen=True)
class TextMetric(Metric):
    """A `Metric` of text.

    Attributes:
        titles: what its score is called; `{part}` stands for the part's name, `{embedding}` for the embedding's.
        stand_in: the real text that is scored in the model's place: "test", or "real" where held-out text is what is
            measured by; None where a score is of the model itself.
        aside: parts that are no scores.
    """

    titles: str = "{part}"
    stand_in: str | None = "test"
    aside: tuple = ()

    def title(self, part, embedding=""):
        """What the score of a part is called."""
        name = self.titles.format(part=part, embedding=embedding)
        return f"{name}.{part}" if part and "{part}" not in self.titles else name


METRICS: dict[str, TextMetric] = {}


def metric(name, **facts):
    """Registers a function, which returns a dict from part to a number or (value, low, high), as a metric of text."""

    def register(function):
        entry = TextMetric(name, function, **facts)
        unknown = set(entry.needs) - set(ARGUMENTS)
        if unknown:
            raise ValueError(f"{name!r} asks for unknown context {sorted(unknown)}; known: {sorted(ARGUMENTS)}")
        METRICS[name] = entry
        return function

    return register


def mean(values):
    """(mean, low, high) of independent values, with the 95 % interval of a mean."""
    values = np.asarray(values, np.float64)
    if len(values) < 2:
        return float(values.mean()), None, None
    reach = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean()), float(values.mean() - reach), float(values.mean() + reach)


def jackknife(statistic, count, value, seed=0):
    """(value, low, high) of a statistic of a text, by leaving out blocks of its sentences in turn.

    Args:
        statistic: a function of the indices of the sentences that stay.
        count: how many sentences there are.
        value: of all of them.
        seed: of the dealing into blocks.
    """
    if count < _LEAST_FOR_BLOCKS:
        return value, None, None
    order = np.random.default_rng([seed, 0x1A]).permutation(count)
    found = np.array([statistic(np.setdiff1d(order, block)) for block in np.array_split(order, BLOCKS)])
    error = np.sqrt((BLOCKS - 1) / BLOCKS * np.square(found - found.mean()).sum())
    reach = float(stats.t.ppf(0.975, BLOCKS - 1) * error)
    return value, value - reach, value + reach


@metric(
    "bleu",
    direction="higher",
    least=1000,
    paper="Papineni et al. 2002; for generators: Yu et al. 2017 (SeqGAN), arXiv 1609.05473",
    meaning="How much of the generated sentences' n-grams held-out sentences hold: is it well-formed, n words at a time?",
    misleads="It rises with the number of references, and one good sentence repeated for ever scores as well as a perfect "
    "model: read it beside self-BLEU.",
    titles="BLEU-{part}",
    stand_in="real",
)
def bleu(fake, test, references):
    """Mean sentence BLEU against `references` held-out sentences."""
    found = bleus.bleu(fake, test[:references])
    return {str(order): mean(scores) for order, scores in found.items()}


@metric(
    "self_bleu",
    direction="real",
    least=1000,
    paper="Zhu et al. 2018 (Texygen), arXiv 1802.01886",
    meaning="How much generated sentences repeat each other: above real text's own value, variety is missing.",
    misleads="Word salad scores low: below real text's value is no merit. It rises with the number of references.",
    titles="self-BLEU-{part}",
)
def self_bleu(fake, references, seed):
    """Mean BLEU of `references` + 1 sentences, or all where there are fewer, each against the others."""
    found = bleus.self_bleu(fake, min(references, len(fake) - 1), seed=seed)
    return {str(order): mean(scores) for order, scores in found.items()}


@metric(
    "nll_oracle",
    direction="real",
    least=1000,
    paper="Yu et al. 2017 (SeqGAN), arXiv 1609.05473",
    meaning="What a generated word costs under the true distribution, in nats: above real text's value, it writes what is "
    "unlikely.",
    misleads="A model that writes the one most likely sentence beats the truth itself: below real text's value is collapse.",
    titles="NLL_oracle",
    aside=("impossible",),
)
def nll_oracle(truth):
    """Nats per word under the true distribution; impossible sentences are left out and counted in `impossible`.

    Infinite where every sentence is impossible.
    """
    logs, words = truth
    possible = np.isfinite(logs)
    found = nll(logs[possible], words[possible]) if possible.any() else {"value": np.inf, "low": None, "high": None}
    return {"": (found["value"], found["low"], found["high"]), "impossible": float((~possible).sum())}


@metric(
    "nll_test",
    direction="lower",
    least=1000,
    paper="Zhu et al. 2018 (Texygen), arXiv 1802.01886",
    meaning="What a word of held-out text costs under the model, in nats: infinite if it cannot write some of it.",
    misleads="It punishes what is missing and hardly sees what is wrong: a model that mixes in some garbage loses next to "
    "nothing.",
    titles="NLL_test",
    stand_in=None,
)
def nll_test(model):
    """Nats per word of held-out text under the model."""
    found = nll(*model)
    return {"": (found["value"], found["low"], found["high"])}


@metric(
    "lm_score",
    direction="real",
    least=1000,
    paper="Cifka et al. 2018, arXiv 1804.07972; the model: Kneser and Ney 1995",
    meaning="What a generated word costs under an n-gram model of the training text, in nats: above real text's value, it is "
    "unlike real text within n words.",
    misleads="It sees n words at a time, and both safe sentences repeated for ever and copies of the training text cost less "
    "than held-out text.",
    titles=f"LM[kn{ORDER}]",
)
def lm_score(fake, language_model):
    """Nats per word of the generated text under a Kneser-Ney model of the reference text."""
    found = nll(*language_model.log_probabilities(fake))
    return {"": (found["value"], found["low"], found["high"])}


@metric(
    "reverse_lm_score",
    direction="lower",
    least=1000,
    paper="Zhao et al. 2018 (ARAE), arXiv 1706.04223; Cifka et al. 2018, arXiv 1804.07972",
    meaning="What a word of held-out text costs under an n-gram model of the generated text, in nats: high where kinds of real "
    "text are missing.",
    misleads="It falls with the amount of generated text, so only equal counts compare; smoothing forgives what is rare.",
    titles=f"reverse-LM[kn{ORDER}]",
    stand_in="real",
)
def reverse_lm_score(fake, test, vocabulary, seed):
    """Nats per word of held-out text under a Kneser-Ney model of the generated text; a jackknife over the latter."""

    def cost(rows):
        return lm_nll([fake[row] for row in rows], test, vocabulary=vocabulary)

    return {"": jackknife(cost, len(fake), cost(range(len(fake))), seed)}


@metric(
    "frechet_embedding_distance",
    direction="lower",
    least=1000,
    paper="de Masson d'Autume et al. 2019 (ScratchGAN), arXiv 1905.09922, there with another embedding",
    meaning="How far mean and covariance of the generated sentences' vectors are from the real ones.",
    misleads="It sees what the embedding sees (n-grams, hardly grammar), is biased up by about 1/N, and compares with no "
    "number of another embedding.",
    titles="FED[{embedding}]",
)
def frechet_embedding_distance(real_vectors, fake_vectors, seed):
    """The Frechet distance of the sentences' vectors."""
    if len(fake_vectors) < _LEAST_FOR_BLOCKS:
        return {"": frechet_distance(real_vectors, fake_vectors)}
    found = frechet_interval(real_vectors, fake_vectors, BLOCKS, seed=seed)
    return {"": (found["value"], found["low"], found["high"])}


@metric(
    "divergence_frontier",
    direction="higher",
    least=1000,
    paper="in the manner of Pillutla et al. 2021 (MAUVE), arXiv 2102.01454",
    meaning="How little generated and real text stray from each other, both ways, in clusters of vectors: 1 is a match.",
    misleads="Even two real texts stay below 1 at small counts, and it sees clusters of the embedding only; its numbers are "
    "not MAUVE's.",
    titles="divergence_frontier[{embedding}]",
)
def divergence_frontier(real_vectors, fake_vectors, seed):
    """The area under the divergence frontier; the jackknife keeps the clusters."""
    real_vectors = real_vectors[: len(fake_vectors)]
    real, fake, clusters = frontier.assign(real_vectors, fake_vectors, seed=seed)

    def area(rows):
        return frontier.frontier_area(*frontier.shares(real, fake[rows], clusters))

    return {"": jackknife(area, len(fake), area(slice(None)), seed)}


@metric(
    "grammatical",
    direction="higher",
    least=200,
    paper="an exact parser of the data's own grammar",
    meaning="The share of generated sentences that the grammar derives.",
    misleads="One sentence repeated for ever is grammatical: it says nothing of variety.",
    titles="grammatical",
)
def grammatical(accepted):
    """The share of accepted sentences with its exact interval."""
    found = variety.share(accepted)
    return {"": (found["share"], found["low"], found["high"])}


@metric(
    "distinct_n",
    direction="real",
    least=1000,
    paper="Li et al. 2016, arXiv 1510.03055",
    meaning="The share of different n-grams among all n-grams: below real text's value, it uses fewer words and phrases.",
    misleads="It falls with the amount of text, and random words score highest: only real text's value at the same count is a "
    "target.",
    titles="distinct-{part}",
)
def distinct_n(fake):
    """Distinct n-grams by n."""
    return {str(order): share for order, share in variety.distinct_n(fake).items()}


@metric(
    "copied",
    direction="real",
    least=200,
    paper="a plain count",
    meaning="The share of generated sentences that stand in the training text word for word.",
    misleads="A text of few possible sentences repeats itself anyway: only above held-out text's own share does it hint at "
    "memorizing. One changed word hides a copy.",
    titles="copied",
)
def copied(fake, training):
    """The share of exact copies of training sentences, with its exact interval."""
    found = variety.copied(fake, training)
    return {"": (found["share"], found["low"], found["high"])}


@metric(
    "duplicates",
    direction="higher",
    least=1000,
    paper="Arora and Zhang 2017, arXiv 1706.08224, carried over to text; pooled over all pairs",
    meaning="How many equally likely sentences would repeat themselves as often: 1 / sum p^2, the effective support; near ones "
    f"are within {EDITS} edits.",
    misleads="Where real text repeats itself too, its own value is the target. Garbage does not repeat itself.",
    titles="duplicates.{part}",
    aside=("pairs", "near_pairs"),
)
def duplicates(fake):
    """Effective support by exact and by near duplicates: `n_eff`, `near_n_eff` (NaN without any), and the pairs found."""
    close, parts = CloseSentences(fake, EDITS), {}
    for prefix, distance in (("", 0), ("near_", EDITS)):
        found = support.pooled(close.degrees(distance))
        value, low, high = (found["n_eff"][key] for key in ("value", "low", "high"))
        parts[f"{prefix}n_eff"] = (np.nan if value is None else value, low, high)
        parts[f"{prefix}at_least"] = low
        parts[f"{prefix}pairs"] = float(found["duplicates"])
    return parts


@metric(
    "length",
    direction="real",
    least=200,
    paper="a plain count",
    meaning="The mean number of words of a sentence.",
    misleads="Right on average says nothing of the spread, nor of the words.",
    titles="length",
)
def length(fake):
    """Mean words of a sentence."""
    return {"": mean([len(sentence) for sentence in fake])}


def language_model(sentences, vocabulary):
    """The `KneserNey` that `lm_score` goes by."""
    return KneserNey(sentences, ORDER, vocabulary)
