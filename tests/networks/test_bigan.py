"""The networks of BiGANs refuse sizes that are none."""

import pytest

from ganzoo.errors import UserError
from ganzoo.networks.bigan import mlp_joint_discriminator


@pytest.mark.parametrize("name", ["latent_dim", "width", "depth"])
def test_a_joint_discriminator_needs_positive_sizes(name):
    sizes = {"latent_dim": 3, "width": 8, "depth": 1, name: 0}
    with pytest.raises(UserError, match=f"{name} must be a positive integer, not 0"):
        mlp_joint_discriminator((2,), **sizes)
