"""The answers of people: read from files and folders, checked against what is known, merged into an estimate."""

from collections import Counter
from pathlib import Path

import numpy as np

from ganzoo.checked_json import Maybe, checked, read_json
from ganzoo.errors import UserError
from ganzoo.notes import counted
from ganzoo.people.engine import FORMAT, read_key
from ganzoo.people.kinds.every import KINDS

# Answers of a rater who is less accurate on questions of known answer are left out.
LEAST_ACCURACY = 0.9
# Raters below which an interval says little about people in general.
FEW = 5
KEY = {
    "page": str,
    "kind": str,
    "settings": {str: object},
    "record": {str: object},
    "questions": {
        str: {
            "side": Maybe(str),
            "answer": Maybe(str),
            "practice": Maybe(str),
            "models": Maybe([int]),
        }
    },
}
ANSWER = {
    "id": str,
    "answer": str,
    "ms": Maybe(float),
    "n": Maybe(int),
    "exposure": Maybe(float),
    "shown_ms": Maybe(float),
    "block": Maybe(int),
}
SHEET = {"answers": [ANSWER], "practice": Maybe([{"id": str, "answer": str}]), "attempts": Maybe(int), "rater": Maybe(str)}


def merge(page, paths, seed=0):
    """The estimate from people's answers to a page.

    Raters who did not pass the practice, answered fewer than half of the questions of known answer, or are right on fewer than
    90 % of these are left out, and named.

    Args:
        page: path of the page.
        paths: of answer files, one a rater, or of folders of them.
        seed: of the bootstrap.

    Returns:
        A dict ready for JSON: `judge` ("human"), `kind`, `page`, `record` (the models and the data), `raters`, `left_out`,
        `result` (of the kind; see its module) and `warnings`.

    Raises:
        UserError: files that are not a page or not answers to it, or nobody's answers can be used.
    """
    key = page_key(page)
    files = {path: read(path, key) for path in found(paths, key["page"])}
    if not files:
        raise UserError(f"no answers to {page}: export them from the page and give the files, or their folder")
    twice = [name for name, times in Counter(name_of(file, path) for path, file in files.items()).items() if times > 1]
    if twice:
        raise UserError(f"{twice[0]} answered in several files: give one file a rater")
    raters, left_out, sheets = [], [], []
    for path, file in files.items():
        facts = rater(name_of(file, path), file, key)
        if facts["problem"]:
            left_out.append(facts)
            continue
        raters.append(facts)
        sheets.append({answer["id"]: answer for answer in file["answers"]})
    if not raters:
        raise UserError(f"nobody's answers can be used: {'; '.join(one['rater'] + ' ' + one['problem'] for one in left_out)}")
    asked = sum("practice" not in question for question in key["questions"].values())
    warnings = []
    if len(raters) < FEW:
        warnings.append(f"{counted(len(raters), 'rater')}: an interval of fewer than {FEW} says little about people in general")
    if unfinished := [one["rater"] for one in raters if one["answered"] < asked]:
        warnings.append(f"{', '.join(unfinished)} did not answer all of {asked} questions")
    return {
        "judge": "human",
        "kind": key["kind"],
        "page": key["page"],
        "record": key["record"],
        "raters": raters,
        "left_out": left_out,
        "result": KINDS[key["kind"]].result(sheets, key, seed),
        "warnings": warnings,
    }


def page_key(page):
    """The key of a page.

    Raises:
        UserError: it is no page of people's, or damaged.
    """
    key = checked(read_key(page, FORMAT, "ganzoo people page"), KEY, f"the key of {page}")
    if key["kind"] not in KINDS:
        raise UserError(f"{page} is of the kind {key['kind']!r}, which this ganzoo does not know")
    for question in key["questions"].values():  # what is absent is absent, and not None
        for name in [name for name, value in question.items() if value is None]:
            del question[name]
    return key


def found(paths, page):
    """The answer files among files and folders, in order; of a folder those that answer another page are passed over.

    Raises:
        UserError: no such file or folder.
    """
    files = []
    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(path.glob("*.json")):
                content = read_json(file, object, "the answers")
                if isinstance(content, dict) and content.get("format") == f"{FORMAT}-answers" and content.get("page") == page:
                    files.append(file)
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def read(path, key):
    """One exported file, checked.

    Raises:
        UserError: it is no file of answers, answers another page, or what was not asked.
    """
    file = read_json(path, object, "the answers")
    if not isinstance(file, dict) or file.get("format") != f"{FORMAT}-answers":
        raise UserError(f"{path} holds no answers: export them from the page")
    if file.get("page") != key["page"]:
        raise UserError(f"{path} answers another page than this one")
    file = checked(file, SHEET, f"the file {path}")
    words = {choice["word"] for choice in key["settings"]["choices"]}
    for answer in [*file["answers"], *(file.get("practice") or [])]:
        if answer["id"] not in key["questions"] or answer["answer"] not in words:
            raise UserError(f"{path} answers questions that this page does not ask, or with words that it does not offer")
    if len({answer["id"] for answer in file["answers"]}) < len(file["answers"]):
        raise UserError(f"{path} answers a question twice: export it again")
    return file


def name_of(file, path):
    return str(file.get("rater") or "").strip() or Path(path).stem


def rater(name, file, key):
    """What is known of one rater, with `problem`, why the answers are left out, or None."""
    questions, said = key["questions"], {answer["id"]: answer["answer"] for answer in file["answers"]}
    known = {q: question["answer"] for q, question in questions.items() if "answer" in question}
    seen = [q for q in known if q in said]
    right = sum(said[q] == known[q] for q in seen)
    times = [answer["ms"] for answer in file["answers"] if answer.get("ms") is not None]
    problem = practice_problem(file, key)
    if not problem and not any("practice" not in questions[q] for q in said):
        problem = "answered nothing"
    if not problem and known and len(seen) < len(known) / 2:
        problem = f"answered only {len(seen)} of the {len(known)} questions of known answer"
    if not problem and seen and right / len(seen) < LEAST_ACCURACY:
        problem = f"is right on {right} of {len(seen)} questions of known answer, under {LEAST_ACCURACY:.0%}"
    return {
        "rater": name,
        "answered": len(said),
        "decoys": len(seen),
        "accuracy": right / len(seen) if seen else None,
        "attempts": file.get("attempts") or 1,
        "seconds": float(np.median(times)) / 1000 if times else None,
        "problem": problem,
    }


def practice_problem(file, key):
    """Why a rater did not pass the practice, or None."""
    wanted = {q: question["practice"] for q, question in key["questions"].items() if "practice" in question}
    said = {answer["id"]: answer["answer"] for answer in file.get("practice") or []}
    if not wanted:
        return None
    if missing := len(wanted.keys() - said.keys()):
        return f"left {missing} of {len(wanted)} practice pictures out"
    for side in sorted(set(wanted.values())):
        marks = [said[q] == side for q, answer in wanted.items() if answer == side]
        if sum(marks) < key["settings"]["least"] * len(marks):
            return f"was right on {sum(marks)} of {len(marks)} practice pictures that are {side}"
    return None
