"""The HTML report on a model: its scores, samples, duplicates and nearest training images."""

from ganzoo import pictures
from ganzoo.evaluation.birthday import birthday_test_of
from ganzoo.evaluation.nearest_training import nearest_images
from ganzoo.evaluation.neighbourhood import COPIES, Neighbourhood
from ganzoo.metrics.registry import TEXT
from ganzoo.report.page import report
from ganzoo.run import Run

SHOWN, SENTENCES = 64, 32
# The report's own birthday test: what the command does by default, at half the samples.
BATCHES = 10


def report_on(model, data=None, scores=(), extractor="auto", seed=0, data_dir=None, log=print):
    """The HTML report on a model with given scores: runs the birthday test and the search for copies.

    Args:
        model, data, extractor, seed, data_dir, log: as of `evaluate.evaluate`.
        scores: the scores that `evaluate` returned.

    Returns:
        The HTML text.
    """
    log("report: the birthday test")
    test = birthday_test_of(model, data, batches=BATCHES, seed=seed, data_dir=data_dir, log=log)
    birthday = test.run()
    facts = {"Model": test.model.name, "Data": test.data.name, "Held out": test.held_out.name, "Seed": seed}
    step = test.model.describe().get("step")
    if step is not None:
        facts["Generator steps"] = f"{step:,}"
    if test.images is not None:
        log("report: nearest training images")
        near = Neighbourhood(test.model, data, COPIES, extractor, True, seed, data_dir, log)
        parts = {
            "samples": test.images[:SHOWN],
            "real": test.real[:SHOWN],
            "birthday_images": (test.images, test.real),
            "nearest": nearest_images(near.train),
            "copies": near.record,
            "copies_images": (near.images, near.train, near.held),
        }
    elif test.data.feature == TEXT:
        parts = {
            "texts": [[" ".join(map(str, sentence)) for sentence in text[:SENTENCES]] for text in (test.samples, test.real)]
        }
    else:
        parts = {
            "samples": pictures.scatter(test.samples[:2000], test.real[:2000]),
            "real": pictures.scatter(test.real[:2000]),
        }
    run = getattr(getattr(test.model, "sampler", None), "run", None)
    history = run.all_scores() if isinstance(run, Run) else ()
    return report(test.model.name, facts=facts, scores=scores, birthday=birthday, history=history, **parts)
