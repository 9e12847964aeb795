"""The base of modalities: what differs between images, points and text in an evaluation."""

import numpy as np

from ganzoo.data.scaling import to_unit
from ganzoo.errors import UserError
from ganzoo.evaluation.cache import digest, digest_array
from ganzoo.evaluation.context import Sample
from ganzoo.evaluation.critics import train_critics
from ganzoo.evaluation.discriminator_features import discriminator_features, feature_network
from ganzoo.evaluation.inversion import invert
from ganzoo.evaluation.paths import draw_paths
from ganzoo.metrics.probes import train_classifiers
from ganzoo.metrics.registry import IMAGES, POINTS, TEXT
from ganzoo.serving.draws import in_words
from ganzoo.serving.jacobians import has_jacobians, jacobians
from ganzoo.serving.sampler import Sampler

INVERTED = 100  # examples of either side whose latents are searched for
WEIGHED, DRAWS = 2000, 50  # held-out examples whose probability is bounded, by so many draws of the encoder each
JACOBIANS = 32  # generated samples that are followed back to their latents
_BATCH = 512
PLURAL = {IMAGES: "images", POINTS: "points", TEXT: "text"}


class Modality:
    """How one kind of examples is drawn, embedded and described; the base class handles arrays.

    Args:
        data: the real data, an `Input`.
        seed: of the samples.
        cache: a `Cache`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Attributes:
        kind: "image", "point" or "text".
        unit: what examples are called in sentences.
        during_training: default metrics of an entry of a recipe's `evaluations`.
        reference, held_out: the two disjoint `Input`s of real data, as the evaluator split them.
        real, held: the `Sample`s of these two.
    """

    kind = ""
    unit = "samples"
    during_training = ("frechet_distance", "precision_recall")

    def __init__(self, data, seed=0, cache=None, data_dir=None, log=print):
        self.data, self.seed, self.cache, self.data_dir, self.log = data, seed, cache, data_dir, log
        self.reference = self.held_out = self.real = self.held = None
        self.clock = {}
        self._networks = {}

    def sample(self, input, count, extractor=None, cache=True):
        """A `Sample` of an `Input`."""
        return Sample(input, count, self.seed, extractor, self.cache if cache else None, self.clock, self.log)

    def all_examples(self, input):
        """All examples of an `Input` of data, in its own order."""
        return input.examples(input.size)

    def held_count(self, count):
        """How many held-out examples are drawn for models of `count` samples."""
        return min(self.held_out.size, count)

    def rows(self, total, count):
        """`count` of a sample's `total` rows: a slice, or sorted indices."""
        if count >= total:
            return slice(None)
        return np.sort(np.random.default_rng([self.seed, 0x50]).choice(total, count, replace=False))

    def extractor(self, spec):
        """The feature extractor that `spec` names, for `self.data`; see `features.choose.choose`."""
        raise NotImplementedError

    def sanity_check(self, extractor):
        """The extractor's sanity check on this data, or None where there is none."""
        return None

    def adapted(self, model):
        """A model's `Input`, checked against the data and converted to its shape.

        Raises:
            UserError: they cannot be compared.
        """
        if model.feature == self.data.feature and model.shape == self.data.shape:
            return model
        raise UserError(cannot_be_compared(model, self.data))

    def providers(self, context):
        """Functions without parameters that compute the arguments of metrics, by name; only of available arguments.

        Args:
            context: a `Context`.
        """
        real, fake, held = context.comparison.real, context.comparison.other, context.held
        providers = {
            "real": lambda: real.features,
            "fake": lambda: fake.features,
            "neighbours": lambda: context.comparison.neighbours,
            "seed": lambda: context.seed,
        }
        if real.extractor.classifies:
            providers |= {"real_probs": lambda: real.probabilities, "fake_probs": lambda: fake.probabilities}
        if held is not None:
            providers |= {"test": lambda: held.other.features, "test_neighbours": lambda: held.neighbours}
            providers["critics"] = lambda: train_critics(real.features, fake.features, held.other.features, context.seed)
        return providers | self._of_labels(context) | self._of_generator(context)

    def _of_generator(self, context):
        """The providers of what a generator makes of latents of one's choice, and of what an encoder makes of examples."""
        real, fake, held = context.comparison.real, context.comparison.other, context.held
        sampler, providers = getattr(fake.input, "sampler", None), {}
        if self.kind == TEXT:
            return providers
        if held is not None and "reconstruct" in getattr(sampler, "services", {}):
            providers["originals"] = lambda: as_floats(held.other.examples)
            providers["reconstructions"] = lambda: reconstructed(sampler, context["originals"])
        if held is not None and "log_weights" in getattr(sampler, "services", {}):
            providers["log_weights"] = lambda: weighed(sampler, as_floats(held.other.examples), context.seed)
        if not isinstance(sampler, Sampler):
            return providers
        network = self._own_network(sampler)
        if network is not None and held is not None:
            for side, sample in (("real", real), ("test", held.other)):
                examples = lambda sample=sample: as_floats(sample.examples)  # noqa: E731
                providers[f"own_{side}"] = lambda examples=examples: discriminator_features(network, examples())
                providers[f"{side}_pixels"] = lambda examples=examples: (floats := examples()).reshape(len(floats), -1)
        if has_jacobians(sampler):
            providers["jacobians"] = lambda: jacobians(sampler, JACOBIANS, context.seed)
        if type(sampler).generated is not Sampler.generated:
            if real.extractor.takes_floats:
                providers["paths"] = lambda: draw_paths(sampler, real.extractor, real.features, seed=context.seed)
            if held is not None:
                providers["test_inversions"] = lambda: inversions(sampler, held.other, context.seed)
                providers["train_inversions"] = lambda: inversions(sampler, real, context.seed)
        return providers

    def _own_network(self, sampler):
        """The network of the features of a model's own discriminator; None of an export, which has no layers any more."""
        model = getattr(sampler, "model", None)
        if sampler not in self._networks:
            judge = None if model is None else model.networks.get("discriminator", model.networks.get("critic"))
            self._networks = {sampler: None if judge is None else feature_network(judge)}
        return self._networks[sampler]

    def _of_labels(self, context):
        """The providers of labels, of those samples that have any, and of classifiers where all have."""
        real, fake, held = context.comparison.real, context.comparison.other, context.held
        providers = {}
        if real.input.labelled:
            providers["real_labels"] = lambda: real.labels
        if fake.input.labelled:
            providers["fake_labels"] = lambda: fake.labels
        if held is not None and held.other.input.labelled:
            providers["test_labels"] = lambda: held.other.labels
        if len(providers) == 3:
            providers["classifiers"] = lambda: train_classifiers(
                real.features, real.labels, fake.features, fake.labels, held.other.features, context.seed
            )
        return providers

    def protocol(self, metric, count):
        """Entries of the protocol that are specific to this kind of examples."""
        return {}

    def protocol_line(self, record):
        """A protocol in one readable line."""
        extractor, line = record["extractor"], counted(record)
        if extractor:
            accuracy = "" if extractor["accuracy"] is None else f" accuracy {extractor['accuracy']:.3f}"
            line += (
                f", {extractor['name']} {extractor['layer']} d={extractor['dimension']}{accuracy} w={extractor['sha256'][:8]}"
            )
        return f"{line}, {drawn(record)}"

    def warnings(self, metric, fake):
        """Warnings that are specific to this kind of examples."""
        return []

    def digests(self, metric, sample):
        """Digests of the arguments that a metric's value for real data depends on and its protocol does not name.

        Args:
            metric: a `Metric`.
            sample: the real data that is scored, a `Sample`.
        """
        digests = {
            "fake_labels": lambda: digest_array(sample.labels),
            "fake_captions": lambda: digest(sample.captions),
            "conditions": lambda: digest_array(conditions(sample)),
            "real_labels": lambda: digest_array(self.real.labels),
            "test_labels": lambda: digest_array(self.held.labels),
        }
        return {name: make() for name, make in digests.items() if name in metric.needs}

    def ground_truth(self):
        """What the data's source knows of its examples, such as the modes of points, by the argument that it provides."""
        return {}

    def cacheable(self, metric):
        """Whether a metric's value for real data may be cached on disk: not where it depends on code outside of ganzoo."""
        code = [metric.function, *(truth for name, truth in self.ground_truth().items() if name in metric.needs)]
        return all(str(one.__module__).startswith("ganzoo.") for one in code)  # `exec` makes functions whose module is None


def inversions(sampler, sample, seed=0, count=INVERTED):
    """The least errors float64 [n] of up to `count` examples of a `Sample` under a generator."""
    few = sample.part(np.sort(np.random.default_rng([seed, 0x17]).permutation(sample.count)[:count]))
    return invert(sampler, as_floats(few.examples), few.labels, seed)


def reconstructed(sampler, examples):
    """What a model with an encoder makes of examples, float32 [N, ...].

    Args:
        sampler: a `Sampler` with the service `reconstruct`.
        examples: float32 images [N, H, W, C] in [-1, 1], or points [N, 2].
    """
    name = "images" if examples.ndim == 4 else "points"
    parts = [examples[start : start + _BATCH] for start in range(0, len(examples), _BATCH)]
    return np.concatenate([sampler.serve("reconstruct", **{name: part})[name] for part in parts])


def weighed(sampler, examples, seed=0, count=WEIGHED, draws=DRAWS):
    """The log weights float32 [n, draws] of up to `count` examples under a model with the service `log_weights`.

    Args:
        sampler: a `Sampler` with that service.
        examples: float32 images [N, H, W, C] in [-1, 1], or points [N, 2].
        seed: of the choice of examples and of the draws.
    """
    name = "images" if examples.ndim == 4 else "points"
    rng = np.random.default_rng([seed, 0x1B])
    few = examples[np.sort(rng.permutation(len(examples))[:count])]
    latent_shape = sampler.serve("encode", **{name: few[:1]})["latents"].shape[1:]
    found = np.empty((len(few), draws), np.float32)
    for start in range(0, len(few), _BATCH):
        part = few[start : start + _BATCH]
        for draw in range(draws):
            normal = rng.standard_normal((len(part), *latent_shape), np.float32)
            found[start : start + _BATCH, draw] = sampler.serve("log_weights", **{name: part}, draws=normal)["log_weights"]
    return found


def as_floats(examples):
    """Examples as generators make them: images float32 in [-1, 1], points as they are."""
    return to_unit(examples) if examples.dtype == np.uint8 else np.asarray(examples, np.float32)


def conditions(sample):
    """The condition of each example of a `Sample`, int64 [N]: its label, or the number of its caption."""
    if sample.input.labelled:
        return np.asarray(sample.labels, np.int64)
    return np.unique(sample.captions, return_inverse=True)[1].astype(np.int64)


def counted(record):
    """The first part of a protocol's line: the samples, and the real data by name and by hash of the examples drawn."""
    return (
        f"N={record['count']} against {record['reference_count']} of {record['data']} {record['data_sha256'][:8]}, "
        f"real column {record['held_out_count']} of {record['held_out']} {record['held_out_sha256'][:8]}"
    )


def drawn(record):
    """The last part of a protocol's line: what the samples were drawn with."""
    words = in_words(record.get("drawn", {}))
    return f"{words}{', ' * bool(words)}seed {record['seed']}"


def cannot_be_compared(model, data, hint=""):
    """Why two sides of different kinds or shapes cannot be compared, as a sentence."""
    if model.feature != data.feature:
        gives, holds = (PLURAL[side.feature] for side in (model, data))
    else:
        gives, holds = (" x ".join(map(str, side.shape)) for side in (model, data))
    return f"{model.name} gives {gives} and {data.name} holds {holds}: they cannot be compared{hint}"
