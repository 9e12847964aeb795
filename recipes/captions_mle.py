"""Maximum likelihood on a text file of your own, one sentence a line, such as image captions.

Texygen's setting (Zhu et al. 2018, arXiv:1802.01886): 10,000 COCO captions, words split at white space.

Run: ganzoo train recipes/captions_mle.py --set data.name=PATH

Cost: 64 s of CPU time on 10,000 COCO captions as Texygen has them, scores included, on 2 cores of an AMD
EPYC, 2026-11-22, shared with other work.

Score: BLEU-2 to 5 0.733, 0.503, 0.316, 0.204 with 1,000 sentences (held-out captions 0.718, 0.488, 0.301, 0.196), self-BLEU-2
to 5 0.747, 0.517, 0.327, 0.212 (0.768, 0.544, 0.348, 0.227), NLL_test 3.23, as its own evaluations print.
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
    text = Sentences("captions.txt", unit="word", least_count=2, length=20)
    return Recipe(
        data=text,
        model=MLE(text, lstm_generator(text, embedding=64, hidden=128)),
        optimizers={"generator": keras.optimizers.Adam(3e-3)},
        batch_size=64,
        steps=1500,
        evaluations=(Evaluation(metrics=("bleu", "self_bleu", "nll_test"), count=1000, every=500),),
    )
