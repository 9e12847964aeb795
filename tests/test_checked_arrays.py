"""Arrays from an .npz file: pickles, bombs, damage and files of another kind are one line."""

import pickle
import zipfile

import numpy as np
import pytest

from ganzoo import memory
from ganzoo.checked_arrays import read_npz
from ganzoo.errors import UserError


def header(shape, dtype="<f8"):
    """The start of an .npy file that claims a shape."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def zipped(path, name, content, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(name, content)
    return path


def test_arrays_are_read_by_name_and_only_those_that_are_wanted(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(3), b=np.ones((2, 2)))
    arrays = read_npz(path)
    assert list(arrays) == ["a", "b"] and arrays["a"].tolist() == [0, 1, 2]
    assert list(read_npz(path, lambda names: names[1:])) == ["b"]
    np.savez_compressed(path, a=np.arange(3))
    assert list(read_npz(path)) == ["a"]


def test_what_is_no_archive_of_arrays_is_one_line(tmp_path):
    path = tmp_path / "a.npz"
    whole = tmp_path / "whole.npz"
    np.savez(whole, a=np.arange(100))
    content = whole.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 255
    np.save(tmp_path / "one.npy", np.arange(3))
    cases = [
        b"",
        b"text",
        content[:50],
        content[:-30],
        bytes(flipped),
        (tmp_path / "one.npy").read_bytes(),
        pickle.dumps({"a": 1}),
    ]
    for case in cases:
        path.write_bytes(case)
        with pytest.raises(UserError, match="a.npz cannot be read as .npz: ") as error:
            read_npz(path)
        assert "\n" not in str(error.value), case[:10]
    with pytest.raises(UserError, match="no file .*none"):
        read_npz(tmp_path / "none")
    with pytest.raises(UserError, match="cannot be read as .npz: Is a directory"):
        read_npz(tmp_path)


@pytest.mark.parametrize(
    "name, content, complaint",
    [
        ("a.txt", b"text", "is a zip file of 'a.txt', not of arrays"),
        ("a.npy", b"", "cannot be read as .npz: a is no array"),
        ("a.npy", header((10**6, 10**6)) + b"\0" * 8, "cannot be read as .npz"),
        ("a.npy", header((-1, 2)) + b"\0" * 8, "cannot be read as .npz"),
        ("a.npy", header((2,), "|O") + pickle.dumps([1, 2]), "cannot be read as .npz: Object arrays cannot be loaded"),
        ("a.npy", header("(2, 'x')") + b"\0" * 16, "cannot be read as .npz"),
        ("a.npy", b"\x93NUMPY\x09\x00", "cannot be read as .npz"),
    ],
)
def test_an_archive_of_other_things_is_one_line(tmp_path, name, content, complaint):
    with pytest.raises(UserError, match=complaint):
        read_npz(zipped(tmp_path / "a.npz", name, content))


def test_what_unpacks_to_more_than_the_memory_is_not_unpacked(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.npz", "a.npy", header((1000, 1000)) + b"\0" * 8_000_000)
    assert path.stat().st_size < 20_000 and read_npz(path)["a"].shape == (1000, 1000)
    monkeypatch.setattr(memory, "memory_bytes", lambda: 7_000_000)
    with pytest.raises(UserError, match="would take 0.0 GB, and this machine has"):
        read_npz(path)


def test_an_encrypted_or_doubled_member_is_one_line(tmp_path):
    path = tmp_path / "a.npz"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", header((0,)))
        archive.writestr("a.npy", header((0,)))
    with pytest.raises(UserError, match="holds two arrays of one name"):
        read_npz(path)
