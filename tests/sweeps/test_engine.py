"""Several engines share the points of a sweep, and take over what a killed one leaves."""

import json
import signal
import time

import processes
import pytest

from ganzoo.errors import UserError
from ganzoo.sweeps import results, space
from ganzoo.sweeps.engine import Engine
from ganzoo.sweeps.scored import Goal
from ganzoo.sweeps.sweep import Sweep

pytest.importorskip("optuna")

GOAL = Goal("sum", "", "lower", "sum")
CODE = """
from pathlib import Path
from ganzoo.sweeps import space
from ganzoo.sweeps.engine import Engine
from ganzoo.sweeps.scored import Goal
from ganzoo.sweeps.sweep import Sweep

sweep = Sweep(None, space.dimensions(["a=0,1,2", "b=0,1"]), [Goal("sum", "", "lower", "sum")], Path("sweep"),
              storage={storage!r}, runner="stand_in_points:run", options={options!r}).open()
Engine(sweep, imported=(), log=lambda line: print(line, flush=True)).work()
"""


def made(directory, over, options, **others):
    options = {"notes": str(directory / "notes"), "seconds": 0.0, **options}
    return Sweep(
        None, space.dimensions(over), [GOAL], directory / "sweep", runner="stand_in_points:run", options=options, **others
    ).open()


def worked(sweep, **options):
    Engine(sweep, imported=(), log=lambda line: None, **options).work()
    return results.write_summary(sweep)


def states(found):
    return {",".join(point["set"].values()): point["state"] for point in found["points"]}


def begun(notes):
    return [line.split()[1] for line in notes.read_text().splitlines() if line.startswith("begins")] if notes.exists() else []


@pytest.mark.parametrize("storage", ["file", "postgresql"])
def test_engines_share_the_points_and_one_that_is_killed_ends_nothing(storage, request, tmp_path):
    url = request.getfixturevalue("postgresql") if storage == "postgresql" else None
    notes = tmp_path / "notes"
    code = CODE.format(storage=url, options={"notes": str(notes), "seconds": 1.5})
    engines = [processes.start(code, tmp_path) for _ in range(3 if url else 2)]
    while not begun(notes):
        time.sleep(0.05)
    engines[0].send_signal(signal.SIGKILL)
    assert engines[0].wait() == -signal.SIGKILL
    for engine in engines[1:]:
        done = engine.finish(120)
        assert done.returncode == 0, done.stdout + done.stderr
    points = {f"a={a},b={b}" for a in range(3) for b in range(2)}
    ended = [line.split()[1] for line in notes.read_text().splitlines() if line.startswith("ends")]
    assert sorted(ended) == sorted(points)  # each exactly once
    sweep = made(tmp_path, ["a=0,1,2", "b=0,1"], {"seconds": 1.5}, storage=url)
    found = results.write_summary(sweep)
    assert set(states(found).values()) == {"done"} and len(found["points"]) == 6
    assert {",".join(p["set"].values()): p["value"] for p in found["points"]}["2,1"] == 3.0
    assert found["best"] == {"a": "0", "b": "0"}
    # The killed engine had a point, whose work may not have begun yet.
    assert len(begun(notes)) - 6 <= sum(p["attempts"] for p in found["points"]) <= 1
    assert json.loads((tmp_path / "sweep" / "sweep.json").read_text()) == json.loads(json.dumps(found))


def test_a_point_that_fails_or_dies_does_not_end_the_sweep(tmp_path):
    options = {"fail": ["a=1"], "die": ["a=2"]}
    sweep = made(tmp_path, ["a=0,1,2,3"], options)
    found = worked(sweep, jobs=2)
    assert states(found) == {"0": "done", "1": "failed", "2": "failed", "3": "done"}
    errors = {p["set"]["a"]: p["error"] for p in found["points"]}
    assert errors["1"] == "a=1 cannot be" and errors["2"] == "killed by signal 9" and errors["0"] is None
    ran = begun(tmp_path / "notes")
    assert [ran.count(f"a={a}") for a in range(4)] == [1, 1, 3, 1]  # one that dies is tried three times
    head, *rows = results.table(found)
    assert head.split() == ["a", "sum"] and [row.split()[0] for row in rows[:2]] == ["0", "3"]
    assert any(row.endswith("failed: a=1 cannot be") for row in rows)
    # Again: nothing is left to do, until what failed is asked for.
    worked(made(tmp_path, ["a=0,1,2,3"], options))
    assert begun(tmp_path / "notes") == ran
    worked(made(tmp_path, ["a=0,1,2,3"], options), retry_failed=True)
    assert sorted(begun(tmp_path / "notes")[len(ran) :]) == ["a=1", "a=2"]
    results.figure(found, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_a_point_is_checked_before_anything_runs(tmp_path):
    for over, complaint in (("seed=1,x", "seed is a number"), ("log_every=1,2", "no difference")):
        sweep = Sweep("ring_vanilla", space.dimensions([over]), [GOAL], tmp_path / "sweep")
        with pytest.raises(UserError, match=complaint):
            sweep.open()
    with pytest.raises(UserError, match="--trials is of"):
        Sweep("ring_vanilla", space.dimensions(["seed=1,2"]), [GOAL], tmp_path / "sweep", trials=3)
    assert not (tmp_path / "sweep").exists()


def test_an_engine_that_is_asked_to_end_gives_its_points_back(tmp_path):
    notes = tmp_path / "notes"
    engine = processes.start(CODE.format(storage=None, options={"notes": str(notes), "seconds": 60.0}), tmp_path)
    while not begun(notes):
        time.sleep(0.05)
    engine.send_signal(signal.SIGTERM)
    assert "KeyboardInterrupt" in engine.finish(30).stderr  # the command line ends it with 130
    sweep = made(tmp_path, ["a=0,1,2", "b=0,1"], {"seconds": 60.0})
    assert {record["state"] for record in sweep.records()} == {"waiting"}
    assert all(record["attempts"] == 0 for record in sweep.records())


def test_a_point_whose_engine_died_before_it_named_itself_is_taken_over_soon(tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.sweeps.engine.NAMED", 0.5)
    sweep = made(tmp_path, ["a=0"], {})
    sweep.study.enqueue_trial({"a": "0"})
    sweep.study.ask(sweep.distributions())
    worked(sweep)
    assert sweep.records()[0]["state"] == "done" and sweep.records()[0]["attempts"] == 1


@pytest.mark.parametrize("sign", ["none", "beats"])
def test_a_point_of_another_machine_is_taken_over_when_it_shows_no_life(tmp_path, sign):
    sweep = made(tmp_path, ["a=0"], {})
    elsewhere = sweep.study
    elsewhere.enqueue_trial({"a": "0"})
    trial = elsewhere.ask(sweep.distributions())
    for name, value in {"host": "elsewhere", "pid": 1, "born": 5, "beat": 0}.items():
        trial.set_user_attr(name, value)
    engine = Engine(sweep, imported=(), log=lambda line: None, patience=1.0)
    engine._take_over()
    time.sleep(1.1)
    if sign == "beats":
        trial.set_user_attr("beat", 1)
    engine._take_over()
    assert sweep.records()[0]["state"] == {"none": "waiting", "beats": "running"}[sign]
    if sign == "none":
        worked(sweep)
        assert sweep.records()[0]["state"] == "done" and begun(tmp_path / "notes") == ["a=0"]
        # The other machine was only slow: what it finds now counts no more.
        assert engine._note(trial, {"values": {}}) is engine._tell(trial.number, value=99.0) is False
        assert sweep.records()[0]["value"] == 0.0


def test_another_sweep_of_the_same_name_is_refused(tmp_path):
    made(tmp_path, ["a=0,1"], {})
    with pytest.raises(UserError, match=r"over = \['a=0,1'\], now \['a=0,2'\]"):
        made(tmp_path, ["a=0,2"], {})


def test_a_search_makes_as_many_points_as_were_asked_for(tmp_path):
    found = worked(made(tmp_path, ["a=0.0..1", "b=1..3"], {}, search="random", trials=4))
    assert set(states(found).values()) == {"done"} and len(found["points"]) == 4
    more = worked(made(tmp_path, ["a=0.0..1", "b=1..3"], {}, search="random", trials=6))
    assert len(more["points"]) == 6 and more["points"][:4] == found["points"]
    assert len(begun(tmp_path / "notes")) == 6


def test_tpe_finds_what_is_small(tmp_path):
    found = worked(made(tmp_path, ["a=0.0..100"], {}, search="tpe", trials=18), jobs=2)
    values = [p["value"] for p in found["points"]]
    assert len(values) == 18 and min(values[10:]) < min(values[:10])
    assert found["best"] == min(found["points"], key=lambda p: p["value"])["set"]


def test_half_a_line_in_the_file_spoils_nothing(tmp_path):
    worked(made(tmp_path, ["a=0,1"], {}))
    journal = tmp_path / "sweep" / "sweep.journal"
    with journal.open("a") as file:
        file.write('{"op_code": 4, "wor')
    found = worked(made(tmp_path, ["a=0,1"], {}))
    assert set(states(found).values()) == {"done"} and len(begun(tmp_path / "notes")) == 2


def test_what_cannot_be_a_storage_is_said_in_a_line(tmp_path):
    with pytest.raises(UserError, match="cannot be opened") as refused:
        made(tmp_path, ["a=0,1"], {}, storage="postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(refused.value)
    with pytest.raises(UserError, match="cannot be opened"):
        made(tmp_path, ["a=0,1"], {}, storage="nothing://x")
