"""ALI on CelebA faces at 64x64, with the paper's networks: the most diverse model of the birthday study.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704, table 7 of its appendix, and the authors' code where
the two differ: the first convolution of D(x) has no batch norm, and dropout stands before every layer of the discriminator.
Not theirs: the last bias starts at 0 and not at the log-odds of the pixels' means; an average of the generator is sampled.
The study, Arora and Zhang 2017, arXiv:1706.08224, gave its discriminator about the size of DCGAN's.

Run: ganzoo train recipes/celeba_ali.py

Cost: not measured: the paper's 123 epochs of 162,770 faces, a GPU's work. The data set's download is 1.4 GB.

Score: not measured yet; Arora and Zhang saw duplicates in half of the batches of about 1,000 samples.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BiGAN
from ganzoo.networks import ali_discriminator, ali_encoder, ali_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("celeb_a", size=64, crop=108),
        model=BiGAN(
            generator=ali_generator(size=64, channels=3, latent_dim=256),
            encoder=ali_encoder(size=64, channels=3, latent_dim=256, gaussian=True),
            discriminator=ali_discriminator(size=64, channels=3, latent_dim=256, dropout=0.2),
            gaussian=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5),
        },
        batch_size=100,
        steps=200000,
    )
