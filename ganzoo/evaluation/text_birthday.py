"""The birthday test of a model that writes text, beside its held-out text."""

from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import DataInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import held_out, own_data
from ganzoo.evaluation.inputs.text import TextInput, data_source, sentences_of, unit_of, vocabulary_of
from ganzoo.metrics.birthday.test import BATCH_SIZES, samples_needed
from ganzoo.metrics.text.birthday import birthday_of_text

MOST = 30_000


def birthday_of_model(model, data=None, batch_sizes=BATCH_SIZES, batches=20, threshold=None, seed=0, data_dir=None, log=print):
    """The birthday test of a model of text.

    Args:
        model: what `opening.open_input` takes: a run or an export that writes text, a .txt file.
        data: the real text, likewise; by default what the model's recipe or card names.
        batch_sizes, batches, threshold, seed: as of `birthday_of_text`; the threshold in edits.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        The record of `birthday_of_text`, with `model`, `data` and `held_out`.

    Raises:
        UserError: no data, or data that is no text.
    """
    side = open_input(model, data_dir)
    data, _, held = real_text(side, data, seed, data_dir)
    count = min(MOST, samples_needed(batch_sizes, batches))
    count = count if side.size is None else min(count, side.size)
    log(f"drawing {count:,} sentences of {side.name}")
    vocabulary = vocabulary_of(data)
    fake = sentences_of(side, count, seed, vocabulary)
    real = sentences_of(held, min(held.size, count), seed, vocabulary)
    record = birthday_of_text(fake, real, batch_sizes=batch_sizes, batches=batches, threshold=threshold, seed=seed)
    about = {"model": side.describe(), "data": data.name, "held_out": held.name, "features": "edits"}
    return {"n_eff": record["n_eff"], **about, **record}


def real_text(side, data=None, seed=0, data_dir=None):
    """The real text beside a model: the sides of the data, of its reference and of what is held out.

    Args:
        side: the model's.
        data, seed, data_dir: as of `birthday_of_model`.

    Raises:
        UserError: no data, or data that is no text.
    """
    data = open_input(data, data_dir, unit_of(side)) if data is not None else own_data(side, data_dir)
    if data is None:
        raise UserError(f"{side.name} does not say what it was trained on: name the real text with --data")
    if data.feature != "text":
        raise UserError(f"{side.name} writes text and {data.name} holds {data.feature}s: they cannot be compared")
    if isinstance(data, TextInput) and data_source(data) is not None:
        data = DataInput(data_source(data), data.name)
    return data, *held_out(data, seed)[:2]
