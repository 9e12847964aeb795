"""GAN-CLS on captioned shapes: images from captions.

Reed, Akata, Yan, Logeswaran, Schiele and Lee 2016, "Generative Adversarial Text to Image Synthesis", arXiv:1605.05396: its
three kinds of pairs, at 32x32. Not the paper's: relativistic losses with R1 and R2 (1807.00734, 1801.04406), a projection of
the caption in the discriminator (1802.05637), batch norm by latents and caption in the generator, a tenth of the captions
left out, a reward for two different samples of a caption (1901.09024), and encoders that are trained along, where the paper
has a pretrained char-CNN-RNN.

Run: ganzoo train recipes/shapes_text.py

Cost: 22 minutes (1,329 s) of CPU time on one core of a shared AMD EPYC, 2026-11-30.

Score: 88.9 % [87.6, 90.2] of 2,400 samples show all that their caption says (held-out images 100 %): shape 88 %, colour 94 %,
size 93 %, position 97 %, background 95 %, by `ganzoo evaluate runs/shapes_text/default --metrics caption_match --extractor
pixels`; on the way 60 % after 3,000 steps, 76 % after 10,000. Two samples of a caption lie 0.77 times as far apart as two real
images of it, the mean of 100 captions, the least 0.43, by `python benchmarks/captions.py runs/shapes_text/default --out
FILE`. N_eff 359,850 [87,156, 833,509] (held-out at least 64,188) by `ganzoo evaluate shapes_text --metrics birthday`.
FD[inception768] 1.32 (held-out 0.02), precision 0.01 (0.95), recall 0.17 (0.94) by `ganzoo evaluate shapes_text --data
'captioned_shapes32:train[:2000]' --count 1000 --metrics frechet_distance,precision_recall --extractor PATH:features_768`, PATH
a SavedModel of Inception's first blocks, to whose features hardly a sample is like a drawn shape. 2026-12-01.
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
