"""GAN-CLS on Fashion-MNIST with captions: images of clothing from words, at 28x28.

After Reed et al. 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396. The captions say the label, and
brightness, pattern and width as measured (`fashion_captions.py`). Losses and networks are as in `shapes_text`.

Run: ganzoo data prepare fashion_mnist; ganzoo train recipes/fashion_text.py

Cost: 17.7 minutes (1,061 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: 58.4 % [57.4, 59.4] of 10,000 samples show all that their caption says (held-out images 90.1 %, with the next one's
caption 9.1 %): kind 85 % (88), brightness 97 %, pattern 66 %, width 85 % (each above 99.9), by `ganzoo evaluate
runs/fashion_text/default --metrics caption_match --extractor pixels`; on the way 43 % after 2,000 steps, 51 % after 10,000.
What fails are rare pairs, such as wide dresses and dark patterned pullovers. Two samples of a caption lie 0.73 times as far
apart as two real images of it, the mean of 100 captions, the least 0.47, by `python benchmarks/captions.py
runs/fashion_text/default --data fashion_mnist --out docs/images/fashion_text.png`. N_eff 3,164 [2,733, 3,573] (held-out
1,249,750) by `ganzoo evaluate fashion_text --metrics birthday`, 2026-12-01.
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import CaptionedImages, FashionCaptions, fashion_captions
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import GANCLS
from ganzoo.networks import caption_encoder, text_discriminator, text_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=CaptionedImages("fashion_mnist"),
        model=GANCLS(
            generator=text_generator(
                size=28, channels=1, first_side=7, latent_dim=64, width=48, residual=False, norm="conditional", mapping=3
            ),
            discriminator=text_discriminator(
                size=28, channels=1, last_side=7, width=32, residual=False, norm="none", projection=True
            ),
            generator_encoder=caption_encoder(
                vocabulary_size=fashion_captions.VOCABULARY_SIZE, length=fashion_captions.LENGTH, name="generator_encoder"
            ),
            discriminator_encoder=caption_encoder(
                vocabulary_size=fashion_captions.VOCABULARY_SIZE, length=fashion_captions.LENGTH, name="discriminator_encoder"
            ),
            captions=FashionCaptions(),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=1.0), penalties.R2(gamma=1.0)],
            caption_dropout=0.1,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99),
            "discriminator": keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99),
        },
        batch_size=32,
        steps=20000,
        evaluations=[Evaluation(metrics=("caption_match",), count=1000, every=2000, extractor="pixels")],
    )
