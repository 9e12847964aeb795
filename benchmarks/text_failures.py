"""Which metrics of text catch which failure: writers that fail on purpose, scored beside honest draws of the grammar.

    python benchmarks/text_failures.py [--count 2000] [--honest 4]

A metric catches a failure when its score leaves the scores of several honest texts by more than 5 of their standard
deviations, on the worse side where it has one.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from ganzoo.data.grammar import Grammar
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import TextInput
from ganzoo.metrics.text.tokens import as_words

# The parts that a row stands for, where a metric has many.
PARTS = {"bleu": ("2", "4"), "self_bleu": ("2", "4"), "distinct_n": ("2",), "duplicates": ("n_eff", "near_n_eff")}


def failures(train, fresh, rng, count):
    """Failing writers' sentences by name, lists of tuples."""
    words = [word for sentence in train for word in sentence]

    def slipped(sentence):
        if rng.random() > 0.2:
            return sentence
        place = rng.integers(len(sentence))
        return (*sentence[:place], words[rng.integers(len(words))], *sentence[place + 1 :])

    few = [fresh[row] for row in rng.choice(len(fresh), 50, replace=False)]
    return {
        "word salad": [tuple(words[row] for row in rng.integers(len(words), size=len(s))) for s in fresh[:count]],
        "a slip in every 5th": [slipped(sentence) for sentence in fresh[:count]],
        "collapsed": [few[row] for row in rng.integers(50, size=count)],
        "no clauses": [sentence for sentence in fresh if "that" not in sentence][:count],
        "memorises": [train[row] for row in rng.choice(len(train), count, replace=False)],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--honest", type=int, default=4, help="honest texts that say what is normal")
    options = parser.parse_args()
    rng, grammar = np.random.default_rng(0), Grammar()
    evaluator = Evaluator(open_input("grammar"), count=options.count)
    drawn = as_words(grammar.sample((options.honest + 3) * options.count, 99), ["", *grammar.vocabulary.words])
    honest = [drawn[n * options.count : (n + 1) * options.count] for n in range(options.honest)]
    made = failures(evaluator.modality.training, drawn[options.honest * options.count :], rng, options.count)

    def scores(sentences, name):
        return {score["name"]: score for score in evaluator.scores(TextInput(sentences, name))}

    normal = [scores(sentences, f"honest {number}") for number, sentences in enumerate(honest)]
    found = {name: scores(sentences, name) for name, sentences in made.items()}
    print(f"| score | honest | {' | '.join(made)} |\n|---|---|{'---|' * len(made)}")
    for name, one in normal[0].items():
        wanted = PARTS.get(one["metric"])
        if one["direction"] == "aside" or (wanted and one["part"] not in wanted):
            continue
        # Support spans orders of magnitude: its logarithm is what scatters evenly.
        scale = np.log if one["metric"] == "duplicates" else np.asarray
        usual = scale([scored[name]["value"] for scored in normal])
        mean, sd = usual.mean(), max(usual.std(ddof=1), 1e-9)
        cells = []
        for failure in made:
            score = found[failure].get(name)
            if score is None:
                cells.append("-")
                continue
            off = (scale(score["value"]) - mean) / sd
            caught = {"higher": off < -5, "lower": off > 5}.get(one["direction"], abs(off) > 5)
            cells.append(f"**{score['value']:.3g}**" if caught else f"{score['value']:.3g}")
        honest_mean = np.exp(mean) if scale is np.log else mean
        print(f"| {name} | {honest_mean:.3g} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
