"""The modality of an `Input`."""

from ganzoo.evaluation.modalities.images import Images, Points
from ganzoo.evaluation.modalities.text import Text

MODALITIES = {modality.kind: modality for modality in (Images, Points, Text)}


def modality_of(data):
    """The `Modality` class that suits an `Input`."""
    return MODALITIES[data.feature]
