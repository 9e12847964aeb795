"""Images of which some pixels are noise: the law of images for which an encoder may read noise and nothing else."""

import zlib

import numpy as np

from ganzoo import noise
from ganzoo.data.images import Images
from ganzoo.data.source import pipeline_rows
from ganzoo.layers.pixel_noise import places, put


class NoisedImages(Images):
    """Images whose every `every`-th value is noise, uniform on [-1, 1): fresh in each batch, fixed in `arrays`.

    Args:
        name: as of `Images`.
        every: how far apart the values are that noise takes.
        split, size, labels, take, data_dir, held_out: as of `Images`.

    Raises:
        UserError: as of `Images`, or no value is left for noise.

    Reference: Arora, Risteski, Zhang 2017, arXiv:1711.02651.
    """

    def __init__(self, name, every, split="train", size=None, labels=False, take=None, data_dir=None, held_out=0.0):
        super().__init__(name, split, size=size, labels=labels, take=take, data_dir=data_dir, held_out=held_out)
        self.every = every
        self.places = places(self.shape, every)
        self._noised = None

    def describe(self):
        return super().describe() | {"every": self.every}

    def arrays(self):
        """As of `Images`; the noise is uniform on 0 to 255, a function of the split alone."""
        if self._noised is None:
            arrays = super().arrays()
            images = np.array(arrays["image"])
            rng = np.random.default_rng(zlib.crc32(self.split.encode()))
            images.reshape(len(images), -1)[:, self.places] = rng.integers(0, 256, (len(images), len(self.places)), np.uint8)
            self._noised = arrays | {"image": images}
        return self._noised

    def batches(self, batch_size, seed, start=0, context=None):
        rows = pipeline_rows(batch_size, context)

        def noised(number, batch):
            draw = noise.Uniform()
            fresh = noise.sample_rows(draw, batch_size, self.places.shape, seed, number * batch_size, "pixel noise")[rows]
            return batch | {"image": put(batch["image"], fresh, self.every)}

        batches = super().batches(batch_size, seed, start, context)
        return batches.enumerate(start).map(noised, num_parallel_calls=4, deterministic=True)
