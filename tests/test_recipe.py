import os

import keras
import pytest
from PIL import Image

from ganzoo import augmentations, likelihoods, losses, noise, penalties
from ganzoo.errors import UserError
from ganzoo.recipe import build, load_recipe
from ganzoo.recipe_files import read_card, shipped_recipes

CONFIG = "from fiddle.experimental.auto_config import auto_config\n\n\n@auto_config\n"


def test_a_recipe_is_not_built_until_it_is_built(tiny_recipe):
    loaded = load_recipe(tiny_recipe)
    assert not isinstance(loaded.config.model, keras.Model)
    assert isinstance(build(loaded).model, keras.Model)


def test_the_datas_feature_is_known_before_it_is_built(tiny_recipe):
    assert load_recipe(tiny_recipe).feature == "point"
    assert load_recipe("digits_dcgan").feature == "image"


def test_overrides_reach_every_depth(tiny_recipe):
    overrides = [
        "steps=7",
        "model.generator.width=16",
        "optimizers.generator.learning_rate=1",
        "model.adversarial_loss=losses.LeastSquares(a=-1.0, b=1.0, c=0.0)",
        "data.name=grid25",
    ]
    recipe = build(load_recipe(tiny_recipe, overrides))
    assert recipe.steps == 7
    assert recipe.model.generator.layers[1].units == 16
    assert float(recipe.optimizers["generator"].learning_rate) == 1.0
    assert recipe.model.adversarial_loss == losses.LeastSquares(a=-1.0, b=1.0, c=0.0)
    assert recipe.data.name == "grid25"


def test_a_field_of_a_default_can_be_overridden(tiny_recipe):
    recipe = build(load_recipe(tiny_recipe, ["model.adversarial_loss.smoothing=0.9"]))
    assert recipe.model.adversarial_loss == losses.NonSaturating(smoothing=0.9)


def test_calls_are_read_within_lists_and_calls_of_what_the_recipe_does_not_import(tiny_recipe):
    overrides = [
        "model.penalties=[penalties.R1(0.5), penalties.DRAGAN()]",
        "model.latents=noise.Uniform(0.0, 1.0)",
        "optimizers.generator=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.5), beta_1=0.0)",
    ]
    recipe = build(load_recipe(tiny_recipe, overrides))
    assert recipe.model.penalties == (penalties.R1(0.5), penalties.DRAGAN())
    assert recipe.model.latents == noise.Uniform(0.0, 1.0)
    assert float(recipe.optimizers["generator"].learning_rate) == pytest.approx(1e-3)


OWN = """

class Gentle(GAN):
    def __init__(self, generator, discriminator, strength=0.5, average_decay=0.9, **kwargs):
        super().__init__(generator, discriminator, average_decay=average_decay, **kwargs)
        self.strength = strength
"""


@pytest.fixture
def own_recipe(tiny_recipe):
    """A recipe whose family is a subclass of its own, which names what it adds and changes alone."""
    text = tiny_recipe.read_text().replace("\n\n@auto_config", f"{OWN}\n\n@auto_config").replace("model=GAN(", "model=Gentle(")
    tiny_recipe.write_text(text)
    return tiny_recipe


def test_what_a_constructor_passes_on_can_be_set_and_is_shown(own_recipe):
    loaded = load_recipe(own_recipe, ["model.instance_noise=0.1", "model.adversarial_loss.smoothing=0.9", "model.strength=2"])
    model = build(loaded).model
    assert (model.instance_noise, model.strength, model.average_decay) == (0.1, 2.0, 0.9)
    assert model.adversarial_loss == losses.NonSaturating(smoothing=0.9)
    settings = {name: (value, is_set) for name, value, is_set in loaded.settings()}
    assert settings["model.instance_noise"] == ("0.1", True)
    assert settings["model.generator_steps"] == ("1", False)
    # The subclass' own default, not its base's; Keras' own arguments are not offered.
    assert settings["model.average_decay"] == ("0.9", False)
    assert not {"model.name", "model.dtype", "model.trainable"} & settings.keys()
    assert [line for line in loaded.flattened() if "steps" in line] == ["steps = 20"]
    assert not any("unset" in value for value, _ in settings.values())
    with pytest.raises(UserError, match="model has generator, discriminator, strength, average_decay, adversarial_loss, "):
        load_recipe(own_recipe, ["model.nothing=1"])
    # What is inherited keeps its type.
    with pytest.raises(UserError, match="generator_steps is a whole number"):
        load_recipe(own_recipe, ["model.generator_steps=1.5"])


def test_what_a_recipe_sets_can_be_set_again(own_recipe):
    own_recipe.write_text(own_recipe.read_text().replace("model=Gentle(", 'model=Gentle(name="gentle", discriminator_steps=2,'))
    loaded = load_recipe(own_recipe, ["model.discriminator_steps=3", "model.name=softer"])
    model = build(loaded).model
    assert (model.name, model.discriminator_steps) == ("softer", 3)
    assert {"model.name = 'softer'", "model.discriminator_steps = 3"} <= set(loaded.flattened())


def test_a_shipped_family_takes_what_its_bases_take():
    model = build(load_recipe("digits_biggan", ["model.instance_noise=.1", "model.generator_steps=2"])).model
    assert (model.instance_noise, model.generator_steps, model.discriminator_steps) == (0.1, 2, 2)


def test_an_augmentation_is_set_by_a_call():
    model = build(load_recipe("digits_dcgan", ['model.augment=augmentations.DiffAugment(policy="color,cutout")'])).model
    assert model.augment == augmentations.DiffAugment("color,cutout")
    nested = "model.regularizers=[regularizers.Consistency(fake=2.0, augment=augmentations.Pipe(groups='blit', p=0.5))]"
    (consistency,) = build(load_recipe("digits_dcgan", [nested])).model.regularizers
    assert (consistency.real, consistency.fake, consistency.augment) == (10.0, 2.0, augmentations.Pipe("blit", 0.5))


def test_what_a_family_refuses_is_not_offered_and_says_why():
    assert not any(name == "model.adversarial_loss" for name, *_ in load_recipe("digits_wgan").settings())
    with pytest.raises(UserError, match="model.adversarial_loss: the Wasserstein loss is what makes it one"):
        load_recipe("digits_wgan", ["model.adversarial_loss=losses.Hinge()"])


def test_another_likelihood_and_search_are_at_hand():
    likelihood = "model.likelihood=likelihoods.Bernoulli()"
    assert build(load_recipe("digits_vae", [likelihood])).model.likelihood == likelihoods.Bernoulli()


def test_none_is_the_word_where_a_word_stands():
    assert load_recipe("digits_dcgan", ["model.discriminator.norm=none"]).config.model.discriminator.norm == "none"


@pytest.mark.parametrize(
    "override, complaint",
    [
        ("model.adversarial_loss=losses.Hinge", "is a loss such as"),
        ("model.adversarial_loss=hinge", "is a loss such as"),
        ("model.discriminator_steps=0", "discriminator_steps must be a positive integer"),
        ("model.average_decay=1.0", r"average_decay .* in \[0, 1\)"),
        ("model.penalties=None", "penalties is a list"),
        ("model.penalties=penalties.R1()", "penalties is a list"),
        ("model.penalties=[penalties.Orthogonal()]", "no gradient penalty"),
        ("model.instance_noise=-1.0", "instance_noise"),
        ("model.generator.shape=(3,)", r"the generator makes \(3,\), the discriminator takes \(2,\)"),
        ("model.discriminator.num_classes=10", "takes labels"),
    ],
)
def test_what_a_family_cannot_play_is_said_in_one_line(tiny_recipe, override, complaint):
    with pytest.raises(UserError, match=complaint) as error:
        build(load_recipe(tiny_recipe, [override]))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "override, complaint",
    [
        ("stepz=1", r"no such parameter: stepz; a recipe has data, model, .*steps"),
        ("model.genrator.width=1", r"no such parameter: model.genrator; model has .*generator"),
        ("model.generator.wdth=1", r"no such parameter: model.generator.wdth; model.generator has shape, .*width"),
        ("optimizers.critic.learning_rate=1", r"optimizers has generator, discriminator"),
        ("steps.more=1", r"steps has no parts"),
        ("steps", r"NAME=VALUE"),
        ("=3", r"NAME=VALUE"),
        ("steps=many", r"steps is a number"),
        ("steps=1.5", r"steps is a whole number"),
        ("model.simultaneous=3", r"true or false"),
        ("model.adversarial_loss=losses.Hingg()", r"nothing of that name in the recipe; it knows the modules .*losses"),
        ("model.adversarial_loss=losses.Hinge(b=2)", r"cannot be read as a call"),
        ("model.penalties=[penalties.R1(", r"cannot be read as a value"),
        ("model.penalties=[R1]", r"R1 is neither a literal nor a call"),
        ("model.penalties=[penalties.R1(**{})]", r"\*\* has no place"),
        ("model.discriminator=keras.Sequential(model)", r"model is neither a literal nor a call"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(tiny_recipe, override, complaint):
    with pytest.raises(UserError, match=complaint) as error:
        load_recipe(tiny_recipe, [override])
    assert "\n" not in str(error.value)


def test_a_call_may_take_the_recipes_data():
    network = "cnn_discriminator(data, embedding=8, filters={1: 4}, soft=True)"
    loaded = load_recipe("grammar_gumbel", ["data.take=100", f"model.discriminator={network}"])
    assert loaded.config.model.discriminator.text is loaded.config.data
    assert "model.discriminator.text = data" in loaded.flattened()
    built = build(loaded)
    assert built.data.take == 100 and built.model.discriminator.output_shape == (None, 1)


@pytest.mark.parametrize("text, value", [("true", True), ("False", False)])
def test_booleans_are_read_in_any_case(tiny_recipe, text, value):
    assert build(load_recipe(tiny_recipe, [f"model.simultaneous={text}"])).model.simultaneous is value


def test_a_constructor_that_refuses_is_a_users_error(tiny_recipe):
    with pytest.raises(UserError):
        build(load_recipe(tiny_recipe, ["model.generator.width=-3"]))


def test_the_flattened_recipe_names_what_set_takes(tiny_recipe):
    lines = load_recipe(tiny_recipe, ["model.generator.width=16"]).flattened()
    assert "model.generator.width = 16" in lines and "steps = 20" in lines


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("x = 1\n", "no function `recipe`"),
        ("def recipe():\n    pass\n", "no function `recipe`"),
        ("import nothing_of_that_name\n", "cannot be loaded: ModuleNotFoundError"),
        ("def recipe(:\n", "cannot be loaded: SyntaxError"),
        ("import sys\nsys.exit(0)\n", "cannot be loaded: it ends the program"),
        ("raise SystemExit\n", "cannot be loaded: it ends the program"),
        ("def f():\n    f()\n\n\nf()\n", "cannot be loaded: RecursionError"),
        ("raise GeneratorExit\n", "cannot be loaded: GeneratorExit"),
        ("raise Exception\n", "cannot be loaded: Exception"),
        ("\0\0", "cannot be loaded: "),
        ("recipe = 3\n", "no function `recipe`"),
        (f"{CONFIG}def recipe():\n    return None\n", "function `recipe` fails: TypeError: .*returned a `NoneType`"),
        (f"{CONFIG}def recipe():\n    return dict(a=1)\n", "function `recipe` fails: TypeError: .*returned a `dict`"),
        (f"class Other:\n    pass\n\n\n{CONFIG}def recipe():\n    return Other()\n", "must return a ganzoo.Recipe, not Other"),
        (f"{CONFIG}def recipe():\n    return 1 / 0\n", "its function `recipe` fails: ZeroDivisionError"),
    ],
)
def test_a_file_that_is_no_recipe(tmp_path, content, complaint):
    path = tmp_path / "broken.py"
    path.write_text(content)
    with pytest.raises(UserError, match=complaint):
        load_recipe(path)


def test_a_file_that_is_no_text_is_no_recipe(tmp_path):
    path = tmp_path / "binary.py"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="the recipe .*binary.py cannot be read"):
        load_recipe(path)
    with pytest.raises(UserError, match="no recipe 'no/such.py': no such file; "):
        load_recipe("no/such.py")
    with pytest.raises(UserError, match="no recipe"):
        load_recipe(tmp_path)
    (tmp_path / "page.html").write_text("<p>")
    with pytest.raises(UserError, match="page.html is no recipe: a recipe is a Python file"):
        load_recipe(tmp_path / "page.html")
    with pytest.raises(UserError, match="a name of 300 bytes"):
        load_recipe("x" * 300)
    with pytest.raises(UserError, match="zero byte"):
        load_recipe("x\0y")


@pytest.mark.parametrize(
    "part, complaint",
    [
        ('data="ring8"', "data must be a source of ganzoo.data, not 'ring8'"),
        ("model=None", "model must be a family of ganzoo.families, not None"),
        ("optimizers=[]", "optimizers must be a dict of optimizers by player"),
        ("phases=3", "phases must be a dict"),
        ('seed="x"', "seed must be a whole number"),
        ("evaluations=None", "evaluations must be a tuple"),
    ],
)
def test_a_recipe_of_other_parts_is_one_line(tiny_recipe, part, complaint):
    loaded = load_recipe(tiny_recipe)
    name, _, value = part.partition("=")
    setattr(loaded.config, name, eval(value))
    assert loaded.feature in ("point", "image")
    with pytest.raises(UserError, match=complaint):
        build(loaded)


def test_a_missing_recipe_names_its_likes():
    with pytest.raises(UserError, match="did you mean digits_dcgan"):
        load_recipe("digits_dcgn")


def test_shipped_recipes_state_title_command_cost_and_score():
    cards = shipped_recipes()
    assert {"digits_dcgan", "digits_vanilla", "ring_vanilla", "mnist_dcgan", "cifar_dcgan"} <= {c.name for c in cards}
    for card in cards:
        text = card.path.read_text()
        assert card.title and card.cost and card.score, card.name
        assert f"ganzoo train recipes/{card.name}.py" in text, card.name


def test_a_card_joins_the_lines_of_a_paragraph(tmp_path):
    path = tmp_path / "a.py"
    path.write_text('"""Title.\n\nCost: two\nlines.\n\nScore: one.\n"""\n')
    card = read_card(path)
    assert (card.title, card.cost, card.score) == ("Title.", "two lines.", "one.")


@pytest.mark.parametrize("card", shipped_recipes(), ids=lambda card: card.name)
def test_every_shipped_recipe_loads_and_builds(card, tmp_path, monkeypatch):
    if card.name in ("faces", "faces_began"):  # a folder of the user's own
        (tmp_path / "faces").mkdir()
        Image.new("RGB", (64, 64)).save(tmp_path / "faces" / "one.png")
        monkeypatch.chdir(tmp_path)
    recipe = build(load_recipe(card.path))
    assert set(recipe.optimizers) == set(recipe.model.players)


def test_what_is_used_in_several_places_is_told_once():
    settings = {name: value for name, value, _ in load_recipe("oracle_seqgan", ["data.oracle.length=7"]).settings()}
    assert settings["data.oracle.length"] == "7" and settings["model.text"] == "data"
    assert settings["model.discriminator.text"] == "data" and not any(name.startswith("model.text.") for name in settings)
    recipe = build(load_recipe("oracle_seqgan", ["data.oracle.length=7", "data.oracle.vocabulary_size=9"]))
    assert recipe.model.text is recipe.data and recipe.model.length == 7 and recipe.model.generator.vocabulary_size == 10


def test_a_recipe_is_read_as_it_is_now_and_nothing_is_written_beside_it(tiny_recipe):
    before = tiny_recipe.stat()
    assert load_recipe(tiny_recipe).config.batch_size == 16
    tiny_recipe.write_text(tiny_recipe.read_text().replace("batch_size=16", "batch_size=32"))
    os.utime(tiny_recipe, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert load_recipe(tiny_recipe).config.batch_size == 32
    assert [path.name for path in tiny_recipe.parent.iterdir()] == [tiny_recipe.name]
