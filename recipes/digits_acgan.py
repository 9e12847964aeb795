"""AC-GAN on 8x8 handwritten digits: the discriminator names the class instead of being told.

Odena, Olah, Shlens 2017, "Conditional Image Synthesis with Auxiliary Classifier GANs", arXiv:1610.09585; in DCGAN's
networks.

Run: ganzoo train recipes/digits_acgan.py

Cost: 83 s of CPU time on an AMD EPYC, 2026-11-22, shared with other work (5.4 minutes by the clock, on one busy core).

Score: label_accuracy[cnn-digits] 0.981 with 360 samples (held-out real data 0.997), worst class 0.913; FD[cnn-digits] 1.12
(held-out 0.51, the floor 0.88), precision 0.88 (0.88), recall 0.86 (0.90), within_condition_diversity 0.43 (0.43), by `ganzoo
evaluate exported/digits_acgan --metrics frechet_distance,precision_recall,label_accuracy,within_condition_diversity`, labels by
the data's class shares.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import ACGAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", labels=True),
        model=ACGAN(
            generator=dcgan_generator(size=8, channels=1, latent_dim=64, width=64, first_side=2, kernel_size=3, num_classes=10),
            discriminator=dcgan_discriminator(size=8, channels=1, width=64, last_side=2, kernel_size=3),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=128,
        steps=5000,
    )
