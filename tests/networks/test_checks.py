import pytest

from ganzoo.errors import UserError
from ganzoo.networks import checks


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None])
def test_what_is_no_positive_integer_is_named(value):
    checks.positive(width=1, depth=10**6)
    with pytest.raises(UserError, match=f"depth must be a positive integer, not {value!r}"):
        checks.positive(width=1, depth=value)


@pytest.mark.parametrize("value", [-0.01, 1.0, 1, float("nan")])
def test_a_fraction_begins_at_0_and_ends_before_1(value):
    checks.fraction(dropout=0.0, decay=0.9999)
    with pytest.raises(UserError, match=r"decay is a fraction in \[0, 1\)"):
        checks.fraction(dropout=0.5, decay=value)


def test_a_choice_is_named_with_what_there_is():
    checks.one_of(("a", "b"), norm="b")
    with pytest.raises(UserError, match="norm must be one of 'a', 'b', not 'c'"):
        checks.one_of(("a", "b"), norm="c")
