"""Which of two or three looks more real: preferences among models, on one scale (Bradley and Terry 1952)."""

import itertools

import numpy as np

from ganzoo.errors import UserError
from ganzoo.people.bootstrap import over_raters
from ganzoo.people.choices import strengths
from ganzoo.people.engine import Question, shuffled
from ganzoo.people.tally import agreement_of

DRAWS = 400
REAL = "real"


def questions(material, rng):
    """Each set of `together` models equally often, in random places; decoys of a real picture beside broken ones."""
    names, together = names_of(material), material.together
    sets = list(itertools.combinations(range(len(names)), together))
    if len(names) < together:
        raise UserError(f"a choice among {together} needs as many models; with --real held-out pictures are one of them")
    per_set = -(-material.count // len(sets))
    uses = per_set * sum(len(names) - 1 in chosen for chosen in sets) if material.real_takes_part else 0
    real, decoys = material.real_parts(uses, material.decoys)
    pools = [iter(model.images) for model in material.models]
    pools += [iter(material.real.images[real])] if material.real_takes_part else []
    made = []
    for chosen in sets * per_set:
        order = rng.permutation(chosen)
        try:
            made.append(Question(tuple(next(pools[index]) for index in order), {"models": [int(index) for index in order]}))
        except StopIteration:
            raise UserError("too few samples for so many questions: lower --count") from None
    for image in material.real.images[decoys]:
        place = int(rng.integers(together))
        shown = [image if here == place else shuffled(image, rng) for here in range(together)]
        made.append(Question(tuple(shown), {"answer": str(place + 1)}))
    return made


def names_of(material):
    """The names of what takes part: the models, and the real images where they do."""
    return [model.name for model in material.models] + ([REAL] if material.real_takes_part else [])


def settings(material):
    together = material.together
    which = "two pictures" if together == 2 else f"{together} pictures"
    words = [str(number + 1) for number in range(together)]
    return {
        "prompt": "Which picture looks more real?" if together == 2 else "Which picture looks most real?",
        "hint": "Click it, tap it, or press its number. Take one even where you are not sure.",
        "layout": "choose",
        "choices": [{"word": word, "label": word, "key": word} for word in words],
        "every": material.every,
        "about": [
            f"You see {which} at a time and choose the one that looks more like a real photograph or original of its kind.",
            "Where you cannot decide, take the one that you would bet on. There is no hurry, and you can go back.",
        ],
    }


def result(sheets, key, seed=0):
    """Strengths of the models on one scale, with intervals over raters.

    Returns:
        dict: `models`, a list from the strongest to the weakest of `name`, `strength` (log-odds, mean 0) with `low` and `high`,
        and `chosen`, how often it was chosen of the times that it was shown; `beats`, for each ordered pair the probability
        that the first is preferred, with its interval; `answers`; `agreement`.
    """
    names, questions = key["record"]["contestants"], key["questions"]
    rows, width = [], len(key["settings"]["choices"])
    for sheet in sheets:
        table = []
        for q, said in sheet.items():
            shown = questions[q].get("models")
            if shown:
                table.append([shown[int(said["answer"]) - 1], *shown])
        rows.append(np.array(table, int).reshape(-1, 1 + width))
    if not sum(map(len, rows)):
        raise UserError("nobody chose between any of the models")

    def logs(drawn):
        table = np.concatenate(drawn)
        return strengths(table[:, 0], table[:, 1:], len(names), tolerance=1e-6)

    def both(drawn):  # the differences have intervals of their own: strengths move together
        found = logs(drawn)
        return np.concatenate([found, (1 / (1 + np.exp(found[None] - found[:, None]))).ravel()])

    value, low, high = over_raters(rows, both, DRAWS, seed)
    table, count = np.concatenate(rows), len(names)
    order = np.argsort(-value[:count], kind="stable")
    chosen = np.bincount(table[:, 0], minlength=count) / np.maximum(np.bincount(table[:, 1:].ravel(), minlength=count), 1)
    pairs = [(i, j) for i in order for j in order if i != j]
    at = lambda i, j: count + i * count + j  # noqa: E731
    said = [{q: answer["answer"] for q, answer in sheet.items()} for sheet in sheets]
    return {
        "models": [
            {"name": names[i], "strength": float(value[i]), "low": float(low[i]), "high": float(high[i])}
            | {"chosen": float(chosen[i])}
            for i in order
        ],
        "beats": [
            {"first": names[i], "second": names[j]}
            | {"value": float(value[at(i, j)]), "low": float(low[at(i, j)]), "high": float(high[at(i, j)])}
            for i, j in pairs
        ],
        "answers": len(table),
        "agreement": agreement_of(said, questions, [choice["word"] for choice in key["settings"]["choices"]]),
    }
