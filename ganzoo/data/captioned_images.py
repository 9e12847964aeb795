"""Images with captions, and with what is known of the truth of each caption."""

import zlib

import numpy as np

from ganzoo.data import catalogue, registry
from ganzoo.data.fashion_captions import FashionCaptions
from ganzoo.data.images import Images
from ganzoo.data.source import Fabricated
from ganzoo.errors import UserError

# Sets of TFDS whose captions are made here, of labels and pixels.
DESCRIBED = {"fashion_mnist": FashionCaptions}


class CaptionedImages(Images):
    """Images whose batches also carry a caption each, as numbers of words.

    A batch holds `image` float32 [B, H, W, C] in [-1, 1]; `caption` int64 [B, T], zeros behind the words; `attributes`
    int64 [B, A], the scene's; `claims` int64 [B, A], what the caption says of them, -1 where it says nothing. So caption
    j is true of image i exactly where each of its claims is -1 or equals the image's attribute.

    Args:
        name: an embedded set with captions, such as "captioned_shapes", or "fashion_mnist", whose captions are made of labels
            and pixels, a function of the split alone.
        split: a TFDS split, such as "train" or "train[:80%]".
        take: keep the first so many examples only.
        data_dir: where data sets are prepared; by default TFDS_DATA_DIR, else TFDS's own default.

    Attributes:
        captions: the data set's `Captions`, which also read its images.

    Raises:
        UserError: no such data set, or one whose captions are not known here.

    Example:
        >>> ganzoo.data.CaptionedImages("captioned_shapes").shape
        (16, 16, 3)
    """

    def __init__(self, name, split="train", take=None, data_dir=None):
        known = registry.find(name)
        make = known.captions if known else DESCRIBED.get(name)
        if make is None:
            captioned = [name for name, known in registry.embedded_sets().items() if known.captions] + list(DESCRIBED)
            raise UserError(f"data set {name!r} has no captions; those that have are {', '.join(captioned)}")
        super().__init__(name, split, take=take, data_dir=data_dir)
        self.captions = make()

    def texts(self):
        """The captions of all examples, a list of strings in the order of `arrays`."""
        self.arrays()
        return self._texts

    def arrays(self):
        """All examples in a fixed order: `image` uint8, `caption`, `attributes` and `claims` int64."""
        if self._arrays is None:
            features = catalogue.read(self.name, self.split, self.take, self.data_dir)
            self._note_fewer(len(features["image"]))
            if self.name in DESCRIBED:
                seed = zlib.crc32(self.split.encode())
                attributes, self._texts = self.captions.describe(features["image"], features["label"], seed)
            else:
                self._texts = [text.decode() for text in features["caption"]]
                attributes = np.stack([features[name] for name in self.captions.attributes], axis=1)
            self._arrays = {"image": features["image"], **encoded(self.captions, self._texts), "attributes": attributes}
        return self._arrays

    def fabricated(self, count=256, seed=0):
        return FabricatedCaptions(self, count, seed)


class FabricatedCaptions(Fabricated):
    """Random pixels with captions from the bank, as if each image were what its caption claims."""

    def __init__(self, like, count, seed):
        super().__init__(like, count, seed)
        self.captions = like.captions

    def arrays(self):
        texts = np.random.default_rng(self.seed).choice(self.captions.bank, self.count)
        features = encoded(self.captions, texts.tolist())
        return {**super().arrays(), **features, "attributes": np.maximum(features["claims"], 0)}


def encoded(captions, texts):
    """What batches hold of captions: `caption` and `claims`."""
    return {"caption": captions.encode(texts), "claims": np.stack([captions.claims(text) for text in texts])}
