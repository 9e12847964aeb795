"""BigGAN on CIFAR-10.

Brock, Donahue, Simonyan 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis", arXiv:1809.11096.
Batch, steps, learning rates and average as the authors' script for CIFAR-10 (github.com/ajbrock/BigGAN-PyTorch: 500 epochs);
unlike it with the paper's shared embedding, hierarchical latents and orthogonal weights. The full width is
`--set model.generator.width=64 --set model.discriminator.width=64`; 32 has a quarter of its multiplications.

Run: ganzoo train recipes/cifar_biggan.py

Cost: not measured at this width. 200 steps at a quarter of it, `--set model.generator.width=8 --set
model.discriminator.width=8`, took 2.1 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: at that width FD[random-conv] with 2,000 samples is 2.03 after 50 steps, 1.38 after 100 and 1.39 after 200 (held-out real
data 0.042, the floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: a beginning,
no result.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data import Images
from ganzoo.families import BigGAN
from ganzoo.networks import biggan_discriminator, biggan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True, labels=True),
        model=BigGAN(
            generator=biggan_generator(size=32, channels=3, width=32, num_classes=10),
            discriminator=biggan_discriminator(size=32, channels=3, width=32, num_classes=10),
            adversarial_loss=losses.Hinge(),
            discriminator_steps=4,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.999),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.999),
        },
        batch_size=50,
        steps=125000,
    )
