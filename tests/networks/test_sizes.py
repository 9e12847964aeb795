"""Networks of images whose side is no power of two: they choose their stages."""

import pytest

from ganzoo.errors import UserError
from ganzoo.networks import (
    began_discriminator,
    began_generator,
    biggan_discriminator,
    biggan_generator,
    dcgan_discriminator,
    dcgan_generator,
    r3gan_discriminator,
    r3gan_generator,
    resnet_discriminator,
    resnet_generator,
    stacked_discriminator_0,
    stacked_encoder,
    stacked_generator_0,
    text_discriminator,
    text_generator,
)
from ganzoo.networks.checks import stages

PAIRS = {
    "dcgan": (dcgan_generator, dcgan_discriminator, {"width": 1}),
    "resnet": (resnet_generator, resnet_discriminator, {"width": 16}),
    "r3gan": (r3gan_generator, r3gan_discriminator, {"width": 8, "blocks": 1}),
    "biggan": (biggan_generator, biggan_discriminator, {"width": 1}),
    "began": (began_generator, began_discriminator, {"width": 1}),
}
CASES = [("dcgan", 28), ("dcgan", 48), ("dcgan", 96), ("dcgan", 200), ("dcgan", 256), ("resnet", 28), ("resnet", 100)]
CASES += [("r3gan", 48), ("r3gan", 100), ("biggan", 96), ("biggan", 100), ("began", 28), ("began", 200)]

# DCGAN rounds halves up, so that its maps begin at 4 where others cannot; BEGAN's begin at 8 or more.
SMALLEST = {("dcgan", 28): 4, ("dcgan", 200): 4, ("began", 28): 14}


@pytest.mark.parametrize("kind, size", CASES)
def test_a_pair_of_any_size_fits(kind, size):
    make_generator, make_discriminator, options = PAIRS[kind]
    latents = {"hierarchical": False} if kind == "biggan" else {}
    generator = make_generator(size=size, channels=1, latent_dim=4, **options, **latents)
    discriminator = make_discriminator(size=size, channels=1, **options)
    assert generator.output_shape == discriminator.input_shape == (None, size, size, 1)
    assert discriminator.output_shape in ((None, 1), (None, size, size, 1))
    smallest = min(layer.output.shape[1] for layer in generator.layers if len(layer.output.shape) == 4)
    assert smallest == SMALLEST.get((kind, size), stages(size)[0])


@pytest.mark.parametrize("size, first", [(8, 4), (28, 7), (96, 6), (100, 25), (256, 4)])
def test_stacked_gans_lower_half_fits_any_size(size, first):
    options = {"size": size, "channels": 1}
    generator = stacked_generator_0(feature_dim=3, latent_dim=2, width=1, embedding=2, **options)
    assert generator.output_shape == (None, size, size, 1) and f"up_{first}" in [layer.name for layer in generator.layers]
    encoder = stacked_encoder(width=1, feature_dim=3, **options)
    discriminator = stacked_discriminator_0(width=1, latent_dim=2, **options)
    assert encoder.input_shape == discriminator.input_shape == (None, size, size, 1)
    assert encoder.output["features"].shape == (None, 3) and discriminator.output["codes"].shape == (None, 2)
    halved = stacked_generator_0(size, 1, 3, latent_dim=2, width=1, embedding=2, first_side=size // 2)
    assert halved.output_shape == generator.output_shape
    with pytest.raises(UserError, match="first_side must be one of"):
        stacked_generator_0(size, 1, first_side=size // 4 + 1)


@pytest.mark.parametrize("size, first", [(8, 4), (28, 7), (48, 6), (200, 25), (256, 4)])
def test_text_to_image_fits_any_size(size, first):
    options = {"size": size, "channels": 1, "embedding_dim": 2, "text_dim": 2, "width": 2}
    generator, discriminator = text_generator(latent_dim=3, **options), text_discriminator(**options)
    assert generator.output_shape == discriminator.input_shape[0] == (None, size, size, 1)
    assert discriminator.output_shape == (None, 1)
    assert f"up_{first}" in [layer.name for layer in generator.layers]
    assert f"down_{first}" in [layer.name for layer in discriminator.layers]
    for make in (text_generator, text_discriminator):
        with pytest.raises(UserError, match="multiple of 4 from 8 to 256"):
            make(size=30)


def test_stages_begin_at_the_smallest_whole_side_of_at_least_4():
    found = {size: stages(size) for size in (8, 12, 28, 32, 48, 96, 100, 200, 256)}
    expected = {8: (4, 1), 12: (6, 1), 28: (7, 2), 32: (4, 3), 48: (6, 3), 96: (6, 4), 100: (25, 2), 200: (25, 3), 256: (4, 6)}
    assert found == expected
    for size in (4, 30, 260, 8.0, True):
        with pytest.raises(UserError, match="multiple of 4 from 8 to 256"):
            stages(size)


def test_began_begins_at_the_papers_8x8_where_it_can():
    for size in (8, 16, 64, 128):
        assert began_generator(size, 1, latent_dim=2, width=1).get_layer("up_8").units == 64
