"""A walk through a latent space, from draw to draw and back to the first, as frames of an animation."""

import numpy as np

from ganzoo import figures, pictures
from ganzoo.evaluation import paths as ways
from ganzoo.explore import paths
from ganzoo.explore.latents import LatentSpace


def walk(sampler, stops=5, steps=16, walks=9, spherical=True, seed=0, **options):
    """Samples along closed walks: each goes from draw to draw and ends where it began.

    What else a sample depends on, such as its label, is that of the walk's first draw throughout.

    Args:
        sampler: a `Sampler` of images.
        stops: draws of a walk, at least 2.
        steps: frames from one to the next.
        walks: how many go on at once.
        spherical: whether latents turn from draw to draw instead of going straight.
        seed: of the draws.
        **options: of the sampler, such as `label`.

    Returns:
        float32 [stops * steps, walks, H, W, C]; the frame after the last would be the first.

    Raises:
        UserError: as of `LatentSpace`.
    """
    space = LatentSpace(sampler, stops * walks, seed, **options)
    way, rows = ways.spherical if spherical else ways.straight, np.arange(walks)
    draws = space.latents.reshape(stops, walks, -1)
    frames = [
        space.images(way(draws[stop], draws[(stop + 1) % stops], step / steps), rows)
        for stop in range(stops)
        for step in range(steps)
    ]
    return np.stack(frames)


def evenness(frames, extractor):
    """As `paths.evenness`, of closed walks [frames, walks, H, W, C]: `length`, `largest_step` and `unevenness`."""
    closed = np.concatenate([frames, frames[:1]]).swapaxes(0, 1)
    record = paths.evenness(closed, extractor)
    del record["ends"]  # they are the same
    return record


def animation(frames, seconds=0.08, cell=96):
    """Frames [N, walks, H, W, C] as the bytes of a GIF that goes on for ever, its images at least `cell` pixels wide."""
    columns = int(np.ceil(np.sqrt(frames.shape[1])))
    return pictures.gif([figures.sheet(frame, columns, cell) for frame in frames], seconds)
