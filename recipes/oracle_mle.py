"""Maximum likelihood on texts of a random LSTM: the floor that SeqGAN has to get below.

Yu, Zhang, Wang, Yu 2017, "SeqGAN", arXiv:1609.05473, section 4, on a smaller oracle than the paper's: 50 words, 20 tokens.

Run: ganzoo train recipes/oracle_mle.py

Cost: 30 s of CPU time, scores included, on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: NLL_oracle 2.65, 2.71 and 2.68 on three seeds with 5,000 texts (held-out texts of the oracle have 1.84), NLL_test 2.24,
as its own evaluations print. It swings between 2.6 and 2.8 from step 2,000 on; docs/text.md has the curve.

The paper's oracle: --set data.oracle.vocabulary_size=5000 --set steps=18750, which is 120 epochs;
with --set data.oracle=FILE.npz the parameters that its authors released: NLL_oracle 9.08 after 2,000 steps, 9.02 after 10,000.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Oracle, Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import MLE
from ganzoo.networks import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("oracle_text", oracle=Oracle(vocabulary_size=50, length=20))
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=32, hidden=32)),
        optimizers={"generator": keras.optimizers.Adam(1e-2)},
        batch_size=64,
        steps=8000,
        evaluations=(Evaluation(metrics=("nll_oracle", "nll_test"), count=5000, every=500),),
    )
