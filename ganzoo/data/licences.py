"""The terms of data sets that recipes name, for model cards: what their own pages say, and where they say nothing."""

import dataclasses

NOT_STATED = "not stated"


@dataclasses.dataclass(frozen=True)
class Terms:
    """What is known of a data set.

    Attributes:
        licence: in words.
        hub: its name among the data sets of Hugging Face's Hub, or None.
    """

    licence: str = NOT_STATED
    hub: str | None = None


_OWN = Terms("drawn by ganzoo itself, nobody else's terms")
_UCI = Terms("CC BY 4.0 (UCI Machine Learning Repository, Alpaydin and Kaynak 1998)")
_MNIST = "not stated on its homepage; CC BY-SA 3.0 by Keras' documentation (LeCun and Cortes)"

TERMS = {
    "mnist": Terms(_MNIST, "ylecun/mnist"),
    "stacked_mnist": Terms(_MNIST),
    "fashion_mnist": Terms("MIT (Zalando SE)", "zalando-datasets/fashion_mnist"),
    "cifar10": Terms("not stated; its authors ask to cite Krizhevsky 2009", "uoft-cs/cifar10"),
    "celeb_a": Terms("non-commercial research only (CUHK MMLab)"),
    "digits": _UCI,
    "stacked_digits": _UCI,
    **dict.fromkeys(("ring8", "grid25", "grammar", "oracle_text", "captioned_shapes", "captioned_shapes32"), _OWN),
}


def terms_of(name):
    """The `Terms` of a data set by its name, "not stated" where nothing is known of it, as of somebody's folder.

    >>> terms_of("fashion_mnist").licence
    'MIT (Zalando SE)'
    """
    return TERMS.get(name, Terms())
