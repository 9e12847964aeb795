"""Sums of the cubic kernel k(x, y) = (x.y / d + 1)^3 over pairs of samples, by blocks or through its finite feature map."""

import math
from collections import Counter
from itertools import combinations_with_replacement

import numpy as np

from ganzoo.metrics import mmd

_MOST_MONOMIALS = 300  # up to 10 dimensions: there the map costs less than the kernel of some thousand samples
_MODERATE = 64  # a unit, so that no kernel value passes 16^3, nor x.y / d + 1 16


def cubic(first, second):
    """The kernel matrix [N, M] of samples [N, d] and [M, d] that hold a constant as `with_constant` adds it."""
    kernel = first @ second.T
    return kernel * kernel * kernel


def with_constant(*sets):
    """Sets [N, d] as [N, d + 1] whose products are (x.y / d + 1) / s, and s^3, a power of two that keeps cubes in range."""
    dim = sets[0].shape[1]
    largest = max(float(np.square(values).sum(axis=1).max()) for values in sets) / dim + 1
    root = 2.0 ** math.floor(math.log2(largest) / 2)
    ones = [np.concatenate([values / np.sqrt(dim), np.ones((len(values), 1))], axis=1) / root for values in sets]
    return ones, root**6


def monomials(values):
    """The cubic kernel's feature map: [N, C(d + 2, 3)] whose inner products are (x.y)^3 of `values` [N, d]."""
    columns = []
    for powers in combinations_with_replacement(range(values.shape[1]), 3):
        ways = math.factorial(3) / math.prod(math.factorial(count) for count in Counter(powers).values())
        columns.append(np.sqrt(ways) * values[:, powers].prod(axis=1))
    return np.stack(columns, axis=1)


class CubicSums:
    """The kernel's sums of two sets, whichever way is cheaper; equal but for rounding.

    Args:
        first, second: float64 [N, d] and [M, d].
        single: whether products in float32 do where values are moderate; sums are in float64. Each of many pairs is then
            rounded on its own, which moves their mean by far less than 1e-8 of the kernel.
    """

    def __init__(self, first, second, single=False):
        (first, second), self.unit = with_constant(first, second)
        self.sets = (first, second)
        terms = math.comb(first.shape[1] + 2, 3)
        self.mapped = terms <= min(_MOST_MONOMIALS, len(first), len(second))
        if self.mapped:
            self.sets = (monomials(first), monomials(second))
        elif single and self.unit <= _MODERATE:
            self.sets = (first.astype(np.float32), second.astype(np.float32))

    def sums(self, marks=None):
        """(`Within` of the first set, of the second, `Across`), in units of `unit`.

        Args:
            marks: subsets of either set, a pair as `mmd.across` takes it.
        """
        first, second = self.sets
        marks = [np.zeros((len(values), 0)) for values in self.sets] if marks is None else marks
        if self.mapped:
            totals = [of.T @ values for of, values in zip(marks, self.sets, strict=True)]
            own = (_mapped_within(values, of, total) for values, of, total in zip(self.sets, marks, totals, strict=True))
            return *own, _mapped_across(first, second, np.einsum("sk,sk->s", *totals))
        own = (
            mmd.within(cubic, values, float((_squares(values) ** 3).sum()), of)
            for values, of in zip(self.sets, marks, strict=True)
        )
        return *own, mmd.across(cubic, first, second, marks)


def _squares(values):
    return np.einsum("ij,ij->i", values, values)


def _mapped_within(features, marks, totals):
    diagonal, gram = _squares(features), features.T @ features
    rows = features @ features.sum(axis=0) - diagonal
    squares = float(np.vdot(gram, gram) - diagonal @ diagonal)
    return mmd.Within(rows, squares, float(diagonal.sum()), _squares(totals) - diagonal @ marks)


def _mapped_across(first, second, subsets):
    grams = (values.T @ values for values in (first, second))
    return mmd.Across(first @ second.sum(axis=0), second @ first.sum(axis=0), float(np.vdot(*grams)), subsets)
