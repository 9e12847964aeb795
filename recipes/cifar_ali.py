"""ALI on CIFAR-10.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704; DCGAN's
convolutions in the place of the paper's, which trained for 6,475 epochs. The paper's networks, six times the work:
--set "model.generator=networks.ali_generator(size=32,latent_dim=64)"
--set "model.encoder=networks.ali_encoder(size=32,latent_dim=64)"
--set "model.discriminator=networks.ali_discriminator(size=32,latent_dim=64,maxout=2,hidden_dropout=0.5)"

Run: ganzoo train recipes/cifar_ali.py

Cost: 49 minutes of CPU time (1 hour 54 minutes in the background) for 17,540 of the 20,000 steps, 35 epochs, on one core of an
AMD EPYC, 2026-11-22, shared with other work, in bfloat16: 0.17 s a step. The paper's 6,475 epochs would take 6 days
(reckoned, not measured). The first 10 steps of its networks: 14 s of CPU time, 2026-11-29.

Score: after those 17,540 steps a linear probe on the codes names 48.1 % of 2,000 test images (raw pixels 28.8 %), the nearest
of 10,000 training codes 37.0 % (28.9 %); G(E(x)) is 22.8 from x (another image 37.8), by `ganzoo probe
runs/cifar_ali/default`. FD[inception768] 0.50 (cifar_stacked 0.66, real 0.12), support and twins are in docs/support.md, with
their commands. Shorter does not do: 4,000 steps of batch 50 from 2e-4 to nothing, 20 minutes, had 1.13, 2026-11-30.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo.data import Images
from ganzoo.families import BiGAN
from ganzoo.networks import dcgan_encoder, dcgan_generator, dcgan_joint_discriminator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Images("cifar10", flip=True),
        model=BiGAN(
            generator=dcgan_generator(size=32, channels=3, latent_dim=64, width=32),
            encoder=dcgan_encoder(size=32, channels=3, latent_dim=64, width=32, gaussian=True),
            discriminator=dcgan_joint_discriminator(
                size=32, channels=3, latent_dim=64, width=32, latent_width=512, joint_width=1024
            ),
            gaussian=True,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5),
        },
        batch_size=100,
        steps=20000,
    )
