"""What must be equal for two scores to be comparable."""

from ganzoo import __version__
from ganzoo.errors import UserError


def protocol(metric, real, held, count, modality, seed, drawn=None):
    """The protocol of one score, JSON-ready.

    Args:
        metric: a `Metric`.
        real: the reference, a `Sample`.
        held: held-out real data, a `Sample`.
        count: generated samples.
        modality: the data's `Modality`.
        seed: of the samples and of every draw.
        drawn: in words, what the samples were drawn with, such as their labels, by option.
    """
    return {
        "count": count,
        "reference_count": real.count,
        "held_out_count": held.count,
        "data": real.input.name,
        "held_out": held.input.name,
        "shape": list(modality.data.shape),
        "data_sha256": real.identity,
        "held_out_sha256": held.identity,
        "extractor": real.extractor.record() if metric.uses_features else None,
        **modality.protocol(metric, count),
        "seed": seed,
        "ganzoo": __version__,
        **({"drawn": drawn} if drawn else {}),
    }


def differences(first, second, prefix=""):
    """Where two protocols differ: a list of sentences, empty if they are the same.

    In what samples were drawn with they differ where both models have the option: one may be conditional, and one not.
    """
    sentences = []
    for key in sorted({*first, *second}):
        left, right = first.get(key), second.get(key)
        if key == "drawn":
            both = set(left or ()) & set(right or ())
            left, right = ({name: words[name] for name in both} for words in (left or {}, right or {}))
        if isinstance(left, dict) and isinstance(right, dict):
            sentences += differences(left, right, f"{key} ")
        elif left != right:
            sentences.append(f"{prefix}{key} {_short(left)} against {_short(right)}")
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
        UserError: they differ; the message says where.
    """
    sentences = differences(first, second)
    if sentences:
        raise UserError(f"{names[0]} and {names[1]} were scored under different protocols: {'; '.join(sentences[:4])}")
