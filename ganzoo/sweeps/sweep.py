"""A sweep: which runs it is made of, and the storage that knows how far it is."""

import dataclasses
import hashlib
import json
import re
import shlex
from pathlib import Path

from ganzoo.errors import UserError, one_line
from ganzoo.sweeps import space
from ganzoo.sweeps.scored import Goal
from ganzoo.sweeps.storage import hidden, open_storage, patiently, require_optuna

SEARCHES = ("grid", "random", "tpe")
TRIALS = 20
# Points that a search by TPE draws at random before it learns from any.
STARTUP = 10
# A point whose process died so many times is not tried again.
MOST_ATTEMPTS = 3
LONGEST_NAME = 80
STORAGE, RECORD = "sweep.journal", "sweep.json"


@dataclasses.dataclass
class Sweep:
    """Runs of one recipe with different settings.

    Args:
        recipe: a recipe file, or the name of one that ships with ganzoo; None where `runner` needs none.
        over: `space.Dimension`s.
        goals: the scores of each run; the first is what a search goes by.
        directory: where runs, results and, unless `storage` says otherwise, the storage lie.
        search: one of `SEARCHES`.
        trials: points of a search by random or TPE; a grid has as many as it has.
        storage: None for a file in `directory`, or a database's URL.
        name: of the sweep in its storage.
        overrides: `--set` assignments of every run.
        steps: generator steps of every run, or None for the recipe's.
        seed: of the search.
        measure: "module:function" that measures a run; see `point.scores`.
        options: of `measure`, a JSON-ready dict.
        runner: "module:function" that makes and measures a run; see `point.trained`.
    """

    recipe: str | None
    over: list
    goals: list[Goal]
    directory: Path
    search: str = "grid"
    trials: int | None = None
    storage: str | None = None
    name: str = ""
    overrides: tuple = ()
    steps: int | None = None
    seed: int = 0
    measure: str = "ganzoo.sweeps.point:scores"
    options: dict = dataclasses.field(default_factory=dict)
    runner: str = "ganzoo.sweeps.point:trained"

    def __post_init__(self):
        if self.search == "grid" and self.trials is not None:
            raise UserError("--trials is of --search random and tpe: a grid has as many points as it has")
        self.directory = Path(self.directory)
        self.trials = self.trials or TRIALS
        self.name = self.name or (Path(self.recipe).stem if self.recipe else self.directory.name)
        self.options = {"goals": [list(dataclasses.astuple(goal)) for goal in self.goals], **self.options}
        self.study = None

    @property
    def where(self):
        """The storage: a file's path or a database's URL."""
        return self.storage or self.directory / STORAGE

    def check(self):
        """Reads the recipe with each value of each dimension.

        Raises:
            UserError: there is no such name, or a value does not fit it.
        """
        if self.recipe:
            self._check_names()
        if self.search == "grid":
            space.grid(self.over)

    def _check_names(self):
        from ganzoo.recipe import load_recipe

        for each in self.over:
            values = each.values or (each.text(each.low), each.text(each.high))
            if each.name.split(".")[0] in ("log_every", "sample_every", "checkpoint_every", "keep_checkpoints", "evaluations"):
                raise UserError(f"{each.name} makes no difference to what a run learns: sweep over something else")
            for value in values:
                load_recipe(self.recipe, [*self.overrides, f"{each.name}={value}"])

    def foreseen(self):
        """The points that are known before any run: all of a grid and a random search, the first ones of TPE; dicts."""
        if self.search == "grid":
            return space.grid(self.over)
        return space.drawn(self.over, self.trials if self.search == "random" else min(STARTUP, self.trials), self.seed)

    def distributions(self):
        """What Optuna draws each parameter from, by name."""
        from optuna.distributions import CategoricalDistribution

        if self.search == "grid":
            return {each.name: CategoricalDistribution(each.grid()) for each in self.over}
        return {each.name: each.distribution() for each in self.over}

    def open(self):
        """Opens the storage and finds or makes the sweep in it.

        Raises:
            UserError: the storage cannot be opened, or the sweep in it is another one.
        """
        optuna = require_optuna()
        self.check()
        direction = "maximize" if self.goals and self.goals[0].maximised else "minimize"
        storage = open_storage(self.where)
        try:
            study = patiently(
                optuna.create_study, storage=storage, study_name=self.name, direction=direction, load_if_exists=True
            )
            mine, theirs = self.identity(), study.user_attrs.get("sweep")
            if theirs is None:
                study.set_user_attr("sweep", mine)
            elif theirs != mine:
                rows = [f"  {key} = {theirs.get(key)}, now {mine[key]}" for key in mine if theirs.get(key) != mine[key]]
                raise UserError(
                    f"{hidden(self.where)} holds another sweep called {self.name}; --name or --to keeps both:\n"
                    + "\n".join(rows)
                )
        except (UserError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise UserError(f"the storage {hidden(self.where)} cannot be used: {one_line(error)}") from error
        self.study = study
        return self

    def identity(self):
        """What makes it the same sweep, a JSON-ready dict; how many trials a search has may change."""
        rows = []
        if self.recipe:
            from ganzoo.recipe import load_recipe

            rows = load_recipe(self.recipe, self.overrides).fingerprint()
        return {
            "recipe": Path(self.recipe).stem if self.recipe else None,
            "runner": self.runner,
            "fingerprint": hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16],
            "set": list(self.overrides),
            "over": [str(each) for each in self.over],
            "search": self.search,
            "seed": self.seed,
            "steps": self.steps,
            "measure": self.measure,
            "options": json.loads(json.dumps(self.options)),
        }

    def point(self, params):
        """A point as texts by name, in the order of the dimensions."""
        return {each.name: each.text(params[each.name]) for each in self.over}

    def run_name(self, point):
        """The name of a point's run: short, told by its settings, and its own."""
        words = "_".join(f"{'.'.join(name.split('.')[-2:])}={value}" for name, value in point.items())
        readable = re.sub(r"[^\w.=+-]+", "-", words)[:LONGEST_NAME].strip("-.")
        return f"{readable}-{hashlib.sha256(key_of(point).encode()).hexdigest()[:8]}"

    def run_of(self, point):
        """The directory of a point's run."""
        return self.directory / "points" / self.run_name(point)

    def result_file(self, point):
        return self.directory / "results" / f"{self.run_name(point)}.json"

    def log_file(self, point):
        return self.directory / "logs" / f"{self.run_name(point)}.log"

    def assignments(self, point):
        """All `--set` assignments of a point's run."""
        return [*self.overrides, *(f"{name}={value}" for name, value in point.items())]

    def commands(self, point):
        """The commands that do the same by hand, texts."""
        if not self.recipe:
            return []
        run = str(self.run_of(point))
        train = ["ganzoo", "train", str(self.recipe), "--run", run]
        train += [word for assignment in self.assignments(point) for word in ("--set", assignment)]
        train += ["--steps", str(self.steps)] if self.steps else []
        metrics = ",".join(dict.fromkeys(goal.metric for goal in self.goals))
        evaluate = ["ganzoo", "evaluate", run, *(["--metrics", metrics] if metrics else [])]
        for name in ("count", "extractor", "seed", "data"):
            if self.options.get(name) is not None:
                evaluate += [f"--{name}", str(self.options[name])]
        scored = self.measure == Sweep.measure
        return [shlex.join(words) for words in ([train, evaluate] if scored else [train])]

    def records(self):
        """What is known of each point, a list of JSON-ready dicts in the order in which they were first taken up.

        Each has `set` (values by name), `state` (waiting, running, done, failed), `value` (what was searched by), `values`,
        `error`, `run`, `seconds`, `attempts` (processes that died at it) and `commands`.
        """
        found = {}
        for trial in trials_of(self.study):
            key = key_of_trial(trial, self)
            if key is None:
                continue
            point = json.loads(key)
            record = found.setdefault(key, {"set": point, "attempts": 0, "_rank": 0})
            state, rank = state_of(trial)
            if state == "lost":
                record["attempts"] += 1
            if rank < record["_rank"]:
                continue
            attrs = trial.user_attrs
            record |= {"_rank": rank, "state": state, "value": trial.value if state == "done" else None}
            record |= {name: attrs.get(name) for name in ("values", "error", "seconds", "host", "protocol")}
        for record in found.values():
            if record["state"] == "lost":
                gone = record["attempts"] >= MOST_ATTEMPTS
                record |= {"state": "failed" if gone else "waiting", "error": record["error"] if gone else None}
            if record["state"] == "stopped":
                record["state"] = "waiting"
            del record["_rank"]
            record |= {"run": str(self.run_of(record["set"])), "commands": self.commands(record["set"])}
        return list(found.values())


def trials_of(study):
    """All trials, oldest first, that are not to be changed."""
    return patiently(study.get_trials, deepcopy=False)


def key_of(point):
    """A point as a text that is the same for the same point."""
    return json.dumps(point)


def key_of_trial(trial, sweep):
    """The key of a trial's point; None of one that was given up as a duplicate, or is not drawn whole yet."""
    if trial.user_attrs.get("discarded"):
        return None
    params = trial.system_attrs.get("fixed_params", trial.params)
    if any(each.name not in params for each in sweep.over):
        return None
    return key_of(sweep.point(params))


def state_of(trial):
    """(a trial's state in words, its rank: of several trials of a point that of the highest rank counts)."""
    from optuna.trial import TrialState

    if trial.state == TrialState.COMPLETE:
        return "done", 5
    if trial.state == TrialState.RUNNING:
        return "running", 4
    if trial.state == TrialState.WAITING:
        return "waiting", 2
    if trial.user_attrs.get("lost"):
        return "lost", 1
    if trial.user_attrs.get("stopped"):
        return "stopped", 1
    return "failed", 3
