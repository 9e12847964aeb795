"""What must be equal for two scores to be comparable, and what a score is called."""

from ganzoo import __version__
from ganzoo.errors import UserError
from ganzoo.evaluation.context import IMAGE_ARGUMENTS

# By an ordinary extractor, and by the verified Inception network: nothing else may carry the second name.
TITLES = {
    "frechet_distance": ("FD", "FID"),
    "frechet_distance_debiased": ("FD-debiased", "FID-debiased"),
    "frechet_distance_infinity": ("FD-infinity", "FID-infinity"),
    "kernel_distance": ("KD", "KID"),
    "inception_score": ("CS", "IS"),
    "m_inception_score": ("m-CS", "m-IS"),
    "mmd_rbf": ("MMD-RBF", "MMD-RBF"),
}
# The part that carries its metric's bare name.
MAIN_PARTS = {
    "frechet_distance_debiased": "debiased",
    "kernel_distance": "mean",
    "inception_score": "mean",
    "label_accuracy": "accuracy",
    "mmd_rbf": "u",
    "sliced_wasserstein_patches": "mean",
}
# Parts that are no scores: what is needed to read the others.
ASIDE = {"se", "sd", "subsets_sd", "bandwidth", "p", "logistic_p", "knn_p", "bins", "floor", "kl_floor", "classes"}
ASIDE |= {"to_fake", "to_real", "duplicates", "kl_uniform_floor"}
# Parts that are signed errors, best at 0.
SIGNED = {
    "power_spectrum": {"slope", "tail"},
    "filter_responses": {"kurtosis"},
    "local_contrast": {"shape", "scale", "flat"},
}
# Parts whose floor, what a perfect model shows at this count, is another part of the same metric.
FLOORS = {
    ("mode_coverage", "kl"): "kl_floor",
    ("label_coverage", "kl"): "kl_floor",
    ("label_coverage", "kl_uniform"): "kl_uniform_floor",
    ("sliced_wasserstein_patches", "mean"): "floor",
}


def uses_extractor(metric):
    """Whether a metric looks at features or probabilities."""
    plain = (*IMAGE_ARGUMENTS, "fake_captions", "real_points", "fake_points", "modes", "seed")
    return any(name not in plain for name in metric.needs)


def score_name(metric, part, extractor):
    """What a score is called, such as `FD[cnn-digits]`; only the verified Inception network makes it `FID`.

    Args:
        metric: a `Metric`.
        part: the key of its result, or "".
        extractor: an `Extractor`.
    """
    plain, published = TITLES.get(metric.name, (metric.name, metric.name))
    shown = "" if part in ("", MAIN_PARTS.get(metric.name)) else f".{part}"
    if not uses_extractor(metric):
        return f"{metric.name}{shown}"
    if extractor.inception and published != plain:
        return f"{published}{shown}"
    return f"{plain}{shown}[{extractor.name}]"


def part_direction(metric, part):
    """Which way is better: "higher", "lower", "real" (as held-out real data), "zero", or "aside" where it is no score."""
    if part in ASIDE:
        return "aside"
    return "zero" if part in SIGNED.get(metric.name, ()) else metric.direction


def protocol(metric, real, held, count, extractor, seed):
    """The protocol of one score, JSON-ready.

    Args:
        metric: a `Metric`.
        real: the reference, a `Sample`.
        held: held-out real data, a `Sample`.
        count: generated samples.
        extractor: an `Extractor`.
        seed: of the samples and of every draw.
    """
    return {
        "count": count,
        "reference_count": real.count,
        "held_out_count": held.count,
        "data": real.side.name,
        "held_out": held.side.name,
        "shape": list(real.side.shape),
        "data_sha256": real.identity,
        "held_out_sha256": held.identity,
        "extractor": extractor.record() if uses_extractor(metric) else None,
        "seed": seed,
        "ganzoo": __version__,
    }


def protocol_line(record):
    """A protocol in one line for people."""
    line = f"N={record['count']} against {record['reference_count']} of {record['data']}, real column {record['held_out']}"
    extractor = record["extractor"]
    if extractor:
        accuracy = "" if extractor["accuracy"] is None else f" accuracy {extractor['accuracy']:.3f}"
        line += f", {extractor['name']} {extractor['layer']} d={extractor['dimension']}{accuracy} w={extractor['sha256'][:8]}"
    return f"{line}, seed {record['seed']}"


def differences(first, second, prefix=""):
    """Where two protocols differ: sentences, none if they are the same."""
    found = []
    for key in sorted({*first, *second}):
        one, other = first.get(key), second.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            found += differences(one, other, f"{key} ")
        elif one != other:
            found.append(f"{prefix}{key} {_short(one)} against {_short(other)}")
    return found


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
    found = differences(first, second)
    if found:
        raise UserError(f"{names[0]} and {names[1]} were scored under different protocols: {'; '.join(found[:4])}")
