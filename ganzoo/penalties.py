"""Penalties on the discriminator's gradient, and orthogonal regularisation: pure functions and small objects.

A gradient penalty is called as `penalty(discriminate, real, fake, epsilon)`: `discriminate` maps images to logits
[B, 1] in the mode in which it trains, `real` and `fake` are batches of equal size, and `epsilon` holds draws from
U[0, 1), `penalty.epsilon_shape(shape)` of them for each image of that shape. It returns a scalar that the
discriminator's loss adds, a mean over the batch, its weight included. A number may be a schedule from
`ganzoo.schedules`: then `penalty.at(step)` is what is called. Images and all arithmetic on the gradient are
float32 whatever the discriminator computes in. No batch normalisation belongs in a discriminator so penalised: its
gradient is not one example's alone.
"""

import copy
import dataclasses

import keras
import tensorflow as tf

from ganzoo.errors import UserError
from ganzoo.schedules import Schedule
from ganzoo.serialization import Serializable, arguments

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "WGANGP",
    "Orthogonal",
    "Penalty",
    "distance_from_one",
    "interpolated",
    "orthogonal",
    "slopes",
    "squared_gradient_norms",
]


def __dir__():
    return __all__


# ----------------------------------------------------------------------------------------------- pure functions


def squared_gradient_norms(discriminate, images):
    """|grad D(x)|^2 of each image, over all its axes: float32 [B]."""
    images = tf.cast(images, tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        logits = discriminate(images)
    gradients = tf.cast(tape.gradient(logits, images), tf.float32)
    return tf.reduce_sum(tf.square(gradients), axis=list(range(1, len(images.shape))))


def slopes(discriminate, images, root_epsilon=1e-12):
    """|grad D(x)| of each image [B]; `root_epsilon` inside the root keeps its derivative finite at 0."""
    return tf.sqrt(squared_gradient_norms(discriminate, images) + root_epsilon)


def interpolated(real, fake, epsilon):
    """epsilon * real + (1 - epsilon) * fake with one epsilon [B] for each image."""
    epsilon = tf.reshape(tf.cast(epsilon, tf.float32), [-1] + [1] * (len(real.shape) - 1))
    return fake + epsilon * (real - fake)


def distance_from_one(slopes, one_sided=False):
    """E (slope - 1)^2, or E max(0, slope - 1)^2 if `one_sided`."""
    away = slopes - 1.0
    return tf.reduce_mean(tf.square(tf.nn.relu(away) if one_sided else away))


def orthogonal(kernel):
    """|W W^T * (1 - I)|^2: the squared cosines, up to length, between the weights of different outputs.

    Args:
        kernel: [..., outputs]; W is it as a matrix [outputs, n]. A transposed convolution's is [k, k, outputs, in]:
            swap its last two axes first.
    """
    matrix = tf.reshape(tf.cast(kernel, tf.float32), [-1, kernel.shape[-1]])
    products = tf.matmul(matrix, matrix, transpose_a=True)
    return tf.reduce_sum(tf.square(tf.linalg.set_diag(products, tf.zeros_like(products[0]))))


# --------------------------------------------------------------------------------------------- penalty objects


class Penalty(Serializable):
    """A gradient penalty; see the module for the call."""

    def epsilon_shape(self, shape):
        """Shape of the uniform draws for one image of `shape`, `()` for a single one; None where it draws nothing."""
        return None

    def at(self, step):
        """The penalty as it is at a step, a number or tensor: each of its schedules replaced by its value."""
        changing = {name: value for name, value in arguments(self).items() if isinstance(value, Schedule)}
        if not changing:
            return self
        now = copy.copy(self)
        for name, value in changing.items():
            object.__setattr__(now, name, value(step))  # a frozen dataclass would check what is a tensor by now
        return now

    def __call__(self, discriminate, real, fake, epsilon=None):
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class WGANGP(Penalty):
    """weight * E (|grad D(x)| - 1)^2 at points between real and generated images, one draw for each pair.

    Args:
        weight: the paper's lambda, 10 (0.1 for its toy sets).
        one_sided: whether slopes below 1 are free.

    Reference: Gulrajani et al. 2017, 1704.00028; one-sided: Petzka et al. 2017, 1709.08894.
    """

    weight: float = 10.0
    one_sided: bool = False

    def __post_init__(self):
        _positive(weight=self.weight)

    def epsilon_shape(self, shape):
        return ()

    def __call__(self, discriminate, real, fake, epsilon=None):
        between = interpolated(real, fake, _drawn(self, epsilon))
        return self.weight * distance_from_one(slopes(discriminate, between), self.one_sided)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class DRAGAN(Penalty):
    """weight * E (|grad D(x)| - 1)^2 at real images with uniform noise of up to `scale` times the batch's deviation.

    Args:
        weight: the paper's lambda.
        scale: half-width of the noise in standard deviations of the real batch.

    Reference: Kodali et al. 2017, 1705.07215; the noise is centred as in google/compare_gan.
    """

    weight: float = 10.0
    scale: float = 0.5

    def __post_init__(self):
        _positive(weight=self.weight, scale=self.scale)

    def epsilon_shape(self, shape):
        return tuple(shape)

    def __call__(self, discriminate, real, fake, epsilon=None):
        real, epsilon = tf.cast(real, tf.float32), tf.cast(_drawn(self, epsilon), tf.float32)
        real.shape.assert_is_compatible_with(epsilon.shape)  # one draw an image would broadcast unseen
        noise = self.scale * tf.math.reduce_std(real) * (2.0 * epsilon - 1.0)
        return self.weight * distance_from_one(slopes(discriminate, real + noise))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class R1(Penalty):
    """gamma / 2 * E |grad D(x)|^2 at real images.

    Args:
        gamma: its scale must follow the resolution and the data: R3GAN's presets begin with 0.05 to 150 and end with a
            tenth of that, `schedules.Cosine(first, last, steps)`.

    Reference: Mescheder et al. 2018, 1801.04406.
    """

    gamma: float = 10.0

    def __post_init__(self):
        _positive(gamma=self.gamma)

    def __call__(self, discriminate, real, fake, epsilon=None):
        return self.gamma / 2 * tf.reduce_mean(squared_gradient_norms(discriminate, real))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class R2(Penalty):
    """gamma / 2 * E |grad D(x)|^2 at generated images; R3GAN adds it to R1 with the same gamma.

    Args:
        gamma: as for R1.

    Reference: Mescheder et al. 2018, 1801.04406.
    """

    gamma: float = 10.0

    def __post_init__(self):
        _positive(gamma=self.gamma)

    def __call__(self, discriminate, real, fake, epsilon=None):
        return self.gamma / 2 * tf.reduce_mean(squared_gradient_norms(discriminate, fake))


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Orthogonal(Serializable):
    """weight * sum over kernels of |W W^T * (1 - I)|^2, called with the list of kernels: BigGAN's way to truncation.

    Args:
        weight: the paper's beta. (Its released code's 1e-4 is half of that here: it drops the square's factor 2.)

    Reference: Brock et al. 2019, 1809.11096, section 3.1.
    """

    weight: float = 1e-4

    def __post_init__(self):
        _positive(weight=self.weight)

    def __call__(self, kernels):
        return self.weight * tf.add_n([orthogonal(kernel) for kernel in kernels])


def _drawn(penalty, epsilon):
    if epsilon is None:
        raise UserError(f"{penalty!r} needs uniform draws: pass epsilon, as penalty.epsilon_shape says")
    return epsilon


def _positive(**values):
    for name, value in values.items():
        if not isinstance(value, Schedule) and not value > 0:
            raise UserError(f"{name} must be positive, not {value!r}")
