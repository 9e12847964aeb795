"""The public functions: train, load, sample, evaluate, compare, tournament, birthday, neighbours, export.

Each imports what it needs when it is called, so that `import ganzoo` stays fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.api_arguments import as_written, checked_path, kind_of, opened_cache, opened_model, opened_real
from ganzoo.notes import logged

if TYPE_CHECKING:
    import numpy as np

    from ganzoo.report.results import Birthday, Comparison, Neighbours, Scores, Tournament
    from ganzoo.serving.sampling import Sampler

# A run, an export or another SavedModel, a Sampler, a data set, a file, or examples: an array or a list of strings.
Model = Any


@logged
def train(
    recipe: str | Path,
    run: str | Path | None = None,
    overrides: Mapping[str, Any] | Iterable[str] = (),
    *,
    steps: int | None = None,
    strategy: str = "auto",
    precision: str = "auto",
    fresh: bool = False,
    smoke: bool = False,
    deterministic: bool = False,
    weights_from: str | Path | None = None,
    frozen: Sequence[str] = (),
    log: Callable[[str], None] = print,
    listeners: Sequence[Any] = (),
) -> dict[str, Any]:
    """Trains a recipe, or takes its run up where it stopped; in a notebook with a bar and the newest samples.

    Args:
        recipe: a recipe file, or the name of one that ships with ganzoo.
        run: the run's directory; `runs/<recipe>/default` if None.
        overrides: values by dotted names, such as {"model.generator.width": 32} or {"model.adversarial_loss":
            "losses.Hinge()"}, or strings `name=value`.
        steps: generator steps of the whole run, instead of the recipe's.
        strategy: "auto", "one", "mirrored" or "multi-worker".
        precision: "auto", "float32" or "bfloat16".
        fresh: start anew and throw away what the run holds.
        smoke: a few tiny steps, on fabricated data where the data set is absent.
        deterministic: the same bits in every run, at some cost in speed.
        weights_from: a run, an export or the name of a model of the zoo, with whose weights the networks begin.
        frozen: names of layers that do not train, such as "discriminator.down_*".
        log: called with each line for the user.
        listeners: objects that hear of losses, scores and samples, such as one for MLflow: see docs/training.md.

    Returns:
        A dict of facts: run, recipe, steps, seconds, images_per_second, the last losses, and `signal` if one ended it.

    Raises:
        ganzoo.UserError: whatever a user can cause, a training that left the finite numbers included.
    """
    from ganzoo.errors import UserError
    from ganzoo.overrides import beginning
    from ganzoo.training import train

    if isinstance(overrides, str):
        overrides = [overrides]
    elif isinstance(overrides, Mapping):
        overrides = [f"{name}={as_written(value)}" for name, value in overrides.items()]
    elif not isinstance(overrides, Iterable) or not all(isinstance(one, str) for one in overrides):
        raise UserError(f"overrides are a dict of values by dotted names, or strings NAME=VALUE, not {overrides!r}")
    frozen = (frozen,) if isinstance(frozen, str) else frozen
    overrides = (*overrides, *beginning(weights_from, frozen))
    path, how = checked_path(recipe, "a recipe"), (strategy, fresh, smoke, deterministic, precision)
    return train(path, run, overrides, steps, *how, log, listeners)


def load(model: str | Path) -> Sampler:
    """A run's directory, or a SavedModel's, as something to sample from.

    >>> sampler = ganzoo.load("exported/digits_dcgan")
    >>> sampler
    <digits_dcgan: GAN, images (8, 8, 1) of digits, step 6000, from exported/digits_dcgan/1>
    >>> sampler.sample(64, seed=0).shape
    (64, 8, 8, 1)

    Args:
        model: path of a run, of an export (its newest version is taken), of one of its versions, or of any SavedModel that
            maps latents to images; or the name of a model of the zoo, as `ganzoo zoo` lists them; or "hf://owner/name" or
            "hf://owner/name@revision", an export on Hugging Face's Hub (the extra `hub`).

    Returns:
        A `ganzoo.serving.sampling.Sampler`.

    Raises:
        ganzoo.UserError: the path is none of these.
    """
    from ganzoo.serving.sampling import load

    return load(checked_path(model, "a model"))


def sample(model: str | Path | Sampler, count: int = 64, seed: int = 0, **options: Any) -> np.ndarray | list[str]:
    """Samples 0 .. count - 1 of `seed`: the same whatever `count` is.

    >>> ganzoo.sample("exported/ring_vanilla", 3, seed=0).shape
    (3, 2)

    Args:
        model: as of `load`, or what it returned.
        count: how many.
        seed: an integer.
        **options: what the model takes beside, such as `label`, `code`, `caption`, `truncation` or `temperature`.

    Returns:
        Images float32 [count, H, W, C] in [-1, 1], points float32 [count, 2], or texts, a list of strings.

    Raises:
        ganzoo.UserError: no such model, or no such option or value of it.
    """
    from ganzoo.serving.sampling import Sampler

    sampler = model if isinstance(model, Sampler) else load(model)
    samples = sampler.sample(count, seed, **options)
    return sampler.texts(samples) if sampler.is_text else samples


@logged
def evaluate(
    fake: Model,
    real: Model = None,
    metrics: str | Sequence[str] = "default",
    count: int | None = None,
    extractor: Any = "auto",
    seed: int = 0,
    *,
    reference_count: int | None = None,
    intervals: bool = False,
    data_dir: str | Path | None = None,
    cache: Any = None,
    log: Callable[[str], None] = print,
    features_file: str | Path | None = None,
) -> Scores:
    """Scores a model, or samples at hand, beside the same scores of held-out real data.

    >>> real = np.random.default_rng(0).normal(size=(400, 2))
    >>> scores = ganzoo.evaluate(real[:200] + 1.0, real[200:], ["c2st"], log=lambda line: None)
    >>> scores["c2st.knn[points]"]["value"] > scores["c2st.knn[points]"]["real"]
    True

    Args:
        fake: what is scored: a path (a run, a SavedModel, a .keras or .onnx file, an .npz, a folder, .zip or .tar of images,
            a .txt of sentences), a `Sampler`, images [N, H, W, C], [N, C, H, W] or [N, H, W] (uint8, or floats in [-1, 1],
            [0, 1] or 0..255), points [N, 2], features [N, d], strings, or lists of words; a function that returns a batch of
            images or points, called with the number wanted where it takes one, or an iterator over batches.
        real: the real data, likewise, or a data set's name, such as "mnist@32:test"; by default what the model was trained
            on. Of examples at hand one half is the reference and the other the real column.
        metrics: "default", "all", or names as a list or separated by commas.
        count: generated samples; by default as many as there are real ones on both sides, 10,000 at most.
        extractor: "auto", "classifier", "autoencoder", "random", "pixels", the path of a SavedModel, ...: see
            docs/evaluation.md; or a function from uint8 images [B, H, W, C] to features [B, d].
        seed: of the samples and of every draw.
        reference_count: real examples that the model is compared with; by default `count`, or 10,000 where that is more
            and there are as many.
        intervals: whether every score gets an interval; Frechet distances of small features always do.
        data_dir: where data sets are prepared.
        cache: the directory that keeps features and scores for the next time, or a `ganzoo.evaluation.cache.Cache`.
        log: called with each line for the user.
        features_file: an .npz of features of both sides that were computed elsewhere, instead of an extractor.

    Returns:
        A `Scores`: a list of dicts, one a score, that prints their table.

    Raises:
        ganzoo.UserError: no such model, data, metric or extractor, different shapes, too few or NaN examples.
    """
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.report.results import Scores

    fake, real, cache = opened_model(fake, "fake"), opened_real(real), opened_cache(cache)
    arguments = (metrics, count, extractor, seed, reference_count, intervals, data_dir, cache, log, features_file)
    return Scores(evaluate(fake, real, *arguments))


@logged
def compare(
    models: Mapping[str, Model] | Sequence[Model],
    real: Model = None,
    metrics: str | Sequence[str] = "default",
    count: int | None = None,
    extractor: Any = "auto",
    seed: int = 0,
    *,
    reference_count: int | None = None,
    intervals: bool = True,
    data_dir: str | Path | None = None,
    cache: Any = None,
    log: Callable[[str], None] = print,
    features_files: Sequence[str | Path] | None = None,
) -> Comparison:
    """Scores several models against the same real data under one protocol.

    >>> real = np.random.default_rng(0).normal(size=(400, 2))
    >>> models = {"near": real[:200] + 0.1, "far": real[:200] + 2.0}
    >>> record = ganzoo.compare(models, real[200:], ["c2st"], log=lambda line: None)
    >>> record["models"]
    ['near', 'far']
    >>> record["rows"][0]["best"]
    ['near']

    Args:
        models: two or more of what `evaluate` takes, or a dict of them by the names that the table shows.
        real: the real data; by default what every model was trained on, which must be the same.
        metrics: "default" (a handful), "all", or names.
        count, extractor, seed, reference_count, data_dir, cache, log: as of `evaluate`.
        intervals: whether values get 95 % intervals over the generated samples.
        features_files: for each model, in their order, an .npz of features of both sides that were computed elsewhere,
            instead of an extractor.

    Returns:
        A `Comparison`: a dict with `models`, `protocol_line` and `rows` that prints its table.

    Raises:
        ganzoo.UserError: fewer than two models, different real data or shapes, or what `evaluate` raises.
    """
    from ganzoo.errors import UserError
    from ganzoo.evaluation.compare import compare
    from ganzoo.report.results import Comparison

    if isinstance(models, Mapping):
        inputs = {str(name): opened_model(model, str(name)) for name, model in models.items()}
    elif isinstance(models, str) or not isinstance(models, Iterable):
        raise UserError(f"compare takes a list or a dict of models, not {kind_of(models)}")
    else:
        inputs = [opened_model(model, f"model {number}") for number, model in enumerate(models, 1)]
    real, cache = opened_real(real), opened_cache(cache)
    arguments = (metrics, count, extractor, seed, reference_count, intervals, data_dir, cache, log, features_files)
    return Comparison(compare(inputs, real, *arguments))


@logged
def tournament(
    models: Sequence[Any],
    real: Model = None,
    count: int = 1024,
    seed: int = 0,
    *,
    nrds: bool = False,
    extractor: Any = "auto",
    data_dir: str | Path | None = None,
    log: Callable[[str], None] = print,
) -> Tournament:
    """Lets the discriminators of several models judge each other's samples: win rates, skill ratings, battles.

    Args:
        models: two or more of paths of runs and exports, names of the zoo's models, `Sampler`s, and a run's checkpoints as
            "RUN@STEP", or "RUN@all" for all that are kept; each needs a discriminator.
        real: the real data; by default what the models were trained on, which must be the same.
        count: samples of each model.
        seed: of the samples.
        nrds: whether fresh classifiers of features judge all models together too.
        extractor: of these features, as of `evaluate`.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        A `Tournament`: a dict with `models`, `battles` and `right` that prints its table.

    Raises:
        ganzoo.UserError: fewer than two models, one without a discriminator, different data or shapes.

    Reference: Olsson et al. 2018, arXiv 1808.04888; Im et al. 2016, arXiv 1602.05110; Zhang et al. 2018, arXiv 1801.06790.
    """
    from ganzoo.errors import UserError
    from ganzoo.evaluation.tournament import tournament
    from ganzoo.report.results import Tournament

    if isinstance(models, str) or not isinstance(models, Iterable):
        raise UserError(f"tournament takes a list of models, not {kind_of(models)}")
    return Tournament(tournament(list(models), opened_real(real), count, seed, nrds, extractor, data_dir, log))


@logged
def birthday(
    model: Model,
    real: Model = None,
    batch_sizes: Sequence[int] = (100, 200, 400, 800),
    batches: int = 20,
    *,
    features: str = "pixels",
    flips: bool = False,
    per_class: bool = False,
    threshold: float | None = None,
    seed: int = 0,
    data_dir: str | Path | None = None,
    log: Callable[[str], None] = print,
) -> Birthday:
    """Estimates how many different samples a model has, by the birthday paradox (Arora and Zhang 2017, 1706.08224).

    >>> record = ganzoo.birthday("exported/ring_vanilla", batch_sizes=(10, 20), batches=5, log=lambda line: None)
    >>> sorted(record["n_eff"])
    ['high', 'low', 'value']

    Args:
        model: as of `evaluate`.
        real: the real data, likewise; by default what the model was trained on.
        batch_sizes: sizes of the batches.
        batches: how many of each size.
        features: what distances are taken in: "pixels", or an extractor as of `evaluate`. Not of text.
        flips: whether mirror images count as duplicates. Not of text.
        per_class: whether each class is tested on its own. Not of text.
        threshold: distance, or edits of text, under which two samples are duplicates; by default calibrated on held-out
            real data.
        seed: of the samples and of every draw.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        A `Birthday`: a dict, `n_eff` with `value`, `low` and `high` first of all, that prints its table.

    Raises:
        ganzoo.UserError: no data, different shapes, `per_class` without classes, or an option that text has not.
    """
    from ganzoo.evaluation.birthday import birthday_test_of
    from ganzoo.report.results import Birthday

    model, real = opened_model(model, "model"), opened_real(real)
    options = {"batch_sizes": batch_sizes, "batches": batches, "features": features, "flips": flips, "per_class": per_class}
    options |= {"threshold": threshold, "seed": seed, "data_dir": data_dir, "log": log}
    return Birthday(birthday_test_of(model, real, **options).run())


@logged
def neighbours(
    model: Model,
    real: Model = None,
    count: int = 1000,
    extractor: Any = "auto",
    *,
    flips: bool = True,
    seed: int = 0,
    data_dir: str | Path | None = None,
    log: Callable[[str], None] = print,
) -> Neighbours:
    """Whether a model of images copies: its samples beside the nearest training images, held-out images as the yardstick.

    >>> found = ganzoo.neighbours("exported/digits_dcgan", count=50, extractor="pixels")
    >>> found["verdict"].split(".")[0]
    'No sign of copying'
    >>> found.picture.size[0] > 50
    True

    Args:
        model: as of `evaluate`; images.
        real: the training data, likewise; by default what the model was trained on.
        count: generated samples to look up.
        extractor: features beside the pixels, as of `evaluate`.
        flips: whether mirrored training images count.
        seed: of the samples.
        data_dir: where data sets are prepared.
        log: called with each line for the user.

    Returns:
        A `Neighbours`: a dict with a `verdict` and a `picture` of the closest cases.

    Raises:
        ganzoo.UserError: no data, no images, or different shapes.
    """
    from ganzoo.evaluation.neighbourhood import neighbours_of
    from ganzoo.report.results import Neighbours

    model, real = opened_model(model, "model"), opened_real(real)
    return Neighbours(*neighbours_of(model, real, count, extractor, flips, seed, data_dir, log))


def export(
    run: str | Path,
    to: str | Path | None = None,
    *,
    licence: str | None = None,
    data_licence: str | None = None,
    without: Sequence[str] = (),
    halves: bool = False,
) -> Path:
    """Writes a run's averaged generator as the next version of a SavedModel that TF Serving loads, with its model card.

    Args:
        run: the run's directory; or an export, or the name of a model of the zoo, which is exported again, smaller.
        to: the export's directory; `exported/<recipe>` if None.
        licence: what its card says of the licence of the weights; if None "not stated", or what the export's card said.
        data_licence: what it says of the data's; if None what is known of a data set of that name, or what that card said.
        without: signatures to leave out, such as "discriminate", with the networks that they alone compute with.
        halves: whether kernels are stored as float16, half the bytes; they are computed with in float32.

    Returns:
        The path of the new version's directory.

    Raises:
        ganzoo.UserError: there is no such run or no checkpoint, it is a smoke run, its recipe no longer fits it, it has no such
            signature to leave out, halves would change its samples, or `to` cannot be written.
    """
    from ganzoo.serving.export import export

    return export(checked_path(run, "a run"), to, licence, data_licence, tuple(without), halves)
