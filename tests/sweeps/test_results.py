"""What a sweep found: which point is the best, and in which order they are shown."""

import types

import pytest

from ganzoo.sweeps import results


def sweep(direction, values):
    """A sweep over seeds whose points have these values, None of one that failed."""
    points = [
        {"set": {"seed": str(seed)}, "state": "failed" if value is None else "done", "value": value}
        | {"values": None if value is None else {"S": value}, "error": "it broke" if value is None else None}
        for seed, value in enumerate(values)
    ]
    goal = types.SimpleNamespace(title="S", direction=direction, maximised=direction == "higher")
    identity = {"over": [f"seed={','.join(map(str, range(len(values))))}"]}
    return types.SimpleNamespace(
        records=lambda: points, goals=[goal], name="s", where="postgresql://me:secret@host/x", identity=lambda: identity
    )


@pytest.mark.parametrize("direction, order", [("lower", ["2", "0", "3", "1"]), ("higher", ["3", "0", "2", "1"])])
def test_the_best_point_stands_first_and_what_failed_last(direction, order):
    found = results.summary(sweep(direction, [5.0, None, 1.5, 9.0]))
    assert found["best"] == {"seed": order[0]} and found["direction"] == direction and "secret" not in found["storage"]
    head, *rows = results.table(found)
    assert head.split() == ["seed", "S"] and [row.split()[0] for row in rows] == order
    assert rows[-1].endswith("failed: it broke")


def test_where_nothing_is_done_nothing_is_best():
    assert results.summary(sweep("lower", [None]))["best"] is None
