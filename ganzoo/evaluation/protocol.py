"""What must be equal for two scores to be comparable."""

from ganzoo import __version__
from ganzoo.errors import UserError


def protocol(metric, real, held, count, modality, seed):
    """The protocol of one score, JSON-ready.

    Args:
        metric: a `Metric`.
        real: the reference, a `Sample`.
        held: held-out real data, a `Sample`.
        count: generated samples.
        modality: the data's `Modality`.
        seed: of the samples and of every draw.
    """
    return {
        "count": count,
        "reference_count": real.count,
        "held_out_count": held.count,
        "data": real.side.name,
        "held_out": held.side.name,
        "shape": list(modality.data.shape),
        "data_sha256": real.identity,
        "held_out_sha256": held.identity,
        "extractor": real.extractor.record() if metric.uses_features else None,
        **modality.protocol(metric, count),
        "seed": seed,
        "ganzoo": __version__,
    }


def differences(first, second, prefix=""):
    """Where two protocols differ: sentences, none if they are the same."""
    sentences = []
    for key in sorted({*first, *second}):
        one, other = first.get(key), second.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            sentences += differences(one, other, f"{key} ")
        elif one != other:
            sentences.append(f"{prefix}{key} {_short(one)} against {_short(other)}")
    return sentences


def _short(value):
    return value[:12] if isinstance(value, str) and len(value) == 64 else value


def require_same(first, second, names=("one", "the other")):
    """Refuses to compare scores of different protocols.

    Args:
        first: a score's protocol.
        second: another's.
        names: of the two models.

    Raises:
        UserError: they differ; the line says where.
    """
    sentences = differences(first, second)
    if sentences:
        raise UserError(f"{names[0]} and {names[1]} were scored under different protocols: {'; '.join(sentences[:4])}")
