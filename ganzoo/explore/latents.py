"""A model's latents, with all else that its samples depend on held: the samples of any latents, and how far apart they are."""

import numpy as np

from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.evaluation.features.choose import choose
from ganzoo.evaluation.features.untrained import Pixels
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.reference import own_data, real_data

ROWS = 256


class LatentSpace:
    """Draws of a model's latents, each with the label, the caption and whatever else its sample depends on.

    Args:
        sampler: a `Sampler` of images.
        count: draws.
        seed: of them.
        **options: of the sampler, such as `label`; what is left open is drawn for each draw and then held.

    Attributes:
        latents: float32 [count, d].
        held: the generator's other inputs by name, arrays of `count` rows.

    Raises:
        UserError: the model makes no images, or its latents are no vectors.
    """

    def __init__(self, sampler, count, seed=0, **options):
        if sampler.is_text or len(sampler.shape or ()) != 3:
            raise UserError(f"{sampler.name} makes no images: latents are shown by what becomes of an image")
        self.sampler = sampler
        self.held = dict(sampler.inputs(count, seed, **options))
        self.latents = self.held.pop("latents", None)
        if self.latents is None or self.latents.ndim != 2:
            raise UserError(f"{sampler.name} has no vector of latents: its generator takes {', '.join(self.held) or 'others'}")

    @property
    def dimension(self):
        """d, the number of values of one latent."""
        return self.latents.shape[1]

    def images(self, latents, rows):
        """Samples float32 [M, H, W, C] of latents [M, d], each with what is held of one of the draws.

        Args:
            latents: float [M, d].
            rows: the draw, from 0 to count - 1, of each: int [M].
        """
        latents, rows = np.asarray(latents, np.float32), np.asarray(rows)
        parts = []
        for first in range(0, len(latents), ROWS):
            some = slice(first, first + ROWS)
            held = {name: values[rows[some]] for name, values in self.held.items()}
            parts.append(self.sampler.generate(latents=latents[some], **held))
        return np.concatenate(parts)

    def range(self):
        """The values (low, high) that a dimension is moved over where none are named: all that a bounded prior draws, else ±2
        standard deviations.
        """
        drawn, deviation = np.abs(self.latents), float(self.latents.std())
        reach = 1.0 if 0.9 < drawn.max() <= 1.0 and self.latents.size > 100 else round(2 * deviation, 1) or deviation
        return -reach, reach


def judge_of(sampler, spec="auto", data=None, data_dir=None, log=print):
    """The extractor that tells how far apart a model's samples are.

    Args:
        sampler: a `Sampler` of images.
        spec: as of `features.choose.choose`; "auto" is `pixels` where the model does not say what it was trained on.
        data: the real data, as `opening.open_input` takes it; by default the model's own.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        An `Extractor`, and the real data, an `Input` or None.

    Raises:
        UserError: no such data or extractor.
    """
    model = ModelInput(sampler)
    real = real_data(model, data, data_dir) if data is not None else own_data(model, data_dir)
    if real is None and str(spec) in ("auto", "pixels"):
        if spec == "auto":
            log(f"{sampler.name} does not say what it was trained on: distances are of pixels; --data names it")
        return Pixels(sampler.shape), None
    if real is None:
        raise UserError(f"the extractor {spec} needs the data that {sampler.name} was trained on: name it with --data")
    return choose(spec, real, None, data_dir, log), real


def features_of(extractor, images):
    """Features float64 [N, n] of images float32 [N, H, W, C] in [-1, 1]."""
    return extractor.features(np.asarray(to_uint8(images))).astype(np.float64)


def spread(features):
    """The root mean square distance of features [..., N, n] to their mean, over the last axis but one: [...]."""
    centred = features - features.mean(axis=-2, keepdims=True)
    return np.sqrt(np.square(centred).sum(-1).mean(-1))
