"""Inversion: latents whose sample is nearest to an example, by gradient descent, many examples and restarts at once."""

import numpy as np
import tensorflow as tf

from ganzoo.errors import UserError

STARTS, STEPS, RATE = 4, 300, 0.05
# The standard deviation of a pixel's noise, in [-1, 1]: what of an image the latents are to explain, as in digits_vae.
DEVIATION = 0.3
ROWS = 512  # examples times restarts that are searched at once


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

    def cost(samples, targets, latents):
        errors = tf.reduce_sum(tf.square(samples - targets), axis=(1, 2, 3))
        return errors / (2 * deviation**2) + tf.reduce_sum(tf.square(latents), axis=1) / (2 * variance)

    targets = np.repeat(images, starts, axis=0)
    latents, costs = search_latents(sampler, drawn, targets, cost, RATE, steps)
    best = costs.reshape(-1, starts).argmin(axis=1)
    return latents.reshape(len(images), starts, -1)[np.arange(len(images)), best]


def invert(sampler, examples, labels=None, seed=0, restarts=STARTS, steps=STEPS, rate=RATE):
    """How near a generator comes to examples: the mean squared error of the best sample that a search for latents finds.

    Each restart is a draw of the prior, the same for every example, so that more of them never find less. Nothing
    holds the latents to the prior: this is the least error that the search finds, not that of probable samples.

    Args:
        sampler: a `Sampler` whose generator takes latents [B, d], alone or with labels.
        examples: float32 [N, ...], such as images in [-1, 1].
        labels: int [N] of the examples, for a generator that takes labels.
        seed: of the draws.
        restarts: draws that are tried for each example.
        steps: of Adam, whose rate falls to 0.
        rate: its first step size.

    Returns:
        float64 [N], means over an example's values.

    Raises:
        UserError: the generator takes something else, or there are no labels to give it.
    """
    drawn = sampler.inputs(restarts, seed)
    extra = set(drawn) - {"latents"}
    if "latents" not in drawn or drawn["latents"].ndim != 2 or not extra <= {"labels"}:
        raise UserError(f"{sampler.name} cannot be inverted: its samples come of more than latents and a label")
    if extra and labels is None:
        raise UserError(f"{sampler.name} cannot be inverted: it needs the labels of the examples, which have none")
    axes = tuple(range(1, np.ndim(examples)))

    def cost(samples, targets, latents):
        return tf.reduce_mean(tf.square(samples - targets), axis=axes)

    inputs = {"latents": np.tile(drawn["latents"], (len(examples), 1))}
    if extra:
        inputs["labels"] = np.repeat(np.asarray(labels, drawn["labels"].dtype), restarts)
    _, errors = search_latents(sampler, inputs, np.repeat(examples, restarts, axis=0), cost, rate, steps)
    return errors.reshape(len(examples), restarts).min(axis=1).astype(np.float64)


def search_latents(sampler, inputs, targets, cost, rate=RATE, steps=STEPS, rows=ROWS):
    """Lets latents descend a cost by Adam, whose rate falls to 0, `rows` of them at a time.

    Args:
        sampler: a `Sampler`.
        inputs: the generator's inputs [N, ...] by name, of which `latents` move.
        targets: float32 [N, ...].
        cost: a function of samples, targets and latents, tensors [n, ...], to what each row costs, [n].
        rate, steps: of Adam.
        rows: that are searched at once.

    Returns:
        (latents float32 [N, d], what they cost float32 [N]).
    """

    @tf.function(reduce_retracing=True)
    def descend(inputs, targets):
        others = {name: value for name, value in inputs.items() if name != "latents"}
        latents = tf.cast(inputs["latents"], tf.float32)
        first, second = tf.zeros_like(latents), tf.zeros_like(latents)
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                tape.watch(latents)
                total = tf.reduce_sum(cost(sampler.generated(latents=latents, **others), targets, latents))
            gradient = tape.gradient(total, latents)
            gradient = tf.zeros_like(latents) if gradient is None else gradient
            done = tf.cast(step, tf.float32)
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * tf.square(gradient)
            unbiased = first / (1 - 0.9 ** (done + 1)), second / (1 - 0.999 ** (done + 1))
            latents -= rate * (1 - done / steps) * unbiased[0] / (tf.sqrt(unbiased[1]) + 1e-7)
        return latents, cost(sampler.generated(latents=latents, **others), targets, latents)

    count, rows = len(targets), min(rows, len(targets))
    parts = []
    for start in range(0, count, rows):
        start = min(start, count - rows)  # the last part overlaps: one shape is traced once
        part = slice(start, start + rows)
        given = {name: tf.constant(value[part]) for name, value in inputs.items()}
        found = descend(given, tf.constant(targets[part], tf.float32))
        parts.append((start, *(value.numpy() for value in found)))
    latents = np.empty((count, parts[0][1].shape[1]), np.float32)
    costs = np.empty(count, np.float32)
    for start, some, what in parts:
        latents[start : start + rows], costs[start : start + rows] = some, what
    return latents, costs
