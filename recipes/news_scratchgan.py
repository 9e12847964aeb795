"""ScratchGAN at its paper's sizes on a text file of news, one sentence a line: a GPU's work.

de Masson d'Autume, Rosca, Rae, Mohamed 2019, "Training Language GANs from Scratch", arXiv:1905.09922: EMNLP 2017 News,
sentences of at most 52 words, 20,000 words, two LSTM layers of 512 with tied embeddings, batches of 512, 200,000 steps.

Run: ganzoo train recipes/news_scratchgan.py --set data.name=PATH

Cost: 10 s a step on one core of an AMD EPYC, 2026-11-22, shared with other work, over three steps; 200,000 are a GPU's work.

Score: not measured at these sizes. The paper reports a Frechet distance of sentence embeddings near that of likelihood
training, and a perplexity of 154 against its 42. Smaller, with the overrides below, 600 steps in 9 minutes of CPU time on
10,000 sentences of EMNLP 2017 News: BLEU-2 0.46, 0.61, 0.23 and BLEU-4 0.05, 0.11, 0.05 at steps 300, 450, 600 with 1,000
sentences (held-out ones 0.65, 0.18), NLL_test 8.60, 8.08, 8.12, self-BLEU-4 0.30 (0.19): word order at short range, such as "So
people have to mention the Independent may", in swings. One seed. Each with --set: data.vocabulary_size=3000 data.length=30
model.generator.embedding=32 model.discriminator.embedding=32 model.generator.hidden=128 model.generator.depth=1
model.discriminator.hidden=128 "model.generator.vectors=word_vectors.Cooccurrences(size=64)"
"model.discriminator.vectors=word_vectors.Cooccurrences(size=64)" optimizers.generator.learning_rate=1e-3
optimizers.discriminator.learning_rate=5e-3 evaluations.0.every=150 steps=600

The authors put GloVe's 300 numbers beside 64 trained ones in both networks, each with --set:
"model.generator.vectors=word_vectors.GloVe('glove.txt')" "model.discriminator.vectors=word_vectors.GloVe('glove.txt')"
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import (
    Sentences,
    word_vectors,  # noqa: F401 - for --set
)
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import ScratchGAN
from ganzoo.networks import lstm_generator, rnn_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("news.txt", unit="word", vocabulary_size=20_000, length=52)
    return Recipe(
        data=text,
        model=ScratchGAN(
            text,
            lstm_generator(text, embedding=64, hidden=512, depth=2, tied=True),
            rnn_discriminator(text, embedding=64, hidden=512, layer_norm=True, dropout=0.1, l2=1e-6),
            discount=0.23,
            baseline_decay=0.08,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(9.59e-5, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(9.38e-3, beta_1=0.5),
        },
        batch_size=512,
        steps=200_000,
        evaluations=(Evaluation(metrics=("bleu", "self_bleu", "nll_test"), count=1000, every=5000),),
    )
