"""ScratchGAN on a text file of your own, one sentence a line, such as image captions: from scratch, without likelihood.

de Masson d'Autume, Rosca, Rae, Mohamed 2019, "Training Language GANs from Scratch", arXiv:1905.09922; Texygen's setting (Zhu et
al. 2018, arXiv:1802.01886): 10,000 COCO captions, words split at white space.

Run: ganzoo train recipes/captions_scratchgan.py --set data.name=PATH

Cost: 26 minutes of CPU time for 2,540 steps on 10,000 COCO captions as Texygen has them, scores included, on one core of an
AMD EPYC, 2026-11-22, shared with other work.

Score: BLEU-2 to 5 0.833, 0.656, 0.467, 0.328 with 1,000 sentences (held-out captions 0.718, 0.488, 0.301, 0.196), self-BLEU
0.862, 0.746, 0.623, 0.505 (0.768, 0.544, 0.348, 0.227), NLL_test 7.63 (likelihood training 3.23), FED[ngram-svd] 0.059 (0.005):
well-formed captions, and few different ones; docs/text.md has the command, samples and more. BLEU-4 0.12, 0.21, 0.27, 0.38 at
steps 250, 500, 1,000, 1,500. One seed.

The vectors beside the trained embeddings are counted in the captions themselves; a file in GloVe's format, each with --set:
"model.generator.vectors=word_vectors.GloVe('glove.txt')" "model.discriminator.vectors=word_vectors.GloVe('glove.txt')".
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
    text = Sentences("captions.txt", unit="word", least_count=2, length=20)
    vectors = word_vectors.Cooccurrences(size=64)
    return Recipe(
        data=text,
        model=ScratchGAN(
            text,
            lstm_generator(text, embedding=32, hidden=128, tied=True, vectors=vectors),
            rnn_discriminator(text, embedding=32, hidden=128, vectors=vectors),
            discount=0.23,
            baseline_decay=0.08,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(5e-3, beta_1=0.5),
        },
        batch_size=512,
        steps=2500,
        evaluations=(Evaluation(metrics=("bleu", "self_bleu", "nll_test"), count=1000, every=250),),
    )
