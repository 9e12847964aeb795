"""The Frechet distance of sentences' vectors."""

import numpy as np

from ganzoo.metrics.frechet import frechet_distance, frechet_floor_of, frechet_interval
from ganzoo.metrics.registry import TEXT, metric

_LEAST_FOR_BLOCKS = 100


def _interval(context, values, wanted):
    if len(context["fake"]) < _LEAST_FOR_BLOCKS:
        return {}
    interval = frechet_interval(context["real"], context["fake"], seed=context["seed"])
    return {"": (interval["low"], interval["high"])}


@metric(
    "frechet_embedding_distance",
    direction="lower",
    least=1000,
    cost="O(N d^2 + d^3)",
    paper="de Masson d'Autume et al. 2019 (ScratchGAN), arXiv 1905.09922, there with another embedding",
    meaning="How far mean and covariance of the generated sentences' vectors are from the real ones.",
    misleads="It sees what the embedding sees (n-grams, hardly grammar), is biased up by about 1/N, and is comparable "
    "only under the same embedding.",
    title="FED",
    of=(TEXT,),
    default=70,
    compared=True,
    covariances=True,
    floor=frechet_floor_of,
    interval=_interval,
)
def frechet_embedding_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The Frechet distance of the sentences' vectors, as `frechet.frechet_distance`."""
    return frechet_distance(real, fake)
