"""What `ganzoo sample` says of the conditions that samples were drawn with."""

import types

import numpy as np
import pytest

from ganzoo.cli.exploring import conditions


def sampler(class_names=(), captions=None, labelled=True):
    def labels(count, seed, label=None, caption=None):
        return np.arange(count) % 3 if labelled else None

    return types.SimpleNamespace(
        class_names=class_names,
        options={"label": ("int32", -1), "caption": ("string", "")},
        labels=labels,
        captions=lambda count, seed, **options: captions,
    )


@pytest.mark.parametrize("label", [None, -1])
def test_what_was_drawn_for_an_open_label_is_said(label):
    lines = conditions(sampler(), 7, 0, {"label": label, "caption": None})
    assert list(lines) == ["label is open: 3 classes drawn, 2 to 3 samples of each"]


@pytest.mark.parametrize(
    "names, label, lines",
    [
        (("cat", "dog"), 1, ["label 1 is the class 'dog'"]),
        (("0", "1", "10"), 2, ["label 2 is the class '10'"]),
        (("0", "1", "2"), 2, []),
        ((), 2, []),
        (("cat",), 2, []),
    ],
)
def test_the_class_of_a_label_is_named_where_it_is_called_otherwise(names, label, lines):
    assert list(conditions(sampler(names), 7, 0, {"label": label, "caption": None})) == lines


@pytest.mark.parametrize("caption, lines", [(None, ["caption is open: 2 captions drawn"]), ("a", [])])
def test_how_many_captions_were_drawn_is_said(caption, lines):
    made = sampler(captions=["a", "b", "a"], labelled=False)
    assert list(conditions(made, 3, 0, {"label": None, "caption": caption})) == lines
