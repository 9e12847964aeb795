"""JSON from outside: what is of its kind comes through, what is not is one line that names file and field."""

import json

import pytest

from ganzoo import checked_json
from ganzoo.checked_json import Maybe, checked, parse_json, read_json, read_json_lines
from ganzoo.errors import UserError


def even(value):
    if not isinstance(value, int) or value % 2:
        raise ValueError("even")


@pytest.mark.parametrize(
    "value, kind",
    [
        ("a", str),
        (True, bool),
        (3, int),
        (3, float),
        (0.5, float),
        ([1, "a"], list),
        ({"a": 1}, dict),
        (None, object),
        (["a"], [str]),
        ([], [str]),
        ({"a": 1}, {str: int}),
        ({"a": "x", "more": 1}, {"a": str}),
        ({}, {"a": Maybe(str)}),
        ({"a": None}, {"a": Maybe(str)}),
        (None, Maybe({"a": str})),
        ("3", (int, str)),
        (4, even),
    ],
)
def test_what_is_of_its_kind_comes_through(value, kind):
    assert checked(value, kind, "x") is value
    assert parse_json(json.dumps(value), kind, "x") == value


@pytest.mark.parametrize(
    "value, kind, complaint",
    [
        (3, str, "it must be a text, not 3"),
        (True, int, "it must be a whole number, not True"),
        (True, float, "it must be a number, not True"),
        (1.0, int, "it must be a whole number, not 1.0"),
        (2**63, int, "it must be a whole number"),
        (10**400, float, "it must be a number"),
        (float("nan"), float, "it must be a number, not nan"),
        (float("inf"), float, "it must be a number, not inf"),
        (1, bool, "it must be true or false, not 1"),
        ([], dict, r"it must be an object of fields, not \[\]"),
        ([1, 2], {"a": str}, "it must be an object of fields"),
        ({}, {"a": str}, "a is missing"),
        ({"a": None}, {"a": str}, "a must be a text, not None"),
        ({"a": {"b": [1, "x"]}}, {"a": {"b": [int]}}, r"a.b\[1\] must be a whole number, not 'x'"),
        ({"a": 7}, {"a": [str]}, "a must be a list, not 7"),
        ({"a": {"x": 1, "y": "z"}}, {"a": {str: int}}, "a.y must be a whole number, not 'z'"),
        ({"a": []}, {"a": (int, str)}, r"a must be a text, not \[\]"),
        ({"a": 3}, {"a": even}, "a must be even, not 3"),
        ("x" * 1000, int, "it must be a whole number, not 'x{59}\\.\\.\\.$"),
    ],
)
def test_what_is_not_is_named_by_its_field(value, kind, complaint):
    with pytest.raises(UserError, match=f"^the file is damaged: {complaint}"):
        checked(value, kind, "the file")


@pytest.mark.parametrize("text", ["", "[", "{'a': 1}", '{"a": 1', "[" * 100_000, '{"a":' * 50_000, "1" * 5000, "\0", "nothing"])
def test_what_is_no_json_is_one_line(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UserError, match=r"^the record .*a.json is no JSON: ") as error:
        read_json(tmp_path / "a.json", object, "the record")
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="the record .*none cannot be read: No such file"):
        read_json(tmp_path / "none", dict, "the record")
    with pytest.raises(UserError, match="cannot be read: Is a directory"):
        read_json(tmp_path, dict, "the record")
    (tmp_path / "a").write_bytes(b"\xff")
    with pytest.raises(UserError, match="cannot be read: 'utf-8' codec"):
        read_json(tmp_path / "a", dict, "the record")
    monkeypatch.setattr(checked_json, "MOST_BYTES", 3)
    (tmp_path / "a").write_text("1234")
    with pytest.raises(UserError, match="too large: more than 3 bytes"):
        read_json(tmp_path / "a", int, "the record")
    (tmp_path / "a").write_text("123")
    assert read_json(tmp_path / "a", int) == 123


def test_lines_are_checked_one_by_one(tmp_path):
    path = tmp_path / "scores"
    path.write_text('{"a": 1}\n\n{"a": 2}\n')
    assert read_json_lines(path, {"a": int}, "scores") == [{"a": 1}, {"a": 2}]
    path.write_text('{"a": 1}\n\n{"a": ')
    with pytest.raises(UserError, match="scores .*, line 3 is no JSON"):
        read_json_lines(path, {"a": int}, "scores")
    path.write_text('{"a": 1}\n{"b": 1}\n')
    with pytest.raises(UserError, match="line 2 is damaged: a is missing"):
        read_json_lines(path, {"a": int}, "scores")
