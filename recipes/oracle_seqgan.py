"""SeqGAN on texts of a random LSTM: a policy gradient takes the likelihood of its texts above what maximum likelihood gives.

Yu, Zhang, Wang, Yu 2017, "SeqGAN", arXiv:1609.05473, section 4.

Run: ganzoo train recipes/oracle_seqgan.py

Cost: 118 s of CPU time, scores included, on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: NLL_oracle 5.748 after likelihood training, 5.669 after 600 rounds with 2,000 texts (intervals +- .04, one seed; held-out
texts 3.864), as its own evaluations print; NLL_test stays, 4.880 and 4.883. Likelihood alone gets to about the same NLL_oracle
in 6,000 steps, 5.66, but to NLL_test 4.99 (`recipes/oracle_mle.py`).

Here the rewards have a baseline, which the paper's have not. The paper's sizes, a day of CPU time and more, each with --set:
data.oracle.vocabulary_size=5000 data.oracle.length=20 model.baseline=false model.rollouts=16 model.discriminator.embedding=64
model.discriminator.filters=None model.discriminator.l2=0.2 optimizers.policy.learning_rate=1e-2
optimizers.discriminator.learning_rate=1e-4 model.discriminator_steps=15 steps=42390
'phases={"mle":18750,"discriminator":23440,"adversarial":200}'. Not the paper's: 15 discriminator steps a round instead of 15
epochs, each on fresh texts.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.oracle import Oracle
from ganzoo.data.sentences import Sentences
from ganzoo.evaluate.evaluation import Evaluation
from ganzoo.families.seqgan import SeqGAN
from ganzoo.networks.text import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("oracle_text", oracle=Oracle(vocabulary_size=500, length=10))
    return Recipe(
        data=text,
        model=SeqGAN(
            text,
            lstm_generator(text, embedding=32, hidden=32),
            cnn_discriminator(text, embedding=32, filters={1: 32, 2: 64, 3: 64, 4: 64, 5: 64}, l2=0.02),
            discriminator_steps=15,
            rollouts=8,
            rollout_decay=0.8,
            baseline=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-2),
            "policy": keras.optimizers.Adam(1e-3, global_clipnorm=5.0),
            "discriminator": keras.optimizers.Adam(1e-3),
        },
        batch_size=64,
        phases={"mle": 4000, "discriminator": 3000, "adversarial": 1500},
        steps=8500,
        evaluations=(Evaluation(measures=("nll_oracle", "nll_test"), count=5000, every=250),),
    )
