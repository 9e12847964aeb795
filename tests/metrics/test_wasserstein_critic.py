"""The critics' distance from their outputs, by hand."""

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.metrics import wasserstein_critic as wasserstein_critic_of
from ganzoo.metrics.wasserstein_critic import Critics


def critics(lipschitz=(1.0, 2.0)):
    means = {"real": (5, 8), "fake": (1, 0), "test": (3, 6), "unseen": (2, 2)}
    spread = np.array([-1.0, 0, 1])
    return Critics(
        **{name: np.array(value, float)[:, None] + spread for name, value in means.items()}, lipschitz=np.array(lipschitz)
    )


def test_the_parts_by_hand():
    found = wasserstein_critic_of(critics())
    assert found[""] == pytest.approx((1 + 2) / 2) and found["train"] == pytest.approx((4 + 4) / 2)
    assert found["gap"] == pytest.approx(2.5) and found["lipschitz"] == pytest.approx(1.5)
    assert found["sd"] == pytest.approx(np.sqrt(0.5))


def test_constant_critics_are_refused():
    with pytest.raises(UserError, match="no slope"):
        wasserstein_critic_of(critics((1.0, 0.0)))
