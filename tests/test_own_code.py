"""What counts as a change of a recipe's own code, and what does not."""

import pytest

from ganzoo.own_code import code_of

FILE = '''
"""About the file."""

import keras
from ganzoo.losses import hinge as loss, other

SCALE = 2.0
UNUSED = 3


def helper(x):
    """Doubles."""
    return SCALE * x  # by the scale


class Own(Base):
    """A family."""

    strength: float = 1.0

    def train_step(self, batch):
        return loss(helper(batch))


def recipe():
    return Own()
'''


def changed(old, new, names=("Own",)):
    """The names whose code another text makes another."""
    assert old in FILE
    before, now = code_of(FILE, names), code_of(FILE.replace(old, new), names)
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


def test_what_a_class_uses_of_its_file_is_its_code():
    assert set(code_of(FILE, ["Own"])) == {"Own", "helper", "SCALE", "loss"}
    assert code_of(FILE, ["Own"])["SCALE"] == "SCALE = 2.0"
    assert code_of(FILE, ["Own"])["loss"] == "from ganzoo.losses import hinge as loss"
    assert code_of(FILE, []) == {}


@pytest.mark.parametrize(
    "old, new",
    [
        ("# by the scale", "# by the factor"),
        ('"""Doubles."""', '"""Multiplies."""'),
        ('"""A family."""\n', ""),
        ('"""About the file."""', ""),
        ("return SCALE * x", "return (SCALE\n            * x)"),
        ("    strength", "\n\n    strength"),
        ("UNUSED = 3", "UNUSED = 4"),
        ("UNUSED = 3", "UNUSED = 3\nif __name__ == '__main__':\n    print(recipe())"),
        ("hinge as loss, other", "hinge as loss, another"),
        ("return Own()", "return Own(1)"),
        ("import keras", "import keras, numpy"),
    ],
)
def test_what_means_nothing_is_no_change(old, new):
    assert changed(old, new) == set()


@pytest.mark.parametrize(
    "old, new, name",
    [
        ("SCALE * x", "SCALE + x", "helper"),
        ("SCALE = 2.0", "SCALE = 3.0", "SCALE"),
        ("hinge as loss", "least_squares as loss", "loss"),
        ("strength: float = 1.0", "strength: float = 2.0", "Own"),
        ("class Own(Base)", "class Own(Other)", "Own"),
        ("UNUSED = 3", "keras.Model.seed = 3", "the file"),
        ("UNUSED = 3", "keras.config.set_floatx('float64')", "the file"),
        ("UNUSED = 3", "if True:\n    Own.strength = 3.0", "the file"),
        ("UNUSED = 3", "for size in (1, 2):\n    Own.strength = 3.0", "the file"),
        ("UNUSED = 3", "try:\n    keras.config.set_epsilon(1e-3)\nexcept ValueError:\n    pass", "the file"),
        ("UNUSED = 3", "_ = setattr(Own, 'strength', 3.0)", "the file"),
        ("UNUSED = 3", "if True:\n    SCALE = 4.0", "SCALE"),
        ("UNUSED = 3", "for SCALE in (1, 2):\n    pass", "SCALE"),
    ],
)
def test_what_changes_what_is_computed_is_a_change(old, new, name):
    assert changed(old, new) - {"keras"} == {name}


def test_functions_within_the_recipe_count():
    text = "def recipe():\n    return Recipe(model=Own(lambda x: 2 * x))\n"
    assert code_of(text, ["recipe"]) != code_of(text.replace("2 * x", "3 * x"), ["recipe"])
    assert code_of(text, ["recipe"]) == code_of(text.replace("Own(", "Own(1, "), ["recipe"])


def test_what_functions_within_the_recipe_use_counts():
    text = "SCALE = 2.0\n\n\ndef recipe():\n    return Recipe(model=Own(lambda x: SCALE * x))\n"
    assert code_of(text, ["recipe"])["SCALE"] == "SCALE = 2.0"


def test_long_code_stands_as_a_digest():
    code = code_of(FILE, ["Own"])
    assert len(code["Own"]) == 16 and int(code["Own"], 16) >= 0
