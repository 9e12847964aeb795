"""A classifier of MNIST from ten labels a class, by a GAN whose discriminator knows the classes.

Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 5, with 0.93 % of test digits
wrong: the networks and the noise of the authors' code for MNIST at half their widths, feature matching, Adam; unlike it
without weight normalisation.

Run: ganzoo train recipes/mnist_semi_supervised.py

Cost: 7.3 minutes (439 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: its discriminator names 2.6 % ± 0.2 of 10,000 held-out digits wrong; of the same hundred labels logistic regression
23.5 %, the nearest neighbour 25.7 %, label spreading, which sees the unlabelled images too, 10.1 %, by `python
benchmarks/few_labels.py runs/mnist_semi_supervised/default`. Samples are for training it, not for looking at.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import noise
from ganzoo.data import FewLabels
from ganzoo.families import FeatureMatching, SemiSupervisedGAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=FewLabels("mnist", per_class=10),
        model=SemiSupervisedGAN(
            generator=mlp_generator(
                shape=(28, 28, 1), latent_dim=100, width=250, depth=2, activation="softplus", batch_norm=True
            ),
            discriminator=mlp_discriminator(
                shape=(28, 28, 1), width=(500, 250, 125, 125, 125), activation="relu", noise=0.5, outputs=10
            ),
            feature_matching=FeatureMatching(),
            instance_noise=0.3,
            latents=noise.Uniform(0.0, 1.0),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 15000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(1e-3, 15000, 0.0), beta_1=0.5),
        },
        batch_size=100,
        steps=15000,
    )
