"""How good an encoder is: nearest neighbours by its codes, a linear probe on them, and reconstruction."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from ganzoo.data.scaling import to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.overlap import warn_if_trained_on
from ganzoo.evaluation.inputs.reference import held_out, real_data
from ganzoo.metrics.probes import without_convergence_warnings
from ganzoo.notes import logged

MOST_TRAIN, MOST_HELD = 10_000, 2_000
ROWS = 256


def nearest_neighbour_accuracy(codes, labels, held_codes, held_labels):
    """The share of held-out examples whose nearest training code, by Euclidean distance, has their label.

    Args:
        codes: float [N, d]; labels: int [N]; held_codes: float [M, d]; held_labels: int [M].

    Reference: Donahue, Krähenbühl, Darrell 2017, arXiv:1605.09782.
    """
    return float(KNeighborsClassifier(1).fit(codes, labels).score(held_codes, held_labels))


def linear_probe_accuracy(codes, labels, held_codes, held_labels):
    """Held-out accuracy of a logistic regression on standardised training codes, of at most 1,000 steps; arguments as above."""
    scale = StandardScaler().fit(codes)
    with without_convergence_warnings():
        probe = LogisticRegression(max_iter=1000).fit(scale.transform(codes), labels)
    return float(probe.score(scale.transform(held_codes), held_labels))


def advantage(real_logits, fake_logits):
    """How much better than a coin a discriminator is: the share of real logits above 0 less that of fake ones, in [-1, 1]."""
    return float(np.mean(np.asarray(real_logits) > 0) - np.mean(np.asarray(fake_logits) > 0))


def mean_distance(one, other):
    """The mean Euclidean distance of pairs [N, ...] of examples."""
    return float(np.sqrt(np.square((one - other).reshape(len(one), -1).astype(np.float64)).sum(1)).mean())


@logged
def probe(sampler, data=None, seed=0, data_dir=None, log=print):
    """Scores a model's encoder on held-out data and on samples.

    Args:
        sampler: a `Sampler` with the services `encode` and `reconstruct`.
        data: real data as `opening.open_input` takes it; by default what the model was trained on.
        seed: of the draws.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A JSON-ready dict: `reconstruction`, the mean distance of held-out x and G(E(x)), beside `strangers`, that of two
        held-out examples; `inversion`, the mean distance of z and E(G(z)), beside `latent_strangers`, that of two latents;
        where the model judges pairs `advantage`, its discriminator's on held-out (x, E(x)) against fresh (G(z), z);
        where the data has labels `one_nn` and `linear_probe`, accuracies on codes, and the same of raw values, `raw_one_nn`
        and `raw_linear_probe`; `train` and `held_out`, how many examples.

    Raises:
        UserError: the model has no encoder, or the data cannot be read.
    """
    for service in ("encode", "reconstruct"):
        if service not in sampler.services:
            raise UserError(f"{sampler.name} has no encoder: it offers {', '.join(sampler.services) or 'samples alone'}")
    model = ModelInput(sampler)
    data = real_data(model, data, data_dir)
    feature = "points" if data.feature == "point" else "images"

    def unit(examples):
        return np.asarray(to_unit(examples)) if data.feature == "image" else np.asarray(examples, np.float32)

    def in_parts(service, examples):
        output = "latents" if service == "encode" else feature
        parts = [sampler.serve(service, **{feature: examples[i : i + ROWS]})[output] for i in range(0, len(examples), ROWS)]
        return np.concatenate(parts)

    train, held, _ = held_out(data, seed)
    warn_if_trained_on(model, data, train, held, data_dir, log)
    counts = min(train.size, MOST_TRAIN), min(held.size, MOST_HELD)
    examples, held_examples = (unit(s.examples(n, seed)) for s, n in zip((train, held), counts, strict=True))
    held_codes = in_parts("encode", held_examples)
    inputs = sampler.inputs(min(counts[1], 1000), seed)
    latents = inputs["latents"]
    generated = sampler.generate(**inputs)
    inverted = in_parts("encode", generated)
    record = {
        "train": counts[0],
        "held_out": counts[1],
        "reconstruction": mean_distance(held_examples, in_parts("reconstruct", held_examples)),
        "strangers": mean_distance(held_examples, np.roll(held_examples, 1, axis=0)),
        "inversion": mean_distance(latents, inverted),
        "latent_strangers": mean_distance(latents, np.roll(latents, 1, axis=0)),
    }
    if "discriminate" in sampler.services:
        logits = [
            sampler.serve("discriminate", **{feature: x, "latents": z})["logits"]
            for x, z in ((held_examples, held_codes), (generated, latents))
        ]
        record["advantage"] = advantage(*logits)
    if train.labelled and held.labelled:
        log(f"reading {counts[0]:,} training and {counts[1]:,} held-out codes")
        labels, held_labels = train.labels(counts[0], seed), held.labels(counts[1], seed)
        flat, held_flat = (x.reshape(len(x), -1) for x in (examples, held_examples))
        codes = in_parts("encode", examples)
        for name, (a, b) in {"": (codes, held_codes), "raw_": (flat, held_flat)}.items():
            record[f"{name}one_nn"] = nearest_neighbour_accuracy(a, labels, b, held_labels)
            record[f"{name}linear_probe"] = linear_probe_accuracy(a, labels, b, held_labels)
    return record


def lines(record):
    """A probe's record as lines for a person."""
    rows = [
        "G(E(x)) is {reconstruction:.3f} from x, another example {strangers:.3f} ({held_out:,} held-out)".format(**record),
        "E(G(z)) is {inversion:.3f} from z, another latent {latent_strangers:.3f}".format(**record),
    ]
    if "advantage" in record:
        rows.append("its discriminator is {advantage:+.3f} better than a coin on held-out pairs".format(**record))
    if "one_nn" in record:
        rows.append("nearest neighbour by codes {one_nn:.1%}, by raw values {raw_one_nn:.1%}".format(**record))
        rows.append("linear probe on codes {linear_probe:.1%}, on raw values {raw_linear_probe:.1%}".format(**record))
    return rows
