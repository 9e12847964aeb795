"""What is noted reaches the log of whoever runs, once; without one, Python's logging."""

import logging

import click
import pytest

from ganzoo.cli.main import Commands
from ganzoo.notes import Noted, counted, logged, note, notes_to


def test_without_a_log_it_is_a_warning(caplog):
    with caplog.at_level(logging.WARNING):
        note("guessed")
        note("guessed")
    assert [(record.name, record.getMessage()) for record in caplog.records] == [("ganzoo", "guessed")] * 2


def test_a_log_hears_each_line_once_also_where_others_are_nested(caplog):
    outer, inner = [], []
    with notes_to(outer.append):
        note("a")
        with notes_to(inner.append):
            note("a")
            note("b")
        note("b")
        note("c")
    assert (outer, inner) == (["a", "c"], ["b"]) and not caplog.records
    with notes_to(outer.append):
        note("a")
    assert outer == ["a", "c", "a"]


def test_whatever_is_said_is_one_line_that_can_be_printed():
    said = []
    with notes_to(said.append):
        note("d/a\nb\udcff\x1b[0m.png, schön")
    assert said == [r"d/a\nb\udcff\x1b[0m.png, schön"]


@pytest.mark.parametrize("call", [lambda f, log: f(1, log), lambda f, log: f(1, log=log)])
def test_a_functions_own_log_hears_what_is_noted_in_it(call):
    @logged
    def opened(value, log=print):
        note(f"read {value}")
        return value

    said = []
    assert call(opened, said.append) == 1 and said == ["read 1"]


def test_by_default_it_is_printed(capsys):
    @logged
    def opened(log=print):
        note("read")

    opened()
    assert capsys.readouterr().out == "read\n"


def test_every_command_prints_what_is_noted(capsys):
    @click.group(cls=Commands)
    def main():
        pass

    @main.command()
    def opens():
        note("guessed")
        note("guessed")

    main(["opens"], standalone_mode=False)
    assert capsys.readouterr().out == "guessed\n"


def test_what_reads_data_keeps_its_notes():
    one, other = Noted(), Noted()
    with notes_to(lambda line: None):
        one.note("a")
    assert (one.notes, other.notes) == (["a"], [])


def test_counts_have_a_noun():
    assert [counted(n, "image") for n in (1, 2, 2000)] == ["1 image", "2 images", "2,000 images"]
    assert counted(0, "class", "classes") == "0 classes"
