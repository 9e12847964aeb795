"""The answers of people on a judge page: merged, checked against the decoys, and converted to N_eff with its interval."""

from itertools import combinations
from pathlib import Path

import numpy as np

from ganzoo.checked_json import Maybe, checked, read_json
from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.people import engine
from ganzoo.people.agreement import agreement
from ganzoo.report.judge_page import FORMAT

ANSWERS = ("yes", "no", "unsure")
# Answers of a rater who is less accurate on pairs of known answer are refused.
LEAST_ACCURACY = 0.9
# The farthest pairs shown must be no duplicates, else there are more that were not shown.
_IN_A_ROW = 5


def _one_of(*words):
    def check(value):
        if value not in words:
            raise ValueError(f"one of {', '.join(words)}")

    return check


def _size(value):
    if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 10**7:
        raise ValueError("a number of samples from 2 to 10,000,000")


# What is read of a page's key, and of a file of answers.
KEY = {
    "page": str,
    "questions": {str: {"kind": _one_of("pair", "twin", "stranger"), "i": Maybe(int), "j": Maybe(int)}},
    "groups": [
        {"side": _one_of("fake", "real"), "kind": _one_of("pooled", "batch"), "size": _size, "name": str, "questions": [str]}
    ],
}
SHEET = {"answers": [{"id": str, "answer": _one_of(*ANSWERS), "ms": Maybe(float)}], "rater": Maybe(str)}


def read_answers(page, answers):
    """The estimate from people's answers.

    A pair is a duplicate if more than half of the raters say yes, none if more than half say no, else unsure; so are
    unanswered ones. `yes` counts the duplicates alone, `yes_or_unsure` the unsure ones too; `n_eff` is the value of
    the first, with the interval that reaches over both.

    Args:
        page: path of the judge page.
        answers: paths of the exported answers, one file a rater.

    Returns:
        A dict ready for JSON: `judge` ("human"), `raters`, `agreement`, `counts`, `results` (one a side and class, each
        with `pooled`, `batches`, `fit`, `corrected` and `n_eff`), `n_eff` of the generated side without a class, and
        `warnings`.

    Raises:
        UserError: files that are not a page or not answers, answers to another page, or a rater whose accuracy on the
            decoys is under 90 %.
    """
    key = read_key(page)
    kinds = {name: question["kind"] for name, question in key["questions"].items()}
    if not answers:
        raise UserError("no answers: export them from the page and give the file with --answers")
    files = [_read(path, key["page"], kinds) for path in answers]
    names = _names(files, answers)
    raters = [_rater(name, file, kinds, path) for name, file, path in zip(names, files, answers, strict=True)]
    sheets = [{x["id"]: x["answer"] for x in file["answers"]} for file in files]
    merged = {question: _majority([s.get(question) for s in sheets]) for question in kinds}
    panel = _decoy_rates(merged, kinds)
    asked = [q for q, kind in kinds.items() if kind == "pair"]
    warnings = []
    open_pairs = sum(all(q not in s for s in sheets) for q in asked)
    if open_pairs:
        warnings.append(f"{open_pairs} of {len(asked)} pairs are unanswered and count as unsure")
    if None in panel.values():
        warnings.append("too few decoys of both kinds: the reliability of the answers is unknown")
    results = []
    for side, name in dict.fromkeys((g["side"], g["name"]) for g in key["groups"]):
        groups = [g for g in key["groups"] if (g["side"], g["name"]) == (side, name)]
        results.append(_result(side, name, groups, key["questions"], merged, panel, warnings))
    main = next((r for r in results if r["side"] == "fake" and not r["name"]), None)
    return {
        "judge": "human",
        "page": key["page"],
        "raters": raters,
        "decoys": panel,
        "agreement": agreement([[s.get(q) for s in sheets] for q in asked], ANSWERS),
        "counts": {word: sum(merged[q] == word for q in asked) for word in ANSWERS},
        "n_eff": main and main["n_eff"],
        "results": results,
        "warnings": warnings,
    }


def read_key(page):
    """The key of a page, read from the page itself: which question is which pair.

    Raises:
        UserError: no such file, or not a judge page.
    """
    key = engine.read_key(page, FORMAT, f"ganzoo birthday MODEL --page {Path(page).name}", "judge page")
    return _consistent(checked(key, KEY, f"the key of {page}"), page)


def _consistent(key, page):
    """A key as it is.

    Raises:
        UserError: its groups name questions that are no pairs, or pairs of samples that there are not.
    """
    pairs = {name: question for name, question in key["questions"].items() if question["kind"] == "pair"}
    for group in key["groups"]:
        asked = [pairs.get(name) for name in group["questions"]]
        if not asked or any(pair is None or None in (pair.get("i"), pair.get("j")) for pair in asked):
            raise UserError(f"the key of {page} is damaged: a group names no questions, or others than pairs")
        ends = {pair[end] for pair in asked for end in ("i", "j")}
        if group["kind"] == "pooled" and (len(ends) > group["size"] or any(pair["i"] == pair["j"] for pair in asked)):
            raise UserError(f"the key of {page} is damaged: pairs of {len(ends)} samples among {group['size']}")
    return key


def _result(side, name, groups, questions, merged, panel, warnings):
    """The numbers of one side and class."""
    result = {"side": side, "name": name, "pooled": None, "batches": None, "fit": None, "corrected": None}
    called = f"{side} samples" + (f" of {name}" if name else "")
    best = None
    pooled = next((g for g in groups if g["kind"] == "pooled"), None)
    if pooled:
        estimates = {which: _pooled(pooled, questions, merged, counted) for which, counted in _COUNTED}
        result["pooled"] = best = estimates
        if not estimates["yes"]["complete"]:
            warnings.append(f"{called}: the farthest pairs shown are still duplicates, N_eff is smaller: show more pairs")
        result["corrected"] = _corrected(pooled, merged, panel)
    batches = [g for g in groups if g["kind"] == "batch"]
    if batches:
        rows = {which: _batches(batches, merged, counted) for which, counted in _COUNTED}
        result["batches"] = rows
        result["fit"] = {
            which: support.fit_batches(*([r[x] for r in row] for x in ("size", "batches", "positive")))
            for which, row in rows.items()
        }
        best = best or result["fit"]
    sure, unsure = best["yes"]["n_eff"], best["yes_or_unsure"]["n_eff"]
    # More duplicates, fewer images: the unsure ones can only lower it.
    result["n_eff"] = {"value": sure["value"], "low": min(sure["low"], unsure["low"]), "high": sure["high"]}
    return result


_COUNTED = (("yes", ("yes",)), ("yes_or_unsure", ("yes", "unsure")))


def _pooled(group, questions, merged, counted):
    """The pooled estimate from the pairs that were called duplicates."""
    twins = [q for q in group["questions"] if merged[q] in counted]
    ends = np.array([questions[q][end] for q in twins for end in ("i", "j")], int)
    # Samples in no twin have degree 0, whichever they are.
    degrees = np.zeros(group["size"], int)
    counts = np.unique(ends, return_counts=True)[1]
    degrees[: len(counts)] = counts
    everything = len(group["questions"]) == support.pair_count(group["size"])
    complete = everything or not any(merged[q] in counted for q in group["questions"][-_IN_A_ROW:])
    return support.pooled(degrees) | {"complete": complete, "spike": support.spike(degrees)}


def _batches(groups, merged, counted):
    """`support.from_batches` by size: a batch is positive if any of its pairs was called a duplicate."""
    rows = []
    for size in sorted({g["size"] for g in groups}):
        marks = [any(merged[q] in counted for q in g["questions"]) for g in groups if g["size"] == size]
        rows.append(support.from_batches(size, sum(marks), len(marks)))
    return rows


def _corrected(group, merged, panel):
    """N_eff corrected for the raters' errors, by their rates on the decoys (which are easier than real pairs)."""
    sensitivity, specificity = panel["sensitivity"], panel["specificity"]
    if sensitivity is None or specificity is None or sensitivity <= 1 - specificity:
        return None
    share = sum(merged[q] == "yes" for q in group["questions"]) / len(group["questions"])
    q = support.corrected(share, sensitivity, 1 - specificity) * len(group["questions"]) / support.pair_count(group["size"])
    return {"q": q, "n_eff": 1 / q if q else None}


def _rater(name, file, kinds, path):
    """The accuracy of one rater's answers."""
    sheet = {x["id"]: x["answer"] for x in file["answers"]}
    decoys = [q for q, kind in kinds.items() if kind != "pair"]
    done = [q for q in decoys if q in sheet]
    if len(done) < len(decoys) / 2:
        raise UserError(f"{name} ({path}) answered only {len(done)} of the {len(decoys)} known pairs: finish the page first")
    right = sum(sheet[q] == {"twin": "yes", "stranger": "no"}[kinds[q]] for q in done)
    if done and right / len(done) < LEAST_ACCURACY:
        raise UserError(
            f"{name} ({path}) is right on {right} of {len(done)} known pairs, under {LEAST_ACCURACY:.0%}: "
            "leave these answers out, or judge the page again"
        )
    times = [x["ms"] for x in file["answers"] if x.get("ms") is not None]
    return {
        "rater": name,
        "answered": len(sheet),
        "questions": len(kinds),
        "decoys": len(done),
        "accuracy": right / len(done) if done else None,
        "seconds": float(np.median(times)) / 1000 if times else None,
    } | _decoy_rates(sheet, kinds)


def _decoy_rates(sheet, kinds):
    """Share of known twins called so, and of strangers; None where there are none."""
    rates = {}
    for name, kind, right in (("sensitivity", "twin", "yes"), ("specificity", "stranger", "no")):
        marks = [sheet[q] == right for q, k in kinds.items() if k == kind and q in sheet]
        rates[name] = sum(marks) / len(marks) if marks else None
    return rates


def _majority(votes):
    votes = [v for v in votes if v is not None]
    for word in ("yes", "no"):
        if 2 * votes.count(word) > len(votes):
            return word
    return "unsure"


def _names(files, paths):
    names = [str(file.get("rater") or "").strip() or f"rater {n}" for n, file in enumerate(files, 1)]
    for (n, first), (m, second) in combinations(enumerate(names), 2):
        if first == second:
            raise UserError(f"{paths[n]} and {paths[m]} are both {first}'s answers: pass one file per rater")
    return names


def _read(path, page, kinds):
    """One exported file, verified."""
    file = read_json(path, object, "the answers")
    if not isinstance(file, dict) or file.get("format") != f"{FORMAT}-answers":
        raise UserError(f"{path} holds no answers: export them from the judge page")
    if file.get("page") != page:
        raise UserError(f"{path} answers another page than this one")
    answers = checked(file, SHEET, f"the file {path}")["answers"]
    if any(x["id"] not in kinds for x in answers):
        raise UserError(f"{path} answers questions that this page does not ask")
    if len({x["id"] for x in answers}) < len(answers):
        raise UserError(f"{path} answers a question twice: export it again")
    return file
