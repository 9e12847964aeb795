"""SeqGAN on texts of a random LSTM: a policy gradient takes the likelihood of its texts above what maximum likelihood gives.

Yu, Zhang, Wang, Yu 2017, "SeqGAN", arXiv:1609.05473, section 4, on a smaller oracle than the paper's: 50 words, 20 tokens.

Run: ganzoo train recipes/oracle_seqgan.py

Cost: 3.2 minutes of CPU time, scores included, on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: NLL_oracle with 5,000 texts 2.70, 2.79, 2.74 on three seeds after likelihood training, 2.49, 2.43, 2.51 after 600 rounds
(held-out texts 1.84); the least that 4,000 more steps of likelihood reach is 2.65, 2.62, 2.68. NLL_test stays 2.24. By `python
benchmarks/oracle_curves.py`; docs/text.md has the curve, and an oracle of 500 words on which nothing is gained.

Here the rewards have a baseline, which the paper's have not. The paper's sizes, each with --set:
data.oracle.vocabulary_size=5000 model.baseline=false model.rollouts=16 model.discriminator.embedding=64
model.discriminator.filters=None model.discriminator.l2=0.2 optimizers.policy.learning_rate=1e-2
optimizers.discriminator.learning_rate=1e-4 steps=42390 'phases={"mle":18750,"discriminator":23440,"adversarial":200}'.
Not the paper's: 15 discriminator steps a round instead of 15 epochs, each on fresh texts. What a shorter run of these sizes
gave on the released oracle is in docs/text.md.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Oracle, Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import SeqGAN
from ganzoo.networks import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("oracle_text", oracle=Oracle(vocabulary_size=50, length=20))
    return Recipe(
        data=text,
        model=SeqGAN(
            text,
            lstm_generator(text, embedding=32, hidden=32),
            cnn_discriminator(text, embedding=32, filters={1: 32, 2: 64, 3: 64, 4: 64, 5: 64}, l2=0.02),
            discriminator_steps=15,
            rollouts=4,
            rollout_decay=0.8,
            baseline=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-2),
            "policy": keras.optimizers.Adam(1e-3, global_clipnorm=5.0),
            "discriminator": keras.optimizers.Adam(3e-3),
        },
        batch_size=64,
        phases={"mle": 4000, "discriminator": 3000, "adversarial": 600},
        steps=7600,
        evaluations=(Evaluation(metrics=("nll_oracle", "nll_test"), count=5000, every=100),),
    )
