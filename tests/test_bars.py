"""Bars on a terminal, of which a stand-in for the error stream plays the part, and lines elsewhere."""

import io
import sys

import pytest

from ganzoo import bars


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def to_terminal(monkeypatch):
    """A function that makes the error stream a terminal on which bars appear at once; pytest sets its own before each test."""

    def begin():
        for name, value in {"TERM": "xterm", "COLUMNS": "200"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setattr(bars, "LATE", -1.0)
        return sys.stderr

    return begin


def test_a_bar_shows_what_and_how_much(to_terminal):
    terminal = to_terminal()
    with bars.progress_of("samples [of] mine") as progress:
        progress(0.25)
        bars._LIVE[0].refresh()
    assert "samples [of] mine" in terminal.getvalue() and "25%" in terminal.getvalue()
    assert bars._LIVE == []


def test_bars_within_bars_share_the_terminal(to_terminal):
    to_terminal()
    with bars.progress_of("outer") as outer:
        outer(0.5)
        with bars.working("inner"), bars.progress_of("innermost") as innermost:
            innermost(0.125)
            assert len(bars._LIVE) == 1 and len(bars._LIVE[0].task_ids) == 3
        assert len(bars._LIVE[0].task_ids) == 1
    assert bars._LIVE == []


def test_an_error_takes_the_bars_away(to_terminal):
    to_terminal()
    with pytest.raises(KeyboardInterrupt), bars.progress_of("outer") as outer, bars.working("inner"):
        outer(0.5)
        raise KeyboardInterrupt
    assert bars._LIVE == []


def test_what_is_short_shows_no_bar(to_terminal, monkeypatch):
    terminal = to_terminal()
    monkeypatch.setattr(bars, "LATE", 60.0)
    with bars.progress_of("short") as progress:
        progress(0.5)
    assert terminal.getvalue() == ""


def test_without_a_terminal_there_is_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(bars, "LATE", -1.0)
    with bars.working("work"), bars.progress_of("more") as progress:
        progress(0.5)
    assert sys.stderr.getvalue() == "" and bars._LIVE == []
