"""Adversarial losses: pure functions of logits, and small objects that bundle both players' functions.

Every function takes logits [B, 1] (no sigmoid), returns a scalar to minimise and is safe for logits of any size.
A discriminator's loss is the SUM of its real and its fake term, each a mean over the batch, so that the log losses
stand at ln 4 = 1.386 where the discriminator cannot tell (a mean of both terms would read half of it, 0.693).
Means are over the given batch: under several replicas the caller scales.
"""

from ganzoo.losses.adversarial import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Relativistic,
    RelativisticAverage,
    TopK,
    Wasserstein,
)
from ganzoo.losses.base import Equilibrium, Loss
from ganzoo.losses.f_divergences import (
    KL,
    FDivergence,
    JensenShannon,
    PearsonChi2,
    ReverseKL,
    SquaredHellinger,
)
from ganzoo.losses.functions import (
    accuracy,
    class_cross_entropy,
    cross_entropy,
    hinge_discriminator,
    least_squares_discriminator,
    least_squares_generator,
    log_discriminator,
    minimax_generator,
    non_saturating_generator,
    relativistic,
    relativistic_average,
    wasserstein_critic,
    wasserstein_generator,
)

__all__ = [
    "KL",
    "Equilibrium",
    "FDivergence",
    "Hinge",
    "JensenShannon",
    "LeastSquares",
    "Loss",
    "Minimax",
    "NonSaturating",
    "PearsonChi2",
    "Relativistic",
    "RelativisticAverage",
    "ReverseKL",
    "SquaredHellinger",
    "TopK",
    "Wasserstein",
    "accuracy",
    "class_cross_entropy",
    "cross_entropy",
    "hinge_discriminator",
    "least_squares_discriminator",
    "least_squares_generator",
    "log_discriminator",
    "minimax_generator",
    "non_saturating_generator",
    "relativistic",
    "relativistic_average",
    "wasserstein_critic",
    "wasserstein_generator",
]


def __dir__():
    return __all__
