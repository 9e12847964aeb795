"""Pages that people answer, made of models and real data."""

import numpy as np

from ganzoo.errors import UserError, whole_number
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import all_examples, training_of
from ganzoo.evaluation.inputs.reference import held_out, real_data
from ganzoo.evaluation.inputs.shares import following
from ganzoo.notes import logged
from ganzoo.people.engine import write_page
from ganzoo.people.kinds import preference
from ganzoo.people.kinds.every import KINDS, PRACTISED
from ganzoo.people.kinds.material import Material, Sampled

# Samples among which the nearest to training images are looked for.
LOOKED_AT = 1000
# Images on a page above which browsers become slow.
MOST = 4000


@logged
def people_page(
    kind,
    models,
    out,
    data=None,
    count=50,
    decoys=10,
    practice=6,
    every=50,
    triples=False,
    real=False,
    title=None,
    seed=0,
    data_dir=None,
    log=print,
):
    """Writes a page on which people judge samples.

    Args:
        kind: "real-or-fake", "rapid", "preference", "neighbours" or "captions".
        models: what `opening.open_input` takes; several for "preference" alone.
        out: path of the HTML file.
        data: the real data, likewise; by default what the first model was trained on.
        count: samples of the model that are asked about (and as many real images where these are asked about too); of
            "preference" choices.
        decoys: questions whose answer is known.
        practice: practice pictures of either side, of "real-or-fake" and "rapid".
        every: questions between two breaks; of "rapid" those of a staircase.
        triples: choices among three instead of two.
        real: whether held-out real images are among the choices.
        title: heading of the page; it should not say what is tested.
        seed: of the samples, the choice of real images and the order.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        As `engine.write_page`.

    Raises:
        UserError: no such kind, model or data, no images, different shapes, or too few of them.
    """
    if kind not in KINDS:
        raise UserError(f"no such kind of page: {kind}; there are {', '.join(KINDS)}")
    count, every = whole_number("--count", count, 2), whole_number("--every", every, 2)
    decoys, practice = whole_number("--decoys", decoys, 0), whole_number("--practice", practice, 0)
    if kind in PRACTISED and not practice:
        raise UserError("raters must practise before this page: --practice is at least 1")
    if count * (6 if kind == "neighbours" else 3) > MOST:
        raise UserError(f"--count {count} would put more than {MOST:,} pictures on one page: make several pages")
    opened = [open_input(model, data_dir) for model in ([models] if isinstance(models, str) else models)]
    if kind != "preference" and len(opened) != 1:
        raise UserError(f"a page of the kind {kind} is about one model, not {len(opened)}")
    reference = real_data(opened[0], data, data_dir)
    inputs = [following(model, reference, data_dir) for model in opened]
    for model in [*inputs, reference]:
        if model.feature != "image" or tuple(model.shape) != tuple(reference.shape):
            shapes = f"{model.name} gives {model.shape}, {reference.name} {reference.shape}"
            raise UserError(f"{shapes}: images of one shape are needed")
    _, held, note = held_out(reference, seed)
    if "half" in note:
        log(note)
    texts = texts_of(reference)
    wanted = LOOKED_AT if kind == "neighbours" else count
    material = Material(
        [sampled(model, model.available(wanted), seed, texts) for model in inputs],
        sampled(held, held.size, seed, texts, mixed=True),
        count,
        all_examples(training_of(inputs[0], reference, seed, data_dir).data) if kind == "neighbours" else None,
        getattr(getattr(getattr(reference, "source", None), "captions", None), "matches", None),
        decoys,
        practice if kind in PRACTISED else 0,
        every,
        3 if triples else 2,
        real,
        exclusive=not reference.captioned,
    )
    few = [model.name for model in material.models if len(model.images) < min(count, 2)]
    if few or (kind != "preference" and len(material.models[0].images) < count):
        raise UserError(f"{material.models[0].name} has {len(material.models[0].images)} samples: lower --count")
    module = KINDS[kind]
    questions = module.questions(material, np.random.default_rng([seed, 0x9E09]))
    record = {"models": [model.describe() for model in inputs], "data": reference.name, "held_out": held.name, "seed": seed}
    if kind == "preference":
        record["contestants"] = preference.names_of(material)
    return write_page(kind, questions, module.settings(material), out, title or "Looking at pictures", seed, record)


def sampled(source, count, seed, texts, mixed=False):
    """`count` examples of an `Input` as a `Sampled`, in random order where it is asked for."""
    images, words = source.examples(count, seed), texts(source, count, seed)
    if mixed:
        order = np.random.default_rng([seed, 0x5A1E]).permutation(count)
        images, words = images[order], None if words is None else [words[row] for row in order]
    return Sampled(source.name, images, words)


def texts_of(reference):
    """A function that gives the texts that examples of an `Input` should show: captions, or the names of labels; or None."""
    names = list(getattr(getattr(reference, "source", None), "class_names", None) or ())

    def texts(source, count, seed):
        if source.captioned:
            return [str(text) for text in source.captions(count, seed)]
        if source.labelled and names:
            return [names[label] for label in source.labels(count, seed)]
        return None

    return texts
