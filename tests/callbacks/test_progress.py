import io
import sys
import time
import types

import numpy as np
import pytest
from rich.console import Console

from ganzoo.callbacks.progress import LINE_EVERY, NotebookProgress, TerminalProgress, clock, progress_of, summary

RECORDS = {"generator_loss": 0.5, "discriminator_loss": 1.23456, "real_score": 0.9, "images_per_second": 12345.6}


@pytest.fixture
def now(monkeypatch):
    """A clock that is set by hand."""
    moment = types.SimpleNamespace(seconds=50.0)
    monkeypatch.setattr(time, "monotonic", lambda: moment.seconds)
    return moment


def progress(terminal=False, **options):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=200, soft_wrap=True, highlight=False, markup=False)
    return TerminalProgress(console=console, **options), stream


def test_a_summary_has_the_losses_and_the_speed():
    assert summary(RECORDS) == "generator 0.500  discriminator 1.235  12,346 images/s"


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (61, "1:01"), (3599, "59:59"), (3600, "1:00:00"), (36061, "10:01:01")],
)
def test_a_clock_shows_minutes_and_seconds_and_hours_where_there_are_any(seconds, text):
    assert clock(seconds) == text


def test_without_a_terminal_a_line_comes_now_and_then_and_at_the_end(now):
    bar, stream = progress(steps=100, start=20)
    for step, seconds in ((30, 10.0), (40, LINE_EVERY - 1), (50, 1.0), (99, 0.0), (100, 0.0)):
        now.seconds += seconds
        bar.on_log(step, RECORDS)
    lines = stream.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["30/100", "50/100", "100/100"]
    # Ten steps in ten seconds leave seventy; thirty in fifteen leave twenty-five for fifty.
    assert [line.split("images/s  ")[1] for line in lines] == ["1:10 left", "0:25 left", "0:00 left"]
    bar.log("[a line] as it is")
    assert stream.getvalue().splitlines()[-1] == "[a line] as it is"
    bar.close()


def test_the_first_report_always_has_its_line(now):
    bar, stream = progress(steps=10)
    bar.on_log(1, RECORDS)
    assert stream.getvalue().startswith("step 1/10")


def test_on_a_terminal_there_is_a_bar_with_lines_above_it():
    bar, stream = progress(terminal=True, steps=40, start=10)
    try:
        bar.on_log(30, RECORDS)
        bar.log("the discriminator has won")
    finally:
        bar.close()
    shown = stream.getvalue()
    assert "30/40" in shown and "discriminator 1.235" in shown and "the discriminator has won" in shown
    assert "step 30/40  generator" not in shown, "no plain lines beside the bar"
    length = len(shown)
    time.sleep(0.3)
    assert len(stream.getvalue()) == length, "a closed bar draws no more"


class Notebook:
    """A stand-in for IPython: notes what is displayed, and what then takes its place."""

    def __init__(self, monkeypatch, kernel=True):
        self.shown = []
        shell = types.SimpleNamespace(**({"kernel": object()} if kernel else {}))
        module = types.SimpleNamespace(display=self, get_ipython=lambda: shell)
        monkeypatch.setitem(sys.modules, "IPython", module)

    HTML = staticmethod(lambda text: text)
    Image = staticmethod(lambda data, format, alt: (data, alt))

    def display(self, what, display_id):
        self.shown.append([what])
        return types.SimpleNamespace(update=self.shown[-1].append)


def test_a_notebook_has_a_bar_and_the_newest_samples(monkeypatch, now, capsys):
    notebook = Notebook(monkeypatch)
    bar = progress_of(100, start=20)
    assert isinstance(bar, NotebookProgress)
    now.seconds += 10
    bar.on_log(40, RECORDS)
    for step in (40, 60):
        bar.show(step, np.zeros((8, 8, 3), np.uint8))
    bar.log("the discriminator has won")
    bar.close()
    bars, samples = notebook.shown
    assert 'value="20"' in bars[0] and 'value="40"' in bars[1] and "discriminator 1.235" in bars[1] and "0:30 left" in bars[1]
    assert [alt for _, alt in samples] == ["Samples at step 40", "Samples at step 60"]
    assert samples[1][0].startswith(b"\x89PNG") and capsys.readouterr().out == "the discriminator has won\n"


def test_a_notebook_shows_texts_as_lines(monkeypatch):
    notebook = Notebook(monkeypatch)
    NotebookProgress(10).show(5, ["a <b>", "c"])
    assert notebook.shown[1] == ["step 5<pre>a &lt;b&gt;\nc</pre>"]


def test_ipython_in_a_terminal_is_a_terminal(monkeypatch):
    Notebook(monkeypatch, kernel=False)
    assert isinstance(progress_of(10), TerminalProgress)
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert isinstance(progress_of(10), TerminalProgress)


def test_a_training_shows_its_bar_and_samples_in_a_notebook(monkeypatch, tmp_path, tiny_recipe):
    import ganzoo

    notebook = Notebook(monkeypatch)
    ganzoo.train(tiny_recipe, tmp_path / "run", log=lambda line: None)
    bars, samples = notebook.shown
    assert len(bars) == 3 and 'value="20"' in bars[-1] and [alt for _, alt in samples][-1] == "Samples at step 20"
