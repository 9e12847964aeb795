"""SeqGAN on sentences of a small English grammar: does a policy gradient make grammatical what likelihood left wrong?

Yu, Zhang, Wang, Yu 2017, "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient", arXiv:1609.05473.

Run: ganzoo train recipes/grammar_seqgan.py

Cost: 63 s of CPU time, scores included, on 2 cores of an AMD EPYC, 2026-11-22, shared with other work.

Score: no gain here, on one seed: 94.9 % grammatical and NLL_oracle 1.937 before the policy gradient, 92.1 % and 1.909 after 300
rounds (held-out sentences 1.968), as its own evaluations print: probable sentences get more probable, wrong ones do not go.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Sentences
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import SeqGAN
from ganzoo.networks import cnn_discriminator, lstm_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    text = Sentences("grammar")
    return Recipe(
        data=text,
        model=SeqGAN(
            text,
            lstm_generator(text, embedding=32, hidden=64),
            cnn_discriminator(text, embedding=32, filters={1: 32, 2: 64, 3: 64, 4: 64, 5: 64, 8: 32, 12: 32}, l2=0.02),
            discriminator_steps=5,
            rollouts=4,
            baseline=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(5e-3),
            "policy": keras.optimizers.Adam(2e-3, global_clipnorm=5.0),
            "discriminator": keras.optimizers.Adam(1e-3),
        },
        batch_size=64,
        phases={"mle": 1000, "discriminator": 1500, "adversarial": 300},
        steps=2800,
        evaluations=(Evaluation(metrics=("grammatical", "nll_oracle", "nll_test"), count=2000, every=250),),
    )
