"""ALI on CelebA faces at 64x64: the most diverse model of the birthday study.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704.
The study, Arora and Zhang 2017, arXiv:1706.08224, gave its discriminator about the size of DCGAN's.

Run: ganzoo train recipes/celeba_ali.py

Cost: not measured: 100 epochs, a GPU's work. The data set's download is 1.4 GB.

Score: not measured yet; Arora and Zhang saw duplicates in half of the batches of about 1,000 samples.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BiGAN
from ganzoo.networks import dcgan_encoder, dcgan_generator, dcgan_joint_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("celeb_a", size=64, crop=108),
        model=BiGAN(
            generator=dcgan_generator(size=64, channels=3, latent_dim=256, width=64),
            encoder=dcgan_encoder(size=64, channels=3, latent_dim=256, width=64, gaussian=True),
            discriminator=dcgan_joint_discriminator(
                size=64, channels=3, latent_dim=256, width=64, latent_width=512, joint_width=1024
            ),
            gaussian=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5),
        },
        batch_size=100,
        steps=200000,
    )
