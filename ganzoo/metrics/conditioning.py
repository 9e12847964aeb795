"""How evenly a generator stretches its latent space: the singular values of its Jacobian."""

import numpy as np

from ganzoo.metrics.checks import Undefined, checked
from ganzoo.metrics.registry import Part, metric

# Jacobians are computed in float32: a singular value below so many units of the largest one's rounding is taken for none.
RESOLUTION = float(np.finfo(np.float32).eps)


def singular_values(jacobians: np.ndarray) -> np.ndarray:
    """The singular values of Jacobians, the greatest first.

    Args:
        jacobians: [N, n, d]: how each of n outputs changes with each of d latents, at N latents.

    Returns:
        float64 [N, min(n, d)].

    Raises:
        UserError: another shape, NaN or infinite values.
    """
    return np.linalg.svd(np.asarray(checked("jacobians", jacobians, least=1, ndim=3), np.float64), compute_uv=False)


@metric(
    "conditioning",
    direction="lower",
    least=100,
    cost="O(latents d^3)",
    paper="Odena et al. 2018, Is Generator Conditioning Causally Related to GAN Performance?, arXiv 1802.08768",
    meaning="How many powers of ten lie between the most and the least that a step in the latents changes a sample, squared: 0 "
    "where the generator stretches its latents equally in all directions.",
    misleads="A latent that does nothing makes it as large as float32 can tell, whatever the others do: read it beside the "
    "rank. It knows no data, and a generator of noise is well conditioned.",
    title="log10 condition number",
    parts={
        "": Part("lower", span=(0.0, 14.0)),
        "spread": Part("aside"),
        "rank": Part("aside"),
        "effective_rank": Part("aside"),
    },
    baseline=None,
)
def conditioning(jacobians: np.ndarray) -> dict[str, float]:
    """The conditioning of a generator: the mean of log10 of the condition number of J^T J.

    Singular values of J below the resolution of float32, `max(n, d)` units of rounding of the largest, count as that: where
    a latent does nothing, the condition number is no more than what can be told.

    Args:
        jacobians: [N, n, d]: how each of n outputs changes with each of d latents, at N latents.

    Returns:
        A dict: "" the mean of log10 (largest / smallest singular value)^2 with its 95 % interval over latents; `spread`, its
        standard deviation over latents, where one generator may have two kinds of them; `rank`, the mean number of singular
        values above the resolution; `effective_rank`, the mean of exp of the entropy of the squared singular values' shares,
        from 1 to d.

    Raises:
        UserError: another shape, NaN or infinite values, or a generator that does not heed its latents.

    Example:
        >>> import numpy as np
        >>> result = conditioning(np.tile(np.diag([10.0, 1.0]), (4, 1, 1)))
        >>> round(result[""][0], 6), result["rank"]
        (2.0, 2.0)

    Reference: Odena et al. 2018, "Is Generator Conditioning Causally Related to GAN Performance?", arXiv:1802.08768; the
    effective rank Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality".
    """
    jacobians = np.asarray(jacobians)
    if jacobians.ndim == 3 and jacobians.shape[1] < jacobians.shape[2]:
        n, d = jacobians.shape[1:]
        raise Undefined(f"{n} outputs of {d} latents: some directions of the latents change nothing whatever the generator is")
    values = singular_values(jacobians)
    largest = values[:, :1]
    if not (largest > 0).all():
        raise Undefined("the generator does not change with its latents: its Jacobian is 0")
    floor = RESOLUTION * max(jacobians.shape[1:]) * largest
    logarithms = 2 * np.log10(largest / np.maximum(values[:, -1:], floor))[:, 0]
    shares = np.square(values / largest)
    shares /= shares.sum(1, keepdims=True)
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(1)
    mean, deviation = float(logarithms.mean()), float(logarithms.std(ddof=1)) if len(values) > 1 else 0.0
    half = 1.96 * deviation / len(values) ** 0.5
    return {
        "": (mean, max(mean - half, 0.0), mean + half),
        "spread": deviation,
        "rank": float((values > floor).sum(1).mean()),
        "effective_rank": float(np.exp(entropy).mean()),
    }
