"""DCGAN at 64x64 on a folder of your own images, of faces or of anything else.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

The folder holds PNG, JPEG, WebP, TIFF or other files that Pillow reads, of any sizes: each is cut to its central square,
resized to 64x64 and mirrored half of the time (`--set data.flip=false` where left and right matter). Some thousand images are
a start. A tenth, chosen by pixels, is left out of training, to score against: `--set data.held_out=0` trains on all.

Run: ganzoo train recipes/faces.py --set data.name=PATH

Cost: 97 s of CPU time for 200 steps with `--set batch_size=32` on the 400 grey faces of AT&T Cambridge's set, on one core of an
AMD EPYC, 2026-11-22, shared with other work. More images want more steps.

Score: there FD[random-conv] 0.34 with 200 samples after those 200 steps, by `ganzoo evaluate runs/faces/default --metrics
frechet_distance --extractor random`, when the recipe still trained on all 400: against one half of the faces, with 0.03 for the
other, of which neither was held out. A beginning.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import GAN
from ganzoo.networks import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("./faces", size=64, flip=True, held_out=0.1),
        model=GAN(
            generator=dcgan_generator(size=64, channels=3, width=64),
            discriminator=dcgan_discriminator(size=64, channels=3, width=64),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
        },
        batch_size=64,
        steps=50000,
    )
