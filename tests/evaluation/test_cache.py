"""The cache gives back what was stored, or nothing."""

import json
import os

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.cache import Cache, digest, digest_array, digest_files

AA, BB, CC, DD = (letter * 16 for letter in "abcd")
ARRAYS = {"features": np.arange(12, dtype=np.float32).reshape(3, 4), "probabilities": np.ones((3, 2), np.float16)}


def test_arrays_and_records_come_back(tmp_path):
    cache = Cache(tmp_path)
    assert cache.load("features", "ab12") is None
    cache.store("features", "ab12", ARRAYS)
    found = cache.load("features", "ab12")
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    cache.store_record("gates", "cd", {"passed": True})
    assert cache.load_record("gates", "cd") == {"passed": True}
    assert cache.load_record("gates", "ef") is None


@pytest.mark.parametrize("damage", ["torn", "flipped", "other key", "empty", "directory"])
def test_a_damaged_entry_counts_as_absent(tmp_path, damage):
    cache = Cache(tmp_path)
    cache.store("features", "ab12", ARRAYS)
    path = cache.path("features", "ab12")
    content = path.read_bytes()
    if damage == "torn":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        place = content.index(ARRAYS["features"].tobytes()) + 5
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    elif damage == "other key":
        path = cache.path("features", "ab13")
        path.write_bytes(content)
        assert cache.load("features", "ab13") is None
        return
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
        path.mkdir()
    assert cache.load("features", "ab12") is None


def test_a_changed_record_counts_as_absent(tmp_path):
    cache = Cache(tmp_path)
    cache.store_record("scores", "ab", {"value": 1.0})
    path = cache.path("scores", "ab", ".json")
    entry = json.loads(path.read_text())
    entry["record"]["value"] = 2.0
    path.write_text(json.dumps(entry))
    assert cache.load_record("scores", "ab") is None
    path.write_text("{")
    assert cache.load_record("scores", "ab") is None


def test_a_directory_that_cannot_be_written_only_warns(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.store("features", "ab", ARRAYS)
    cache.store_record("scores", "ab", {})
    assert cache.load("features", "ab") is None
    assert len(caplog.records) == 1
    assert "cannot be written" in caplog.text


def test_nothing_but_whole_entries_lies_in_the_directory(tmp_path):
    cache = Cache(tmp_path)
    cache.store("features", "ab12", ARRAYS)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["ab12.npz"]


def test_an_entry_that_is_read_outlives_one_that_is_not(tmp_path, monkeypatch):
    cache = Cache(tmp_path)
    for age, key in enumerate((CC, BB, AA)):
        cache.store("features", key, ARRAYS)
        os.utime(cache.path("features", key), (1000 + age, 1000 + age))
    size = cache.path("features", AA).stat().st_size
    assert cache.load("features", CC) is not None
    monkeypatch.setenv("GANZOO_CACHE_BYTES", str(3 * size))
    Cache(tmp_path).store("features", DD, ARRAYS)
    assert [key for key in (AA, BB, CC, DD) if cache.path("features", key).exists()] == [AA, CC, DD]


def test_the_bound_is_looked_at_again_after_so_many_bytes(tmp_path, monkeypatch):
    cache = Cache(tmp_path)
    cache.store("features", AA, ARRAYS)
    size = cache.path("features", AA).stat().st_size
    monkeypatch.setenv("GANZOO_CACHE_BYTES", str(size))
    monkeypatch.setattr("ganzoo.evaluation.cache.LOOK_EVERY", 2 * size)
    cache.store("features", BB, ARRAYS)
    assert cache.path("features", AA).exists()
    cache.store("features", CC, ARRAYS)
    assert [key for key in (AA, BB, CC) if cache.path("features", key).exists()] == [CC]
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "0")
    Cache(tmp_path).store("features", DD, ARRAYS)
    assert cache.load("features", DD) is not None, "what was just written stays"


def test_digests_tell_everything_apart(tmp_path):
    array = np.zeros((2, 3), np.uint8)
    others = [array.reshape(3, 2), array.astype(np.int8), array + np.uint8(1), array[:1]]
    assert digest_array(array) == digest_array(np.zeros((2, 3), np.uint8))
    assert len({digest_array(one) for one in (array, *others)}) == 5
    assert digest_array(np.asfortranarray(np.arange(6).reshape(2, 3))) == digest_array(np.arange(6).reshape(2, 3))
    assert digest("a", 1) != digest("a", "1") and digest(["a", "b"]) != digest("a", "b")
    paths = []
    for name, content in (("a", "1"), ("b", "2")):
        paths.append(tmp_path / name)
        paths[-1].write_text(content)
    before = digest_files(tmp_path, paths)
    assert digest_files(tmp_path, reversed(paths)) == before
    os.rename(tmp_path / "a", tmp_path / "c")
    assert digest_files(tmp_path, [tmp_path / "c", tmp_path / "b"]) != before


def test_a_bound_that_is_no_number_is_said_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE_BYTES", "10GB")
    with pytest.raises(UserError, match="number of bytes"):
        Cache(tmp_path)
