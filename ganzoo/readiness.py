"""What a built recipe must be before it trains: complete, consistent, with a seed that everybody takes."""

import hashlib
import math
import operator
import tempfile
from pathlib import Path

import fiddle as fdl
import keras
import numpy as np
from PIL import Image

from ganzoo.data.captioned_folder import CaptionedFolder
from ganzoo.data.images import Images
from ganzoo.differences import FREE_TO_CHANGE
from ganzoo.errors import UserError

SMOKE_STEPS, SMOKE_BATCH = 3, 8


def folded_seed(seed):
    """Any integer as one that Keras and NumPy take, 0 to 2^32 - 1: itself where it is one, else drawn from it.

    Raises:
        UserError: it is no integer.
    """
    try:
        number = operator.index(seed)
    except TypeError:
        number = None
    if number is None or isinstance(seed, bool):
        raise UserError(f"seed must be a whole number, not {seed!r}")
    return number if 0 <= number < 2**32 else int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:4])


def compile_model(built):
    """Gives a built recipe's players their optimizers.

    Raises:
        UserError: a player has none, or an optimizer no player.
    """
    try:
        built.model.compile(built.optimizers, seed=built.seed)
    except ValueError as error:
        raise UserError(f"optimizers: {error}") from error


def free_settings(built):
    """The settings of a built recipe that a resumed run may change, a JSON-ready dict."""
    return {name: getattr(built, name) for name in FREE_TO_CHANGE if name != "evaluations"}


def check_numbers(built):
    """Refuses numbers that no training can be made of."""
    for name in ("batch_size", "steps", "log_every", "sample_every", "checkpoint_every", "keep_checkpoints"):
        value = getattr(built, name)
        if not isinstance(value, int) or value < 1:
            raise UserError(f"{name} must be a positive whole number, not {value!r}")
    for player, optimizer in built.optimizers.items():
        rate = first_rate(optimizer)
        if not 0.0 <= rate < math.inf:
            raise UserError(f"optimizers.{player}: a learning rate is 0 or more, not {rate:g}")


def first_rate(optimizer):
    """The learning rate of an optimizer's first step, a float, also where it is a schedule or lies on several devices."""
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        return 0.0  # refused where it would be used
    told = optimizer.get_config()["learning_rate"]
    return float(optimizer.learning_rate if isinstance(told, dict) else told)


def check(built):
    """Refuses numbers and data that no training can be made of."""
    check_numbers(built)
    if built.steps % built.model.generator_steps:
        raise UserError(f"steps must be a multiple of the {built.model.generator_steps} generator steps of one round")
    for phase, steps in (built.phases or {}).items():
        if not isinstance(steps, int) or steps < 1 or steps % built.model.generator_steps:
            raise UserError(f"phase {phase} must last a positive number of whole rounds, not {steps!r} steps")
    expected, held = built.model.data_shape, tuple(built.data.shape)
    if expected is not None and expected != held:
        raise UserError(f"the networks are made for {expected}, and {built.data.name} holds {held}: set both alike")
    built.model.check_data(built.data)


def make_smoke(built, log):
    """Shrinks a built recipe to a few steps, and fabricates its data where the real is absent.

    Raises:
        UserError: the recipe's own numbers, which these take the place of, are none that it could train with.
    """
    check_numbers(built)
    built.batch_size, built.steps = SMOKE_BATCH, SMOKE_STEPS * built.model.generator_steps
    built.log_every = built.checkpoint_every = built.model.generator_steps
    built.sample_every = built.steps
    built.evaluations = ()
    try:
        built.data.arrays()
    except UserError as error:
        log(f"smoke run on FABRICATED data: {error}")
        built.data = built.data.fabricated()


def stand_in_folder(loaded, end, log):
    """Puts a folder of noise in the place of one of images that a loaded recipe names and that is absent.

    Args:
        loaded: the recipe, whose config then names that folder.
        end: a contextlib.ExitStack, at whose end the folder goes.
        log: told so.
    """
    data = loaded.config.data
    if not isinstance(data, fdl.Buildable) or fdl.get_callable(data) not in (Images, CaptionedFolder):
        return
    arguments = data.__arguments__
    name = arguments.get("name")
    if not isinstance(name, str) or not name.startswith(("/", ".", "~")) or Path(name).expanduser().is_dir():
        return
    folder = Path(end.enter_context(tempfile.TemporaryDirectory(prefix="ganzoo-smoke-")))
    side = max(np.max(arguments.get(key) or 8) for key in ("size", "crop"))
    random = np.random.default_rng(0)
    for number in range(4 * SMOKE_BATCH):
        place = folder / f"class {number % 2}" if arguments.get("labels") else folder
        place.mkdir(exist_ok=True)
        Image.fromarray(random.integers(0, 256, (side, side, 3), np.uint8)).save(place / f"{number}.png")
        if fdl.get_callable(data) is CaptionedFolder:
            (place / f"{number}.txt").write_text(f"the picture {number % 3}")
    data.name = str(folder)
    log(f"smoke run on FABRICATED data: no folder {name}")
