"""ScratchGAN on sentences of a small English grammar: a policy gradient from scratch, without a step of likelihood.

de Masson d'Autume, Rosca, Rae, Mohamed 2019, "Training Language GANs from Scratch", arXiv:1905.09922.

Run: ganzoo train recipes/grammar_scratchgan.py

Cost: 2.3 minutes of CPU time, scores along the way included, on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 86.8 % of 2,000 sentences grammatical at the end, and 49, 81, 87, 87, 87 % at steps 250 to 1,250; NLL_test 2.065
(likelihood training ends at 2.02), NLL_oracle 1.947 (held-out sentences 1.968), self-BLEU-4 0.542 (0.542), duplicates.n_eff
24,680 (27,010), FED[ngram-svd] 0.0055 (0.0040): as varied as real sentences, by `ganzoo evaluate
runs/grammar_scratchgan/default --count 2000 --metrics
grammatical,nll_oracle,self_bleu,duplicates,frechet_embedding_distance`. One seed. Without the moving average,
`--set model.average_decay=0.0`, 57, 70, 85, 84 and 71 % at steps 250 to 1,250.

The vectors beside the trained embeddings are counted in the training sentences: no file of vectors ships with ganzoo. What each
of its means is worth: `benchmarks/text_ladder.py`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Sentences, word_vectors
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import ScratchGAN
from ganzoo.networks import lstm_generator, rnn_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar")
    vectors = word_vectors.Cooccurrences(size=16)
    return Recipe(
        data=text,
        model=ScratchGAN(
            text,
            lstm_generator(text, embedding=16, hidden=64, tied=True, vectors=vectors),
            rnn_discriminator(text, embedding=16, hidden=64, vectors=vectors),
            discount=0.23,
            baseline_decay=0.08,
            average_decay=0.99,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(5e-3, beta_1=0.5),
        },
        batch_size=512,
        steps=1500,
        evaluations=(Evaluation(metrics=("grammatical", "nll_test", "distinct_n"), count=2000, every=250),),
    )
