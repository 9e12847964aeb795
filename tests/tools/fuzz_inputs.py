"""The boundaries that `fuzz.py` throws inputs at, and which of them an input is for."""

import os
import random

from fuzz_commands import commands, foreign, options, paths, samples, texts, workers
from fuzz_files import arrays, cards, judges, models, pictures, runs
from fuzz_settings import recipes, settings

BOUNDARIES = {
    "commands": (commands, 6),
    "settings": (settings, 5),
    "runs": (runs, 3),
    "recipes": (recipes, 3),
    "cards": (cards, 2),
    "arrays": (arrays, 3),
    "pictures": (pictures, 2),
    "models": (models, 2),
    "samples": (samples, 1),
    "texts": (texts, 1),
    "options": (options, 2),
    "foreign": (foreign, 1),
    "judges": (judges, 5),
    "workers": (workers, 5),
    "paths": (paths, 3),
}


def input_of(seed, index):
    """(boundary's name, a random generator) of an input: a function of the two numbers alone."""
    rng = random.Random(f"{seed} {index}")
    names = list(BOUNDARIES)
    return rng.choices(names, [BOUNDARIES[name][1] for name in names])[0], rng


def safe(text):
    """An argument that `execve` would pass on."""
    return os.fsdecode(os.fsencode(text.replace("\0", ""))) if isinstance(text, str) else text
