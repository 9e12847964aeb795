"""`ganzoo cache` shows and clears what is kept on disk."""

import json

import pytest
from click.testing import CliRunner

from ganzoo.cache_directory import open_in_use
from ganzoo.cli.main import main


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))
    sizes = {"features/ab/abababababababab.npz": 2_000_000, "features/cd/cdcdcdcdcdcdcdcd.npz": 1_000_000}
    for name, size in (sizes | {"scores/ab/abababababababab.json": 10}).items():
        path = tmp_path / "cache" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(size))
    return tmp_path / "cache"


def ganzoo(*arguments, code=0, **options):
    result = CliRunner().invoke(main, ["cache", *map(str, arguments)], **options)
    assert result.exit_code == code, result.output
    return result.output


def test_it_shows_where_how_much_and_how_much_at_most(root, tmp_path):
    lines = ganzoo("--json", tmp_path / "facts.json").splitlines()
    assert lines[0] == f"{root}: 3 MB of 10 GB"
    assert (
        lines[1].split()[:5] == ["features", "2", "entries,", "3", "MB,"] and lines[2].startswith("scores ") and len(lines) == 3
    )
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert facts["bytes"] == 3_000_010 and facts["kinds"][1]["kind"] == "scores"


def test_clear_asks_and_removes_only_the_kinds_that_are_named(root):
    assert "Aborted" in ganzoo("clear", code=1, input="n\n")
    assert len(list(root.rglob("*.*"))) == 3
    assert "removed 1 entry of 10 bytes" in ganzoo("clear", "scores", input="y\n")
    assert {path.suffix for path in root.rglob("*.*")} == {".npz"}
    ganzoo("clear", "--yes")
    assert not list(root.rglob("*.*")) and "nothing to clear" in ganzoo("clear", "--yes")


def test_clear_leaves_what_is_in_use_and_says_so(root):
    path = next(root.rglob("abababababababab.npz"))
    with open_in_use(path):
        assert "removed 3 entries" in (output := ganzoo("clear", "--yes")) and "but for 1 that are in use" in output
    assert [path.name for path in root.rglob("*.*")] == ["abababababababab.npz"]


def test_no_such_kind_is_one_line(root):
    assert "nothing of the kind 'toys'" in ganzoo("clear", "toys", code=2)
