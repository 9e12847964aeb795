"""The cache directory stays within its bound, and nothing in use goes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ganzoo import cache_directory
from ganzoo.cache_directory import cache_bound, cache_root, entries, make_room, open_in_use, remove, touch
from ganzoo.errors import UserError


def write(root, name, size=100, used=1000):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (used, used))
    return path


def key(letter):
    return letter * 16


def names(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_where_it_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "own"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("GANZOO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "xdg" / "ganzoo"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root() == Path("~/.cache/ganzoo").expanduser()


def test_the_bound_is_a_number_of_bytes(monkeypatch):
    monkeypatch.delenv("GANZOO_CACHE_BYTES", raising=False)
    assert cache_bound() == 10_000_000_000
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "12")
    assert cache_bound() == 12
    for text in ("-1", "10GB", "1e9", "²"):
        monkeypatch.setenv("GANZOO_CACHE_BYTES", text)
        with pytest.raises(UserError, match="number of bytes"):
            cache_bound()


def test_entries_are_files_of_one_name_by_their_last_use(tmp_path):
    write(tmp_path, f"features/aa/{key('a')}.npz", 10, 3000)
    write(tmp_path, f"images/{key('b')}.images", 70, 1000)
    write(tmp_path, f"images/{key('b')}.labels", 7, 2000)
    found = entries(tmp_path)
    assert [(entry.kind, entry.size, entry.used) for entry in found] == [
        ("images", 77, 2000),
        ("features", 10, 3000),
    ]
    assert {path.suffix for path in found[0].files} == {".images", ".labels"}
    assert entries(tmp_path / "nothing") == []


def test_files_that_are_not_ganzoos_are_no_entries(tmp_path, monkeypatch):
    """GANZOO_CACHE may name a directory that holds a user's own files, even in directories that are called alike."""
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    own = ["thesis.tex", f"{key('a')}.npz", "images/holiday.images", "features/notes.json", "features/.hidden", "photos/a.npz"]
    for name in (*own, f"features/aa/{key('a')}.npz"):
        write(root, name)
    write(tmp_path, f"elsewhere/{key('c')}.npz")
    (root / "features" / "link").symlink_to(tmp_path / "elsewhere")
    assert [[path.name for path in entry.files] for entry in entries(root)] == [[f"{key('a')}.npz"]]
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    assert len(make_room(root)) == 1
    assert {root / name for name in own} <= set(root.rglob("*")) and (tmp_path / "elsewhere" / f"{key('c')}.npz").exists()


def test_the_least_recently_used_go_until_the_rest_is_within_the_bound(tmp_path, monkeypatch):
    for age, name in enumerate("dcba"):
        write(tmp_path, f"features/{key(name)}.npz", 100, 1000 + age)
    touch(tmp_path / "features" / f"{key('d')}.npz")
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "400")
    assert make_room(tmp_path) == []
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "250")
    assert [entry.files[0].name for entry in make_room(tmp_path)] == [f"{key('c')}.npz", f"{key('b')}.npz"]
    assert names(tmp_path) == [f"features/{key('a')}.npz", f"features/{key('d')}.npz"]


def test_what_was_just_written_stays_whatever_the_bound(tmp_path, monkeypatch):
    old, new = (write(tmp_path, f"features/{key(name)}.npz", used=used) for name, used in (("a", 2000), ("b", 1000)))
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    make_room(tmp_path, keep=[new])
    assert new.exists() and not old.exists()


def test_a_file_that_is_mapped_into_memory_stays(tmp_path, monkeypatch):
    path = write(tmp_path, f"images/{key('b')}.images")
    labels = write(tmp_path, f"images/{key('b')}.labels")
    with open_in_use(path) as file:
        mapped = np.memmap(file, np.uint8, "c")
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    assert make_room(tmp_path) == [] and labels.exists()
    assert mapped[0] == ord("x")
    del mapped
    assert len(make_room(tmp_path)) == 1 and names(tmp_path) == []


def test_opening_renews_the_last_use(tmp_path):
    path = write(tmp_path, f"images/{key('b')}.images", used=1000)
    open_in_use(path).close()
    assert entries(tmp_path)[0].used > time.time() - 60


def test_what_a_process_still_writes_stays_until_it_is_abandoned(tmp_path, monkeypatch):
    draft = write(tmp_path, f"images/.{key('b')}.images.123", used=time.time())
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    assert make_room(tmp_path) == []
    os.utime(draft, (1, 1))
    assert len(make_room(tmp_path)) == 1 and not draft.exists()


def test_an_entry_that_another_process_removed_counts_as_gone(tmp_path):
    path = write(tmp_path, f"features/{key('a')}.npz")
    (entry,) = entries(tmp_path)
    path.unlink()
    assert remove(entry)


def test_a_directory_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    write(tmp_path, f"features/{key('a')}.npz")
    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    assert make_room(tmp_path) == []


def refuse(*arguments, **options):
    raise PermissionError(13, "Permission denied")


def test_without_locks_the_oldest_still_go(tmp_path, monkeypatch):
    path = write(tmp_path, f"features/{key('a')}.npz")
    monkeypatch.setattr(cache_directory, "fcntl", None)
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    with open_in_use(path) as file:
        assert file.read(1) == b"x"
    assert len(make_room(tmp_path)) == 1 and not path.exists()


CHURN = """
import sys
from pathlib import Path
from ganzoo.cache_directory import make_room
directory = Path(sys.argv[1]) / "features"
directory.mkdir(exist_ok=True)
for number in range(50):
    path = directory / f"{sys.argv[2]}{number:015}.npz"
    path.write_bytes(bytes(100))
    make_room(directory.parent, keep=[path])
"""


def test_processes_that_write_and_evict_at_once_stay_within_the_bound(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "1000")
    commands = [[sys.executable, "-c", CHURN, str(tmp_path), str(number)] for number in range(3)]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    make_room(tmp_path)
    assert 0 < sum(entry.size for entry in entries(tmp_path)) <= 1000
