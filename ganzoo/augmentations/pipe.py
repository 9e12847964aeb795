"""ADA: a pipe of augmentations, each applied with probability p, and the rule by which p follows overfitting."""

import dataclasses
import functools
import math

import keras
import tensorflow as tf

from ganzoo.augmentations import colors, geometry
from ganzoo.augmentations.base import Augmentation, integers
from ganzoo.errors import UserError
from ganzoo.schedules import Schedule

GROUPS = ("blit", "geometry", "color")
# Of each operation: the one that decides whether it happens, and what it needs besides.
DRAWS = {"blit": 2 + 2 + 3, "geometry": 2 + 2 + 2 + 2 + 3, "color": 2 * 5}


def normal(uniforms):
    """Numbers from N(0, 1), of numbers from U[0, 1)."""
    inside = 2.0 * uniforms - (1.0 - 2.0**-23)  # in (-1, 1), as far from either end
    return math.sqrt(2.0) * tf.math.erfinv(inside)


class _Draws:
    """Hands out uniform numbers one after the other."""

    def __init__(self, uniforms):
        self.uniforms, self.taken = uniforms, 0

    def one(self):
        self.taken += 1
        return self.uniforms[:, self.taken - 1]

    def happens(self, probability, value, otherwise):
        """`value` with `probability`, else `otherwise`."""
        return tf.where(self.one() < probability, value, otherwise)


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Pipe(Augmentation):
    """ADA's pipe: each augmentation happens to each image with probability `p`, by itself.

    "blit": mirroring, quarter turns, shifts by whole pixels up to 1/8 of a side. "geometry": scaling and unequal stretching
    by 2^N(0, 0.2^2), turns by any angle, shifts by N(0, 1/8) of a side. "color": brightness by N(0, 0.2^2), contrast by
    2^N(0, 0.5^2), light and dark exchanged, hue turned by any angle, saturation by 2^N(0, 1). What comes in at the border
    is mirrored. The last two do nothing to grey images.

    The authors' pipe resamples once through a filter at twice the size, here it is bilinear; of its filtering, noise and
    cutout, which its default leaves out, there is nothing.

    Args:
        groups: some of "blit", "geometry" and "color", with commas between them.
        p: the probability, in [0, 1], or a schedule of it from `ganzoo.schedules`, as R3GAN has; it is then `at(step)` that
            augments.

    Raises:
        UserError: an unknown group, or a p that is none.

    Reference: Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data", arXiv:2006.06676,
        appendix B; ranges as in its released code.
    """

    groups: str = "blit,geometry,color"
    p: object = 0.2

    def __post_init__(self):
        names = self.groups.split(",") if isinstance(self.groups, str) else []
        if not names or not set(names) <= set(GROUPS) or len(set(names)) < len(names):
            raise UserError(f"groups is some of {', '.join(GROUPS)} with commas between them, not {self.groups!r}")
        if not isinstance(self.p, Schedule) and not 0.0 <= self.p <= 1.0:
            raise UserError(f"p is a probability or a schedule of it, not {self.p!r}")

    @property
    def draws(self):
        return sum(DRAWS[name] for name in self.groups.split(","))

    def check(self, shape):
        super().check(shape)
        if "color" in self.groups and shape[-1] not in (1, 3):
            raise UserError(f'colours are of 1 or 3 channels, not {shape[-1]}: groups="blit,geometry"')

    def at(self, step):
        return functools.partial(self, p=self.p(step)) if isinstance(self.p, Schedule) else self

    def __call__(self, images, uniforms, p=None):
        """As any augmentation; `p`, a scalar tensor, takes the place of the pipe's own."""
        images, draws = tf.cast(images, tf.float32), _Draws(uniforms)
        p = self.p if p is None else p
        if isinstance(p, Schedule):
            raise UserError(f"{self!r} changes with the step, which nobody tells it here: give it a fixed p")
        groups = [name for name in GROUPS if name in self.groups.split(",")]
        maps = []
        if "blit" in groups:
            maps += blits(draws, p, images.shape[1:3])
        if "geometry" in groups:
            maps += deformations(draws, p, images.shape[1:3])
        if maps:
            images = geometry.warped(images, _product(maps))
        if "color" in groups:
            # The last happens last, so it stands first in the product.
            images = colors.recoloured(images, _product(recolourings(draws, p)[::-1]))
        return images


def blits(draws, p, size):
    """The maps from a pixel to its source of mirroring, quarter turns and whole shifts."""
    height, width = size
    one = tf.ones_like(draws.uniforms[:, 0])
    flip = draws.happens(p, 1.0 - 2.0 * integers(draws.one(), 0, 1), one)
    turns = draws.happens(p, integers(draws.one(), 0, 3), 0.0 * one)
    right, down = (tf.round((2.0 * draws.one() - 1.0) * 0.125 * side) for side in (width, height))
    shifted = draws.happens(p, one, 0.0 * one)
    return [geometry.stretched(flip, one), geometry.quarters(turns), geometry.moved(-shifted * right, -shifted * down)]


def deformations(draws, p, size):
    """The maps from a pixel to its source of scaling, turning, stretching, turning again and shifting."""
    height, width = size
    one = tf.ones_like(draws.uniforms[:, 0])
    turning = 1.0 - tf.sqrt(1.0 - tf.clip_by_value(tf.cast(p, tf.float32), 0.0, 1.0))  # so that one of two happens with p
    scale = draws.happens(p, tf.exp(math.log(2.0) * 0.2 * normal(draws.one())), one)
    before = draws.happens(turning, (2.0 * draws.one() - 1.0) * math.pi, 0.0 * one)
    stretch = draws.happens(p, tf.exp(math.log(2.0) * 0.2 * normal(draws.one())), one)
    after = draws.happens(turning, (2.0 * draws.one() - 1.0) * math.pi, 0.0 * one)
    right, down = (0.125 * side * normal(draws.one()) for side in (width, height))
    shifted = draws.happens(p, one, 0.0 * one)
    return [
        geometry.stretched(1.0 / scale, 1.0 / scale),
        geometry.turned(-before),
        geometry.stretched(1.0 / stretch, stretch),
        geometry.turned(-after),
        geometry.moved(-shifted * right, -shifted * down),
    ]


def recolourings(draws, p):
    """The maps of brightness, contrast, luma, hue and saturation, in the order in which they happen."""
    zero = tf.zeros_like(draws.uniforms[:, 0])
    brightness = draws.happens(p, 0.2 * normal(draws.one()), zero)
    contrast = draws.happens(p, tf.exp(math.log(2.0) * 0.5 * normal(draws.one())), zero + 1.0)
    luma = draws.happens(p, integers(draws.one(), 0, 1), zero)
    hue = draws.happens(p, (2.0 * draws.one() - 1.0) * math.pi, zero)
    saturation = draws.happens(p, tf.exp(math.log(2.0) * normal(draws.one())), zero + 1.0)
    return [
        colors.brightened(brightness),
        colors.contrasted(contrast),
        colors.luma_flipped(luma),
        colors.hue_turned(hue),
        colors.saturated(saturation),
    ]


def _product(maps):
    product = maps[0]
    for one in maps[1:]:
        product = product @ one
    return product


@keras.saving.register_keras_serializable(package="ganzoo")
@dataclasses.dataclass(frozen=True)
class Adaptive(Augmentation):
    """ADA: the pipe's p rises while the discriminator is surer of its training images than `target`, and falls if not.

    r_t = E sign(D(x)) over the last `interval` steps is 0 where real images and samples are not told apart and 1 where all
    real ones are known. p starts at 0 and stays in [0, 1]; the logs show both (`augment_p`, `real_sign`).

    Args:
        pipe: a `Pipe`; its own p does not matter.
        target: of r_t.
        images: real images over which p could rise from 0 to 1; the authors' 500,000, or 100,000 for shorter trainings.
        interval: discriminator steps from one change of p to the next.

    Raises:
        UserError: a value out of range.

    Reference: Karras et al. 2020, arXiv:2006.06676, section 3.
    """

    pipe: Pipe = Pipe()
    target: float = 0.6
    images: int = 500_000
    interval: int = 4

    memory = (0.0, 0.0, 0.0, 0.0)  # p, the sum of signs since p changed, steps since, the last r_t

    def __post_init__(self):
        if not isinstance(self.pipe, Pipe):
            raise UserError(f"pipe is an augmentations.Pipe(), not {self.pipe!r}")
        if not -1.0 <= self.target <= 1.0 or not self.images > 0 or not self.interval > 0:
            raise UserError(f"target is in [-1, 1], images and interval are positive, not as in {self!r}")

    @property
    def draws(self):
        return self.pipe.draws

    def check(self, shape):
        self.pipe.check(shape)

    def __call__(self, images, uniforms, memory):
        return self.pipe(images, uniforms, memory[0])

    def remember(self, memory, sign, images):
        p, total, steps, last = tf.unstack(memory)
        total, steps = total + sign, steps + 1.0
        turn = steps >= self.interval
        last = tf.where(turn, total / steps, last)
        change = tf.sign(last - self.target) * tf.cast(images, tf.float32) * steps / self.images
        p = tf.where(turn, tf.clip_by_value(p + change, 0.0, 1.0), p)
        return tf.stack([p, tf.where(turn, 0.0, total), tf.where(turn, 0.0, steps), last])

    def records(self, memory):
        return {"augment_p": memory[0], "real_sign": memory[3]}
