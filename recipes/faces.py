"""DCGAN at 64x64 on a folder of your own images, of faces or of anything else.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

The folder holds PNG, JPEG, WebP, TIFF or other files that Pillow reads, of any sizes: each is cut to its central square,
resized to 64x64 and mirrored half of the time (`--set data.flip=false` where left and right matter). A tenth, chosen by
pixels, is left out of training, to score against: `--set data.held_out=0` trains on all.

Some hundred images and a CPU are what the widths, three sixteenths of the paper's, and the steps are for. Thousands of images
on a GPU want more of both: `--set model.generator.width=64 --set model.discriminator.width=64 --set batch_size=64 --set
steps=50000 --set optimizers.generator.learning_rate=2e-4 --set optimizers.discriminator.learning_rate=2e-4`.

Run: ganzoo train recipes/faces.py --set data.name=PATH

Cost: 11 minutes (658 s) of CPU time on the 400 grey faces of AT&T Cambridge's set, on one core of a shared AMD EPYC with AVX2
alone, 2026-11-30.

Score: there FD[random-conv] 0.17 [0.05, 0.29] (held-out 0.15, the floor 0.14: 36 images are too few for more), precision 0.53
(0.97), recall 0.87 (0.82), by `ganzoo evaluate runs/faces/default --metrics frechet_distance,precision_recall --extractor
random`. Faces with eyes, noses, mouths and glasses, some of them smeared; no copies, by `ganzoo neighbours
runs/faces/default --extractor pixels`. With `--extractor PATH:features_768`, PATH a SavedModel of Inception's first blocks,
FD is 2.56 (held-out 0.33, the floor 0.31, the covariance of 36 samples singular), precision and recall 0 (1, 0.69); no twins
among 36 samples, so N_eff is at least 64 (held-out at least 18) by `ganzoo evaluate runs/faces/default --extractor random
--metrics birthday`, 2026-12-01. docs/support.md counts the twins of faces at 32x32 among more samples.
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
            generator=dcgan_generator(size=64, channels=3, width=24),
            discriminator=dcgan_discriminator(size=64, channels=3, width=24),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 2000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 2000, 0.0), beta_1=0.5),
        },
        batch_size=32,
        steps=2000,
    )
