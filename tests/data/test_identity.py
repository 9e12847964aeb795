"""Which data is the same: files that were moved, touched, edited, renamed."""

import os
import shutil

import numpy as np
import pytest

from ganzoo.data.identity import identity_of_files, is_same, sha256_of_arrays
from ganzoo.data.points import Points
from ganzoo.data.source import Source


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "cat/b.png", "dog/c.png"):
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_text(f"content of {name}")
    return tmp_path / "folder"


def identity(folder, known=None):
    return identity_of_files([path for path in folder.rglob("*") if path.is_file()], folder, known)


def edit(folder):
    (folder / "a.png").write_text("CONTENT of a.png")


def edit_with_its_time(folder):
    before = (folder / "a.png").stat()
    (folder / "a.png").write_text("another content of a.png")
    os.utime(folder / "a.png", ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES = {
    "nothing": (lambda folder: None, True),
    "touched": (lambda folder: os.utime(folder / "a.png", (1, 1)), True),
    "edited": (edit, False),
    "edited, its time put back": (edit_with_its_time, False),
    "renamed": (lambda folder: (folder / "a.png").rename(folder / "z.png"), False),
    "of another class": (lambda folder: (folder / "cat" / "b.png").rename(folder / "dog" / "b.png"), False),
    "one more": (lambda folder: (folder / "b.png").write_text("more"), False),
    "one less": (lambda folder: (folder / "a.png").unlink(), False),
}


@pytest.mark.parametrize("change, same", CHANGES.values(), ids=CHANGES)
def test_what_is_done_to_a_folder(folder, change, same):
    before = identity(folder)
    change(folder)
    assert is_same(before, identity(folder, before)) is is_same(before, identity(folder)) is same


def test_a_folder_that_is_moved_or_copied_is_the_same(folder, tmp_path):
    before = identity(folder)
    shutil.copytree(folder, tmp_path / "copy", copy_function=shutil.copy)
    shutil.move(folder, tmp_path / "moved")
    for other in (tmp_path / "copy", tmp_path / "moved"):
        assert is_same(before, identity(other, before))


def test_files_that_did_not_change_are_not_read_again(folder):
    before = identity(folder) | {"sha256": "remembered"}
    assert identity(folder, before) == before


def test_what_only_one_side_knows_tells_nothing():
    assert is_same({"examples": 3}, {"sha256": "a"}) and is_same({}, {"examples": 3})
    assert not is_same({"version": "a/1"}, {"version": "a/2"})


def test_a_data_set_by_name_has_its_version():
    assert Points("ring8", take=100).identity() == {"examples": 100, "version": "ring8/1.0.0"}


class Own(Source):
    """A source of a user's own, of which nothing but its arrays is known."""

    def __init__(self, values):
        super().__init__((2,))
        self.feature, self.values = "point", np.asarray(values, np.float32)

    def arrays(self):
        return {"point": self.values}


def test_a_source_of_ones_own_is_what_it_holds():
    one, other = Own([[1, 2], [3, 4]]), Own([[1, 2], [3, 5]])
    assert one.identity()["sha256"] == Own(one.values).identity()["sha256"] != other.identity()["sha256"]
    assert sha256_of_arrays({"a": np.zeros(4)}) != sha256_of_arrays({"a": np.zeros((2, 2))})


def test_names_that_are_no_utf8_are_names(tmp_path):
    file = tmp_path / os.fsdecode(b"caf\xe9.png")
    file.write_bytes(b"content")
    assert identity_of_files([file], tmp_path)["examples"] == 1
