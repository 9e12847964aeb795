"""One process writes a run at a time."""

import os
import subprocess
import sys
import threading

import pytest

from ganzoo import run_lock
from ganzoo.errors import UserError
from ganzoo.run_lock import NAME, only_writer

HOLD = """
import sys
from ganzoo.run_lock import only_writer
with only_writer(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the run at `tmp_path / "run"`."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_process_is_refused_and_told_of_the_first(tmp_path, holder):
    told = f"another process trains in .*run: process {holder.pid} on ."
    with pytest.raises(UserError, match=told) as error, only_writer(tmp_path / "run"):
        pass
    assert "\n" not in str(error.value)
    assert (tmp_path / "run" / NAME).exists()


def test_the_kernel_frees_what_a_killed_process_held(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert (tmp_path / "run" / NAME).exists()
    with only_writer(tmp_path / "run"):
        assert (tmp_path / "run" / NAME).read_text().startswith(f"process {os.getpid()} on ")


def test_a_lock_that_its_holder_removed_at_this_moment_is_taken_anew(tmp_path, monkeypatch):
    flock, calls = run_lock.fcntl.flock, []

    def late(file, how):
        if not calls:
            (tmp_path / NAME).unlink()
        calls.append(how)
        flock(file, how)

    monkeypatch.setattr(run_lock.fcntl, "flock", late)
    with only_writer(tmp_path):
        assert len(calls) == 2 and (tmp_path / NAME).exists()


def test_nothing_is_left_where_nothing_was_written(tmp_path):
    with only_writer(tmp_path / "a" / "run"):
        pass
    assert not (tmp_path / "a" / "run").exists()
    with only_writer(tmp_path / "a" / "run"):
        (tmp_path / "a" / "run" / "file").write_text("")
    assert [path.name for path in (tmp_path / "a" / "run").iterdir()] == ["file"]


def test_a_failure_frees_the_run(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyError), only_writer(tmp_path):
            raise KeyError


def test_of_many_at_the_same_moment_one_comes_in_at_a_time(tmp_path):
    inside, most, refused = [], [], []

    def try_it():
        for _ in range(30):
            try:
                with only_writer(tmp_path / "run"):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
            except UserError:
                refused.append(1)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most and max(most) == 1 and len(most) + len(refused) == 120


def test_a_place_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write the run's directory"), only_writer(tmp_path / "file" / "run"):
        pass


def test_a_full_disk_takes_no_lock_away(tmp_path, monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_lock.socket, "gethostname", full)
    refusal = pytest.raises(UserError, match="another process trains in .*: it has just begun")
    with only_writer(tmp_path / "run"), refusal, only_writer(tmp_path / "run"):
        pass
    assert not (tmp_path / "run").exists()


def test_what_a_link_called_as_the_lock_points_to_is_left_alone(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("hers")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / NAME).symlink_to(precious)
    with pytest.raises(UserError, match="cannot write the run's directory"), only_writer(tmp_path / "run"):
        pass
    assert precious.read_text() == "hers"
