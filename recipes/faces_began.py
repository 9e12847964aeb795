"""BEGAN at 32x32 on a folder of your own images of faces, seen at successive steps.

Berthelot, Schumm, Metz 2017, "BEGAN: Boundary Equilibrium Generative Adversarial Networks", arXiv:1703.10717, at an eighth of
its width and half of its resolution, and without a moving average, so that samples are those of the step they are from.

The folder is read as `recipes/faces.py` reads it.

Run: ganzoo train recipes/faces_began.py --set data.name=PATH

Cost: 115 s of CPU time on the 400 faces of AT&T Cambridge, one core of a shared AMD EPYC, 2026-11-30.

Score: it shows mode dropping from step to step. At each checkpoint all samples are nearly one face in one shade: their
brightness varies by 1.8 of 255 (real faces 15.5), while from one checkpoint to the next it moves by 13.0; by `python
benchmarks/began_steps.py runs/faces_began/default --out docs/images/faces_began.png`.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BEGAN
from ganzoo.networks import began_discriminator, began_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("./faces", size=32, flip=True, held_out=0.1),
        model=BEGAN(
            generator=began_generator(size=32, channels=3, latent_dim=64, width=16),
            discriminator=began_discriminator(size=32, channels=3, code_dim=64, width=16),
            gamma=0.5,
            lambda_k=0.001,
            average_decay=0.0,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(4e-4),
            "discriminator": keras.optimizers.Adam(4e-4),
        },
        batch_size=16,
        steps=3000,
        checkpoint_every=250,
        keep_checkpoints=12,
    )
