"""ALI on CIFAR-10.

Dumoulin et al. 2017, "Adversarially Learned Inference", arXiv:1606.00704; DCGAN's
convolutions in the place of the paper's, which trained for 6,475 epochs. The paper's networks, six times the work:
--set "model.generator=networks.ali_generator(size=32,latent_dim=64)"
--set "model.encoder=networks.ali_encoder(size=32,latent_dim=64)"
--set "model.discriminator=networks.ali_discriminator(size=32,latent_dim=64,maxout=2,hidden_dropout=0.5)"

Run: ganzoo train recipes/cifar_ali.py

Cost: not measured: the training was not run to its end.

Score: not measured. Longer and gentler, `--set batch_size=100 --set steps=20000 --set
optimizers.generator.learning_rate=1e-4 --set optimizers.discriminator.learning_rate=1e-4` had FD[inception768] 0.50
(real 0.12) after 17,540 steps, 49 minutes of CPU time in bfloat16, 2026-11-22; docs/support.md has its support and twins.
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
            "generator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 4000, 0.0, power=0.5), beta_1=0.5
            ),
            "discriminator": keras.optimizers.Adam(
                keras.optimizers.schedules.PolynomialDecay(2e-4, 4000, 0.0, power=0.5), beta_1=0.5
            ),
        },
        batch_size=50,
        steps=4000,
    )
