"""The TFDS builders of `captioned_shapes` and `captioned_shapes32`: scenes with captions whose truth can be checked."""

import functools

import numpy as np
import tensorflow_datasets as tfds

from ganzoo.data import shapes
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.registry import embedded
from ganzoo.data.shape_captions import ShapeCaptions, caption


@embedded("scenes of one shape, with captions", source=CaptionedImages, captions=ShapeCaptions)
class CaptionedShapes(tfds.core.GeneratorBasedBuilder):
    """Scenes of 16x16 pixels, one shape on a ground, each with a true caption that may leave some of it open.

    Every scene is as likely as every other; its exact place and shades vary.
    """

    SIDE = 16
    VERSION = tfds.core.Version("1.0.0")
    EXAMPLES = {"train": 12_000, "test": 2_400}
    SEEDS = {"train": 0, "test": 1}

    def _info(self):
        labels = {name: tfds.features.ClassLabel(names=values) for name, values in shapes.ATTRIBUTES.items()}
        image = tfds.features.Image(shape=(self.SIDE, self.SIDE, 3))
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict({"image": image, "caption": tfds.features.Text(), **labels}),
            supervised_keys=("caption", "image"),
        )

    def _split_generators(self, dl_manager):
        return {split: self._generate_examples(split) for split in self.EXAMPLES}

    def _generate_examples(self, split):
        rng = np.random.default_rng(self.SEEDS[split])
        scenes = shapes.all_scenes()
        for index, chosen in enumerate(rng.integers(len(scenes), size=self.EXAMPLES[split])):
            scene = scenes[chosen]
            image = shapes.render(scene, rng, self.SIDE)
            labels = dict(zip(shapes.ATTRIBUTES, scene.tolist(), strict=True))
            yield index, {"image": image, "caption": caption(scene, rng), **labels}


@embedded("scenes of one shape, with captions, 32x32", CaptionedImages, captions=functools.partial(ShapeCaptions, 32))
class CaptionedShapes32(CaptionedShapes):
    """`captioned_shapes` drawn at 32x32 pixels: more places for a shape, rounder circles, straighter triangles."""

    SIDE = 32
