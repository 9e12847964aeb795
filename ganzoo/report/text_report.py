"""The HTML report on a model that writes text."""

from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.text import sentences_of, vocabulary_of
from ganzoo.evaluation.text_birthday import birthday_of_model, real_text
from ganzoo.report.page import report
from ganzoo.run import Run

SHOWN = 32
BATCHES = 10


def report_on_text(model, data=None, scores=(), seed=0, data_dir=None, log=print):
    """The HTML report on a model of text whose scores are at hand: runs the birthday test beside them.

    Args:
        model, data, seed, data_dir, log: as of `evaluate.evaluate`.
        scores: what it returned.

    Returns:
        The HTML text.
    """
    log("report: the birthday test")
    side = open_input(model, data_dir)
    data, _, held = real_text(side, data, seed, data_dir)
    birthday = birthday_of_model(side, data, batches=BATCHES, seed=seed, data_dir=data_dir, log=log)
    count = SHOWN if side.size is None else min(SHOWN, side.size)
    sides = ((side, count), (held, min(SHOWN, held.size)))
    texts = [[" ".join(s) for s in sentences_of(one, shown, seed, vocabulary_of(data))] for one, shown in sides]
    facts = {"Model": side.name, "Data": data.name, "Held out": held.name, "Seed": seed}
    step = side.describe().get("step")
    if step is not None:
        facts["Generator steps"] = f"{step:,}"
    run = getattr(getattr(side, "sampler", None), "run", None)
    history = run.all_scores() if isinstance(run, Run) else ()
    return report(side.name, facts=facts, scores=scores, birthday=birthday, history=history, texts=texts)
