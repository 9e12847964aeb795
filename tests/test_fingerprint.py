"""What makes one experiment another: the rows of a recipe."""

import subprocess
import sys

import numpy as np
import pytest

from ganzoo import losses
from ganzoo.differences import described, differences
from ganzoo.fingerprint import label, written
from ganzoo.recipe import load_recipe

OWN = '''

def doubled(x):
    """Doubles."""
    return 2.0 * x


class Gentle(GAN):
    """A family of one's own."""

    def discriminator_loss(self, batch):
        return doubled(super().discriminator_loss(batch))
'''


@pytest.fixture
def own_recipe(tiny_recipe):
    text = tiny_recipe.read_text().replace("\n\n@auto_config", f"{OWN}\n\n@auto_config").replace("model=GAN(", "model=Gentle(")
    tiny_recipe.write_text(text)
    return tiny_recipe


def rows(recipe, *overrides):
    return load_recipe(recipe, overrides).fingerprint()


def test_every_part_is_named_beside_what_it_sets(tiny_recipe):
    fingerprint = rows(tiny_recipe, "model.adversarial_loss=losses.Hinge()", "model.penalties=[penalties.R1(0.5)]")
    assert {
        "data = Points",
        "data.name = 'ring8'",
        "model = GAN",
        "model.adversarial_loss = Hinge()",
        "model.generator = mlp_generator",
        "model.generator.width = 8",
        "model.penalties.0 = R1",
        "model.penalties.0.gamma = 0.5",
        "optimizers.generator = Adam",
        "optimizers.generator.beta_1 = 0.5",
        "batch_size = 16",
    } <= set(fingerprint)
    assert not any("generator_steps" in row or row.startswith(("steps", "log_every")) for row in fingerprint)
    assert fingerprint == sorted(fingerprint)


@pytest.mark.parametrize(
    "override, before, now",
    [
        ("model.adversarial_loss=losses.LeastSquares()", None, "model.adversarial_loss = LeastSquares()"),
        ("model.latents=noise.Uniform()", None, "model.latents = Uniform()"),
        (
            "optimizers.generator=keras.optimizers.Nadam(1e-3, beta_1=0.5)",
            "optimizers.generator = Adam",
            "optimizers.generator = Nadam",
        ),
        ("model.average_decay=0.9", None, "model.average_decay = 0.9"),
    ],
)
def test_another_class_is_another_experiment(tiny_recipe, override, before, now):
    lines = differences(rows(tiny_recipe), rows(tiny_recipe, override))
    assert lines == [*([f"- {before}"] if before else []), f"+ {now}"]


@pytest.mark.parametrize("override", ["steps=99", "checkpoint_every=1", "keep_checkpoints=9", "evaluations=()"])
def test_how_long_and_how_often_is_no_other_experiment(tiny_recipe, override):
    assert rows(tiny_recipe) == rows(tiny_recipe, override)


def edited(path, old, new):
    """The fingerprint's lines that an edit of the file changes."""
    before, text = rows(path), path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return differences(before, rows(path))


@pytest.mark.parametrize("old, new", [("2.0 * x", "3.0 * x"), ("return doubled(", "return -doubled(")])
def test_own_code_is_part_of_it(own_recipe, old, new):
    lines = edited(own_recipe, old, new)
    assert len(lines) == 2 and all("code of " in line for line in lines)


@pytest.mark.parametrize(
    "old, new", [('"""Doubles."""', '"""Twice."""'), ("return 2.0 * x", "return 2.0 * x  # twice"), ("\n\n\n", "\n\n\n\n")]
)
def test_comments_and_docstrings_are_none(own_recipe, old, new):
    assert edited(own_recipe, old, new) == []


def test_a_functions_code_counts_where_a_recipe_passes_it(tiny_recipe):
    text = tiny_recipe.read_text().replace("\n\n@auto_config", f"{OWN}\n\n@auto_config")
    tiny_recipe.write_text(text.replace("width=8, output", "width=8, activation=doubled, output"))
    assert "model.generator.activation = doubled" in rows(tiny_recipe)
    assert [line[:20] for line in edited(tiny_recipe, "2.0 * x", "3.0 * x")] == ["- code of doubled = ", "+ code of doubled = "]


def test_the_module_of_ones_own_that_a_recipe_imports_counts(tiny_recipe, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "my_own_families.py").write_text(f"from ganzoo.families.gan import GAN\n{OWN}")
    text = tiny_recipe.read_text().replace("import keras", "import keras\nimport my_own_families")
    tiny_recipe.write_text(text.replace("model=GAN(", "model=my_own_families.Gentle("))
    fingerprint = rows(tiny_recipe)
    assert "model = my_own_families.Gentle" in fingerprint
    assert sum(row.startswith("code of my_own_families = ") for row in fingerprint) == 1


@pytest.mark.parametrize("how, use", [("import my_scales", "my_scales.SCALE"), ("from my_scales import SCALE", "SCALE")])
def test_the_modules_of_ones_own_that_own_code_imports_count(own_recipe, tmp_path, monkeypatch, how, use):
    monkeypatch.syspath_prepend(str(tmp_path))
    scales = {"my_scales": "from my_constants import SCALE\n", "my_constants": "SCALE = 2.0\n", "my_others": "SCALE = 1\n"}
    for name, text in scales.items():
        monkeypatch.delitem(sys.modules, name, raising=False)
        (tmp_path / f"{name}.py").write_text(text)
    text = own_recipe.read_text().replace("import keras", f"import keras\nimport my_others\n{how}", 1)
    own_recipe.write_text(text.replace("2.0 * x", f"{use} * x"))
    fingerprint = rows(own_recipe)
    assert [name for name in scales if any(row.startswith(f"code of {name} = ") for row in fingerprint)] == [
        "my_scales",
        "my_constants",
    ]


def test_a_row_is_the_same_in_every_process(tiny_recipe):
    text = tiny_recipe.read_text().replace("width=8, output", "width=8, activation=keras.activations.relu, output")
    tiny_recipe.write_text(text)
    here = rows(
        tiny_recipe, "optimizers.generator=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3,9,0.5))"
    )
    assert "model.generator.activation = relu" in here and not any(" at 0x" in row for row in here)


class Thing:
    def __init__(self):
        self.size, self._hidden = 3, object()


@pytest.mark.parametrize(
    "value, text",
    [
        (losses.Hinge(), "Hinge("),
        ([1, "a", None, 2.5], "[1, 'a', None, 2.5]"),
        ((1,), "(1,)"),
        ({"b": (1, 2), "a": [3]}, "{'b': (1, 2), 'a': [3]}"),
        ({3, 1}, "{1, 3}"),
        (losses.Hinge, "Hinge"),
        (Thing(), "Thing(size=3)"),
        (np.arange(3000), "array int64 (3000,) "),
        (len, "len"),
    ],
)
def test_values_are_written_without_addresses(value, text):
    assert text in written(value) and " at 0x" not in written(value) and written(value) == written(value)
    assert written(np.arange(3000)) != written(np.arange(3000)[::-1])


def test_names_of_others_carry_their_module():
    assert label(losses.Hinge) == "Hinge" and label(subprocess.Popen) == "subprocess.Popen" and label(sys.exit) == "sys.exit"


def test_the_identity_of_data_is_a_row(tiny_recipe):
    recipe = load_recipe(tiny_recipe)
    identity = {"examples": 1512, "sha256": "ab" * 32, "state": "c"}
    assert described(identity) == "1,512, sha256 abababababababab"
    assert "examples of data = 1,512, sha256 abababababababab" in recipe.fingerprint(identity)
    assert described({"examples": 3, "version": "digits/1.0.0"}) == "3, digits/1.0.0"


def test_settings_name_each_part_before_what_it_holds(tiny_recipe):
    settings = load_recipe(tiny_recipe, ["model.adversarial_loss=losses.Hinge()"]).settings()
    names = [name for name, *_ in settings]
    assert len(names) == len(set(names))
    values = {name: (value, is_set) for name, value, is_set in settings}
    assert values["model"] == ("GAN", True) and values["model.adversarial_loss"] == ("Hinge()", True)
    assert values["model.latents"] == ("Normal()", False) and values["optimizers.generator"] == ("Adam", True)
    assert names.index("model") < names.index("model.generator") < names.index("model.generator.width")
