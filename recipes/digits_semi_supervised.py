"""A classifier of 8x8 handwritten digits from ten labels a class, by a GAN whose discriminator knows the classes.

Salimans et al. 2016, "Improved Techniques for Training GANs", arXiv:1606.03498, section 5: fully connected networks, noise and
feature matching as in the authors' code for MNIST, at 8x8; dropout in the place of noise between layers.

Run: ganzoo train recipes/digits_semi_supervised.py

Cost: 50 s of CPU time on 2 cores of an AMD EPYC, 2026-11-22, shared with other work. Measured with `--precision float32`.

Score: 3.1, 2.8, 3.3 % of the 360 test images classified wrongly (seeds 0, 1, 2; one standard error is 0.9), by
`python benchmarks/few_labels.py runs/digits_semi_supervised/default`; 8.3, 8.1, 7.2 % without the GAN's part of the loss
(`--set model.unlabelled_weight=0`); on the same labels logistic regression 9.2 %, label spreading 4.7 %.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import FewLabels
from ganzoo.families import FeatureMatching, SemiSupervisedGAN
from ganzoo.networks import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=FewLabels("digits", per_class=10),
        model=SemiSupervisedGAN(
            generator=mlp_generator(shape=(8, 8, 1), latent_dim=64, width=256, depth=2, batch_norm=True),
            discriminator=mlp_discriminator(shape=(8, 8, 1), width=256, depth=3, dropout=0.5, outputs=10),
            feature_matching=FeatureMatching(),
            instance_noise=0.3,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=6000,
    )
