"""A new recipe file made from one that ships with ganzoo, with a word on each of its parts."""

import ast
import textwrap
from pathlib import Path

from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.recipe_files import recipe_path

DOCSTRING = '''"""{name}: what it is, in a line.

{begun}

Run: ganzoo train {file}

Try it first: ganzoo train {file} --smoke
Every parameter, also those that are not named below: ganzoo show {file}
"""
'''
# What is said of each argument of a recipe, above it.
COMMENTS = {
    "data": "What is trained on: a set of TensorFlow Datasets by its name, or a folder, .tar or .npz by its path, as in "
    'Images("./photos", size=64, held_out=0.1). Networks and data must be of one size and one number of channels.',
    "model": "The family and its networks. A family takes adversarial_loss=, penalties=, average_decay= and more; a subclass "
    "of your own, or any function that returns a keras.Model, may stand here too.",
    "optimizers": "One optimizer a player. Learning rates may be schedules.",
    "batch_size": "Real examples in a batch, over all devices together.",
    "steps": "Generator steps of the whole run. Ctrl-C saves; the same command goes on.",
    "phases": "Stretches of training and their generator steps.",
    "seed": "Every random draw follows from it.",
    "evaluations": "Scores during training, each at its own cadence.",
}
MORE = (
    "Also: seed=, log_every=, sample_every=, checkpoint_every=, keep_checkpoints=, evaluations=, and for fine-tuning",
    'weights_from="mnist_dcgan" and frozen=("discriminator.down_*",).',
)


def write_recipe(path, like):
    """Writes a commented recipe to a file that is not there yet.

    Args:
        path: the new file, which ends in .py.
        like: the recipe that it is made from, a shipped one's name or a file.

    Returns:
        The path.

    Raises:
        UserError: the file is there, does not end in .py or cannot be written, or there is no such recipe.
    """
    path = Path(path)
    if path.suffix != ".py" or not path.stem.isidentifier():
        raise UserError(f"a recipe is a Python file, such as my_gan.py, not {str(path)!r}")
    if path.exists():
        raise UserError(f"{path} is there already; name another file")
    write_atomically(path, commented(recipe_path(like), path))
    return path


def commented(source, path):
    """The text of the recipe file `source` under the name of `path`, its docstring replaced, its arguments commented."""
    text = source.read_text(encoding="utf-8")
    tree = ast.parse(text)
    lines, notes = text.splitlines(), {}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Recipe"]
    for keyword in calls[0].keywords if calls else ():
        if keyword.arg in COMMENTS:
            notes[keyword.lineno] = textwrap.wrap(COMMENTS[keyword.arg], 100)
    if calls:
        notes[calls[0].end_lineno] = MORE
    documented = ast.get_docstring(tree) is not None
    title = ast.get_docstring(tree).splitlines()[0] if documented else ""
    begun = textwrap.fill(f"Begun from ganzoo's {source.stem}: {title}", 120)
    head = DOCSTRING.format(name=path.stem, begun=begun, file=path.name)
    body = []
    for number, line in enumerate(lines, 1):
        indent = line[: len(line) - len(line.lstrip())]
        if number in notes:
            indent = indent if not line.strip().startswith(")") else f"{indent}    "
            body += [f"{indent}# {note}" for note in notes[number]]
        body.append(line)
    skipped = tree.body[0].end_lineno if documented else 0
    return head + "\n".join(body[skipped:]).rstrip() + "\n"
