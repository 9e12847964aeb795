"""A run's averaged generator as a SavedModel that TF Serving loads, with its model card."""

import datetime
import os
import shutil
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

import ganzoo
from ganzoo import pictures, zoo
from ganzoo.data.scaling import to_uint8
from ganzoo.errors import UserError
from ganzoo.files import DRAFT, draft_name
from ganzoo.run import Run
from ganzoo.serving import cards, transfer, warmup
from ganzoo.serving.exported_model import COMPARED, ExportedModel
from ganzoo.serving.halves import Halves, Whole, changed
from ganzoo.serving.sampling import RunSampler, load
from ganzoo.zoo import newest_version

INT = tf.int32
# Seconds after which a draft that nobody touched is of an export that was killed.
ABANDONED = 3600
# The samples beside a card: images in a row, rows of classes, points.
COLUMNS, MOST_ROWS, POINTS = 8, 10, 1000


def export(run, to=None, licence=None, data_licence=None, without=(), halves=False):
    """Writes the next version of a run's export, whole or not at all.

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
        UserError: there is no such run or no checkpoint, it is a smoke run, its recipe no longer fits it, it has no such
            signature to leave out, halves would change its samples, or `to` cannot be written.
    """
    sampler = to_export(run)
    base = Path(to or Path("exported") / sampler.name)
    newest = newest_version(base)
    if newest == base:
        raise UserError(f"{base} is itself a SavedModel; name the directory that holds its versions")
    number = int(newest.name) + 1 if newest else 1
    draft = base / draft_name(str(number))
    try:
        base.mkdir(parents=True, exist_ok=True)
        remove_abandoned(base)
        return _put(draft, base, number, write(sampler, draft, licence, data_licence, without, halves))
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise UserError(f"cannot write the export {base / str(number)}: {reason}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def to_export(path):
    """The sampler of what is to be exported, with its family: a run, or an export that is to be exported again."""
    path = zoo.model_path(path)
    if not (path / "run.json").is_file() and zoo.newest_version(path):
        return ExportedModel(path)
    if not path.exists():
        raise UserError(f"{path} is neither a run (run.json) nor an export (saved_model.pb){zoo.hint(path)}")
    if Run.open(path).smoke:
        raise UserError(f"{path} is a smoke run: it shows that a recipe runs, not a model to export")
    return RunSampler(path)


def remove_abandoned(base):
    """Removes what exports that were killed left in a directory of versions; one that is being written is younger."""
    for draft in base.iterdir():
        if DRAFT.fullmatch(draft.name) and time.time() - draft.lstat().st_mtime > ABANDONED:
            shutil.rmtree(draft, ignore_errors=True)


def _put(draft, base, number, card):
    """Gives an export its card and renames it to version `number`, or to the next that no other process took meanwhile."""
    while (base / str(number)).exists():
        number += 1
    card |= {"path": f"{base.resolve().name}/{number}"}
    cards.write_card(draft, card)
    os.rename(draft, base / str(number))
    return base / str(number)


def write(sampler, path, licence=None, data_licence=None, without=(), halves=False):
    """Writes a model, warm-up requests and samples to the directory `path`; returns its card.

    Args:
        sampler: a `RunSampler` or an `ExportedModel`.
        path, licence, data_licence, without, halves: as of `export`.
    """
    without = tuple(dict.fromkeys((*getattr(sampler, "left_out", ()), *without)))
    module, signatures = served(sampler.model, without, halves)
    tf.saved_model.save(module, str(path), signatures=signatures)
    warmup.write(path, signatures)
    write_samples(sampler, path)
    card = sampler.described(signatures, licence, data_licence)
    if without:
        card["left_out"] = {"signatures": list(without), "networks": sorted(set(sampler.model.networks) - set(module.networks))}
    if halves:
        inputs = {name: tf.constant(value) for name, value in sampler.inputs(COMPARED).items()}
        whole, halved = sampler.model.outputs(sampler.model.sample(**inputs)), signatures["serving_default"](**inputs)
        name = "tokens" if "tokens" in whole else next(iter(whole))
        card["halves"] = changed(whole[name], halved[name])
    return card | {"exported": datetime.date.today().isoformat(), "ganzoo": ganzoo.__version__}


def count_classes(version):
    """How many labels the export in a directory knows; of those that it knows its samples are drawn anew, a class a row."""
    sampler = load(version)
    if sampler.num_classes:
        write_samples(sampler, version)
    return sampler.num_classes


def write_samples(sampler, path):
    """Writes what a `Sampler` draws beside its card: a grid of images, dots of points, or a file of texts.

    Of a model that takes labels each row is a class, as far as there are ten.
    """
    classes = range(min(sampler.num_classes or 0, MOST_ROWS)) if "label" in sampler.options else ()
    rows = [sampler.sample(COLUMNS, 0, label=label) for label in classes]
    samples = np.concatenate(rows) if rows else sampler.sample(POINTS if len(sampler.shape or ()) == 1 else COLUMNS**2)
    if sampler.is_text:
        (path / zoo.TEXTS).write_text("".join(f"{text}\n" for text in sampler.texts(samples[:16])))
    elif samples.ndim == 4:
        grid = pictures.grid(np.asarray(to_uint8(samples)), COLUMNS)
        grey = (grid == grid[..., :1]).all()
        (path / zoo.PICTURE).write_bytes(pictures.png(grid[..., :1] if grey else grid))  # grey takes half the bytes
    else:
        (path / zoo.PICTURE).write_bytes(pictures.png(pictures.scatter(samples)))


def served(model, without=(), halves=False):
    """A tf.Module that holds a family's averaged generator, and the signatures of its SavedModel by name.

    `serving_default` maps the generator's inputs to samples; `sample` draws the inputs itself from (count, seed);
    `png` does so and returns `image_bytes`, which TF Serving's REST interface encodes in base64; `inputs` gives the
    inputs of samples first .. first + count - 1 alone; then the family's own services, such as `discriminate`.

    Args:
        model: a compiled `Family`.
        without: services to leave out, with the networks that they alone compute with.
        halves: whether kernels are float16 variables.

    Raises:
        UserError: the family has no such service, or its weights are no numbers of float16.
    """
    for name in without:
        if name not in model.services:
            has = f"only {', '.join(model.services)}" if model.services else "nothing"
            raise UserError(f"{has} can be left out of this export, not {name}")
    module = tf.Module()
    networks = [*model.networks.values(), *(average.network for average in model.averages.values())]
    weights = Halves(networks) if halves else Whole()
    example = model.draw_inputs(1, 0)
    images = "images" in model.outputs(model.sample(**example))
    options = {name: tf.TensorSpec(np.shape(value), dtype, name) for name, (dtype, value) in model.sample_options.items()}
    scalars = {"count": tf.TensorSpec([], INT, "count"), "seed": tf.TensorSpec([], INT, "seed")}

    def traced(function, name=None):
        """Keyword arguments throughout, since they are what a signature names; of the weights as they are stored."""

        def by_name(**inputs):
            with weights.scope():
                return function(**inputs)

        by_name.__name__ = name or function.__name__  # what TensorFlow calls it
        return tf.function(by_name)

    @traced
    def serving_default(**inputs):
        return model.outputs(model.sample(**inputs))

    @traced
    def sample(**draw):
        return model.outputs(model.sample(**model.draw_inputs(**draw)))

    @traced
    def png(**draw):
        pixels = to_uint8(model.sample(**model.draw_inputs(**draw)))
        return {"image_bytes": tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)}

    @traced
    def inputs(**draw):
        return model.draw_inputs(**draw)

    batched = {name: tf.TensorSpec([None, *value.shape[1:]], value.dtype, name) for name, value in example.items()}
    signatures = {
        "serving_default": serving_default.get_concrete_function(**batched),
        "sample": sample.get_concrete_function(**scalars, **options),
        "inputs": inputs.get_concrete_function(**scalars, first=tf.TensorSpec([], INT, "first"), **options),
    }
    if images:
        signatures["png"] = png.get_concrete_function(**scalars, **options)
    for name, (service, specs) in model.services.items():
        if name in without:
            continue
        named = {key: tf.TensorSpec(spec.shape, spec.dtype, key) for key, spec in specs.items()}
        signatures[name] = traced(service, name).get_concrete_function(**named)
    computed = {id(v.handle) for s in signatures.values() for v in s.variables}
    # By name, so that a training can begin with them: `ganzoo train --from`.
    module.networks = {
        name: {key: weights.stored(weight) for key, weight in transfer.keys(network).items()}
        for name, network in transfer.kept_networks(model).items()
        if not without or any(id(weights.stored(v).handle) in computed for v in network.variables)
    }
    # What else the signatures compute with; the optimizers, and networks that an average stands for, stay behind.
    kept = {id(value.handle) for stored in module.networks.values() for value in stored.values()}
    used = computed - kept
    others = [weights.stored(v) for n in networks for v in n.variables]
    module.others = [value for value in others if id(value.handle) in used]
    module.assets = list(model.assets)
    return module, signatures
