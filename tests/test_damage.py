"""Whatever is damaged of a stopped run, the next command goes on rightly or says in one line why not, and loses nothing."""

import shutil

import pytest

from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError
from ganzoo.recipe import build, load_recipe
from ganzoo.run import Run
from ganzoo.serving.sampling import load
from ganzoo.training import train


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, tiny_text):
    """The recipe and the run of a training of thirty steps that was stopped; a score was kept."""
    directory = tmp_path_factory.mktemp("stopped")
    (directory / "tiny.py").write_text(tiny_text)
    train(directory / "tiny.py", directory / "run", steps=30, log=lambda line: None)
    Run.open(directory / "run").add_score({"name": "score", "value": 1.0})
    return directory


def files(run):
    return sorted(str(path.relative_to(run)) for path in run.rglob("*") if path.is_file() and path.parent.name != "logs")


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "emptied": lambda path: path.write_bytes(b""),
    "removed": lambda path: path.unlink(),
    "garbage": lambda path: path.write_bytes(b"\xff\x00garbage{" * 50),
    "a directory": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.fixture(scope="module")
def built(stopped):
    """The recipe, loaded and built."""
    recipe = load_recipe(stopped / "tiny.py")
    built = build(recipe)
    built.model.compile(built.optimizers, seed=built.seed)
    return recipe, built


def resumed(recipe, built, path):
    """The step from which a training goes on, with nothing trained."""
    run = Run.take_up(path, recipe, data=built.data)
    step = Checkpoints(run.checkpoints, built.model.state()).restore()
    run.note_resume(recipe, step, {})
    return step


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_each_file_in_turn(stopped, built, tmp_path, damage):
    whole = files(stopped / "run")
    assert {"run.json", "recipe.py", "scores.jsonl", "checkpoints/checkpoint", "checkpoints/step-30.index"} < set(whole)
    for name in whole:
        run = tmp_path / "run"
        shutil.copytree(stopped / "run", run)
        damage(run / name)
        commands = [lambda: resumed(*built, run), lambda: len(Run.open(run).all_scores())]
        if name in ("run.json", "recipe.py"):
            commands.append(lambda: load(run))
        for command in commands:
            try:
                outcome = command()
            except UserError as error:
                assert "\n" not in str(error) and name in ("run.json", "recipe.py", "scores.jsonl"), (name, error)
                continue
            if command is commands[0]:
                assert outcome == (20 if "step-30" in name else 30), name
        for other in set(whole) - {name, "run.json"}:
            assert (run / other).read_bytes() == (stopped / "run" / other).read_bytes(), (name, other)
        shutil.rmtree(run)


def test_a_directory_without_its_checkpoints_is_no_new_run(stopped, tmp_path):
    shutil.copytree(stopped / "run", tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    with pytest.raises(UserError, match="its checkpoints are gone: put them back, or --fresh starts anew"):
        train(stopped / "tiny.py", tmp_path / "run", steps=40, log=lambda line: None)
    assert (tmp_path / "run" / "scores.jsonl").is_file()


def test_a_damaged_newest_checkpoint_is_trained_again(stopped, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(stopped / "run", run)
    damaged = run / "checkpoints" / "step-30.data-00000-of-00001"
    damaged.write_bytes(damaged.read_bytes()[:1000])
    (run / "checkpoints" / "checkpoint").unlink()
    said = []
    assert train(stopped / "tiny.py", run, steps=30, log=said.append)["steps"] == 30
    assert "resuming at step 20" in said[0] and damaged.stat().st_size > 1000
    assert load(run).step == 30
