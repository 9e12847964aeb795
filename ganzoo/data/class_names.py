"""Classes: which one is meant, by name or by number, where names may be numbers too; and labels from elsewhere."""

import operator

import numpy as np

from ganzoo.errors import UserError


def class_number(only, classes, data):
    """The number of the class that `only` names.

    Args:
        only: a name, or a number. Where classes are named by numbers, a number that is also the name of a class is that
            class; one that is both, of two classes, is refused, and so is the number of a class that is named otherwise.
        classes: the names, in the order of their numbers.
        data: whose classes they are, for messages.

    Raises:
        UserError: there are no classes, none of these, or two that could be meant.
    """
    if not classes:
        raise UserError(f"{data} has no labels to choose only={only!r} by")
    if isinstance(only, str):
        if only in classes:
            return classes.index(only)
        raise no_such(only, classes, data)
    try:
        number = operator.index(only) if not isinstance(only, bool) else -1
    except TypeError:
        number = -1
    named = {int(name): index for index, name in enumerate(classes) if name.isascii() and name.isdigit()}
    numbered = 0 <= number < len(classes)
    if numbered and named and named.get(number) != number and (number in named or len(named) == len(classes)):
        raise UserError(
            f"only={number} of {data} is ambiguous: class number {number} is called {classes[number]!r}. Name the class in "
            f'quotes, as in only="{classes[number]}" or --set data.only=\'"{classes[number]}"\''
        )
    if number in named:
        return named[number]
    if numbered:
        return number
    raise no_such(only, classes, data)


def no_such(only, classes, data):
    return UserError(f"{data} has no class {only!r}; it has 0 to {len(classes) - 1}: {', '.join(classes[:20])}")


def read_labels(labels):
    """Labels from elsewhere as int64 [N], and notes on how they were read, a list.

    Args:
        labels: whole numbers from 0, of any type, [N] or [N, 1]; or one-hot rows [N, K].

    Returns:
        The labels and the notes; None and the notes where all are -1, as those of unlabelled data are.

    Raises:
        UserError: they are no such numbers.
    """
    labels, notes = np.asarray(labels), []
    if labels.dtype.kind not in "biuf":
        raise UserError(f"labels are words or objects ({labels.dtype}): number the classes from 0, as the real data does")
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    elif labels.ndim == 2 and np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all():
        notes.append(f"labels read as one-hot rows of {labels.shape[1]} classes")
        labels = labels.argmax(axis=1)
    if labels.ndim != 1:
        raise UserError(f"labels must be one whole number an example, or a one-hot row, not {labels.dtype} {labels.shape}")
    with np.errstate(invalid="ignore"):
        whole = labels.astype(np.int64)
    if not (whole == labels).all():
        raise UserError(f"labels must be whole numbers, not such as {labels[whole != labels][0]}")
    present = np.unique(whole)
    if present.tolist() == [-1]:
        return None, ["all labels are -1: read as none"]
    if len(present) and present[0] < 0:
        raise UserError(f"labels count from 0: {np.sum(whole < 0):,} are negative, such as {present[0]}")
    if len(present) and len(present) <= present[-1]:
        missing = present[-1] + 1 - len(present)
        notes.append(
            f"labels count from 0: of 0 to {present[-1]}, {missing:,} have no example, the first of them "
            f"{np.setdiff1d(np.arange(len(present) + 1), present)[0]}"
        )
    return whole, notes
