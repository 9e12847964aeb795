"""Hostile assignments of `--set`, and files that are no recipes: inputs of `fuzz.py`."""

from fuzz_base import RECIPE, WORDS, pick

TARGETS = (
    *(
        "steps",
        "batch_size",
        "seed",
        "model",
        "model.adversarial_loss",
        "model.penalties",
        "model.latents",
        "data",
        "data.take",
    ),
    *("optimizers.generator", "optimizers.generator.learning_rate", "model.generator", "model.generator.width", "phases"),
    *("model.generator.shape", "evaluations", "model.generator.latent_dim", "model.discriminator.norm", "data.name", "nothing"),
    *("optimizers", "model.adversarial_loss.smoothing", "a.b.c", "", ".", "model..x", "model.__class__", "checkpoint_every"),
)


SETTINGS = (
    *("losses.Hinge()", "losses.Hinge(1, 2, 3)", "losses.dataclasses.inspect.os.system('touch EXECUTED')", "losses.__name__()"),
    *(
        "losses.tf.io.gfile.rmtree('pictures')",
        "keras.utils.get_file('a', 'file:///etc/passwd')",
        "__import__('os').remove('tiny.py')",
    ),
    *(
        "keras.layers.Lambda(lambda x: x)",
        "keras.layers.TFSMLayer('model')",
        "keras.saving.load_model('model')",
        "open('tiny.py', 'w')",
    ),
    *(
        "keras.optimizers.Adam()",
        "keras.optimizers.Adam(None)",
        "keras.layers.Dense(3)",
        "keras.config.set_floatx('x')",
        "data",
        "data()",
    ),
    *(
        "keras.optimizers.get({'class_name': 'x'})",
        "[" * 300,
        "(" * 90 + ")" * 90,
        "-" * 20_000 + "1",
        "1" * 5000,
        "{1: 2}",
        "{[]: 1}",
    ),
    *(
        "losses.Hinge",
        "losses()",
        "losses.Nothing()",
        "[losses.Hinge(), 3]",
        "{'a': losses.Hinge()}",
        "f'{1}'",
        "lambda: 1",
        "1 +",
    ),
    *(
        "noise.Normal()((2, 2), [1, 2])",
        "GAN()",
        "recipe()",
        "Recipe()",
        "auto_config()",
        "mlp_generator(shape=(2,))",
        "*[1]",
        "x := 1",
    ),
    *(
        "penalties.R1(weight='x')",
        "(1, 2, 3)",
        "[[]]",
        "b'x'",
        "1j",
        "...",
        "'\\0'",
        "data.Points('ring8')",
        "families.GAN(1, 2)",
    ),
)


def settings(rng, directory):
    """Assignments of `--set`, shown or built."""
    texts = [f"{pick(rng, *TARGETS)}{pick(rng, '=', '=', '=', '=', '', '==', ' = ')}{pick(rng, *SETTINGS, *WORDS)}"]
    if rng.random() < 0.2:
        texts.append(f"{pick(rng, *TARGETS)}={pick(rng, *SETTINGS, *WORDS)}")
    texts = [text.replace("\0", "") for text in texts]
    if rng.random() < 0.4:
        return lambda: built(texts)
    return [
        "show",
        pick(rng, "tiny.py", "tiny.py", "digits_wgan", "oracle_seqgan"),
        *(part for text in texts for part in ("--set", text)),
    ]


def built(texts):
    from ganzoo.recipe import build, load_recipe

    build(load_recipe("tiny.py", texts))


def bad_recipe(rng):
    return pick(
        rng,
        "import sys; sys.exit(0)",
        "raise SystemExit",
        "raise GeneratorExit",
        "def f(): f()\nf()",
        "def recipe(: pass",
        "\0\0\0",
        "x = 1",
        "recipe = 3",
        RECIPE.replace("return Recipe(", "return dict("),
        RECIPE.replace("return Recipe(", "Recipe("),
        RECIPE.replace("Recipe(\n", "None and Recipe(\n"),
        RECIPE.replace('Points("ring8", take=512)', pick(rng, "None", "3", '"x"', 'Points("nothing")', "[1]")),
        RECIPE.replace("model=GAN(", "model=dict("),
        RECIPE.replace("import keras\n", "import keras, nothing\n"),
        "# -*- coding: nonsense -*-\n" + RECIPE,
        "assert False",
        "raise Exception()",
        "import os; os.environ['X'] = 3",
        "1 / 0",
        "while 0: pass\nrecipe = lambda: None",
    )


def recipes(rng, directory):
    """Files that are no recipes."""
    path = directory / "bad.py"
    if rng.random() < 0.2:
        path.write_bytes(rng.randbytes(300))
    else:
        path.write_text(bad_recipe(rng))
    if rng.random() < 0.3:
        return build_file
    return [*pick(rng, ("show", "bad.py"), ("train", "bad.py", "--run", "r"), ("train", "bad.py", "--smoke")), "--json", "j"]


def build_file():
    from ganzoo.recipe import build, load_recipe

    build(load_recipe("bad.py"))
