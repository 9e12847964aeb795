"""R3GAN on Stacked MNIST at 32x32: how many of 1,000 known modes does it find?

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441. Its
first experiment is this one, with all 1,000 modes and a KL of 0.029. The paper's layers, loss and penalties with widths of 8 to
128, one block a stage and rates that fall to nothing. Its weights of the penalties grow with the images' size; those of
stacked_digits_r3gan, 0.5 at 8x8, are 10 at 32x32 about in the ratio of the pixels. With less, 0.5 and 0.1, D won.

Run: ganzoo train recipes/stacked_mnist_r3gan.py

Cost: 55 minutes (3,282 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-11-30.

Score: 873 of 1,000 modes with 26,000 samples, KL to uniform 0.93 (held-out real data 0.055, by chance 0.019),
FD[stacked-cnn-mnist@32] 71.6 (1.17), precision 0.21 (0.84), recall 0.00 (0.86), by `ganzoo evaluate
runs/stacked_mnist_r3gan/default --metrics frechet_distance,precision_recall,label_coverage --count 26000`. Sharp digits
that can be named, few different ones of each. N_eff 4,485 [3,975, 4,907] (held-out 1,041,458) by `ganzoo evaluate
stacked_mnist_r3gan --metrics birthday`, 2026-12-01.

Tried, by the same command: 4,000 steps more with weights of 2, 25 minutes, have 919 modes, KL 0.77, FD 60.5, precision 0.17,
recall 0.00, by

    --from runs/stacked_mnist_r3gan/default --run runs/stacked_mnist_r3gan/more --steps 4000
    --set model.penalties.0.gamma=2.0 --set model.penalties.1.gamma=2.0
    --set optimizers.generator.learning_rate.initial_learning_rate=5e-4
    --set optimizers.discriminator.learning_rate.initial_learning_rate=5e-4
    --set optimizers.generator.learning_rate.decay_steps=4000 --set optimizers.discriminator.learning_rate.decay_steps=4000

Weights of 0.5 in batches of 64 had 157 modes of 3,000 samples (`--count 3000`) after 1,000 steps, the loss of D falling to
0.24. Weights of 0.1, widths of 128-64-16-8 for both and 3,000 steps of 64, 30 minutes, had 141 modes and FD 225.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import r3gan_discriminator, r3gan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("stacked_mnist", size=32),
        model=GAN(
            generator=r3gan_generator(size=32, channels=3, latent_dim=64, width=(128, 64, 32, 16), blocks=1),
            discriminator=r3gan_discriminator(size=32, channels=3, width=(64, 32, 16, 8), blocks=1),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=10.0), penalties.R2(gamma=10.0)],
        ),
        optimizers={
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 8000, 0.0), beta_1=0.0, beta_2=0.99
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(1e-3, 8000, 0.0), beta_1=0.0, beta_2=0.99
            ),
        },
        batch_size=32,
        steps=8000,
    )
