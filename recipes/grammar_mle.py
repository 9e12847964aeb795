"""Maximum likelihood on sentences of a small English grammar, which tells of every sentence whether it is grammatical.

The baseline of the text families: an LSTM with 64 units, 58 words, sentences of 4 to 15 words.

Run: ganzoo train recipes/grammar_mle.py

Cost: 14 s of CPU time, scores included, on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: 96.4 % grammatical with 2,000 sentences, NLL_oracle 1.946 (held-out sentences 1.968), NLL_test 2.015 (least at step
1,000, 1.997), as its own evaluations print.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import MLE
from ganzoo.networks import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar")
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=32, hidden=64)),
        optimizers={"generator": keras.optimizers.Adam(5e-3)},
        batch_size=64,
        steps=3000,
        evaluations=(Evaluation(metrics=("grammatical", "nll_oracle", "nll_test"), count=2000, every=500),),
    )
