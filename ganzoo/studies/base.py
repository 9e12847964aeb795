"""What every study is made of: its options, the runs that it makes by a sweep, and what it found."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganzoo.checked_json import read_json
from ganzoo.errors import UserError
from ganzoo.sweeps import results, space
from ganzoo.sweeps.engine import Engine
from ganzoo.sweeps.scored import Goal
from ganzoo.sweeps.sweep import Sweep


@dataclasses.dataclass
class Options:
    """How a study is made.

    Attributes:
        directory: where its runs, figures, page and numbers go.
        data: the data set, or None for the study's own.
        smoke: the whole of it in under a minute, with runs too short to mean anything.
        storage, jobs, threads, devices, retry_failed: as of `ganzoo sweep`.
        model: the model that is studied, of studies of one.
        log: called with lines for the user.
    """

    directory: Path
    data: str | None = None
    smoke: bool = False
    storage: str | None = None
    jobs: int = 1
    threads: int | None = None
    devices: str | None = None
    model: str | None = None
    retry_failed: bool = False
    log: Callable[[str], None] = print


@dataclasses.dataclass
class Section:
    """A part of a study's page: a heading, paragraphs, a table (head, rows), figures (file, caption)."""

    title: str
    text: tuple = ()
    table: tuple | None = None
    figures: tuple = ()


@dataclasses.dataclass
class Findings:
    """What a study found.

    Attributes:
        title: of its page.
        answer: sentences, each with its numbers: what held and what did not.
        numbers: all of them, a JSON-ready dict.
        sections: `Section`s.
        facts: text by label, for the page's head.
    """

    title: str
    answer: list
    numbers: dict[str, Any]
    sections: list
    facts: dict = dataclasses.field(default_factory=dict)


def made(options, over, measure=None, *, recipe=None, overrides=(), steps=None, runner=None, name="runs", about=None):
    """Makes a study's runs through the sweep engine, each once: what is done already is not done again.

    Args:
        options: the study's `Options`.
        over: `NAME=VALUES` texts, as of `ganzoo sweep`.
        measure: "module:function" that measures a run, as `sweeps.point.scores` does; or
        runner: "module:function" that makes and measures what is no training of a recipe, as `sweeps.point.trained`.
        recipe, overrides, steps: as of `Sweep`.
        name: of the sweep within the study.
        about: what `measure` or `runner` is told, a JSON-ready dict.

    Returns:
        A list of dicts, one a point that was done, in the grid's order: `set` (texts by name), `run`, and all that was
        measured.

    Raises:
        UserError: no point was done.
    """
    what = {"recipe": recipe, "over": space.dimensions(over), "goals": [Goal("study", "", "lower", "value")]}
    what |= {"directory": options.directory / name, "storage": options.storage, "overrides": tuple(overrides)}
    what |= {"name": f"{options.directory.name}-{name}", "steps": steps, "options": about or {}}
    what |= {"measure": measure} if measure else {}
    what |= {"runner": runner} if runner else {}
    sweep = Sweep(**what).open()

    def finished():
        results.write_summary(sweep)

    how = {"jobs": options.jobs, "threads": options.threads, "devices": options.devices, "retry_failed": options.retry_failed}
    Engine(sweep, **how, log=options.log, finished=finished).work()
    found, records = [], {json.dumps(record["set"]): record for record in sweep.records()}
    for point in sweep.foreseen():
        record, file = records[json.dumps(point)], sweep.result_file(point)
        if record["state"] == "done" and file.is_file():
            found.append({**read_json(file, dict, "a run's result"), "set": point, "run": record["run"]})
        elif record["state"] == "done":
            options.log(f"note: {record['run']} was made on {record['host']}: its result is not here and left out")
        else:
            options.log(f"note: left out: {record['run']}: {record['error']}")
    if not found:
        raise UserError(f"no run of the study was done: {next(iter(records.values()))['error']}")
    return found
