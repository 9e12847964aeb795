"""Features along paths between latents, for the perceptual path length."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.inversion import ROWS
from ganzoo.metrics.path_length import Paths

EPSILON = 1e-2  # float32 leaves a step of 1e-4 few digits
COUNT = 1000


def draw_paths(sampler, extractor, real, count=COUNT, seed=0, epsilon=EPSILON):
    """Features of float samples at two near points of paths between pairs of the prior's draws.

    A path turns evenly on a sphere where the prior's draws are about equally long, else it is a straight line. Labels and
    all other inputs stay what they are at its first end.

    Args:
        sampler: a `Sampler` that takes its generator's inputs.
        extractor: an `Extractor` that takes floats.
        real: features [N, d] of real data, for the unit.
        count: how many paths.
        seed: of the latents and of the places on the paths.
        epsilon: share of a path between the two points.

    Returns:
        A `Paths`.

    Raises:
        UserError: the sampler or the extractor does not take them, or real data that is all equal.
    """
    inputs = sampler.inputs(2 * count, seed)
    if "latents" not in inputs or inputs["latents"].ndim != 2:
        raise UserError(f"{sampler.name} has no paths: its samples come of more than one vector of latents")
    ends = inputs["latents"][:count], inputs["latents"][count:]
    places = np.random.default_rng([seed, 0x99]).random((count, 1)) * (1 - epsilon)
    others = {name: value[:count] for name, value in inputs.items() if name != "latents"}
    features = [
        _features(sampler, extractor, {"latents": between(*ends, place), **others}) for place in (places, places + epsilon)
    ]
    spread = 2 * float(np.var(np.asarray(real, np.float64), axis=0, ddof=1).sum())
    if not spread > 0:
        raise UserError("a path's length is undefined in units of real data that is all equal")
    return Paths(*features, epsilon, spread)


def between(one, other, place):
    """Latents float32 [N, d] at `place` [N, 1] of the paths from one [N, d] to the other."""
    lengths = np.linalg.norm(np.concatenate([one, other]), axis=1)
    uneven = one.shape[1] < 2 or lengths.std() > 0.5 * lengths.mean()
    return (straight if uneven else spherical)(one, other, place)


def straight(one, other, place):
    """(1 - place) one + place other."""
    return ((1 - place) * one + place * other).astype(np.float32)


def spherical(one, other, place):
    """Vectors [N, d] whose direction turns at an even rate from one to the other's, and whose length goes evenly too.

    Reference: White 2016, arXiv:1609.04468.
    """
    lengths = [np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (one, other)]
    one, other = one / lengths[0], other / lengths[1]
    angle = np.arccos(np.clip((one * other).sum(1, keepdims=True), -1.0, 1.0))
    sine = np.sin(angle)
    even = np.where(sine < 1e-6, 1 - place, np.sin((1 - place) * angle) / np.maximum(sine, 1e-6))
    rest = np.where(sine < 1e-6, place, np.sin(place * angle) / np.maximum(sine, 1e-6))
    return ((even * one + rest * other) * straight(*lengths, place)).astype(np.float32)


def _features(sampler, extractor, inputs):
    count, parts = len(inputs["latents"]), []
    for start in range(0, count, ROWS):
        samples = sampler.generate(**{name: value[start : start + ROWS] for name, value in inputs.items()})
        if samples.ndim == 4:
            samples = (np.clip(samples, -1, 1) + np.float32(1)) * np.float32(127.5)
        parts.append(extractor.of_floats(samples))
    return np.concatenate(parts)
