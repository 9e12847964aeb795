"""Gumbel-softmax on sentences of a small English grammar: the discriminator's gradient itself reaches the generator.

Jang, Gu, Poole 2017, "Categorical Reparameterization with Gumbel-Softmax", arXiv:1611.01144, straight-through; the reader and
the given vectors are those of `grammar_scratchgan`.

Run: ganzoo train recipes/grammar_gumbel.py

Cost: not measured.

Score: not measured.

WGAN-GP over softmax outputs (Gulrajani et al. 2017, arXiv:1704.00028), each with --set:
'model.adversarial_loss=losses.Wasserstein()' 'model.penalties=[penalties.WGANGP()]' model.straight_through=false
model.discriminator_steps=5
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import word_vectors
from ganzoo.data.sentences import Sentences
from ganzoo.evaluate.evaluation import Evaluation
from ganzoo.families.gumbel import GumbelGAN
from ganzoo.networks.text import cnn_discriminator, lstm_generator  # noqa: F401 - for --set
from ganzoo.networks.text_recurrent import rnn_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar")
    vectors = word_vectors.Cooccurrences(size=16)
    return Recipe(
        data=text,
        model=GumbelGAN(
            text,
            lstm_generator(text, embedding=16, hidden=64, tied=True, vectors=vectors),
            rnn_discriminator(text, embedding=16, hidden=64, vectors=vectors, soft=True),
            temperature=1.0,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-3, beta_1=0.5, global_clipnorm=5.0),
            "discriminator": keras.optimizers.Adam(5e-3, beta_1=0.5),
        },
        batch_size=256,
        steps=1500,
        evaluations=(Evaluation(measures=("grammatical", "nll_test", "distinct_n"), count=2000, every=250),),
    )
