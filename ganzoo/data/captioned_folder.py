"""A user's own images with captions, and the words that these use."""

import functools
import hashlib
import json

import numpy as np

from ganzoo.data.captions import OwnCaptions, words_of
from ganzoo.data.folders import Folder
from ganzoo.data.images import Images
from ganzoo.data.source import Fabricated
from ganzoo.errors import UserError
from ganzoo.notes import counted

BANK, BANK_SEED = 2048, 21


class CaptionedFolder(Images):
    """A folder of images with captions: a `metadata.csv` or `.jsonl` with the column `caption`, or a .txt beside each image.

    A batch holds `image` and `caption` as of `CaptionedImages`, and `attributes` and `claims`, int64 [B, 1], the number of
    the image's caption among the different ones: a caption counts as wrong of every image that has another one. Words are
    runs of the letters a to z, digits and apostrophes, in lower case.

    Args:
        name: the path of the folder.
        length: words of a caption at most; longer ones are cut. By default as many as the longest has.
        Others: as of `Images`.

    Attributes:
        captions: its `OwnCaptions`, of all splits: their words, and at most 2,048 to draw from.

    Raises:
        UserError: as `Images`, or no captions.
    """

    def __init__(
        self,
        name,
        split="train",
        size=None,
        crop=None,
        flip=False,
        length=None,
        take=None,
        data_dir=None,
        held_out=0.0,
        channels=None,
        on_bad="stop",
    ):
        self.length = length
        options = {"take": take, "data_dir": data_dir, "held_out": held_out, "channels": channels, "on_bad": on_bad}
        super().__init__(name, split, size, crop, flip, **options)
        self.num_classes = None  # its originals' classes are captions

    def originals_of(self, split):
        return Folder(self.name, split, captions=True)

    @property
    def class_names(self):
        return []

    @functools.cached_property
    def _known(self):
        """The different captions of all splits, cut to `length` words, as strings of words."""
        split = [words_of(text) for text in self._originals.classes]
        if strange := sum(any(sign.isalpha() and not sign.isascii() for sign in text) for text in self._originals.classes):
            self.note(f"{self.name}: {counted(strange, 'caption')} with letters other than a to z, which part words")
        longest = max(map(len, split))
        if not longest:
            raise UserError(f"no caption in {self.name} has a word of the letters a to z")
        if self.length and (cut := sum(len(words) > self.length for words in split)):
            self.note(f"{self.name}: {counted(cut, 'caption')} cut to {self.length} of up to {longest} words")
        return [" ".join(words[: self.length]) for words in split]

    @functools.cached_property
    def captions(self):
        known = sorted(filter(None, set(self._known)))
        words = sorted({word for text in known for word in text.split()})
        if len(known) > BANK:
            known = sorted(np.random.default_rng(BANK_SEED).choice(known, BANK, replace=False).tolist())
        return OwnCaptions(words, self.length or max(len(text.split()) for text in self._known), known)

    def identity(self, known=None):
        facts = super().identity(known)
        return facts | {"version": hashlib.sha256(json.dumps(self._known).encode()).hexdigest()[:12]}

    def texts(self):
        """The captions of all examples, a list of strings in the order of `arrays`."""
        self.arrays()
        return self._texts

    def arrays(self):
        """All examples in a fixed order: `image` uint8, `caption`, `attributes` and `claims` int64."""
        if self._arrays is None:
            images, numbers = self._load_by_size()
            if not len(images):
                raise UserError(f"nothing is left of {self.name}, split {self.split}")
            self._note_fewer(len(images))
            self._texts = [self._known[number] for number in numbers]
            numbers = np.unique(self._texts, return_inverse=True)[1].astype(np.int64)[:, None]
            encoded = self.captions.encode(self._texts)
            self._arrays = {"image": images, "caption": encoded, "attributes": numbers, "claims": numbers}
        return self._arrays

    def fabricated(self, count=256, seed=0):
        return FabricatedOwnCaptions(self, count, seed)


class FabricatedOwnCaptions(Fabricated):
    """Random pixels with captions of another source."""

    def __init__(self, like, count, seed):
        super().__init__(like, count, seed)
        self.captions = like.captions

    def arrays(self):
        numbers = np.random.default_rng(self.seed).integers(0, len(self.captions.bank), self.count)
        encoded = self.captions.encode([self.captions.bank[number] for number in numbers])
        return {**super().arrays(), "caption": encoded, "attributes": numbers[:, None], "claims": numbers[:, None]}
