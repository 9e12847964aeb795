"""MIX+GAN: mixtures of generators and of discriminators, both with weights that are learned."""

import keras
import tensorflow as tf

from ganzoo import noise
from ganzoo.errors import UserError
from ganzoo.families import checks
from ganzoo.families.base import examples_of
from ganzoo.families.gan import GAN
from ganzoo.layers.mixture import MixtureChoice, MixtureMean
from ganzoo.networks.clone import fresh_copy


@keras.saving.register_keras_serializable(package="ganzoo")
class MIXGAN(GAN):
    """T generators against T discriminators: each player's mixture weighs its components and minimises the weighted loss.

    The payoff of the pair (u_i, v_j) counts with w_i w_j; all T^2 pairs play in every step, on the same latents. Either
    player's weights are a softmax, moved by that player's optimizer. `entropy` adds -(1/T) sum log w for each player:
    without it one component may take all.

    Args:
        generator: keras.Model, latents [B, latent_dim] to samples: the pattern of all generators.
        discriminator: keras.Model, samples to logits [B, 1]: the pattern of all discriminators.
        components: T, how many of each; their first weights differ.
        entropy: weight of the regulariser, 0 for none.
        Others: as `GAN`; what is seen of an example, augmented and noised, is the same for all discriminators.

    Raises:
        UserError: fewer than two components, a negative `entropy`, or networks that take labels.

    Reference: Arora, Ge, Liang, Ma, Zhang 2017, "Generalization and Equilibrium in Generative Adversarial Nets",
        arXiv:1703.00573.
    """

    refused = {"regularizers": "what they remember is of one discriminator, and here are several"}

    def __init__(
        self,
        generator,
        discriminator,
        components=3,
        entropy=0.1,
        **kwargs,
    ):
        if components < 2:
            raise UserError(f"a mixture has at least 2 components, not {components}")
        if entropy < 0:
            raise UserError(f"entropy is the weight of a regulariser, 0 or more, not {entropy}")
        checks.networks(generator, discriminator)
        # Layers cannot be attributes before Keras' own constructor ran.
        generators = [fresh_copy(generator, f"generator_{i}") for i in range(components)]
        discriminators = [fresh_copy(discriminator, f"discriminator_{i}") for i in range(components)]
        super().__init__(mixed_generator(generators), mixed_discriminator(discriminators), **kwargs)
        self.components = components
        self.entropy = entropy
        self.generators = generators
        self.discriminators = discriminators

    def weights_of(self, player):
        """The mixture weights of a player, float32 [T]."""
        return self.networks[player].get_layer("mixture").weights_of_components

    def discriminator_loss(self, batch):
        """The discriminators' weighted loss over all pairs, penalties included, and their entropy term."""
        real = examples_of(batch)
        latents = self.noise(tf.shape(real)[0])
        fakes = [generator(latents, training=True) for generator in self.generators]
        noised, noised_fakes = self.seen(real), [self.seen(fake) for fake in fakes]
        payoff = []
        for discriminator in self.discriminators:
            real_logits = discriminator(noised, training=True)
            fake_logits = [discriminator(fake, training=True) for fake in noised_fakes]
            payoff.append([self.adversarial_loss.discriminator(real_logits, logits) for logits in fake_logits])
            for penalty in self.penalties:
                now, epsilon = penalty.at(self.step), self.epsilon(penalty, real)
                for i, fake in enumerate(fakes):
                    payoff[-1][i] += now(lambda x: discriminator(self.augmented(x), training=True), real, fake, epsilon)
        self.record_scores(real_logits, fake_logits[-1])
        return self.weighed(payoff) + self.regulariser("discriminator")

    def generator_loss(self, batch):
        """The generators' weighted loss over all pairs, and their entropy term."""
        real = examples_of(batch)
        latents = self.noise(tf.shape(real)[0])
        fakes = [self.seen(generator(latents, training=True)) for generator in self.generators]
        noised = self.seen(real) if self.adversarial_loss.needs_real else None
        payoff = []
        for discriminator in self.discriminators:
            judged = discriminator(noised, training=True) if self.adversarial_loss.needs_real else None
            payoff.append([self.adversary(discriminator(fake, training=True), lambda: judged) for fake in fakes])
        return self.weighed(payoff) + self.regulariser("generator")

    def weighed(self, payoff):
        """`sum_ij w_i w_j payoff[j][i]`, over generators i and discriminators j."""
        judges = tf.linalg.matvec(tf.stack([tf.stack(row) for row in payoff]), self.weights_of("generator"))
        return tf.tensordot(self.weights_of("discriminator"), judges, 1)

    def regulariser(self, player):
        """`entropy` times -(1/T) sum log w of the player's weights, which it records."""
        weights = self.weights_of(player)
        for i in range(self.components):
            self.record(f"{player}_weight_{i}", weights[i])
        return -self.entropy * tf.reduce_mean(tf.math.log(weights))

    def check_networks(self, generator, discriminator):
        """Nothing: these are mixtures already, of networks that were checked one by one."""

    def arguments(self):
        # A component is the pattern of all.
        return {**super().arguments(), "generator": self.generators[0], "discriminator": self.discriminators[0]}

    @property
    def equilibrium(self):
        return {}  # the entropy term moves it, and where the weights end is not known

    # What samples, exports and figures ask for.

    @property
    def latent_shape(self):
        return tuple(self.generators[0].inputs[0].shape[1:])

    def draw_inputs(self, count, seed, first=0):
        """Latents, and for each sample the number in [0, 1) that chooses its component."""
        inputs = super().draw_inputs(count, seed, first)
        choices = noise.sample_rows(noise.Uniform(0.0, 1.0), count, (), seed, first, "component")
        return {**inputs, "choices": choices}

    def showcase(self, count, seed):
        """The components one after the other, each with its share of the picture."""
        inputs = self.draw_inputs(count, seed)
        return {**inputs, "choices": (tf.range(count, dtype=tf.float32) + 0.5) / count}

    def sample(self, latents, choices):
        """Samples by the averaged generators, each by the component that its choice falls on."""
        return self.average.network([latents, choices], training=False)


def mixed_generator(generators):
    """The mixture of generators as a model from `latents` [B, latent_dim] and `choices` [B] to samples."""
    latents = keras.Input(generators[0].inputs[0].shape[1:], name="latents")
    choices = keras.Input((), dtype="float32", name="choices")
    samples = keras.ops.stack([generator(latents) for generator in generators], axis=1)
    mixture = MixtureChoice(len(generators), name="mixture", dtype="float32")
    return keras.Model([latents, choices], mixture([choices, samples]), name="generator")


def mixed_discriminator(discriminators):
    """The mixture of discriminators as a model from `images` to its weighted mean logit [B, 1]."""
    images = keras.Input(discriminators[0].inputs[0].shape[1:], name="images")
    logits = keras.ops.concatenate([discriminator(images) for discriminator in discriminators], axis=1)
    return keras.Model(images, MixtureMean(len(discriminators), name="mixture", dtype="float32")(logits), name="discriminator")
