"""R3GAN on CIFAR-10 with labels, at the authors' preset: width, batch and every schedule.

Huang, Gokaslan, Kuleshov, Tompkin 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", arXiv:2501.05441:
FID 1.96 on 8 GPUs. As in their code (github.com/brownvc/R3GAN), half a cosine over 20 million images: gamma falls from 0.05
to 0.005 and the learning rate from 2e-4 to 5e-5, beta_2 rises from 0.9 to 0.99 and the average's half-life from 0 to 5
million images. Theirs augments besides, by ADA's pipe with a probability that rises to 0.55, takes a fresh real batch for the
generator's step, and goes on until it is stopped; here flips alone, the discriminator's batch, and an end with the schedules.
Less memory wants `--set batch_size=64 --set model.generator.width=96 --set model.discriminator.width=96`; the schedules count
steps, not images.

Run: ganzoo train recipes/cifar_r3gan.py

Cost: not measured at this size. 100 steps of `--set batch_size=64 --set model.generator.width=24 --set
model.discriminator.width=24` took 131 s of CPU time on one core of a shared AMD EPYC, 2026-11-29.

Score: of that small one FD[random-conv] with 2,000 samples is 3.81 after 50 steps and 4.27 after 100 (held-out real data
0.042, the floor 0.024), by `ganzoo evaluate RUN --metrics frechet_distance --extractor random --count 2000`: no result yet.
"""

from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, optimizers, penalties, schedules
from ganzoo.data import Images
from ganzoo.families import ConditionalGAN
from ganzoo.networks import r3gan_discriminator, r3gan_generator
from ganzoo.recipe import Recipe

BATCH = 512
STEPS = 20_000_000 // BATCH


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True, labels=True),
        model=ConditionalGAN(
            generator=r3gan_generator(size=32, channels=3, latent_dim=64, width=768, blocks=2, num_classes=10),
            discriminator=r3gan_discriminator(size=32, channels=3, width=768, blocks=2, num_classes=10),
            adversarial_loss=losses.Relativistic(),
            penalties=[
                penalties.R1(gamma=schedules.Cosine(0.05, 0.005, STEPS)),
                penalties.R2(gamma=schedules.Cosine(0.05, 0.005, STEPS)),
            ],
            average_decay=schedules.HalfLife(schedules.Cosine(0, 5_000_000 / BATCH, STEPS)),
        ),
        optimizers={
            "generator": optimizers.Adam(
                schedules.Cosine(2e-4, 5e-5, STEPS), beta_1=0.0, beta_2=schedules.Cosine(0.9, 0.99, STEPS), epsilon=1e-8
            ),
            "discriminator": optimizers.Adam(
                schedules.Cosine(2e-4, 5e-5, STEPS), beta_1=0.0, beta_2=schedules.Cosine(0.9, 0.99, STEPS), epsilon=1e-8
            ),
        },
        batch_size=BATCH,
        steps=STEPS,
        sample_every=1000,
        checkpoint_every=1000,
    )
