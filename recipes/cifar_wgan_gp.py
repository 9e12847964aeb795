"""WGAN-GP on CIFAR-10 with residual networks.

Gulrajani et al. 2017, "Improved Training of Wasserstein GANs", arXiv:1704.00028; the residual networks of the authors'
gan_cifar_resnet.py. Unlike it: the generator's batch is 64, not 128; no noise of a grey level on the data; mirrored images
and a moving average of the generator.

Run: ganzoo train recipes/cifar_wgan_gp.py

Cost: not measured at full width: a GPU's work. 200 steps at a quarter of it, `--set model.generator.width=32 --set
model.critic.width=32`, took 2.9 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: at that width FD[random-conv] with 2,000 samples is 0.99 after 50 steps, 0.80 after 100 and 0.37 after 200 (held-out real
data 0.042, the floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: a beginning,
no result.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import penalties
from ganzoo.data import Images
from ganzoo.families import WGAN
from ganzoo.networks import resnet_discriminator, resnet_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True),
        model=WGAN(
            generator=resnet_generator(size=32, channels=3, latent_dim=128, width=128, interpolation="nearest"),
            critic=resnet_discriminator(size=32, channels=3, width=128, norm="none", pooling="mean"),
            critic_steps=5,
            clip=None,
            penalties=[penalties.WGANGP(weight=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 100000, 0.0), beta_1=0.0, beta_2=0.9
            ),
            "critic": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 500000, 0.0), beta_1=0.0, beta_2=0.9
            ),
        },
        batch_size=64,
        steps=100000,
    )
