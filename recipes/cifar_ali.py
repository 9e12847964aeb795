"""ALI on CIFAR-10.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704; DCGAN's
convolutions in the place of the paper's, which trained for 6,475 epochs. The paper's networks, six times the work:
--set "model.generator=networks.ali_generator(size=32,latent_dim=64)"
--set "model.encoder=networks.ali_encoder(size=32,latent_dim=64)"
--set "model.discriminator=networks.ali_discriminator(size=32,latent_dim=64,maxout=2,hidden_dropout=0.5)"

Run: ganzoo train recipes/cifar_ali.py

Cost: 96 minutes (5,738 s) of CPU time on one core of a shared AMD EPYC with AVX2 alone, 2026-11-30, for 13 epochs. The
paper's 6,475 epochs would take 33 days (reckoned). The first 10 steps of its networks: 14 s of CPU time, 2026-11-29.

Score: FD[inception768] 0.61 (held-out 0.12; cifar_dcgan 0.72), precision 0.64 (0.76), recall 0.02 (0.75), by `ganzoo evaluate
runs/cifar_ali/default --metrics frechet_distance,precision_recall --data 'cifar10:train[:2000]' --count 1000 --extractor
PATH:features_768`, PATH a SavedModel of Inception's first blocks. By `ganzoo probe runs/cifar_ali/default` a linear probe on
the codes names 45.5 % of 2,000 test images (raw pixels 28.8 %), the nearest of 10,000 training codes 35.1 % (28.9 %); G(E(x))
is 26.2 from x (another image 37.8). 17,540 steps of batch 100 at a constant 1e-4, 2026-11-22, had 0.50, and a linear probe on
its codes named 48.1 % of 2,000 test images; its twins are counted in docs/support.md. 4,000 steps of batch 50 from 2e-4
to nothing, 20 minutes, had 1.13. This model's N_eff is 3,845,769 [841,566, 9,375,110] (held-out 462,870) by `ganzoo evaluate
cifar_ali --metrics birthday`, 2026-12-01.
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
            "generator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 20000, 0.0), beta_1=0.5),
            "discriminator": keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(2e-4, 20000, 0.0), beta_1=0.5),
        },
        batch_size=32,
        steps=20000,
    )
