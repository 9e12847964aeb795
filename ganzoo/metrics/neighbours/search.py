"""The distance pass that every nearest-neighbour metric reads from: exact neighbours, bounded memory."""

import dataclasses
import functools

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.checks import Undefined, checked, same_dimension
from ganzoo.metrics.neighbours import tree
from ganzoo.metrics.neighbours.neighbourhoods import BallCount, Balls, BlockCounter, count_by_blocks
from ganzoo.metrics.neighbours.products import Samples, frame
from ganzoo.metrics.neighbours.realism import realism
from ganzoo.metrics.neighbours.selection import Nearest, search_between, search_within


@dataclasses.dataclass(frozen=True)
class Neighbours:
    """One distance pass over real-real, real-fake and fake-fake.

    Attributes:
        k: neighbours kept in each direction.
        real_real: `Nearest` reals of each real, itself left out.
        real_fake: `Nearest` fakes of each real.
        fake_real: `Nearest` reals of each fake.
        fake_fake: `Nearest` fakes of each fake, itself left out.
        balls: `Balls` by their own k.
    """

    k: int
    real_real: Nearest
    real_fake: Nearest
    fake_real: Nearest
    fake_fake: Nearest
    balls: dict[int, Balls]


def neighbours(real, fake, k=5, balls=(3, 5), block=1024, real_real=None, progress=None):
    """Every nearest-neighbour relation between two sets, in one sweep over each pair of them.

    Real-real and fake-fake come first (upper triangle only), so that the sweep over real-fake has both sides' ball
    radii in hand and counts as it goes. A block of squared distances is one float32 matrix product of centred samples;
    the candidates that survive are ranked again, and balls' boundaries decided, by float64 differences. Rows in which
    float32 could have lost a neighbour are searched again in float64. Points of at most 3 dimensions are searched by
    k-d trees instead, with the same results. Equal distances come by index, but where more than `SPARE` samples tie
    with a k-th neighbour any of them may be the one.

    Memory beyond the inputs: a float32 copy of both sets, at most 64 block^2 bytes, and some 1,000 bytes a sample. For
    50,000 x 2,048 against 50,000 that is 0.8 + 0.06 + 0.1 GiB.

    Args:
        real: [N, d].
        fake: [M, d].
        k: neighbours to keep; fewer than N and M.
        balls: the k of every ball to count with, none above `k`.
        block: rows and columns of a block.
        real_real: the `Nearest` of an earlier record of the same `real` and at least as many neighbours, to save time.
        progress: called with the share of the work done, 0 to 1.

    Returns:
        A `Neighbours` record.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or too few samples for k.
    """
    real, fake = checked("real", real), checked("fake", fake)
    same_dimension(real=real, fake=fake)
    for name, samples in (("real", real), ("fake", fake)):
        if len(samples) <= k:
            raise Undefined(f"{k} nearest neighbours need at least {k + 1} samples; {name} has {len(samples)}")
    if max(balls, default=0) > k:
        raise ValueError(f"balls {balls} reach beyond the {k} neighbours kept")
    if real_real is not None and (len(real_real.indices) != len(real) or real_real.indices.shape[1] < k):
        raise ValueError(f"real_real has shape {real_real.indices.shape}; ({len(real)}, {k} or more) is needed")

    search = _by_tree if tree.suits(real, fake) else _by_blocks
    return search(real, fake, k, balls, block, real_real and _cut(real_real, k), progress or (lambda share: None))


def _by_tree(real, fake, k, balls, block, real_real, progress):
    scale = tree.scale_of(real, fake)
    reals, fakes = tree.Tree(real, scale), tree.Tree(fake, scale)
    if real_real is None:
        real_real = reals.nearest(real, k, own=True)
    fake_fake = fakes.nearest(fake, k, own=True)
    progress(0.5)
    real_fake, fake_real = fakes.nearest(real, k), reals.nearest(fake, k)
    counts = {b: BallCount(real, fake, real_real.distances[:, b - 1], fake_fake.distances[:, b - 1]) for b in balls}
    crowded = [count for count in counts.values() if not count.by_tree(reals, fakes)]
    if crowded:
        centre, scale = frame(real, fake)
        count_by_blocks(crowded, Samples(real, centre, scale), Samples(fake, centre, scale), block)
    progress(1.0)
    return Neighbours(k, real_real, real_fake, fake_real, fake_fake, _balls(counts, fake_real, block))


def _by_blocks(real, fake, k, balls, block, real_real, progress):
    centre, scale = frame(real, fake)
    reals, fakes = Samples(real, centre, scale), Samples(fake, centre, scale)
    work = [len(real) ** 2 / 2 if real_real is None else 0, len(fake) ** 2 / 2, len(real) * len(fake)]
    shares = np.concatenate([[0], np.cumsum(work)]) / sum(work)

    def report(stage):
        low, high = shares[stage : stage + 2]
        return lambda share: progress(float(low + share * (high - low)))

    if real_real is None:
        real_real = search_within(reals, k, block, report(0))
    fake_fake = search_within(fakes, k, block, report(1))
    counts = {b: BallCount(real, fake, real_real.distances[:, b - 1], fake_fake.distances[:, b - 1]) for b in balls}
    blocks = [BlockCounter(count, reals, fakes) for count in counts.values()]
    real_fake, fake_real = search_between(reals, fakes, k, block, report(2), blocks)
    return Neighbours(k, real_real, real_fake, fake_real, fake_fake, _balls(counts, fake_real, block))


def _balls(counts, fake_real, block):
    return {
        b: count.balls(functools.partial(realism, count.real, count.fake, count.real_radii, fake_real, block))
        for b, count in counts.items()
    }


def _cut(nearest, k):
    return Nearest(nearest.distances[:, :k], nearest.indices[:, :k])


def nearest(queries, base, k=1, block=1024):
    """The k nearest base samples of every query, by the same exact blocked search.

    Args:
        queries: [N, d].
        base: [M, d].
        k: neighbours to keep, at most M.
        block: rows and columns of a block.

    Returns:
        A `Nearest`.

    Raises:
        UserError: input that `checked` refuses, different dimensions, or fewer than k base samples.
    """
    queries, base = checked("queries", queries, least=1), checked("base", base, least=1)
    same_dimension(queries=queries, base=base)
    if len(base) < k:
        raise UserError(f"{k} nearest neighbours need at least {k} samples; base has {len(base)}")
    if tree.suits(queries, base):
        return tree.Tree(base, tree.scale_of(base, queries)).nearest(queries, k)
    centre, scale = frame(base, queries)
    return search_between(Samples(queries, centre, scale), Samples(base, centre, scale), k, block, both=False)[0]
