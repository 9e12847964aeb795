"""The codes of a model, a run or an export alike: which there are, samples with some of them set, what Q reads off images."""

import dataclasses
import math

import numpy as np

from ganzoo.errors import UserError

BATCH = 256


@dataclasses.dataclass(frozen=True)
class Code:
    """One code of a latent vector.

    Attributes:
        index: its place in the option `code`.
        size: the number of a category's values; None of a continuous code.
        place: where it stands in what `encode` gives: the output's name and, of a continuous code, the column.
    """

    index: int
    size: int | None
    place: tuple

    @property
    def name(self):
        """Such as `category_0` or `continuous_1`."""
        return self.place[0] if self.size else f"continuous_{self.place[1]}"

    @property
    def entropy(self):
        """H(c) in nats: of a uniform category, or of a uniform number on [-1, 1]."""
        return math.log(self.size or 2)


def codes_of(sampler):
    """The codes of a sampler's model, a list of `Code`, in the order of its option `code`.

    Raises:
        UserError: it has none.
    """
    if "code" not in sampler.options or "encode" not in sampler.services:
        raise UserError(f"{sampler.name} has no codes: only an InfoGAN's samples have any")
    outputs = encode(sampler, sampler.sample(1))
    sizes = [(name, outputs[name].shape[1]) for name in sorted(outputs, key=_number) if name.startswith("category_")]
    codes = [Code(index, size, (name,)) for index, (name, size) in enumerate(sizes)]
    columns = outputs["mean"].shape[1] if "mean" in outputs else 0
    return codes + [Code(len(codes) + column, None, ("mean", column)) for column in range(columns)]


def _number(name):
    return int(name.rpartition("_")[2]) if name.startswith("category_") else -1


def encode(sampler, examples):
    """What the recognition network reads off examples: a dict of `category_i` [N, K], `mean` and `std` [N, C].

    Args:
        sampler: of a model with the service `encode`.
        examples: float32 images [N, H, W, C] in [-1, 1], or points [N, 2].
    """
    name = "images" if examples.ndim == 4 else "points"
    parts = [sampler.serve("encode", **{name: examples[first : first + BATCH]}) for first in range(0, len(examples), BATCH)]
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def with_code(sampler, codes, code, value, count, seed=0):
    """`count` samples of `seed` whose `code` has one value; nothing else about them depends on that value.

    Args:
        sampler: a `Sampler`.
        codes: all its codes.
        code: one of them.
        value: a category's number, or a continuous code's value.
        count: how many.
        seed: of everything else.
    """
    wanted = [math.nan] * len(codes)
    wanted[code.index] = float(value)
    return sampler.sample(count, seed, code=wanted)
