"""How probable a variational autoencoder holds examples: bounds of log p(x) from draws of its encoder."""

import math

import numpy as np
import scipy

from ganzoo.metrics.checks import checked
from ganzoo.metrics.intervals import mean_interval
from ganzoo.metrics.registry import metric


@metric(
    "evidence_bound",
    direction="higher",
    least=100,
    cost="O(N)",
    paper="Kingma, Welling 2014, arXiv 1312.6114; importance weighted: Burda, Grosse, Salakhutdinov 2016, arXiv 1509.00519",
    meaning="Lower bounds of the mean log-probability of held-out examples in nats: the evidence lower bound, and "
    "`importance`, the tighter one of several draws of the encoder together.",
    misleads="By the model's own likelihood, so that only models with the same one compare, and grey values that stand for the "
    "probabilities of bits have no density at all; a likely model may have bad samples, and the other way round.",
    parts={"": None, "importance": None},
    main="",
    baseline=None,
)
def evidence_bound(log_weights: np.ndarray) -> dict[str, float]:
    """The evidence lower bound and the importance weighted one.

    Args:
        log_weights: float [N, K], log p(x|z) + log p(z) - log q(z|x) in nats, of N examples and K draws z of q(z|x) each.

    Returns:
        A dict: "" the mean of the log weights; `importance`, the mean over examples of the logarithm of the mean weight of
        their draws, which is no less and comes to log p(x) as K grows; each with its 95 % interval over the examples.

    Raises:
        UserError: another shape, NaN or infinite values.

    Example:
        >>> import numpy as np
        >>> result = evidence_bound(np.log([[1.0, 3.0], [1.0, 3.0]]))
        >>> [round(float(result[part][0]), 4) for part in ("", "importance")]
        [0.5493, 0.6931]

    Reference: Kingma, Welling 2014, arXiv:1312.6114; Burda, Grosse, Salakhutdinov 2016, arXiv:1509.00519.
    """
    weights = checked("log_weights", log_weights, least=2).astype(np.float64)
    importance = scipy.special.logsumexp(weights, axis=1) - math.log(weights.shape[1])
    return {"": mean_interval(weights.mean(axis=1)), "importance": mean_interval(importance)}
