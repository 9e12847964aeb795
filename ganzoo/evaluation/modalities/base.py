"""What differs between images, points and text in an evaluation: how examples become features, and which context there is."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.evaluation.context import Sample


class Modality:
    """How one kind of examples is drawn, embedded and described; this base suits whatever can be indexed.

    Args:
        data: the real data, an `Input`.
        seed: of the samples.
        cache: a `Cache`.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Attributes:
        kind: "image", "point" or "text".
        unit: what examples are called in sentences.
        during_training: metrics that an entry of a recipe's `evaluations` takes by default.
        reference, held_side: the two disjoint `Input`s of real data, as the evaluator parted them.
        real, held: the `Sample`s of these two.
    """

    kind = ""
    unit = "samples"
    during_training = ("frechet_distance", "precision_recall")

    def __init__(self, data, seed=0, cache=None, data_dir=None, log=print):
        self.data, self.seed, self.cache, self.data_dir, self.log = data, seed, cache, data_dir, log
        self.reference = self.held_side = self.real = self.held = None
        self.clock = {}

    def sample(self, side, count, extractor=None, cache=True):
        """A `Sample` of a side."""
        return Sample(side, count, self.seed, extractor, self.cache if cache else None, self.clock, self.log)

    def held_count(self, count):
        """How many held-out examples are drawn for models of `count` samples."""
        return min(self.held_side.size, count)

    def rows(self, total, count):
        """`count` of a sample's `total` rows: a slice, or sorted indices."""
        if count >= total:
            return slice(None)
        return np.sort(np.random.default_rng([self.seed, 0x50]).choice(total, count, replace=False))

    def extractor(self, spec):
        """The feature extractor that `spec` names, for `self.data`; see `features.choose.choose`."""
        raise NotImplementedError

    def gate(self, extractor):
        """The extractor's sanity check on this data, or None where there is none."""
        return None

    def fitting(self, model):
        """A model's side, checked against the data and brought to its form.

        Raises:
            UserError: they cannot be compared.
        """
        if model.shape == self.data.shape:
            return model
        raise UserError(f"{cannot_be_compared(model, self.data)}")

    def providers(self, context):
        """What makes each argument of a metric, by its name: functions of nothing, of those arguments only that there are.

        Args:
            context: a `Context`.
        """
        real, fake, held = context.comparison.real, context.comparison.other, context.held
        made = {
            "real": lambda: real.features,
            "fake": lambda: fake.features,
            "neighbours": lambda: context.comparison.neighbours,
            "seed": lambda: context.seed,
        }
        if real.extractor.classifies:
            made |= {"real_probs": lambda: real.probabilities, "fake_probs": lambda: fake.probabilities}
        if held is not None:
            made |= {"test": lambda: held.other.features, "test_neighbours": lambda: held.neighbours}
        return made

    def protocol(self, metric, count):
        """Entries of the protocol that only this kind of examples has."""
        return {}

    def protocol_line(self, record):
        """A protocol in one line for people."""
        line = f"N={record['count']} against {record['reference_count']} of {record['data']}, real column {record['held_out']}"
        made = record["extractor"]
        if made:
            accuracy = "" if made["accuracy"] is None else f" accuracy {made['accuracy']:.3f}"
            line += f", {made['name']} {made['layer']} d={made['dimension']}{accuracy} w={made['sha256'][:8]}"
        return f"{line}, seed {record['seed']}"

    def warnings(self, metric, fake):
        """Sentences on what keeps a score from meaning what it seems to, where only this kind of examples has them."""
        return []

    def kept(self, metric):
        """Whether the metric's real column follows from what its protocol says, and may be kept on disk."""
        return True


def cannot_be_compared(model, data, hint=""):
    """Why two sides of different shapes cannot be compared, as a sentence."""
    shapes = [" x ".join(map(str, side.shape)) for side in (model, data)]
    return f"{model.name} gives {shapes[0]} and {data.name} holds {shapes[1]}: they cannot be compared{hint}"
