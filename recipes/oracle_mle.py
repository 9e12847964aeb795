"""Maximum likelihood on texts of a random LSTM: the floor that SeqGAN has to get below.

Yu, Zhang, Wang, Yu 2017, "SeqGAN", arXiv:1609.05473, section 4, on a smaller oracle than the paper's: 500 words, 10 tokens.

Run: ganzoo train recipes/oracle_mle.py

Cost: 24 s of CPU time for 6,000 steps, scores included, on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: NLL_oracle 5.66 with 2,000 texts (5.63 to 5.70 from step 3,500 on; held-out texts of the oracle have 3.86), as its own
evaluations print; NLL_test is least, 4.85, at step 1,500 and 4.99 at the end: likelihood overfits the 10,000 texts.

The paper's oracle: --set data.oracle.vocabulary_size=5000 --set data.oracle.length=20 --set steps=18750, which is 120 epochs;
with --set data.oracle=FILE.npz the parameters that its authors released.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.oracle import Oracle
from ganzoo.data.sentences import Sentences
from ganzoo.evaluate.evaluation import Evaluation
from ganzoo.families.sequence import MLE
from ganzoo.networks.text import lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("oracle_text", oracle=Oracle(vocabulary_size=500, length=10))
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=32, hidden=32)),
        optimizers={"generator": keras.optimizers.Adam(1e-2)},
        batch_size=64,
        steps=6000,
        evaluations=(Evaluation(measures=("nll_oracle", "nll_test"), count=2000, every=1000),),
    )
