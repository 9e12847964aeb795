"""How near generated features are to real ones of their class."""

import numpy as np
import pytest
import upper_stack


def test_a_distance_and_a_share_of_one_class():
    rng = np.random.default_rng(0)
    real = rng.normal(0.0, 2.0, (40_000, 3))
    distance, halves, share = upper_stack.of_one_class(real, rng.normal([1.0, 0.0, 0.0], 1.0, (20_000, 3)))
    assert distance == pytest.approx(1.0 + 3 * (2.0 - 1.0) ** 2, abs=0.1) and halves < 0.01
    assert share == pytest.approx(0.25, abs=0.01)


def test_what_is_no_stacked_gan_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["upper_stack.py", "nowhere"])
    with pytest.raises(SystemExit) as end:
        upper_stack.main()
    assert end.value.code == 2 and "neither a run" in capsys.readouterr().err.splitlines()[-1]
