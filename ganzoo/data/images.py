"""Images of any TFDS image set or folder, decoded, cropped and resized once."""

import contextlib
import hashlib
import json
import os

import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.progress import track

from ganzoo import cache_directory
from ganzoo.data import catalogue
from ganzoo.data.class_names import class_number
from ganzoo.data.held_out import checked_share, limit, marked
from ganzoo.data.identity import identity_of_files
from ganzoo.data.image_fitting import as_channels, fit, sides, sizes_said
from ganzoo.data.image_reader import MEND, MEND_ONE, ImageReader, is_read
from ganzoo.data.scaling import DARK
from ganzoo.data.source import NamedSource, checked_take
from ganzoo.data.tfds_images import open_originals
from ganzoo.errors import UserError
from ganzoo.files import atomically, cannot_write
from ganzoo.notes import counted

# Bytes read plus bytes kept: above this the decoded images go to a file, once, and are mapped into memory.
CACHE_ABOVE = 512 * 2**20
# Examples read: above this smaller sets are kept in the user's cache directory, since a record takes 0.1 ms to read.
CACHE_FROM = 4096
CACHE_FORMAT = 2  # to be raised when the same arguments give other pixels
CHUNK = 256


class Images(NamedSource):
    """Images as uint8 arrays, and as batches of `image` float32 [B, H, W, C] in [-1, 1].

    Images of a folder are read as `image_files.read_image` says: on white where they are transparent, 16 bits scaled to 8.
    An image that has not the shape of `size` is cropped to `crop`, or without `crop` to its largest centred part of the
    target's aspect (a square, where `size` is a number), and then resized: bicubic, antialiased (arXiv:2104.11222).
    Decoded sets that are large (`CACHE_ABOVE`) are kept in a file beside the data set, or in the user's cache directory
    (`cache_directory.cache_root`) where the data set's cannot be written; smaller ones of more than `CACHE_FROM` examples in
    the user's, if that can be written.

    Args:
        name: a TFDS image set, such as "mnist" or "cifar10"; an embedded one ("digits"); or the path of a folder of
            images (see `folders.Folder`), of a .tar or a folder of them (`shards.Shards`), of an .npz (`npz_images`).
        split: a TFDS split, such as "train" or "train[:80%]"; of a folder its name.
        size: side in pixels, or (height, width); None keeps the images as they are.
        crop: side, or (height, width), of the centre that is kept.
        flip: whether `batches` mirrors each image left to right with probability 1/2.
        labels: whether batches carry `label` int64 [B].
        only: keep this class only, by name or number; a number that is the name of another class is refused.
        take: keep the first so many examples only (of the class, with `only`).
        data_dir: where data sets are prepared; by default TFDS_DATA_DIR, else TFDS's own default.
        held_out: of a set whose only split is "train", such as a plain folder, the share of the images that this split
            leaves out, and that make the split "test". Which images is decided by their pixels: equal ones are on one side,
            and more images move no other. No effect on a set of several splits.
        channels: 1 for grey, 3 for RGB; None for those of the data: of image files always 3.
        on_bad: what becomes of a user's files that cannot be read: "stop" names all of them and why, "skip" passes them over
            with a note.

    Attributes:
        of_pixels: what was done to the pixels when they were last decoded, a list of lines.

    Raises:
        UserError: no such data set, not one of 8-bit images, no labels where they are asked for, or images of various
            sizes without `size` or `crop`. Data that is not prepared is missed only once it is read.

    Example:
        >>> batch = next(iter(ganzoo.data.Images("digits", flip=True, labels=True).batches(128, seed=0)))
        >>> batch["image"].shape, batch["label"].shape
        (TensorShape([128, 8, 8, 1]), TensorShape([128]))
    """

    def __init__(
        self,
        name,
        split="train",
        size=None,
        crop=None,
        flip=False,
        labels=False,
        only=None,
        take=None,
        data_dir=None,
        held_out=0.0,
        channels=None,
        on_bad="stop",
    ):
        self.name = name
        self.split = split
        self.held_out = checked_share(held_out)
        self.size = size
        self.crop = crop
        self.only = only
        self.take = checked_take(take)
        self.data_dir = data_dir
        self.channels = channels
        self.on_bad = on_bad
        if channels not in (None, 1, 3):
            raise UserError(f"channels is 1, 3 or None for those of the data, not {channels!r}")
        if on_bad not in ("stop", "skip"):
            raise UserError(f'on_bad is "stop" or "skip", not {on_bad!r}')
        self._arrays = None
        self.of_pixels = []
        self._originals = self._open()
        for line in self._originals.notes:
            self.note(line)
        self._crop = sides("crop", crop)
        self._only = None if only is None else class_number(only, self._originals.classes, name)
        if labels and not self._originals.classes:
            raise UserError(f"{name} has no labels; leave out labels=True")
        height, width, channels = self._originals.shape
        if self._crop and (self._crop[0] > (height or np.inf) or self._crop[1] > (width or np.inf)):
            raise UserError(f"crop {crop} is larger than the images of {name}, {height} x {width}")
        height, width = sides("size", size) or self._crop or (height, width)
        if height is None or width is None:
            raise UserError(f"the images of {name} may be of any sizes: give `size`, such as size=64")
        super().__init__((height, width, self.channels or channels), len(self._originals.classes) or None, labels, flip)

    def _open(self):
        if self.held_out and self.split == "test":
            with contextlib.suppress(UserError):
                whole = self.originals_of("train")
                if len(whole.splits) < 2:
                    return whole
        return self.originals_of(self.split)

    def originals_of(self, split):
        """What the images of a split are read from."""
        return open_originals(str(self.name), split, self.data_dir)

    @property
    def _part(self):
        """The part of the only split that this is, "train" or "test", where a share of it is held out; else None."""
        if not self.held_out or len(self._originals.splits) > 1:
            return None
        if self._originals.splits not in ((), ("train",)):
            raise UserError(f"held_out takes a share of the split train, and {self.name} has {self._originals.splits[0]} alone")
        return "test" if self.split == "test" else "train"

    @property
    def splits(self):
        return ("train", "test") if self._part else self._originals.splits

    @property
    def class_names(self):
        """The names of the classes, in the order of their numbers; an empty list where there are none."""
        return list(self._originals.classes)

    @property
    def num_examples(self):
        """Number of examples; known without reading them, unless with `only` or a share that is held out."""
        if self._only is not None or self._arrays or self._part or self.on_bad == "skip":
            return super().num_examples
        count, _ = self._originals.extent()
        return min(count, self.take or count)

    def describe(self):
        facts = super().describe()
        options = {"size": self.size, "crop": self.crop, "only": self.only, "take": self.take}
        options |= {"channels": self.channels, "on_bad": None if self.on_bad == "stop" else self.on_bad}
        facts.update({name: value for name, value in options.items() if value is not None})
        if self._own and self.class_names:  # which a folder's files can change
            facts["classes"] = self.class_names
        facts.update({"held_out": self.held_out} if self.held_out else {})
        return facts | {"flip": self.flip, "homepage": self._originals.homepage}

    @property
    def location(self):
        return self._originals.root if self._own else None

    @property
    def originals(self):
        """What the images are read from: a `TFDSImages`, or an `ImageReader` of a user's own files."""
        return self._originals

    @property
    def _own(self):
        """Whether these are a user's own files, rather than a set of TFDS."""
        return isinstance(self._originals, ImageReader)

    def identity(self, known=None):
        facts = super().identity(known)
        if self._own:
            if self.class_names and (self.labels or self.only is not None):  # a folder of another split moves their numbers
                digest = hashlib.sha256(json.dumps(self.class_names).encode()).hexdigest()[:12]
                facts["version"] = f"{counted(len(self.class_names), 'class', 'classes')} {digest}"
            files = [*self._originals.files, *self._originals.said_by]
            return identity_of_files(files, self._originals.directory(), known) | facts
        return facts | {"version": self._originals.identity()[0]}

    @classmethod
    def from_description(cls, facts, data_dir=None):
        """The `Images` that `describe` told of.

        Raises:
            UserError: as `Images`; or the classes of a folder are others now, and with them what their numbers mean.
        """
        source = super().from_description(facts, data_dir)
        if facts.get("classes", source.class_names) != source.class_names:
            before, now = (", ".join(names[:20]) for names in (facts["classes"], source.class_names))
            raise UserError(f"the classes of {source.name} are now {now}; the model was made for {before}")
        return source

    def arrays(self):
        """All examples in a fixed order: `image` uint8 [N, H, W, C], with labels `label` int64 [N].

        Raises:
            UserError: the data is not prepared, a file is no image, nothing is left, or the cache cannot be written.
        """
        if self._arrays is None:
            images, labels = self._load_by_size()
            if not len(images):
                raise UserError(f"nothing is left of {self.name}, split {self.split}, only={self.only}")
            self._note_fewer(len(images))
            if self.labels and (unlabelled := int((labels < 0).sum())):
                raise UserError(f"{unlabelled:,} of {len(labels):,} images of {self.name} have no label: leave out labels=True")
            self._arrays = {"image": images, **({"label": labels} if self.labels else {})}
        return self._arrays

    def _load_by_size(self):
        """Images and labels, from memory or from the cache."""
        count, encoded = self._originals.extent()
        kept = min(count, self.take or count)
        if kept * (encoded + np.prod(self.shape)) > CACHE_ABOVE:
            return self._load_to_file(self._cache_file())
        if (count if self._only is not None or self._part else kept) > CACHE_FROM:
            try:
                return self._load_to_file(self._small_cache_file())
            except (UserError, OSError) as error:  # what cannot be kept is read each time
                if not isinstance(error.__cause__ or error, OSError):
                    raise
        return self._load()

    def chunks(self):
        """Decodes all anew: pairs of images uint8 [n, H, W, C] and labels int64 [n], some at a time.

        Raises:
            UserError: as `arrays`.
        """
        examples = self._originals.examples()
        if self._only is not None:
            examples = examples.filter(lambda encoded, label: label == self._only)
        if self.take and not self._part:
            examples = examples.take(self.take)

        @tf.autograph.experimental.do_not_convert
        def decode(encoded, label):
            return self._originals.decode(encoded), label

        @tf.autograph.experimental.do_not_convert
        def fitted(image, label):
            return as_channels(fit(image, self._crop, (*self.shape[:2], image.shape[2])), self.shape[2]), label

        @tf.autograph.experimental.do_not_convert
        def decode_fitted(encoded, label):
            return fitted(*decode(encoded, label))

        parallel = {"num_parallel_calls": tf.data.AUTOTUNE, "deterministic": True}
        count, brightest, all_grey = 0, 0, self.shape[2] == 3
        if self._own:
            self._originals.begin()
        try:
            if self._part or self._own:
                decoded = examples.map(decode, **parallel).filter(is_read)
                decoded = self._of_part(decoded).take(self.take or -1) if self._part else decoded
                examples = decoded.map(fitted, **parallel)
            else:
                examples = examples.map(decode_fitted, **parallel)
            for images, labels in examples.batch(CHUNK).prefetch(1):
                images = images.numpy()
                count, brightest = count + len(images), max(brightest, int(images.max()))
                all_grey = all_grey and bool((images == images[..., :1]).all())
                yield images, labels.numpy()
        except tf.errors.OpError as error:
            raise UserError(f"cannot read {self.name}: {catalogue.one_line(error)}") from error
        self.of_pixels = self._said(count)
        if all_grey and brightest and self._own and self.channels is None:
            self.of_pixels.append(f"{self.name}: all {count:,} images are grey: channels=1 reads them as such")
        if 0 < brightest < DARK:
            self.of_pixels.append(
                f"{self.name}: no value is above {brightest} of 255: dark images, or values that count otherwise"
            )

    def _said(self, count):
        """What was done to `count` decoded images, and which files could not be read, a list of lines.

        Raises:
            UserError: some could not, and `on_bad` is "stop".
        """
        of = self._originals.extent()[0] if self._part else count  # conversions are counted on both sides
        if not self._own:
            return self._originals.conversions(of)
        bad, failed = self._originals.refusal(), len(self._originals.failures)
        lines = self._originals.conversions(of - failed if self._part else of)
        if bad and self.on_bad == "stop":
            raise UserError(f"cannot read {self.name}: {bad}")
        if bad:
            why = bad.removesuffix(MEND).removesuffix(MEND_ONE)
            lines.append(f"{self.name}: {counted(failed, 'image')} passed over: {why}")
        return [*lines, *sizes_said(self.name, self._originals.sizes, self._crop, self.shape[:2])]

    def _of_part(self, decoded):
        """The decoded images, a data set of (image, label), that are on this source's side."""
        whole = self.originals_of("train")

        def marks():
            decoded = whole.examples().map(lambda encoded, label: whole.decode(encoded)).filter(is_read)
            all_marks = decoded.map(marked)
            return np.fromiter(all_marks.as_numpy_iterator(), np.int64)

        bound = limit(self.held_out, whole.extent()[0], marks)
        return decoded.filter(lambda image, label: (marked(image) < bound) == (self._part == "test"))

    def _load(self):
        empty = (np.empty((0, *self.shape), np.uint8), np.empty(0, np.int64))
        arrays = tuple(np.concatenate(parts) for parts in zip(empty, *self.chunks(), strict=True))
        for line in self.of_pixels:
            self.note(line)
        return arrays

    def _load_to_file(self, path):
        """Like `_load`, through the cache: raw bytes, mapped into memory."""
        found = self._cached(path)
        if found is None:
            self._write(path, path.with_suffix(".labels"), path.with_suffix(".json"))
            if path.is_relative_to(cache_directory.cache_root()):
                cache_directory.make_room(keep=[path])
            found = self._cached(path)
        if found is None:  # another process removed it at this moment
            return self._load()
        *arrays, of_pixels = found
        for line in of_pixels:
            self.note(line)
        return arrays

    def _cached(self, path):
        """(images, labels, notes) as the cache has them; None where it has not, or where they are damaged."""
        try:
            # Mode "c": tensors want to share memory that can be written, though nobody does; the file would not change.
            with cache_directory.open_in_use(path) as file:
                size = path.stat().st_size
                images = np.memmap(file, np.uint8, "c") if size else np.empty(0, np.uint8)
            labels = np.fromfile(path.with_suffix(".labels"), np.int64)
            of_pixels = json.loads(path.with_suffix(".json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        if len(images) != len(labels) * np.prod(self.shape):
            return None
        return images.reshape(-1, *self.shape), labels, of_pixels

    def _write(self, path, labels, notes):
        # Who sees the images sees their labels and notes: the blocks end from the right to the left.
        with atomically(path) as image_file, atomically(labels) as label_file, atomically(notes) as note_file:
            for image_chunk, label_chunk in self._with_progress(self.chunks()):
                image_file.write(image_chunk)
                label_file.write(label_chunk)
            note_file.write(json.dumps(self.of_pixels).encode())

    def _with_progress(self, chunks):
        """Shows on a terminal what is done and how long the rest will take."""
        total = None if self._only is not None or self._part else -(-self.num_examples // CHUNK)
        console = Console(stderr=True)
        what = f"decoding {self.name}, once"
        return track(chunks, what, total, console=console, transient=True, disable=not console.is_terminal)

    def _cache_name(self):
        identity = [*self._originals.identity(), self._originals.classes]
        shaped_by = [CACHE_FORMAT, identity, self.split, self.shape, self._crop, self._only, self.take]
        shaped_by += [self.held_out, self._part] if self._part else []
        shaped_by += ["skip"] if self.on_bad == "skip" else []
        return f"{hashlib.sha256(json.dumps(shaped_by).encode()).hexdigest()[:16]}.images"

    def _small_cache_file(self):
        path = cache_directory.cache_root() / "images" / self._cache_name()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        return path

    def _cache_file(self):
        name = self._cache_name()
        beside, at_home = self._originals.directory() / ".ganzoo", cache_directory.cache_root() / "images"
        for directory in (beside, at_home):
            try:
                directory.mkdir(parents=True, exist_ok=True)
            except OSError:
                continue
            if os.access(directory, os.W_OK) or (directory / name).exists():
                return directory / name
        raise UserError(f"cannot keep the decoded images of {self.name}: neither {beside} nor {at_home} can be written")
