"""TensorBoard: curves, sample grids and the monitor's words."""

import contextlib

import tensorflow as tf

from ganzoo.errors import UserError, one_line

# What a record is called in TensorBoard: its kind first, so that curves of a kind stand together.
KINDS = ("loss", "gradient_norm", "learning_rate", "score")


def tag_of(record):
    """`generator_loss` is shown as `loss/generator`; a record of no known kind keeps its name."""
    for kind in KINDS:
        if record.endswith(f"_{kind}"):
            return f"{kind}/{record.removesuffix(f'_{kind}')}"
    return record


class Board:
    """Writes a run's curves, pictures and texts for TensorBoard.

    The equilibrium of each loss is a run of its own under the same tag, so that TensorBoard draws it as a line in the
    same chart.

    Args:
        directory: where the logs go.
        equilibrium: each player's loss at equilibrium, by the player's name.
    """

    def __init__(self, directory, equilibrium=None):
        self.equilibrium = {player: value for player, value in (equilibrium or {}).items() if value is not None}
        self.open(directory)

    def open(self, directory):
        """Goes on in files of their own in `directory`; those before are to be closed."""
        self.directory = directory
        with self._writing():
            self._writer = tf.summary.create_file_writer(str(directory / "training"))
            self._lines = tf.summary.create_file_writer(str(directory / "equilibrium"))

    def on_log(self, step, records):
        """Shows scalars by name.

        Raises:
            UserError: the logs cannot be written, as in the next two.
        """
        with self._writing(), self._writer.as_default(step=step):
            for name, value in records.items():
                tf.summary.scalar(tag_of(name), value)
        with self._writing(), self._lines.as_default(step=step):
            for player, value in self.equilibrium.items():
                tf.summary.scalar(f"loss/{player}", value)
        self.flush()

    def log_image(self, step, tag, picture):
        """Shows a picture, uint8 [H, W, C]."""
        with self._writing(), self._writer.as_default(step=step):
            tf.summary.image(tag, picture[None])

    def log_text(self, step, tag, text):
        """Shows a line of text."""
        with self._writing(), self._writer.as_default(step=step):
            tf.summary.text(tag, text)
        self.flush()

    def flush(self):
        with self._writing():
            self._writer.flush()
            self._lines.flush()

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except (OSError, tf.errors.OpError) as error:
            raise UserError(f"cannot write TensorBoard's logs in {self.directory}: {one_line(error)}") from error

    def close(self):
        self._writer.close()
        self._lines.close()
