"""Gumbel-softmax on sentences of a small English grammar: the discriminator's gradient itself reaches the generator.

Jang, Gu, Poole 2017, "Categorical Reparameterization with Gumbel-Softmax", arXiv:1611.01144, straight-through; the generator
and its given vectors are those of `grammar_scratchgan`, the discriminator is SeqGAN's, smaller.

Run: ganzoo train recipes/grammar_gumbel.py

Cost: 55 s of CPU time, scores included, on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 89.4 % of 2,000 sentences grammatical (50, 76, 82, 86, 84 % at steps 500 to 2,500), NLL_test 2.49 (likelihood training
ends at 2.02), NLL_oracle 1.866 (held-out sentences 1.968), self-BLEU-4 0.609 (0.542), duplicates.n_eff 2,341 (27,010),
FED[ngram-svd] 0.043 (0.004): well-formed, less varied than real sentences; by `ganzoo evaluate runs/grammar_gumbel/default
--count 2000 --metrics grammatical,nll_oracle,self_bleu,duplicates,frechet_embedding_distance`. Seeds 1 and 2 end with 93.9
and 78.8 % grammatical, NLL_test 2.56 and 2.54.

WGAN-GP over softmax outputs (Gulrajani et al. 2017, arXiv:1704.00028), each with --set:
'model.adversarial_loss=losses.Wasserstein()' 'model.penalties=[penalties.WGANGP()]' model.straight_through=false
model.discriminator_steps=5 model.discriminator.l2=0.0 model.discriminator.dropout=0.0
optimizers.generator.learning_rate=5e-4 optimizers.discriminator.learning_rate=5e-4: 35.1 % grammatical, NLL_test 3.06,
duplicates.n_eff 4,985, in 3.5 minutes of CPU time. One seed.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Sentences, word_vectors
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import GumbelGAN
from ganzoo.networks import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar")
    return Recipe(
        data=text,
        model=GumbelGAN(
            text,
            lstm_generator(text, embedding=16, hidden=64, tied=True, vectors=word_vectors.Cooccurrences(size=16)),
            cnn_discriminator(text, embedding=32, filters={1: 32, 2: 64, 3: 64, 4: 64, 5: 64}, l2=0.02, soft=True),
            temperature=1.0,
            average_decay=0.99,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5, global_clipnorm=5.0),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=64,
        steps=3000,
        evaluations=(Evaluation(metrics=("grammatical", "nll_test", "distinct_n"), count=2000, every=500),),
    )
