"""Which data sets there are, where they are prepared, and preparing them: only `prepare` ever downloads."""

import contextlib
import difflib
import io
import os
import re
import socket
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np

from ganzoo.data import registry
from ganzoo.errors import UserError, one_line

WELL_KNOWN = {
    "mnist": "handwritten digits",
    "fashion_mnist": "articles of clothing",
    "kmnist": "cursive Japanese characters",
    "cifar10": "small photographs of 10 classes",
    "cifar100": "small photographs of 100 classes",
    "svhn_cropped": "house numbers of Street View",
    "stl10": "photographs of 10 classes",
    "celeb_a": "aligned faces of celebrities",
    "caltech_birds2011": "birds of 200 species (CUB-200-2011)",
    "oxford_flowers102": "flowers of 102 species",
}
NO_DOWNLOAD = "ganzoo train recipes/digits_dcgan.py"


def default_dir(data_dir=None):
    """The directory of prepared data sets: the argument, else TFDS_DATA_DIR, else TFDS's default."""
    return Path(data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def describe(name, data_dir=None):
    """The TFDS builder of a data set, prepared or not; its `info.features` are always known.

    Raises:
        UserError: no data set of that name, or no such configuration of it.
    """
    import tensorflow_datasets as tfds

    root, embedded = default_dir(data_dir), registry.find(name)
    if embedded:
        return embedded.builder(data_dir=root)
    try:
        with contextlib.suppress(tfds.core.DatasetNotFoundError):  # the files alone, whatever version they are of
            return tfds.core.read_only_builder.builder_from_files(name, data_dir=root)
        return tfds.builder(name, data_dir=root)
    except Exception as error:
        if re.split("[/:]", name)[0] in registered():
            raise UserError(f"data set {name!r}: {one_line(error)}") from error
        close = difflib.get_close_matches(name, registered(), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "`ganzoo data list` shows some"
        raise UserError(f"no data set and no folder is called {name!r}; {hint}") from None


def registered():
    """The names of all data sets that TFDS or we can make, a set."""
    import tensorflow_datasets as tfds

    return {*tfds.list_builders(), *registry.embedded_sets()}


def is_prepared(builder):
    """Whether the builder's examples are there to be read."""
    return bool(builder.info.splits)


def find(name, data_dir=None):
    """The builder of a prepared data set; embedded ones are prepared on first use.

    Raises:
        UserError: the set is unknown or not prepared, or the one that it is made of is not.
    """
    builder = describe(name, data_dir)
    if is_prepared(builder):
        return builder
    if embedded := registry.find(name):
        if embedded.made_of:
            find(embedded.made_of, data_dir)
        return prepare_embedded(name, data_dir)
    root = default_dir(data_dir)
    raise UserError(
        f"data set {name!r} is not prepared in {root}: run `ganzoo data prepare {name} --data-dir {root}`, "
        f"or train without a download: `{NO_DOWNLOAD}`"
    )


def prepare(name, data_dir=None):
    """Downloads and prepares a data set where it is not prepared yet.

    Returns:
        A dict of facts, as in the rows of `available`.

    Raises:
        UserError: an unknown name, no network, no space, an unwritable directory, files to be fetched by hand.
    """
    builder = describe(name, data_dir)
    if is_prepared(builder):
        return facts(name, builder)
    if embedded := registry.find(name):
        if embedded.made_of:
            prepare(embedded.made_of, data_dir)
        return facts(name, prepare_embedded(name, data_dir))
    root = default_dir(data_dir)
    check_network(name, builder, root)
    try:
        builder.download_and_prepare()
    except Exception as error:
        reason = one_line(error)
        raise UserError(f"cannot prepare {name} in {root}: {reason}; without a download: `{NO_DOWNLOAD}`") from error
    return facts(name, describe(name, data_dir))


def prepare_embedded(name, data_dir):
    """Prepares an embedded set, quietly; another process may be doing the same."""
    import tensorflow_datasets as tfds

    failure = None
    tfds.display_progress_bar(False)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            describe(name, data_dir).download_and_prepare()
    except Exception as error:  # perhaps another process was first; TFDS renames whole directories into place
        failure = error
    finally:
        tfds.display_progress_bar(True)
    builder = describe(name, data_dir)
    if not is_prepared(builder):
        root = default_dir(data_dir)
        raise UserError(f"cannot prepare {name} in {root}: {one_line(failure)}; choose another --data-dir") from failure
    return builder


def check_network(name, builder, root):
    """Spares the user TFDS's minutes of retries where no host can be found and nothing was downloaded before."""
    hosts = {urllib.parse.urlparse(url).hostname for url in builder.url_infos} - {None}
    directories = (root / "downloads", root / "downloads" / builder.name)
    downloaded = any(file for directory in directories for file in directory.glob("*.INFO"))
    if not hosts or downloaded or builder.MANUAL_DOWNLOAD_INSTRUCTIONS or urllib.request.getproxies():
        return
    for host in hosts:
        with contextlib.suppress(OSError):
            socket.getaddrinfo(host, 443)
            return
    raise UserError(
        f"cannot prepare {name}: no network, {sorted(hosts)[0]} is not found; train without a download: `{NO_DOWNLOAD}`"
    )


def available(data_dir=None):
    """What there is: the embedded sets, some well-known ones, and whatever else is prepared.

    Returns:
        A list of dicts: `name`, `what` it is, `prepared` (the directory, or None), `state` in words, `shape` of an
        example (a list, None for sides that vary), `examples` (each split's number; empty where it is not prepared).
    """
    root = default_dir(data_dir)
    files = (path.relative_to(root) for pattern in ("*/*", "*/*/*") for path in root.glob(f"{pattern}/features.json"))
    prepared = sorted("/".join(path.parts[:-2]) for path in files)
    names = dict.fromkeys([*registry.embedded_sets(), *WELL_KNOWN, *prepared])
    return [facts(name, describe(name, data_dir)) for name in names]


def about(name):
    """A few words about a data set that is embedded or well known; None of others."""
    embedded = registry.find(name)
    return embedded.about if embedded else WELL_KNOWN.get(name)


def homepage(name, info):
    """Where a data set comes from: its address; of an embedded one without, what it is."""
    embedded = registry.find(name)
    made_up = info.homepage.startswith("https://www.tensorflow.org/datasets/catalog/")  # TFDS's for want of another
    return embedded.about if embedded and made_up else info.homepage


def facts(name, builder):
    """A row of `available`."""
    features, splits = builder.info.features, builder.info.splits
    values = next((features[key] for key in ("image", "point", "text") if key in features), None)
    prepared = str(builder.data_path) if splits else None
    return {
        "name": name,
        "what": about(name) or one_line(builder.info.description or ""),
        "prepared": prepared,
        "state": "prepared" if prepared else _unprepared(registry.find(name)),
        "shape": list(values.shape) if values else None,
        "examples": {split: splits[split].num_examples for split in splits},
    }


def _unprepared(embedded):
    if embedded is None:
        return "to be downloaded"
    return f"made of {embedded.made_of}" if embedded.made_of else "embedded, needs no download"


def class_names(features):
    """The names of the classes of a feature `label`; an empty list where there is none."""
    import tensorflow_datasets as tfds

    label = dict(features.items()).get("label")
    return label.names if isinstance(label, tfds.features.ClassLabel) else []


def split_info(builder, split):
    """TFDS's facts about a split, such as "train" or "train[:80%]".

    Raises:
        UserError: no such split.
    """
    try:
        return builder.info.splits[split]
    except Exception as error:
        known = ", ".join(builder.info.splits)
        raise UserError(f"data set {builder.name!r} has no split {split!r}; it has {known}") from error


def read_once():
    """TFDS's settings for reading examples once: no copy of them is kept."""
    import tensorflow_datasets as tfds

    return tfds.ReadConfig(try_autocache=False)


def read(name, split, take=None, data_dir=None):
    """The examples of a prepared set in TFDS's fixed order, a dict of NumPy arrays by feature.

    Args:
        name, split: of the set.
        take: the first so many examples only.
        data_dir: where data sets are prepared.

    Raises:
        UserError: the set is not prepared, has no such split, or nothing is left of it.
    """
    builder = find(name, data_dir)
    split_info(builder, split)
    examples = builder.as_dataset(split=split, read_config=read_once())
    batches = list(examples.take(take or -1).batch(4096).as_numpy_iterator())
    if not batches:
        raise UserError(f"nothing is left of {name}, split {split}")
    return {feature: np.concatenate([batch[feature] for batch in batches]) for feature in batches[0]}
