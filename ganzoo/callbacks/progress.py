"""What a person at the terminal sees: steps done, losses, images a second, time left."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

# Without a terminal a line at most this often, in seconds.
LINE_EVERY = 5.0


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
            self.console.print(f"step {step}/{self.steps}  {summary(records)}  {clock(left)} left")

    def log(self, line):
        """Prints a line above the bar."""
        (self._bar.console if self._bar else self.console).print(line)

    def close(self):
        if self._bar:
            self._bar.stop()


def summary(records):
    """Losses and speed on one line."""
    losses = [f"{name.removesuffix('_loss')} {value:.3f}" for name, value in records.items() if name.endswith("_loss")]
    return "  ".join([*losses, f"{records['images_per_second']:,.0f} images/s"])


def clock(seconds):
    """Seconds as h:mm:ss or m:ss."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
