"""What tests of several families need."""

import numpy as np
import pytest

from ganzoo.checkpoints import Checkpoints


@pytest.fixture
def resumes_exactly(tmp_path):
    """Asserts that a model which takes up another's checkpoint after two steps ends, after four, in the same state."""

    def check(make, batch):
        whole, stopped, resumed = make(), make(), make()
        for network in resumed.networks.values():
            network.set_weights([weight + 1 for weight in network.get_weights()])
        for model, steps in ((whole, 4), (stopped, 2)):
            for _ in range(steps):
                model.train_step(batch)
        Checkpoints(tmp_path / "checkpoints", stopped.state()).save()
        assert Checkpoints(tmp_path / "checkpoints", resumed.state()).restore() == 2
        for _ in range(2):
            resumed.train_step(batch)
        wanted, found = whole.state(), resumed.state()
        assert wanted.keys() == found.keys()
        for name, values in wanted.items():
            for one, other in zip(values, found[name], strict=True):
                np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=name)

    return check
