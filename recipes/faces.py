"""DCGAN at 64x64 on a folder of your own images, of faces or of anything else.

Radford, Metz, Chintala 2015, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks", arXiv:1511.06434.

The folder holds PNG, JPEG, WebP, BMP, GIF or TIFF files, of any sizes: each is cut to its central square, resized to 64x64
and mirrored half of the time (`--set data.flip=false` where left and right matter). Some thousand images are a start.

Run: ganzoo train recipes/faces.py --set data.name=PATH

Cost: not measured: it depends on the images; `recipes/cifar_dcgan.py` costs some 0.5 s of CPU time a step at half the size.

Score: not measured; `ganzoo evaluate runs/faces/default` scores it against your images, half of them held out.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data.images import Images
from ganzoo.families.gan import GAN
from ganzoo.networks.dcgan import dcgan_discriminator, dcgan_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("./faces", size=64, flip=True),
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
