"""The limits of encoder-decoder GANs: a generator of 256 digits, and an encoder of noise, that a small discriminator passes.

Arora, Risteski, Zhang 2017, "Theoretical limitations of Encoder-Decoder GAN architectures", arXiv:1711.02651. Every 15th
pixel of the data is noise. The encoder reads that noise and nothing else; the generator puts latents there, into one of
`size` digits that it knows by heart. So E(G(z)) = z exactly, E(x) has the latents' law, and the discriminator, the only one
that learns, must tell that the generator has few images. Try `--set model.generator.size=16`.

Run: ganzoo train recipes/digits_limits.py

Cost: 6 s of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: by `ganzoo probe runs/digits_limits/default`, E(G(z)) is 0.000 from z; nearest neighbours by codes name 8.9 % of 360
held-out digits (by pixels 98.3 %), a linear probe 9.2 % (95.6 %); the discriminator of 1,121 parameters is 0.13 better than a
coin on held-out pairs, 0.98 with 16 digits.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images, NoisedImages
from ganzoo.families import FixedPair
from ganzoo.networks import mlp_joint_discriminator, pixel_encoder, pool_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        # The discriminator never sees the pool's images as data: knowing data by heart is no help to it.
        data=NoisedImages("digits", every=15, split="train[512:]"),
        model=FixedPair(
            generator=pool_generator(Images("digits", split="train[:512]"), size=256, every=15),
            encoder=pixel_encoder(shape=(8, 8, 1), every=15),
            discriminator=mlp_joint_discriminator(shape=(8, 8, 1), latent_dim=4, width=16, depth=1),
        ),
        optimizers={"discriminator": keras.optimizers.Adam(1e-3)},
        batch_size=256,
        steps=4000,
    )
