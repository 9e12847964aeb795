"""A run's directory: recipe snapshot, checkpoints, TensorBoard logs, sample grids, scores; and who may go on with it."""

import contextlib
import datetime
import difflib
import hashlib
import json
import shutil
from pathlib import Path

from ganzoo import replacement, run_lock
from ganzoo.checked_json import read_json, read_json_lines
from ganzoo.data.identity import is_same
from ganzoo.data.remembered import facts_of
from ganzoo.differences import described, differences, fixed
from ganzoo.errors import UserError
from ganzoo.files import DRAFT, append_line, remove_drafts, write_atomically
from ganzoo.run_record import RECORD, SCORE, known_identity, without_nulls

__all__ = ["Run", "write_atomically"]

# What a run writes, and what it removes where it begins again without ever having come to a checkpoint.
ENTRIES = ("run.json", "recipe.py", "checkpoints", "logs", "samples", "scores.jsonl")
DATA_ROW = "examples of data"
# Rows that say where data lies.
PLACES = ("data.name = ", "data.oracle = ", "data.data_dir = ")
UNCOMPARED = "begun by ganzoo 0.1.0, which did not write down classes: whether they changed since cannot be told"


class Run:
    """A directory in which a recipe trains.

    Attributes:
        root: the directory.
        path: where its files are: `root`, or within it while the run is to take the place of another one there.
        smoke: whether it holds a smoke run, which can be neither resumed as a real one nor exported.
    """

    def __init__(self, path):
        self.root = self.path = Path(path)

    @classmethod
    def open(cls, path):
        """An existing run.

        Raises:
            UserError: `path` holds none.
        """
        run = cls(path)
        if replacement.is_pending(run.root):
            with contextlib.suppress(UserError, OSError), run_lock.only_writer(run.root):
                replacement.finish(run.root)
        if not run.record_file.is_file():
            raise UserError(f"{path} is no run: it has no {run.record_file.name}; `ganzoo train RECIPE` makes one")
        return run

    @classmethod
    def take_up(cls, path, recipe, fresh=False, smoke=False, data=None, facts=None, log=None):
        """The run of `recipe` at `path`: a new one, or the one that is there if the recipe and its data are still the same.

        One that never came to a checkpoint is begun again, whatever recipe it was of. With `fresh` the new run grows within
        the old one's directory until `settle`; `abandon` leaves the old one as it was.

        Args:
            path: the run's directory, of which this process is the only writer (`run_lock.only_writer`).
            recipe: a `LoadedRecipe`.
            fresh: begin a new run in the place of what is there.
            smoke: mark the run as a smoke run, which takes the place of one that is there.
            data: the recipe's data, a `Source`.
            facts: what else run.json is to say of a new run, a JSON-ready dict.
            log: called with a line for the user.

        Raises:
            UserError: the recipe or the data changed since, a smoke run would become real, or the directory cannot be
                written.
        """
        run = cls(path)
        try:
            replacement.finish(run.root)
            replacement.abandon(run.root)  # what a killed process left
            run.refuse_other_files(fresh)
            there = run.record_file.is_file()
            if there and not fresh:
                run._refuse_mixture(smoke)
                known = None if smoke else run.record().get("data")
                now = facts_of(data, known) if data else None
                if not smoke and run.has_begun:
                    run._refuse_changes(recipe, now, log)
                    run._restore_recipe(recipe)
                    run._note_data(now)
                    return run
            else:
                now = facts_of(data) if data else None
            if there and run.has_begun:
                run.path = replacement.begin(run.root)
            else:
                run._clear(everything=fresh and there)
            run._write_start(recipe, smoke, now, facts or {})
        except OSError as error:
            raise UserError(f"cannot write the run's directory {path}: {error.strerror or error}") from error
        return run

    @property
    def record_file(self):
        return self.path / "run.json"

    @property
    def recipe_file(self):
        return self.path / "recipe.py"

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

    @property
    def has_begun(self):
        """Whether the run came to a checkpoint, whatever became of it."""
        with contextlib.suppress(UserError):  # a damaged run.json says nothing
            if {"began", "steps"} & self.record().keys():
                return True
        return any(self.checkpoints.glob("step-*"))

    @property
    def is_growing(self):
        """Whether it is to take the place of another run at `root`, and has not yet."""
        return self.path != self.root

    def record(self):
        """What run.json says: the recipe's name and overrides, its fingerprint, the data, resumes, the cost so far.

        Raises:
            UserError: the file is damaged.
        """
        if not self.record_file.exists():
            return {}
        record = without_nulls(read_json(self.record_file, RECORD, "the run's record"))
        return {**record, "data": without_nulls(record["data"])} if "data" in record else record

    def write_record(self, record):
        write_atomically(self.record_file, json.dumps(record, indent=1) + "\n")

    def add_score(self, score):
        """Appends one score, a JSON-ready dict, to scores.jsonl.

        Raises:
            UserError: it cannot be written.
        """
        append_line(self.scores, json.dumps(score))

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

    def note_resume(self, recipe, step, settings):
        """Writes down that the run goes on, where that is with another recipe text or other settings than before.

        Args:
            recipe: the `LoadedRecipe`.
            step: the step from which it goes on.
            settings: those that are free to change, a JSON-ready dict.
        """
        record = self.record()
        resumes = record.get("resumes", [])
        last = resumes[-1] if resumes else record
        entry = {"overrides": list(recipe.overrides), "settings": settings, "recipe_sha256": _sha256(recipe.source)}
        before = {"overrides": record["overrides"], "settings": None, "recipe_sha256": None} | last
        if all(before[name] == value for name, value in entry.items()):
            return
        if entry["recipe_sha256"] != before["recipe_sha256"] and self.recipe_file.is_file():
            began = self.recipe_file.read_text(errors="replace").splitlines()
            entry["changes"] = list(
                difflib.unified_diff(began, recipe.source.splitlines(), "recipe.py", "now", n=0, lineterm="")
            )
        if "fingerprint" not in record and not resumes:
            entry["fingerprint"] = recipe.fingerprint()
        entry |= {"step": step, "at": _now()}
        self.write_record({**record, "resumes": [*resumes, entry]})

    def note_checkpoint(self, cost=None):
        """Writes down that there is a checkpoint, from which on the run is more than an attempt, and what it cost so far."""
        self.write_record({"began": _now(), **self.record(), **(cost or {})})

    def settle(self):
        """Takes the place of the run that was at `root`, which is removed."""
        if self.is_growing:
            replacement.commit(self.root)
            self.path = self.root

    def abandon(self):
        """Gives up a run that has not taken its place yet: what was at `root` stays as it was."""
        if self.is_growing:
            replacement.abandon(self.root)

    def refuse_other_files(self, fresh=False):
        """Raises a UserError where the directory holds files and no run."""
        hidden = (run_lock.NAME, replacement.GROWING, replacement.OLD)
        if self.record_file.is_file() or not self.root.is_dir() or replacement.is_pending(self.root):
            return
        others = [child for child in self.root.iterdir() if child.name not in hidden and not DRAFT.fullmatch(child.name)]
        if others and fresh:
            raise UserError(f"{self.root} is not a run; --fresh removes runs only")
        if others:
            raise UserError(f"{self.root} is neither empty nor a run; choose another directory with --run")

    def refuse_other_layers(self, model):
        """Raises a UserError where layers of a model compute otherwise than they did when the run was trained."""
        before = self.record().get("revisions", {})
        for name, now in revisions_of(model).items():
            if before.get(name) != now:
                then = before.get(name, "in another way")
                raise UserError(f"{self.root} was trained when {name} computed {then}; now it does {now}: --fresh starts anew")

    def _write_start(self, recipe, smoke, data, facts):
        self.path.mkdir(parents=True, exist_ok=True)
        remove_drafts(self.path)
        record = {
            "recipe": recipe.name,
            "overrides": list(recipe.overrides),
            "smoke": smoke,
            "recipe_sha256": _sha256(recipe.source),
            "fingerprint": recipe.fingerprint(data and data["identity"]),
        }
        self.write_record(record | facts | ({"data": data} if data else {}))
        write_atomically(self.recipe_file, recipe.source)

    def _clear(self, everything):
        """Removes what an attempt left that never came to a checkpoint; `everything` is what else lies there too."""
        others = [child for child in self.path.iterdir() if child.name != run_lock.NAME] if everything else []
        for entry in {*others, *(self.path / name for name in ENTRIES)}:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink(missing_ok=True)

    def _restore_recipe(self, recipe):
        """Puts the recipe back as it was at the start, where that was damaged and this is it."""
        remove_drafts(self.path)
        sha256 = self.record().get("recipe_sha256")
        text = self.recipe_file.read_text(errors="replace") if self.recipe_file.is_file() else ""
        if sha256 == _sha256(recipe.source) != _sha256(text):
            write_atomically(self.recipe_file, recipe.source)

    def _note_data(self, data):
        """Writes down where the data lies now, and what it is where that was not known."""
        record = self.record()
        known = record.get("data")
        if data and known:
            data = known | {name: data[name] for name in ("path", "identity")}
        if data and data != known:
            self.write_record({**record, "data": data})

    def _refuse_mixture(self, smoke):
        if self.smoke and not smoke:
            raise UserError(f"{self.root} holds a smoke run, which cannot be resumed as a real one; --fresh starts anew")
        if smoke and not self.smoke:
            raise UserError(f"{self.root} holds a real run; give the smoke run another directory with --run")

    def _refuse_changes(self, recipe, data, log):
        record = self.record()
        identity, known = (data or {}).get("identity"), known_identity(record)
        before = next((each["fingerprint"] for each in (record, *record.get("resumes", [])) if "fingerprint" in each), None)
        if before:
            now = recipe.fingerprint(identity)
        else:
            before, now = record.get("flattened", []), recipe.flattened()
            if log:
                log(f"{self.root} was {UNCOMPARED}")
        same_data = not identity or not known or is_same(known, identity)
        apart = (f"{DATA_ROW} = ",)
        if same_data and known and known.get("sha256") and identity:
            apart += PLACES  # the same files elsewhere
        before, now = ([row for row in rows if not row.startswith(apart)] for rows in map(fixed, (before, now)))
        changed = differences(before, now)
        if not same_data:
            rows = ([f"{DATA_ROW} = {described(facts)}"] for facts in (known, identity))
            changed += differences(*rows)
        if changed:
            what = "the recipe changed" if before != now else "the data changed"
            lines = "\n".join(f"  {line}" for line in changed)
            raise UserError(f"{what} since {self.root} began; --fresh starts anew, --run DIR keeps both:\n{lines}")


def revisions_of(model):
    """How layers compute whose class once computed otherwise: a dict from class to its `revision`, over a model's networks."""
    layers = [layer for network in model.networks.values() for layer in network._flatten_layers()]
    kinds = {type(layer) for layer in layers if hasattr(layer, "revision")}
    return {kind.__name__: kind.revision for kind in sorted(kinds, key=lambda kind: kind.__name__)}


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _now():
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
