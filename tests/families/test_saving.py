"""What `.save` keeps of a family beside its networks' weights and its optimizers."""

import keras

from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator


def test_the_seeds_of_dropout_are_saved_beside_the_weights():
    generator = mlp_generator((2,), 3, width=4)
    discriminator = mlp_discriminator((2,), width=4, dropout=0.5)
    model = GAN(generator, discriminator)
    model.compile({name: keras.optimizers.SGD() for name in model.players})
    seeds = model._own_state()
    assert seeds["generator_seeds"] == []
    weights = {id(weight.value) for weight in discriminator.weights}
    assert seeds["discriminator_seeds"] and not weights & {id(seed) for seed in seeds["discriminator_seeds"]}
