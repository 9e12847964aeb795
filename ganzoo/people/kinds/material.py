"""What the questions of a page are made of: samples of models, and real images that they were not trained on."""

import dataclasses
import itertools

import numpy as np

from ganzoo.errors import UserError


@dataclasses.dataclass(frozen=True)
class Sampled:
    """Samples of a model.

    Attributes:
        name: of the model.
        images: uint8 [N, H, W, C].
        texts: what each was asked to show, strings [N], or None.
    """

    name: str
    images: np.ndarray
    texts: list | None = None


@dataclasses.dataclass(frozen=True)
class Material:
    """What questions are made of.

    Attributes:
        models: `Sampled`s.
        real: `Sampled` of held-out real images, in random order.
        training: uint8 [M, H, W, C], what the models were trained on; None where the kind of page needs none.
        matches: `matches(images, texts)`, whether each image shows what its text says, bool [N]; None where no program can
            tell.
        count: questions of each side.
        decoys: questions whose answer is known.
        practice: questions of each side that come first, with the right answer told.
        every: questions between two breaks.
        together: pictures of a choice.
        exclusive: whether a picture shows one text at most, as of classes.
        real_takes_part: whether held-out real images are among what is chosen from.
    """

    models: list
    real: Sampled
    count: int
    training: np.ndarray | None = None
    matches: object = None
    decoys: int = 10
    practice: int = 6
    every: int = 50
    together: int = 2
    real_takes_part: bool = False
    exclusive: bool = False

    def real_parts(self, *counts):
        """Disjoint runs of real images of these lengths, as slices.

        Raises:
            UserError: there are too few.
        """
        if sum(counts) > len(self.real.images):
            total, there = sum(counts), len(self.real.images)
            raise UserError(f"the page needs {total:,} held-out real images and {self.real.name} has {there:,}: lower --count")
        ends = np.cumsum([0, *counts])
        return [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]
