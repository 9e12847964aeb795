"""Small classifiers of features, trained on real and on generated data: what labels are worth that a model was asked for."""

import contextlib
import dataclasses
import warnings

import numpy as np

from ganzoo.errors import UserError
from ganzoo.metrics.arguments import check_features
from ganzoo.metrics.checks import Undefined, moderate
from ganzoo.metrics.threads import one_thread

SEEDS = 3
HIDDEN, EPOCHS, CAP = 64, 40, 5000


@dataclasses.dataclass(frozen=True)
class Classifiers:
    """What classifiers say that were trained on real and on generated data, a pair for each of several seeds.

    Attributes:
        classes: int [K], the classes that the columns stand for.
        of_real: float64 [S, T, K], probabilities of the held-out data by the classifiers trained on real data.
        of_fake: float64 [S, T, K], by those trained on generated data.
        of_others: float64 [S, T, K], by further ones of real data: the same sample, another seed.
        fake_predictions: int [S, M], the classes of the generated data by the classifiers trained on real data.
    """

    classes: np.ndarray
    of_real: np.ndarray
    of_fake: np.ndarray
    of_others: np.ndarray
    fake_predictions: np.ndarray


def train_classifiers(
    real: np.ndarray,
    real_labels: np.ndarray,
    fake: np.ndarray,
    fake_labels: np.ndarray,
    test: np.ndarray,
    seed: int = 0,
    seeds: int = SEEDS,
    cap: int = CAP,
) -> Classifiers:
    """Trains classifiers of equal size on equally many real and generated samples.

    Networks of one hidden layer of 64 units on standardised features. Each seed draws its own samples and first
    weights.

    Args:
        real: training features [N, d].
        real_labels: int [N].
        fake: [M, d].
        fake_labels: int [M], what the fakes were asked for.
        test: held-out real features [T, d].
        seed: of the draws and of the first weights.
        seeds: how many of each.
        cap: training samples of each classifier at most, to bound the time.

    Raises:
        UserError: input that `checked` refuses, different dimensions, not one label a sample, or fewer than two classes on
            either side.
    """
    real, fake, test = check_features(real=real, fake=fake, test=test)
    (real, fake, test), _ = moderate(real, fake, test)
    real_labels, fake_labels = checked_labels(real=(real, real_labels), fake=(fake, fake_labels))
    classes = np.union1d(real_labels, fake_labels)
    count = min(len(real), len(fake), cap)
    parts = {name: [] for name in ("of_real", "of_fake", "of_others", "fake_predictions")}
    for number in range(seeds):
        draws = np.random.default_rng([seed, 0xC1A, number])
        rows, others = (draws.permutation(len(values))[:count] for values in (real, fake))
        trained = network(real[rows], real_labels[rows], draws)
        again = network(real[rows], real_labels[rows], draws)
        generated = network(fake[others], fake_labels[others], draws)
        for name, classifier in (("of_real", trained), ("of_fake", generated), ("of_others", again)):
            parts[name].append(probabilities(classifier, test, classes))
        parts["fake_predictions"].append(classes[probabilities(trained, fake, classes).argmax(axis=1)])
    return Classifiers(classes, **{name: np.stack(values) for name, values in parts.items()})


def checked_labels(**sides):
    """Labels int64 of each side.

    Args:
        **sides: (features, labels) by the name that an error should use.

    Raises:
        UserError: not one whole number a sample, or fewer than two classes.
    """
    arrays = []
    for name, (values, labels) in sides.items():
        labels = np.asarray(labels)
        if labels.shape != (len(values),) or labels.dtype.kind not in "iu":
            raise UserError(
                f"{name} has {len(values)} samples: one whole number each is needed, not {labels.dtype} {labels.shape}"
            )
        if len(np.unique(labels)) < 2:
            raise Undefined(f"a classification is undefined: {name} has samples of one class alone")
        arrays.append(labels.astype(np.int64))
    return arrays


def network(features, labels, draws):
    """A fitted scikit-learn classifier with a hidden layer; `draws` is the NumPy generator of its first weights."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    layer = MLPClassifier((HIDDEN,), max_iter=EPOCHS, batch_size=min(200, len(labels)), random_state=int(draws.integers(2**31)))
    return fitted(make_pipeline(StandardScaler(), layer), features, labels)


def linear(features, labels):
    """A fitted logistic regression on standardised features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return fitted(make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)), features, labels)


def fitted(classifier, features, labels):
    """The classifier, fitted on one thread."""
    with without_convergence_warnings(), one_thread():
        return classifier.fit(features, labels)


@contextlib.contextmanager
def without_convergence_warnings():
    """Classifiers are fitted without scikit-learn's warning where their steps are over before they converge, as is meant."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def probabilities(classifier, features, classes):
    """Class probabilities float64 [N, K] in the columns of `classes`; 0 of classes that the classifier never saw."""
    found = np.zeros((len(features), len(classes)))
    found[:, np.searchsorted(classes, classifier.classes_)] = classifier.predict_proba(features)
    return found
