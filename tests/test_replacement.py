"""A run takes the place of another one whole, wherever a kill comes between."""

import os

import pytest

from ganzoo import replacement

FILES = {"run.json": "record", "checkpoints/step-2.index": "index", "logs/a": "log"}


def write(root, mark):
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{mark} {text}")


def content(root):
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def of(mark):
    return {name: f"{mark} {text}" for name, text in FILES.items()}


@pytest.fixture
def run(tmp_path):
    """An old run with a file of its user's, and a new one that grows in it."""
    root = tmp_path / "run"
    write(root, "old")
    (root / "notes.txt").write_text("old notes")
    write(replacement.begin(root), "new")
    return root


def test_the_new_run_takes_the_place_of_the_old(run):
    assert (run / "run.json").read_text() == "old record"
    replacement.commit(run)
    assert content(run) == of("new") and sorted(os.listdir(run)) == ["checkpoints", "logs", "run.json"]


def test_what_is_given_up_leaves_the_old_run(run):
    replacement.abandon(run)
    assert content(run) == of("old") | {"notes.txt": "old notes"}


def test_a_growing_run_that_was_killed_gives_way_to_the_next(run):
    assert not replacement.is_pending(run)
    replacement.finish(run)
    assert (run / "run.json").read_text() == "old record"
    assert list(replacement.begin(run).iterdir()) == []


class Killed(Exception):
    pass


def test_a_kill_at_any_moment_leaves_the_one_or_the_other(tmp_path, monkeypatch):
    rename, moment = os.rename, 0
    while True:
        root = tmp_path / str(moment)
        write(root, "old")
        write(replacement.begin(root), "new")
        left = [moment]

        def dying(source, target, left=left):
            if not left[0]:
                raise Killed
            left[0] -= 1
            rename(source, target)

        monkeypatch.setattr(replacement.os, "rename", dying)
        try:
            replacement.commit(root)
        except Killed:
            monkeypatch.setattr(replacement.os, "rename", rename)
            if moment == 0:
                assert not replacement.is_pending(root)
                replacement.abandon(root)
                assert content(root) == of("old")
            else:
                assert replacement.is_pending(root)
                replacement.finish(root)
                assert content(root) == of("new")
            moment += 1
        else:
            break
    assert moment == 8, "one commit, three moves away, one mark, three moves in"


def test_links_to_elsewhere_are_no_replacement(run, tmp_path):
    home = tmp_path / "home"
    write(home, "hers")
    before = content(home)
    for name in (replacement.COMMITTED, replacement.EMPTIED):
        (run / name).symlink_to(home)
        assert not replacement.is_pending(run)
        replacement.finish(run)
        (run / name).unlink()
    (run / replacement.OLD).symlink_to(home)
    write(replacement.begin(run), "new")
    replacement.commit(run)
    assert content(home) == before and content(run) == of("new")
