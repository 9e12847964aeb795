"""GAN-CLS on captioned shapes: images from captions.

Reed, Akata, Yan, Logeswaran, Schiele and Lee 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396; at
16x16, and with caption encoders that are trained along, where the paper has a pretrained char-CNN-RNN.

Run: ganzoo train recipes/shapes_text.py

Cost: 11 minutes of CPU time on one core of an AMD EPYC, 2026-11-22, shared with other work.

Score: 58.3 % of 2,400 samples show all that their caption says (held-out images 100 %): background 89 %, position 93 %, size
86 %, colour 84 %, shape 54 %, the hardest; 36.3 % after 7,000 steps; by `ganzoo evaluate runs/shapes_text/default --metrics
caption_match --extractor pixels`. Without mismatched pairs, `--set model.mismatch_weight=0.`, it is 38.9 %, and 21.3 % after
7,000 steps. Chance gives 0.5 %, by `python benchmarks/captions.py runs/shapes_text/default --out FILE`. Samples of one caption
hardly differ. The model in `exported/` is narrower, to be small: widths of 22, 34.8 %, within_condition_diversity[pixels] 0.012
(held-out images 0.89).
"""

import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses, penalties
from ganzoo.data import CaptionedImages, ShapeCaptions, shape_captions
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.families import GANCLS
from ganzoo.networks import caption_encoder, text_discriminator, text_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=CaptionedImages("captioned_shapes32"),
        model=GANCLS(
            generator=text_generator(size=32, latent_dim=64, width=32, residual=False, norm="conditional"),
            discriminator=text_discriminator(size=32, width=24, residual=False, norm="none", projection=True),
            generator_encoder=caption_encoder(
                vocabulary_size=shape_captions.VOCABULARY_SIZE, length=shape_captions.LENGTH, name="generator_encoder"
            ),
            discriminator_encoder=caption_encoder(
                vocabulary_size=shape_captions.VOCABULARY_SIZE, length=shape_captions.LENGTH, name="discriminator_encoder"
            ),
            captions=ShapeCaptions(32),
            adversarial_loss=losses.Relativistic(),
            penalties=[penalties.R1(gamma=1.0), penalties.R2(gamma=1.0)],
            caption_dropout=0.1,
            diversity=1.0,
            diversity_limit=0.2,
        ),
        optimizers={
            "generator": keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99),
            "discriminator": keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99),
        },
        batch_size=32,
        steps=24000,
        evaluations=[Evaluation(metrics=("caption_match",), count=1000, every=1000, extractor="pixels")],
    )
