"""ALI on CIFAR-10.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704; DCGAN's
convolutions in the place of the paper's, which trained for 6,475 epochs.

Run: ganzoo train recipes/cifar_ali.py

Cost: not measured yet.

Score: not measured yet.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.bigan import BiGAN
from ganzoo.networks.bigan import dcgan_encoder, dcgan_joint_discriminator
from ganzoo.networks.dcgan import dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True),
        model=BiGAN(
            generator=dcgan_generator(size=32, channels=3, latent_dim=64, width=32),
            encoder=dcgan_encoder(size=32, channels=3, latent_dim=64, width=32, gaussian=True),
            discriminator=dcgan_joint_discriminator(
                size=32, channels=3, latent_dim=64, width=32, latent_width=512, joint_width=1024
            ),
            gaussian=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5),
        },
        batch_size=100,
        steps=20000,
    )
