"""Latents whose sample is nearest to an image: what a generator without an encoder has for codes."""

import keras
import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError

STARTS, STEPS, RATE = 4, 300, 0.05
# The standard deviation of a pixel's noise, in [-1, 1]: what of an image the latents are to explain, as in digits_vae.
DEVIATION = 0.3


def find_latents(sampler, images, seed=0, starts=STARTS, steps=STEPS, deviation=DEVIATION):
    """The most probable latents of images under a generator, by gradient descent from several draws of its prior.

    They minimise |x - G(z)|^2 / (2 deviation^2) + |z|^2 / (2 v), v the variance of the prior's draws: without the second
    term a search leaves the prior for latents that no sample comes from.

    Args:
        sampler: a `Sampler` whose generator takes latents [B, d] alone.
        images: float32 [N, H, W, C] in [-1, 1].
        seed: of the draws.
        starts: draws that are tried for each image; the best end counts.
        steps: of Adam.
        deviation: standard deviation of a pixel's noise.

    Returns:
        float32 [N, d].

    Raises:
        UserError: the generator takes something else.
    """
    drawn = sampler.inputs(len(images) * starts, seed)
    if set(drawn) != {"latents"} or drawn["latents"].ndim != 2:
        raise UserError(f"{sampler.name} has no codes to search for: its samples come of more than one vector of latents")
    variance = float(drawn["latents"].var())
    targets = tf.constant(np.repeat(images, starts, axis=0))
    latents = tf.Variable(drawn["latents"])
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(RATE, steps, 0.0))
    optimizer.build([latents])

    def losses():
        errors = tf.reduce_sum(tf.square(sampler.generated(latents=latents.value()) - targets), axis=(1, 2, 3))
        return errors / (2 * deviation**2) + tf.reduce_sum(tf.square(latents), axis=1) / (2 * variance)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(losses())
        optimizer.apply([tape.gradient(loss, latents)], [latents])

    for _ in range(steps):
        step()
    best = losses().numpy().reshape(-1, starts).argmin(axis=1)
    return latents.numpy().reshape(len(images), starts, -1)[np.arange(len(images)), best]
