"""Makes a study by its name: its runs, its page and its numbers."""

import importlib
import json

from ganzoo.errors import UserError
from ganzoo.files import write_atomically
from ganzoo.report.study_page import study_report
from ganzoo.studies.catalogue import QUESTIONS
from ganzoo.sweeps.point import finite

SMOKE = "A smoke run, to see that it runs at all: its trainings are too short for its numbers to mean anything."


def make(name, options):
    """Makes a study, as far as it is not made yet.

    Args:
        name: one of `catalogue.QUESTIONS`.
        options: a `base.Options`.

    Returns:
        A JSON-ready dict, which study.json holds: `study`, `question`, `answer`, `data`, `smoke`, `numbers`.

    Raises:
        UserError: what the study cannot be made with, or none of its runs was done.
    """
    module = importlib.import_module(f"ganzoo.studies.{name}")
    refuse(options, getattr(module, "TAKES", ()))
    options.directory.mkdir(parents=True, exist_ok=True)
    found = module.study(options)
    record = {"study": name, "question": QUESTIONS[name], "data": options.data, "smoke": options.smoke}
    record |= {"answer": list(found.answer), "numbers": finite(found.numbers)}
    if options.smoke:
        record["answer"].insert(
            0, "A smoke run: whether it runs at all. Its runs are too short for its numbers to mean anything."
        )
    facts = found.facts | ({"smoke": "yes: runs too short to mean anything"} if options.smoke else {})
    page = study_report(found.title, QUESTIONS[name], record["answer"], found.sections, facts=facts)
    write_atomically(options.directory / "study.html", page)
    write_atomically(options.directory / "study.json", json.dumps(record, indent=1) + "\n")
    return record


def refuse(options, takes):
    """Raises a UserError for an option that the study does not take."""
    for name in ("data", "model"):
        if getattr(options, name) is not None and name not in takes:
            raise UserError(f"this study takes no --{name}")
