"""BigGAN on 8x8 handwritten digits: small, with all of its tricks.

Brock, Donahue, Simonyan 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", arXiv:1809.11096:
shared embedding, hierarchical latents, orthogonal regularisation, and truncation, as in
`ganzoo sample RUN --truncation 0.5 --out FILE`.

Run: ganzoo train recipes/digits_biggan.py

Cost: 108 s of CPU time on an AMD EPYC, 2026-11-22, shared with other work (4.6 minutes by the clock, on one busy core).

Score: label_accuracy[cnn-digits] 1.00 with 360 samples (held-out real data 0.997), worst class 1.00; FD[cnn-digits] 1.18
(held-out 0.51, the floor 0.88), precision 0.90 (0.88), recall 0.80 (0.90), within_condition_diversity 0.38 (0.43), by
`ganzoo evaluate exported/digits_biggan --metrics
frechet_distance,precision_recall,label_accuracy,within_condition_diversity`, labels by the data's class shares. With
--truncation 0.5 (an .npz of `ganzoo sample`, evaluated with --data digits): label_accuracy 1.00, precision 0.98, recall
0.04, FD 4.96.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import Images
from ganzoo.families import BigGAN
from ganzoo.networks import biggan_discriminator, biggan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("digits", labels=True),
        model=BigGAN(
            generator=biggan_generator(size=8, channels=1, latent_dim=64, width=8, num_classes=10, shared_dim=32),
            discriminator=biggan_discriminator(size=8, channels=1, width=8, num_classes=10),
            adversarial_loss=losses.Hinge(),
            orthogonal=penalties.Orthogonal(1e-4),
            discriminator_steps=2,
            average_decay=0.999,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.999),
            "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.0, beta_2=0.999),
        },
        batch_size=64,
        steps=3000,
    )
