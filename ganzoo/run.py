"""A run's directory: recipe snapshot, checkpoints, TensorBoard logs, sample grids, scores; and who may write to it."""

import difflib
import json
import os
import shutil
from pathlib import Path

from ganzoo.checked_json import Maybe, read_json, read_json_lines
from ganzoo.errors import UserError

# What may change when a run is taken up again: how long it goes on, and how often it reports.
FREE_TO_CHANGE = ("steps", "log_every", "sample_every", "checkpoint_every", "keep_checkpoints", "evaluations")


def _file_name(value):
    if not isinstance(value, str) or Path(value).name != value or value in ("", "..") or "\0" in value:
        raise ValueError("a name without a directory")


# What is read of a run.json, and of a line of scores.jsonl.
RECORD = {
    "recipe": _file_name,
    "overrides": [str],
    "smoke": Maybe(bool),
    "flattened": Maybe([str]),
    "seconds": Maybe(float),
    "cpu_seconds": Maybe(float),
    "steps": Maybe(int),
    "precision": Maybe(str),
    "data_sha256": Maybe(str),
}
SCORE = {
    "name": str,
    "value": Maybe(float),
    "step": Maybe(int),
    "real": Maybe(float),
    "floor": Maybe(float),
    "low": Maybe(float),
    "high": Maybe(float),
    "metric": Maybe(str),
    "measure": Maybe(str),
    "direction": Maybe(str),
    "protocol_line": Maybe(str),
}


class Run:
    """A directory in which a recipe trains.

    Attributes:
        path: the directory.
        smoke: whether it holds a smoke run, which can be neither resumed as a real one nor exported.
    """

    def __init__(self, path):
        self.path = Path(path)

    @classmethod
    def open(cls, path):
        """An existing run.

        Raises:
            UserError: `path` holds none.
        """
        run = cls(path)
        if not run.record_file.is_file():
            raise UserError(f"{path} is no run: it has no {run.record_file.name}; `ganzoo train RECIPE` makes one")
        return run

    @classmethod
    def take_up(cls, path, recipe, fresh=False, smoke=False, data_sha256=None):
        """The run of `recipe` at `path`: a new one, or the one that is there if the recipe is still the same.

        Args:
            path: the run's directory.
            recipe: a `LoadedRecipe`.
            fresh: throw away what is there.
            smoke: mark the run as a smoke run.
            data_sha256: of the data's file, as `Source.sha256`.

        Raises:
            UserError: the recipe or the data's file changed since, a smoke run would become real, or the directory cannot be
                written.
        """
        run = cls(path)
        try:
            if fresh or (smoke and run.record_file.is_file() and run.smoke):
                run._remove()
            if run.record_file.is_file():
                run._refuse_changes(recipe, smoke)
                run.refuse_other_data(data_sha256)
            elif run.path.is_dir() and any(run.path.iterdir()):
                raise UserError(f"{path} is neither empty nor a run; choose another directory with --run")
            run.path.mkdir(parents=True, exist_ok=True)
            write_atomically(run.path / "recipe.py", recipe.source)
            record = {"recipe": recipe.name, "overrides": list(recipe.overrides), "smoke": smoke}
            if data_sha256 and not run.record_file.is_file():
                record["data_sha256"] = data_sha256
            run.write_record({**run.record(), **record, "flattened": recipe.flattened()})
        except OSError as error:
            raise UserError(f"cannot write the run's directory {path}: {error.strerror or error}") from error
        return run

    @property
    def record_file(self):
        return self.path / "run.json"

    @property
    def checkpoints(self):
        return self.path / "checkpoints"

    @property
    def logs(self):
        return self.path / "logs"

    @property
    def samples(self):
        return self.path / "samples"

    @property
    def scores(self):
        return self.path / "scores.jsonl"

    @property
    def smoke(self):
        return bool(self.record().get("smoke"))

    def record(self):
        """What run.json says: the recipe's name, overrides and flattened settings, cost so far.

        Raises:
            UserError: it is damaged.
        """
        return read_json(self.record_file, RECORD, "the run's record") if self.record_file.is_file() else {}

    def write_record(self, record):
        write_atomically(self.record_file, json.dumps(record, indent=1) + "\n")

    def add_score(self, score):
        """Appends one score, a JSON-ready dict, to scores.jsonl."""
        with self.scores.open("a") as file:
            file.write(json.dumps(score) + "\n")

    def all_scores(self):
        """Every score of this run, oldest first.

        Raises:
            UserError: a line is damaged.
        """
        if not self.scores.is_file():
            return []
        scores = read_json_lines(self.scores, SCORE, "the run's scores")
        for score in scores:
            if "measure" in score:  # what metrics were called in runs of 0.1.0
                score["metric"] = score.pop("measure")
        return scores

    def refuse_other_data(self, sha256):
        """Raises a UserError where the data's file is not the one that the run began with, as far as the run knows that one."""
        began = self.record().get("data_sha256")
        if began and began != sha256:
            raise UserError(
                f"the data's file changed since {self.path} began (sha256 {began[:12]} then), and with it perhaps what "
                "its tokens mean: put the old file back, or begin another run"
            )

    def _remove(self):
        if self.path.is_dir() and any(self.path.iterdir()) and not self.record_file.is_file():
            raise UserError(f"{self.path} is not a run; --fresh removes runs only")
        shutil.rmtree(self.path, ignore_errors=True)

    def _refuse_changes(self, recipe, smoke):
        if self.smoke and not smoke:
            raise UserError(f"{self.path} holds a smoke run, which cannot be resumed as a real one; --fresh starts anew")
        if smoke and not self.smoke:
            raise UserError(f"{self.path} holds a real run; give the smoke run another directory with --run")
        before, now = _fixed(self.record().get("flattened", [])), _fixed(recipe.flattened())
        if before == now:
            return
        lines = [line for line in difflib.ndiff(before, now) if line[0] in "+-"]
        changes = "\n".join(f"  {line}" for line in lines)
        raise UserError(f"the recipe changed since {self.path} began; --fresh starts anew, --run DIR keeps both:\n{changes}")


def _fixed(lines):
    # In the order of their names: which constructor of its bases names a parameter makes no other experiment.
    return sorted(line for line in lines if line.split(" ")[0].split(".")[0] not in FREE_TO_CHANGE)


def write_atomically(path, content):
    """Writes text or bytes so that a reader, or a kill at any moment, finds the old file or the new one, never a half."""
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    mode = "wb" if isinstance(content, bytes) else "w"
    with open(draft, mode) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
