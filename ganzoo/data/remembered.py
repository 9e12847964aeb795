"""What a run remembers of its data, and a source made of it: enough to sample, to export and to tell what is missing."""

import numpy as np

from ganzoo.data.captions import OwnCaptions
from ganzoo.data.identity import is_same
from ganzoo.data.source import Source
from ganzoo.data.vocabulary import Vocabulary
from ganzoo.errors import UserError

# What a source may have beside what `Source` names, and models are built or judged by.
EXTRAS = ("size", "only", "take", "per_class", "choice", "every", "length", "unit")


def facts_of(source, known=None):
    """What is to be remembered of a source, a JSON-ready dict.

    Args:
        source: a `Source`.
        known: the facts that were remembered before, which spare reading files again that did not change.

    Raises:
        UserError: the data cannot be read.
    """
    vocabulary = getattr(source, "vocabulary", None) if source.location else None
    captions = source.captions if source.location and source.captions else None
    return {
        "description": source.describe(),
        "identity": source.identity((known or {}).get("identity")),
        "path": str(source.location.expanduser().absolute()) if source.location else None,
        "feature": source.feature,
        "shape": list(source.shape),
        "num_classes": source.num_classes,
        "labels": bool(source.labels),
        "class_shares": _class_shares(source) if source.labels else None,
        "class_names": [str(one) for one in getattr(source, "class_names", [])],
        "vocabulary": {key: getattr(vocabulary, key) for key in ("words", "unit", "ends")} if vocabulary else None,
        "captions": {"words": list(captions.words), "length": captions.length, "bank": list(captions.bank)}
        if captions
        else None,
    }


def _words_of(captions):
    """What an `OwnCaptions` is made of."""
    return {"words": list(captions.words), "length": captions.length, "bank": list(captions.bank)}


def _class_shares(source):
    """How often each class occurs, a list of floats."""
    counts = np.bincount(source.arrays()["label"], minlength=source.num_classes or 0)
    return (counts / counts.sum()).tolist()


def absent(name):
    """The UserError that a model's data is absent, or is other data by now."""
    return UserError(f"what it was trained on, {name}, is not here as it was then: name the real data with --data")


def refuse_other_data(source, known):
    """Raises a UserError where a source is not the data of an identity; None is of any."""
    if known and not is_same(known, source.identity(known)):
        raise absent(source.name)


class Remembered(Source):
    """A source of which only the facts are here: it has a shape, classes and a vocabulary, and no examples.

    Args:
        facts: what `facts_of` told.
    """

    def __init__(self, facts):
        super().__init__(facts["shape"], facts.get("num_classes"), facts.get("labels", False))
        self.facts = facts
        description = facts["description"]
        self.feature = facts["feature"]
        self.name, self.split = description["name"], description["split"]
        self.class_names = facts.get("class_names", [])
        for extra in EXTRAS:
            if extra in description:
                setattr(self, extra, description[extra])
        if facts.get("vocabulary"):
            self.vocabulary = Vocabulary(**facts["vocabulary"])
        if facts.get("captions"):
            self.captions = OwnCaptions(**facts["captions"])

    @property
    def num_examples(self):
        return self.facts["description"]["examples"]

    def describe(self):
        return dict(self.facts["description"])

    def for_scoring(self):
        raise absent(self.name)

    def arrays(self):
        raise absent(self.name)
