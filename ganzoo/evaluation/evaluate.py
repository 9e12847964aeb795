"""Scores of a model, each with the same score of held-out real data: once, or repeatedly during training."""

from ganzoo.errors import UserError
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.features.given import given_features
from ganzoo.evaluation.inputs.base import FamilyInput
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.notes import logged


@logged
def evaluate(
    model,
    data=None,
    metrics="default",
    count=None,
    extractor="auto",
    seed=0,
    reference_count=None,
    intervals=False,
    data_dir=None,
    cache=None,
    log=print,
    features_file=None,
):
    """Scores a model.

    Args:
        model: what `opening.open_input` takes: a run, a SavedModel, an .npz file, a folder, a data set, an array.
        data: the real data, likewise; by default what the model's recipe or card names.
        metrics: "default", "all", or names as a list or separated by commas.
        count: generated samples; by default as many as there are reference and held-out examples, 10,000 at most.
        extractor: see `features.choose.choose`; for text the embedding, see `features.text.choose_embedding`.
        seed: of the samples and of every draw.
        reference_count: real examples that the model is compared with; by default `count`, or 10,000 where that is more
            and there are as many.
        intervals: whether every score gets an interval; intervals that cost almost nothing are always computed.
        data_dir: where data sets are prepared.
        cache: a `Cache`.
        log: called with lines for the user.
        features_file: an .npz of features of both sides that were computed elsewhere, instead of an extractor; see
            `features.given.FeaturesFile`.

    Returns:
        A list of scores, JSON-ready dicts, one for each part of each metric: `name` (such as `FD[cnn-digits]`), `metric`,
        `part`, `value`, `real` (the same score of held-out real data, or None), `real_count` (of how many examples),
        `value_at_real_count` (the model's at that count, where it differs from `count`), `floor` (the expected score of a
        perfect model at this count) and `excess` over it, `low` and `high` (95 %), `direction` ("higher", "lower", "real",
        "zero", or "aside" for additional information that is not a score), `warnings` (sentences), `protocol`,
        `protocol_line`, `model`, `seconds`.

    Raises:
        UserError: no such model, data, metric or extractor, different shapes, too few or NaN
            examples.
    """
    model = open_input(model, data_dir)
    real = real_data(model, data, data_dir)
    if features_file is not None:
        extractor = given_features([features_file], [model], real, extractor)
    evaluator = Evaluator(real, extractor, count, seed, reference_count, data_dir, cache, log)
    return evaluator.scores(model, metrics, intervals)


class Evaluation:
    """An entry of a recipe's `evaluations`: scores a model in memory during its training.

    Args:
        metrics: names, as of `evaluate`; by default a few that suit the data.
        count: generated samples.
        every: generator steps between two evaluations.
        data: the real data; the recipe's own by default.
        extractor, seed, reference_count: as of `evaluate`.

    Example:
        >>> from ganzoo.evaluation.evaluate import Evaluation
        >>> entry = Evaluation(count=2000, every=1000)  # for Recipe(..., evaluations=(entry,))
        >>> entry.prepare(ganzoo.data.Points("ring8"), log=lambda line: None).metrics
        ('frechet_distance', 'precision_recall')
    """

    def __init__(
        self,
        metrics=None,
        count=1000,
        every=1000,
        data=None,
        extractor="auto",
        seed=0,
        reference_count=None,
    ):
        self.metrics, self.count, self.every = metrics, count, every
        self.data, self.extractor, self.seed, self.reference_count = data, extractor, seed, reference_count
        self._evaluator = self._input = self._trained_on = None

    def prepare(self, data=None, log=print):
        """Opens the data, loads or trains the extractor, and computes what depends on the real data alone.

        Args:
            data: the recipe's data, a source; `self.data` takes precedence.
            log: called with lines for the user.

        Raises:
            UserError: as `evaluate`.
        """
        data = self.data if self.data is not None else data
        if data is None:
            raise UserError("an Evaluation needs data: Evaluation(data=NAME), or prepare(data)")
        self._trained_on = data if self.data is None else None
        self._evaluator = Evaluator(open_input(data), self.extractor, self.count, self.seed, self.reference_count, log=log)
        if self.metrics is None:
            self.metrics = self._evaluator.modality.during_training
        return self

    def __call__(self, model, step):
        """The scores of a compiled `Family` as it is now, a list as of `evaluate`, without the parts of direction `aside`."""
        if self._evaluator is None:
            self.prepare()
        if self._input is None or self._input.model is not model:
            self._input = FamilyInput(model)
            self._input.trained_on = self._trained_on
            self._input = self._evaluator.adapted(self._input)
        scores = self._evaluator.scores(self._input, self.metrics)
        return [score for score in scores if score["direction"] != "aside"]
