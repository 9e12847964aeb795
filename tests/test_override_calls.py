"""What a value of --set may call, and what it may not, whichever way it is named."""

import importlib
import inspect

import keras
import pytest

from ganzoo import losses
from ganzoo.errors import UserError
from ganzoo.override_calls import KERAS, REFUSED, ROOMS, may_be_called
from ganzoo.recipe import build, load_recipe

IMPORTS = """
import os
import subprocess
import tensorflow as tf
from os import system
from pathlib import Path
from keras import layers, utils
from keras.optimizers import SGD
from keras.saving import load_model
import ganzoo
import ganzoo.losses as objective
from ganzoo import run as runs
from ganzoo.data import prepare
from ganzoo.evaluation.evaluate import Evaluation
from ganzoo.losses import Hinge
from ganzoo.run import write_atomically


class Own(Hinge):
    pass


def own(weight=1.0):
    return Hinge()


def _hidden():
    return Hinge()


"""


@pytest.fixture
def importing(tiny_recipe):
    """A recipe that imports all kinds of things, and defines a loss."""
    tiny_recipe.write_text(tiny_recipe.read_text().replace("@auto_config", f"{IMPORTS}@auto_config", 1))
    return tiny_recipe


@pytest.mark.parametrize(
    "call",
    [
        "losses.dataclasses.inspect.os.system('touch EXECUTED')",
        "losses.tf.io.gfile.rmtree('victim')",
        "losses.__class__()",
        "losses.__loader__.load_module('os')",
        "losses.Hinge.from_config({})",
        "losses.Hinge.__init__.__globals__()",
        "losses.UserError('x')",
        "noise.math.sqrt(4)",
        "noise.zlib.crc32(b'a')",
        "families.base.keras.saving.load_model('x')",
        "networks.mlp.keras.layers.Lambda('x')",
        "networks.lazy_loader.load('os')",
        "data.prepare('mnist')",
        "data.open_source('mnist')",
        "data.Ring8(data_dir='x')",
        "data.catalogue.prepare('mnist')",
        "data.catalogue.os.system('x')",
        "data.word_vectors.read_vectors('x')",
        "keras.utils.get_file('a', 'file:///etc/passwd')",
        "keras.saving.load_model('m.keras')",
        "keras.models.load_model('m.keras')",
        "keras.config.enable_unsafe_deserialization()",
        "keras.layers.Lambda('x')",
        "keras.layers.TFSMLayer('m')",
        "keras.layers.TextVectorization(vocabulary='/etc/passwd')",
        "keras.layers.deserialize('Lambda')",
        "keras.optimizers.get('adam')",
        "keras.optimizers.legacy.os.system('x')",
        "keras.src.utils.get_file('a', 'b')",
        "keras.callbacks.CSVLogger('x')",
        "keras.Model.from_config({})",
        "__import__('os').system('x')",
        "open('x', 'w')",
        "eval('1')",
        "exec('1')",
        "os.system('x')",
        "subprocess.run('x')",
        "system('x')",
        "Path('x')",
        "tf.io.gfile.rmtree('x')",
        "utils.get_file('a', 'b')",
        "layers.Lambda('x')",
        "load_model('x')",
        "runs.shutil.rmtree('x')",
        "runs.write_atomically('x', 'y')",
        "write_atomically('x', 'y')",
        "prepare('mnist')",
        "ganzoo.api.export('x')",
        "ganzoo.train('x')",
        "ganzoo.export('x')",
        "_hidden()",
        "recipe()",
        "auto_config(own)",
        "Own.from_config({})",
        "[losses.Hinge(), os.system('x')]",
        "{'a': losses.Hinge(os.system('x'))}",
        "keras.layers.Dense(2, activation={'class_name': 'Lambda', 'config': {}})",
    ],
)
def test_what_reaches_code_files_or_modules_is_refused_in_one_line(importing, call):
    with pytest.raises(UserError) as error:
        load_recipe(importing, [f"model.adversarial_loss={call}"])
    assert "\n" not in str(error.value)
    words = (
        "cannot be called by --set",
        "nothing of that name",
        "neither a literal nor a call",
        "no place in it",
        "dotted name",
    )
    assert any(word in str(error.value) for word in words), error.value


@pytest.mark.parametrize(
    "call",
    [
        "losses.Hinge()",
        "Hinge()",
        "objective.Hinge()",
        "ganzoo.losses.Hinge()",
        "Own()",
        "own(weight=2.0)",
    ],
)
def test_what_builds_a_part_can_be_called_by_each_of_its_names(importing, call):
    loss = build(load_recipe(importing, [f"model.adversarial_loss={call}"])).model.adversarial_loss
    assert isinstance(loss, losses.Hinge)


def test_keras_as_tensorflow_has_it_is_keras(tiny_recipe):
    imports = "from tensorflow import keras as tk\nfrom tensorflow.keras import optimizers as to\n"
    tiny_recipe.write_text(imports + tiny_recipe.read_text())
    for call in ("tk.optimizers.SGD(0.1)", "to.SGD(0.1)", "to.schedules.CosineDecay(0.1, 10)"):
        load_recipe(tiny_recipe, [f"optimizers.generator={call}"])
    for call in (
        "tk.saving.load_model('x')",
        "tk.layers.Lambda('x')",
        "tk.utils.get_file('a', 'b')",
        "to.keras.utils.get_file('a')",
    ):
        with pytest.raises(UserError, match="cannot be called|nothing of that name"):
            load_recipe(tiny_recipe, [f"optimizers.generator={call}"])


def test_keras_parts_and_sources_can_be_called(importing):
    loaded = load_recipe(
        importing,
        [
            "optimizers.generator=SGD(keras.optimizers.schedules.CosineDecay(0.1, 10))",
            "optimizers.discriminator=keras.optimizers.Nadam(1e-3)",
            "data=data.Points('grid25', take=64)",
            "evaluations=(Evaluation(metrics=('c2st',), count=10, every=10),)",
            "model.discriminator=keras.Sequential([keras.layers.Input((2,)), layers.Dense(1, activation='relu')])",
        ],
    )
    built = build(loaded)
    assert isinstance(built.optimizers["generator"], keras.optimizers.SGD)
    assert (built.data.name, built.data.take) == ("grid25", 64) and built.model.discriminator.count_params() == 3


def test_a_public_name_that_builds_is_open_and_a_bookkeeper_is_not():
    for room in ROOMS:
        module = importlib.import_module(f"ganzoo.{room}")
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) and room != "data":
                assert may_be_called(thing), (room, name)
    from ganzoo import data

    closed = {name for name in data.__all__ if not may_be_called(getattr(data, name))}
    assert closed >= {"prepare", "available", "open_source", "from_description", "embedded", "EmbeddedSet", "Ring8", "Digits"}
    assert not closed & {"Images", "Points", "Sentences", "Oracle", "Grammar", "ShapeCaptions", "GloVe", "Cooccurrences"}


def test_of_keras_nothing_that_loads_or_reads_is_open():
    for part in KERAS:
        module = importlib.import_module(f"keras.{part}")
        for name in REFUSED:
            assert not may_be_called(getattr(module, name, None)), (part, name)
    for thing in (
        keras.utils.get_file,
        keras.saving.load_model,
        keras.Model,
        keras.callbacks.CSVLogger,
        __import__,
        open,
        3,
        None,
    ):
        assert not may_be_called(thing)


def test_a_key_that_is_a_number_can_be_set():
    loaded = load_recipe("oracle_seqgan", ["model.discriminator.filters.1=7"])
    assert loaded.config.model.discriminator.filters[1] == 7


@pytest.mark.parametrize("value", ["[" * 150, "-" * 50_000 + "1", "\0", "a\0b", "\udcff", "(" * 5000])
def test_a_value_that_no_parser_takes_is_one_line_or_a_word(tiny_recipe, value):
    with pytest.raises(UserError) as error:
        load_recipe(tiny_recipe, [f"steps={value}"])
    assert "\n" not in str(error.value)
