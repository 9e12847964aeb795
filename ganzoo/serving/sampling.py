"""Samples from whatever can be sampled: a run, an export, or any SavedModel that maps latents to images."""

import functools
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

from ganzoo import hub, zoo
from ganzoo.checked_json import Maybe, read_json
from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError, one_line, usable_path
from ganzoo.run import Run
from ganzoo.run_record import IDENTITY
from ganzoo.serving.draws import with_labels_by
from ganzoo.serving.family import drawn_captions, drawn_labels
from ganzoo.serving.foreign import ForeignSampler
from ganzoo.serving.model_files import MODEL_FILES, load_model_file
from ganzoo.serving.open_values import from_json
from ganzoo.serving.sampler import BATCH, Sampler, option_value, refusals, sample_shape

# The signatures of an export that give samples or their inputs; every other is a service.
OF_SAMPLES = ("serving_default", "sample", "png", "inputs")
# What the signatures that draw take, beside options.
OF_DRAWS = ("count", "seed", "first")
# What is read of a model card.
CARD = {
    "family": Maybe(str),
    "steps": Maybe(int),
    "data": Maybe({"name": str, "source": Maybe(str), "split": Maybe(str), "classes": Maybe([str])}),
    "options": Maybe({str: object}),
    "data_path": Maybe(str),
    "data_identity": Maybe(IDENTITY),
    "num_classes": Maybe(int),
    "class_shares": Maybe([float]),
    "data_shares": Maybe([float]),
}


class RunSampler(Sampler):
    """Samples from a run's newest checkpoint.

    Attributes:
        run: the `Run`.
        record: what its run.json says.
        recipe: the built `Recipe`; its data may be a `Remembered`, where the data itself is not here.
        model: its family, restored.
        step: the checkpoint's step.
    """

    def __init__(self, path):
        from ganzoo.serving.rebuilding import rebuilt  # Fiddle takes half a second to import; what is exported needs none of it

        self.run = Run.open(path)
        self.record = self.run.record()
        super().__init__(path, self.record["recipe"])
        self.recipe = rebuilt(self.run.path / "recipe.py", self.record)
        self.model = self.recipe.model
        self.run.refuse_other_layers(self.model)
        self.model.compile(self.recipe.optimizers, seed=self.recipe.seed)
        self._checkpoints = Checkpoints(self.run.checkpoints, self.model.state())
        self.step = self._checkpoints.restore()
        if self.step is None:
            raise UserError(f"{path} has no checkpoint yet; `ganzoo train` writes one")
        self.family, self.data_name = type(self.model).__name__, self.recipe.data.name
        self.shape = tuple(self.recipe.data.shape)
        remembered = (self.record.get("data") or {}).get("class_names")  # a folder's names may be others by now
        self.class_names = remembered or getattr(self.recipe.data, "class_names", ())
        self.options = self.model.sample_options
        self._sample = tf.function(self._sampled, reduce_retracing=True)
        self.services = {name: tf.function(f, reduce_retracing=True) for name, (f, _) in self.model.services.items()}

    @property
    def own_shares(self):
        return getattr(self.model, "class_shares", None)

    @property
    def num_classes(self):
        return getattr(self.model, "num_classes", None)

    @property
    def wanted_steps(self):
        """The generator steps that its training was last started for."""
        last = next((one for one in reversed(self.record.get("resumes") or [])), self.record)
        return (last.get("settings") or {}).get("steps") or self.recipe.steps

    @property
    def kept_steps(self):
        """The steps of the checkpoints that can be read, oldest first."""
        return self._checkpoints.steps

    def at_step(self, step):
        """The same sampler, restored to one of `kept_steps`."""
        self._checkpoints.restore_step(step)
        self.step = step
        return self

    def following(self, shares):
        other = super().following(shares)
        other._sample = tf.function(other._sampled, reduce_retracing=True)
        return other

    def described(self, signatures, licence=None, data_licence=None):
        """The facts of the model card of an export of it: see `card_facts.describe`."""
        from ganzoo.serving import card_facts  # which imports Fiddle too

        return card_facts.describe(self, signatures, licence, data_licence)

    def _sampled(self, first, seed, options):
        inputs = self.model.draw_inputs(BATCH, seed, first, **options)
        shares = None if "label" in options else self.label_shares
        return self.model.sample(**with_labels_by(shares, inputs, BATCH, seed, first))

    def _batch(self, first, seed, options):
        typed = {name: tf.constant(value, self.options[name][0]) for name, value in options.items()}
        return self._sample(tf.constant(first), tf.constant(seed), typed).numpy()

    def inputs(self, count, seed=0, **options):
        count, seed, chosen = self._checked(count, seed, options)
        typed = {name: tf.constant(value, self.options[name][0]) for name, value in chosen.items()}
        shares = None if "label" in chosen else self.label_shares
        with refusals():
            inputs = with_labels_by(shares, self.model.draw_inputs(count, seed, **typed), count, seed)
        return {name: value.numpy() for name, value in inputs.items()}

    def generated(self, **inputs):
        return self.model.sample(**inputs)

    def labels(self, count, seed=0, **options):
        with refusals():
            return drawn_labels(self.model, *self._checked(count, seed, options), self.label_shares)

    def captions(self, count, seed=0, **options):
        with refusals():
            return drawn_captions(self.model, *self._checked(count, seed, options))


class ExportSampler(Sampler):
    """Samples from a SavedModel that `ganzoo export` wrote.

    Attributes:
        card: the model card, a dict.
    """

    def __init__(self, path, module):
        super().__init__(path, hub.name_in_cache(path) or (path.parent.name if path.name.isdigit() else path.name))
        self.signatures = module.signatures
        self.module = module
        card = path / "card.json"
        self.card = read_json(card, CARD, "the model card") if card.is_file() else {}
        self.family, self.step = self.card.get("family"), self.card.get("steps")
        data = self.card.get("data") or {}
        self.data_name, self.class_names = data.get("name"), data.get("classes") or ()
        self.shape = sample_shape(module.signatures["serving_default"])
        _, inputs = module.signatures["inputs"].structured_input_signature
        opened = {name: from_json(value) for name, value in (self.card.get("options") or {}).items()}
        named = [name for name in inputs if name not in OF_DRAWS]
        for name in named:
            # A card may leave out what nobody chose, and must not name another kind of value.
            if name in opened:
                spec = inputs[name]
                opened[name] = option_value(f"{card}: options.{name}", opened[name], spec.dtype, tuple(spec.shape))
        self.options = {name: (inputs[name].dtype, opened.get(name)) for name in named}
        self.services = {name: function for name, function in module.signatures.items() if name not in OF_SAMPLES}

    @property
    def own_shares(self):
        return self.card.get("class_shares")

    @functools.cached_property
    def num_classes(self):
        if "label" not in self.options or self.card.get("num_classes"):
            return self.card.get("num_classes")
        try:  # cards did not always say it; an export itself does where it refuses a label
            with refusals():
                self._inputs(1, 0, 0, {"label": np.iinfo(np.int32).max})
        except UserError as error:
            greatest = re.search(r"label must be from 0 to (\d+)", str(error))
            return int(greatest[1]) + 1 if greatest else None
        return None

    def _inputs(self, count, seed, first, options):
        if unknown := [name for name, (_, opened) in self.options.items() if options.get(name, opened) is None]:
            raise UserError(f"{self.name} has no card that says how {unknown[0]} is left open: name a value")
        typed = {name: tf.constant(options.get(name, opened), dtype) for name, (dtype, opened) in self.options.items()}
        draw = {"count": tf.constant(count), "seed": tf.constant(seed), "first": tf.constant(first)}
        shares = None if "label" in options else self.label_shares
        return with_labels_by(shares, self.signatures["inputs"](**draw, **typed), count, seed, first)

    def _batch(self, first, seed, options):
        return self.generate(**self._inputs(BATCH, seed, first, options))

    def inputs(self, count, seed=0, **options):
        count, seed, chosen = self._checked(count, seed, options)
        with refusals():
            return {name: value.numpy() for name, value in self._inputs(count, seed, 0, chosen).items()}

    def generated(self, **inputs):
        samples = self.signatures["serving_default"](**inputs)
        return samples["tokens"] if "tokens" in samples else next(iter(samples.values()))

    def labels(self, count, seed=0, **options):
        if "label" not in self.options:
            return None
        return self._drawn("labels", count, seed, options)

    def captions(self, count, seed=0, **options):
        if "caption" not in self.options:
            return None
        return [text.decode() for text in self._drawn("captions", count, seed, options)]

    def _drawn(self, name, count, seed, options):
        count, seed, chosen = self._checked(count, seed, options)
        with refusals():
            return self._inputs(count, seed, 0, chosen)[name].numpy()


def load(path: str | Path) -> Sampler:
    """A run's directory or a SavedModel's as a `Sampler`.

    Args:
        path: a run, an export (its newest version is taken), one version of it, a foreign SavedModel, a .keras or .onnx file,
            the name of a model of the zoo, or hf://owner/name[@revision].

    Raises:
        UserError: `path` is none of these.
    """
    path = zoo.model_path(usable_path(path, "a model's path"))
    if (path / "run.json").is_file():
        return RunSampler(path)
    if path.is_file() and path.suffix.lower() in MODEL_FILES:
        return load_model_file(path)
    saved = zoo.newest_version(path)
    if saved is None:
        hint = "" if path.exists() else zoo.hint(path)
        raise UserError(f"{path} is neither a run (run.json) nor a SavedModel (saved_model.pb){hint}")
    module = opened(saved)
    if is_export(module.signatures):
        return ExportSampler(saved, module)
    if "serving_default" in module.signatures:
        return ForeignSampler(saved, module)
    raise UserError(f"{saved} has no signature `serving_default`; it has {sorted(module.signatures)}")


def opened(saved):
    """The module of the SavedModel in a directory.

    Raises:
        UserError: it is damaged, or needs operators that are not there.
    """
    try:
        module = tf.saved_model.load(str(saved))
        module.signatures.keys()
        return module
    except Exception as error:  # a foreign file: TensorFlow and protobuf raise all kinds
        raise UserError(f"{saved} cannot be loaded: {one_line(error)}") from error


def is_export(signatures):
    """Whether a SavedModel's signatures are those that `ganzoo export` writes."""
    if not {"inputs", "serving_default"} <= set(signatures):
        return False
    _, inputs = signatures["inputs"].structured_input_signature
    return set(OF_DRAWS) <= set(inputs) and all(inputs[name].dtype == tf.int32 for name in OF_DRAWS)
