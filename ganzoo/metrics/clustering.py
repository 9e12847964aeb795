"""Unnamed categories against known classes: each category is matched with the class that the optimal matching assigns."""

import numpy as np
import scipy

from ganzoo.errors import UserError


def match(codes, classes):
    """The one-to-one matching of categories to classes under which most examples agree.

    Args:
        codes: int [N], each example's category.
        classes: int [N], its class.

    Returns:
        A dict from category to class. Where there are more categories than classes, the worst fitting ones have none.

    Raises:
        UserError: arrays that are not whole numbers of 0 or more, of one length.
    """
    codes, classes = _checked(codes, classes)
    agree = np.zeros((codes.max() + 1, classes.max() + 1), np.int64)
    np.add.at(agree, (codes, classes), 1)
    rows, columns = scipy.optimize.linear_sum_assignment(agree, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True)}


def matched_accuracy(codes, classes, matching=None):
    """The share of examples whose category is matched with their class.

    Args:
        codes: int [N], each example's category.
        classes: int [N], its class.
        matching: a dict from category to class, such as `match` of other examples; by default the best for these.

    Returns:
        A share within [0, 1]; with as many categories as classes, chance gives about 1 / K.

    Raises:
        UserError: as `match`.

    Reference: the evaluation of Chen et al. 2016, arXiv 1606.03657, section 7.2.
    """
    codes, classes = _checked(codes, classes)
    matching = match(codes, classes) if matching is None else matching
    assigned = np.array([matching.get(int(code), -1) for code in codes])
    return float(np.mean(assigned == classes))


def _checked(codes, classes):
    arrays = []
    for name, values in (("codes", codes), ("classes", classes)):
        values = np.asarray(values)
        if values.ndim != 1 or values.dtype.kind not in "iu" or not len(values) or values.min() < 0:
            raise UserError(f"{name} must be whole numbers [N] of 0 or more, not {values.dtype} {values.shape}")
        arrays.append(values)
    if len(arrays[0]) != len(arrays[1]):
        raise UserError(f"{len(arrays[0])} codes cannot be matched with {len(arrays[1])} classes")
    return arrays
