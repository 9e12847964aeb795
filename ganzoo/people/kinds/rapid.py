"""Rapid scene categorization: how long must a picture be seen to tell whether it is real? HYPE-time (arXiv 1904.01121)."""

import dataclasses

import numpy as np

from ganzoo.people.kinds import real_or_fake
from ganzoo.people.staircase import Staircase, modal, threshold
from ganzoo.people.tally import agreement_of, estimate, share_of

STAIRCASE = Staircase()
# Milliseconds of each number of the countdown and of each mask, and the number of masks.
COUNTDOWN, MASK, MASKS = 500, 30, 4
# A trial counts where the screen showed the picture for as long as was meant, within this share of it or this many frames.
LATE, LATE_FRAMES = 0.1, 3


def questions(material, rng):
    """As of `real_or_fake`, but without decoys: at a glance even who is careful takes a broken picture for a real one."""
    return real_or_fake.questions(dataclasses.replace(material, decoys=0), rng)


def settings(material):
    return real_or_fake.SETTINGS | {
        "hint": "Look at the middle of the field. Answer when the flicker is over.",
        "layout": "timed",
        "every": material.every,
        "timed": dataclasses.asdict(STAIRCASE) | {"countdown": COUNTDOWN, "mask": MASK, "masks": MASKS},
        "about": [
            "A countdown 3, 2, 1, then a picture for a moment, then flicker. Say whether the picture was real or generated. "
            "About half are real.",
            "The better you do, the shorter pictures are shown: it is meant to become hard, for everybody. Answer what you "
            "think, also where you have to guess.",
            "Some practice pictures come first. Use a computer with nothing else running, and keep this page in sight while "
            "it flickers.",
        ],
    }


def result(sheets, key, seed=0):
    """The exposure at which 75 % of answers are right, in milliseconds, with a 95 % interval over raters.

    Returns:
        dict: `threshold_ms`, the mean exposure of each block's second half; `modal_ms`, the most frequent one (HYPE-time);
        `right`, the share of right answers; `late`, the share of trials left out because the screen did not keep the time;
        `at_least`, whether the staircase stands at its shortest exposure, so that the truth may lie below; `at_most`
        likewise at its longest. Shorter exposures are of worse generators.
    """
    questions = key["questions"]
    rows, late, total = [], 0, 0
    for sheet in sheets:
        trials = sorted((a["n"], q, a) for q, a in sheet.items() if a.get("exposure") is not None and a.get("n") is not None)
        kept = [(n, q, a) for n, q, a in trials if on_time(a)]
        late, total = late + len(trials) - len(kept), total + len(trials)
        table = [(a["exposure"], a.get("block") or 0, right(questions[q], a["answer"])) for _, q, a in kept]
        rows.append(np.array(table, float).reshape(-1, 3))
    limits = key["settings"]["timed"]
    measured = [threshold(row[:, 0], row[:, 1]) for row in rows]
    own = [np.array([value]) for value in measured if np.isfinite(value)]
    found = estimate(own, lambda drawn: float(np.mean(np.concatenate(drawn))), seed)
    said = [{q: file["answer"] for q, file in sheet.items()} for sheet in sheets]
    value = found["value"]
    step = max(limits["up"], limits["down"])
    return {
        "threshold_ms": found,
        "modal_ms": float(np.mean([modal(row[:, 0], row[:, 1]) for row in rows if len(row)])) if total > late else None,
        "right": estimate([row[:, 2] for row in rows], lambda drawn: float(np.concatenate(drawn).mean()), seed),
        "late": late / total if total else None,
        "at_least": value is not None and value <= limits["least"] + step,
        "at_most": value is not None and value >= limits["most"] - step,
        "deceived": share_of(said, questions, "real", lambda k: k.get("side") == "fake", seed),
        "agreement": agreement_of(said, questions, [choice["word"] for choice in real_or_fake.CHOICES]),
    }


def right(question, word):
    """Whether an answer is right."""
    return (question["side"] == "real") == (word == "real")


def on_time(answer):
    """Whether the screen showed the picture for as long as was meant."""
    shown, meant = answer.get("shown_ms"), answer["exposure"]
    return shown is not None and abs(shown - meant) <= max(LATE * meant, LATE_FRAMES * 1000 / 60)
