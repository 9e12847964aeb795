"""What a sweep goes over."""

import pytest

from ganzoo.errors import UserError
from ganzoo.sweeps import space


@pytest.mark.parametrize(
    "text, values",
    [
        ("seed=0,1,2", ("0", "1", "2")),
        ("a.b=losses.Hinge(),losses.LeastSquares(a=-1, b=1)", ("losses.Hinge()", "losses.LeastSquares(a=-1, b=1)")),
        ("x='a,b',c", ("'a,b'", "c")),
        ("x=1,1,2", ("1", "2")),
        ("phases={'a': 1, 'b': 2}", ("{'a': 1, 'b': 2}",)),
        ("w=1..5:3", ("1", "3", "5")),
        ("w=1..4:8", ("1", "2", "3", "4")),
        ("lr=1e-5..1e-3:log:3", ("1e-05", "0.0001", "0.001")),
        ("lr=0..1:3", ("0", "1")),
        ("lr=0.0..1:3", ("0.0", "0.5", "1.0")),
    ],
)
def test_a_grid_has_the_values(text, values):
    assert space.dimension(text).grid() == values


@pytest.mark.parametrize("text", ["seed=1..9", "lr=1e-05..0.001:log", "lr=1e-05..0.001:log:4", "m=a,b"])
def test_a_dimension_is_written_as_it_is_read(text):
    made = space.dimension(text)
    assert str(made) == text and space.dimension(str(made)) == made


@pytest.mark.parametrize(
    "texts, complaint",
    [
        ((), "--over NAME=VALUES"),
        (("seed",), "NAME=VALUES"),
        (("seed=",), "NAME=VALUES"),
        (("seed=1,,2",), "empty value"),
        (("seed=1..1",), "smaller number"),
        (("lr=-1..1:log",), "above 0"),
        (("lr=0..1:log",), "above 0"),
        (("lr=0.1..1:1",), "2 values"),
        (("seed=1", "seed=2"), "twice"),
    ],
)
def test_what_is_no_dimension_is_refused(texts, complaint):
    with pytest.raises(UserError, match=complaint):
        space.dimensions(texts)


def test_a_grid_of_a_range_says_how_many():
    with pytest.raises(UserError, match=r"x=1\.\.9:5"):
        space.dimension("x=1..9").grid()


def test_points_are_drawn_alike_from_a_seed():
    pytest.importorskip("optuna")
    dims = space.dimensions(["lr=1e-5..1e-3:log", "width=8..64", "norm=none,batch"])
    points = space.drawn(dims, 12, seed=3)
    assert points == space.drawn(dims, 12, seed=3) != space.drawn(dims, 12, seed=4)
    assert all(1e-5 <= p["lr"] <= 1e-3 and isinstance(p["width"], int) and p["norm"] in ("none", "batch") for p in points)
    assert sum(p["lr"] < 1e-4 for p in points) not in (0, 12)
    assert all(len(repr(p["lr"])) <= 9 for p in points)
    narrow = space.drawn(space.dimensions(["lr=0.12344..0.12346"]), 3, seed=0)
    assert all(0.12344 <= p["lr"] <= 0.12346 for p in narrow), "rounded to four digits it would lie outside"
    few = space.drawn(space.dimensions(["seed=0,1,2"]), 12, seed=0)
    assert sorted(p["seed"] for p in few) == ["0", "1", "2"]
