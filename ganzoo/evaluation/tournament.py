"""A tournament: every model's discriminator judges every model's samples."""

import re
from pathlib import Path

import numpy as np

from ganzoo.errors import MOST_SEED, UserError, whole_number
from ganzoo.evaluation.inputs.base import ModelInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.overlap import same_data
from ganzoo.evaluation.inputs.reference import held_out, own_data
from ganzoo.evaluation.inputs.shares import following
from ganzoo.evaluation.modalities.base import as_floats
from ganzoo.evaluation.modalities.choose import modality_of
from ganzoo.metrics.birthday.support import clopper_pearson
from ganzoo.metrics.relative_score import normalized_relative_discriminative_scores
from ganzoo.metrics.tournament import generative_adversarial_metric, skill_ratings, threshold_of, win_rates
from ganzoo.notes import logged
from ganzoo.serving.sampling import RunSampler, load
from ganzoo.zoo import model_path

BATCH = 64  # samples of one game, as the paper plays them
_ROWS = 512
_STEP = re.compile(r"(?!hf:)(.+)@(\d+|all)")


@logged
def tournament(models, data=None, count=1024, seed=0, nrds=False, extractor="auto", data_dir=None, log=print):
    """Lets the discriminators of several models judge each other's samples.

    Each discriminator's threshold is set where it parts one half of the held-out data from samples of its own generator best;
    the other half, and other samples, are what it is judged by.

    Args:
        models: two or more of runs, exports, names of the zoo's models, or a run's checkpoints as `RUN@STEP`, or `RUN@all` for
            those that are kept.
        data: the real data; by default what the models were trained on, which must be the same.
        count: samples of each model.
        seed: of the samples.
        nrds: whether a fresh classifier of features judges all models together too.
        extractor: of these features, as of `evaluate.evaluate`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A JSON-ready dict: `models`, one dict each: `name`, `generator_wins` and `discriminator_wins` (win rates against the
        other models, the first with the 95 % interval `low`, `high`), `generator_skill` and `discriminator_skill` (dicts
        `rating` and `deviation`), `threshold`, `accuracy_real`, `accuracy_own`, and `nrds` and `nrds_sd` where asked for;
        `battles`, one dict for each pair: `first`, `second`, `r_test`, `r_sample`, `winner`; `right`, [n, n], the share of
        generator j's samples that discriminator i calls fake; `count`, `real_count`, `data`, `seed`.

    Raises:
        UserError: fewer than two models, one without a discriminator, different data or shapes.
    """
    count, seed = whole_number("--count", count, 2), whole_number("the seed", seed, 0, MOST_SEED)
    inputs = opened(models)
    data = _data(inputs, data, data_dir)
    if data.feature == "text":
        raise UserError("a tournament is of images or points: discriminators of text judge their own model's words alone")
    _, held, note = held_out(data, seed)
    if "half" in note:
        log(note)
    reals = held.examples(held.size, seed)
    labels = held.labels(held.size, seed)
    order = np.random.default_rng([seed, 0x70]).permutation(len(reals))
    calibration, test = order[: len(order) // 2], order[len(order) // 2 :][:count]
    inputs = [following(entry, data, data_dir) for entry in inputs]
    samples = [_sampled(entry, count, seed) for entry in inputs]
    judges, outcomes = [], []
    for entry, own in zip(inputs, [_sampled(entry, min(count, len(calibration)), seed + 1) for entry in inputs], strict=True):
        judge = Judge(entry)
        judge.calibrate(reals[calibration], None if labels is None else labels[calibration], *own)
        judges.append(judge)
        outcomes.append([judge.calls_real(*fakes) for fakes in samples])
        log(f"{entry.name}'s discriminator has judged {len(inputs) * count:,} samples")
    right = np.array([[1 - called.mean() for called in row] for row in outcomes])
    on_reals = np.array([judge.calls_real(reals[test], None if labels is None else labels[test]).mean() for judge in judges])
    discriminators, generators = win_rates(right, on_reals)
    games = max(count // BATCH, 1)
    played = [[[1 - part.mean() for part in np.array_split(called, games)] for called in row] for row in outcomes]
    of_judges, of_makers = skill_ratings(np.array(played))
    record = {
        "models": [],
        "battles": [],
        "right": right.tolist(),
        "count": count,
        "real_count": len(test),
        "data": held.name,
        "seed": seed,
    }
    for row, entry in enumerate(inputs):
        fooled = [outcomes[judge][row] for judge in range(len(inputs)) if judge != row]
        # As if one judge had decided on each sample: a mean over several judges scatters less, so that this is wide enough.
        low, high = clopper_pearson(round(generators[row] * count), count)
        record["models"].append(
            {
                "name": entry.name,
                "generator_wins": float(np.mean(fooled)),
                "low": low,
                "high": high,
                "discriminator_wins": float(discriminators[row]),
                "generator_skill": _skill(of_makers[row]),
                "discriminator_skill": _skill(of_judges[row]),
                "threshold": judges[row].threshold,
                "accuracy_real": float(on_reals[row]),
                "accuracy_own": float(right[row, row]),
            }
        )
    for first in range(len(inputs)):
        for second in range(first + 1, len(inputs)):
            battle = generative_adversarial_metric(right, on_reals, first, second)
            winner = None if battle["winner"] is None else inputs[battle["winner"]].name
            ends = {"first": inputs[first].name, "second": inputs[second].name}
            record["battles"].append(
                ends | {name: _finite(battle[name]) for name in ("r_test", "r_sample")} | {"winner": winner}
            )
    if nrds:
        modality = modality_of(data)(data, seed, data_dir=data_dir, log=log)
        features = modality.extractor(extractor).features
        made = [_examples(entry, count, seed) for entry in inputs]
        scores = normalized_relative_discriminative_scores(features(reals), [features(one) for one in made], seed)
        for model, score, spread in zip(record["models"], *scores, strict=True):
            model |= {"nrds": float(score), "nrds_sd": float(spread)}
    return record


def opened(models):
    """The `ModelInput`s of models and checkpoints, each with a name of its own.

    Raises:
        UserError: no model or no such checkpoint there, one without a discriminator, or fewer than two in all.
    """
    inputs = []
    for model in models:
        found = _STEP.fullmatch(str(model))
        if found and not Path(str(model)).exists():
            inputs += _checkpoints(found[1], found[2])
        else:
            entry = open_input(str(model_path(model)) if isinstance(model, str) else model)
            if entry.kind != "model":
                raise UserError(f"{entry.name} is no model: a tournament is of runs and exports with a discriminator")
            inputs.append(entry)
    if len(inputs) < 2:
        raise UserError("a tournament takes at least two models")
    for entry in inputs:
        if "discriminate" not in entry.sampler.services:
            raise UserError(f"{entry.name} has no discriminator that can judge others: leave it out")
    names = [entry.name for entry in inputs]
    for number, entry in enumerate(inputs):
        if names.count(entry.name) > 1:
            entry.name = f"{entry.name} ({number + 1})"
    return inputs


def _checkpoints(path, step):
    """The inputs of one or all of a run's checkpoints."""
    sampler = load(path)
    if not isinstance(sampler, RunSampler):
        raise UserError(f"{path} is no run: only a run has checkpoints, as {path}@{step} would name them")
    steps = sampler.kept_steps
    chosen = steps if step == "all" else [int(step)]
    if missing := [one for one in chosen if one not in steps]:
        raise UserError(f"{path} has no checkpoint of step {missing[0]}: there are {', '.join(map(str, steps))}")
    inputs = []
    for one in chosen:
        entry = ModelInput(load(path).at_step(one))
        entry.name = f"{entry.name}@{one}"
        inputs.append(entry)
    return inputs


class Judge:
    """A model's discriminator as a judge of any examples.

    Args:
        entry: a `ModelInput` with the service `discriminate`.

    Attributes:
        threshold: of its outputs, times `sign`; `calibrate` sets both.
    """

    threshold, sign = 0.0, 1

    def __init__(self, entry):
        self.entry, self.sampler = entry, entry.sampler
        self.name = "images" if entry.feature == "image" else "points"

    def outputs(self, examples, labels=None):
        """Its outputs float64 [N] for float examples, with their labels where it judges by them."""
        inputs = {self.name: examples}
        if self.entry.labelled:
            if labels is None:
                raise UserError(f"{self.entry.name}'s discriminator judges samples with labels, and another model gives none")
            inputs["labels"] = np.asarray(labels, np.int64)
        parts = []
        for start in range(0, len(examples), _ROWS):
            part = {name: value[start : start + _ROWS] for name, value in inputs.items()}
            if "encode" in self.sampler.services:  # it judges pairs, of an example and its code
                part |= self.sampler.serve("encode", **part)
            answers = self.sampler.serve("discriminate", **part)
            parts.append(answers["logits"] if "logits" in answers else next(iter(answers.values())))
        return np.concatenate(parts).astype(np.float64).reshape(len(examples), -1)[:, 0]

    def calibrate(self, reals, real_labels, fakes, fake_labels):
        """Sets the threshold that parts reals from its own model's samples best."""
        self.threshold, self.sign = threshold_of(self.outputs(as_floats(reals), real_labels), self.outputs(fakes, fake_labels))

    def calls_real(self, examples, labels=None):
        """bool [N]: which examples it calls real."""
        return self.sign * self.outputs(as_floats(examples), labels) > self.threshold


def _data(inputs, data, data_dir):
    if data is not None:
        data = open_input(data, data_dir)
    else:
        own = [own_data(entry, data_dir) for entry in inputs]
        if None in own or not all(same_data(known, own[0]) for known in own):
            named = ", ".join(
                f"{entry.name}: {'?' if known is None else known.name}" for entry, known in zip(inputs, own, strict=True)
            )
            raise UserError(f"the models were trained on different data ({named}): name the real data with --data")
        data = own[0]
    for entry in inputs:
        if (entry.feature, entry.shape) != (data.feature, data.shape):
            raise UserError(
                f"{entry.name} makes {entry.feature}s {entry.shape}, and {data.name} holds {data.feature}s {data.shape}"
            )
    return data


def _sampled(entry, count, seed):
    """(float samples as the generator made them, their labels or None)."""
    return entry.sampler.sample(count, seed).astype(np.float32), entry.sampler.labels(count, seed)


def _examples(entry, count, seed):
    return entry.examples(count, seed)


def _skill(rating):
    return {"rating": rating.rating, "deviation": rating.deviation}


def _finite(value):
    return float(value) if np.isfinite(value) else None
