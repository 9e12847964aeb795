"""What a person sees of a training: steps done, losses, images a second, time left; in a notebook samples too."""

import contextlib
import html
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ganzoo.pictures import png

# Without a terminal a line at most this often, in seconds.
LINE_EVERY = 5.0


def progress_of(steps, start=0):
    """What suits where the training runs: a `NotebookProgress` in a notebook's kernel, else a `TerminalProgress`."""
    return (NotebookProgress if in_notebook() else TerminalProgress)(steps, start)


def in_notebook():
    """Whether this is a notebook's kernel, which displays HTML and pictures; IPython in a terminal does not."""
    ipython = sys.modules.get("IPython")  # whoever runs in a kernel has it imported
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class TerminalProgress:
    """A progress bar on a terminal, plain lines elsewhere.

    Args:
        steps: generator steps of the whole run.
        start: generator steps done before.
        console: a rich Console.
    """

    def __init__(self, steps, start=0, console=None):
        self.steps = steps
        self.start = start
        self.console = console or Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        self._began = time.monotonic()
        self._last_line = -LINE_EVERY
        self._bar = None
        if self.console.is_terminal:
            self._bar = Progress(
                TextColumn("step"),
                MofNCompleteColumn(),
                BarColumn(),
                TextColumn("{task.fields[records]}", markup=False),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=self.console,
            )
            self._task = self._bar.add_task("", total=steps, completed=start, records="")
            self._bar.start()

    def on_log(self, step, records):
        if self._bar:
            self._bar.update(self._task, completed=step, records=summary(records))
            return
        now = time.monotonic()
        if now - self._last_line >= LINE_EVERY or step >= self.steps:
            self._last_line = now
            left = (now - self._began) / max(step - self.start, 1) * (self.steps - step)
            self.log(f"step {step}/{self.steps}  {summary(records)}  {clock(left)} left")

    def log(self, line):
        """Prints a line above the bar; a terminal or a pipe that is gone stops no training."""
        with contextlib.suppress(OSError):
            (self._bar.console if self._bar else self.console).print(line)

    def show(self, step, samples):
        """Nothing: samples are files, which a terminal does not show."""

    def close(self):
        if self._bar:
            with contextlib.suppress(OSError):
                self._bar.stop()


class NotebookProgress:
    """A progress bar in a notebook's cell, with the newest samples below it.

    Args:
        steps: generator steps of the whole run.
        start: generator steps done before.
    """

    def __init__(self, steps, start=0):
        from IPython import display

        self.steps = steps
        self.start = start
        self._display = display
        self._began = time.monotonic()
        self._bar = display.display(self._html(start, "", None), display_id=True)
        self._samples = None

    def on_log(self, step, records):
        left = (time.monotonic() - self._began) / max(step - self.start, 1) * (self.steps - step)
        self._bar.update(self._html(step, summary(records), left))

    def _html(self, step, words, left):
        remaining = "" if left is None else f" {clock(left)} left"
        bar = f'<progress max="{self.steps}" value="{step}"></progress>'
        return self._display.HTML(f"{bar} step {step:,}/{self.steps:,} <code>{html.escape(words)}</code>{remaining}")

    def log(self, line):
        """Prints a line below what is shown."""
        print(line)

    def show(self, step, samples):
        """Shows samples in the place of those before: a picture, uint8 [H, W, C], or a list of lines."""
        if isinstance(samples, list):
            display = self._display.HTML(f"step {step:,}<pre>{html.escape(chr(10).join(samples))}</pre>")
        else:
            display = self._display.Image(png(samples), format="png", alt=f"Samples at step {step:,}")
        if self._samples:
            self._samples.update(display)
        else:
            self._samples = self._display.display(display, display_id=True)

    def close(self):
        """Nothing is left open."""


def summary(records):
    """Losses and speed on one line."""
    losses = [f"{name.removesuffix('_loss')} {value:.3f}" for name, value in records.items() if name.endswith("_loss")]
    return "  ".join([*losses, f"{records['images_per_second']:,.0f} images/s"])


def clock(seconds):
    """Seconds as h:mm:ss or m:ss."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
