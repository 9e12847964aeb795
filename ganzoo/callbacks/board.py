"""TensorBoard: curves, sample grids, the recipe and the monitor's words."""

import contextlib

import tensorflow as tf

from ganzoo.errors import UserError, one_line

# What a record is called in TensorBoard, which sorts by the alphabet: losses first, what belongs together in one group.
GROUPS = {
    "_loss": "loss/{}",
    "_gradient_norm": "optimizer/{}_gradient_norm",
    "_learning_rate": "optimizer/{}_learning_rate",
    "_score": "score/{}",
}
SPEED = "images_per_second"
DISTANCES = "(FD|FED|KD|MMD|sliced_wasserstein|NLL)"
# Settings that are no part of an experiment, and would only widen the table of HParams.
OF_WATCHING = ("evaluations", "log_every", "sample_every", "checkpoint_every", "keep_checkpoints")
# The charts of the tab Custom scalars, a group each: its title, its charts by title, the tags of each.
LAYOUT = {
    "Training": {"Losses": ["loss/.*"], "D(real) and D(fake)": ["score/.*"]},
    # Held-out real data stands beside each; distances have another scale than shares.
    "Evaluation": {
        "Distances": [f"metric/{DISTANCES}.*"],
        "Precision and recall": ["metric/precision_recall.*"],
        "Other metrics": [f"metric/(?!{DISTANCES}|precision_recall).*"],
    },
    "Steps": {
        "Gradient norms": ["optimizer/.*_gradient_norm"],
        "Learning rates": ["optimizer/.*_learning_rate"],
        "Images a second": [f"speed/{SPEED}"],
    },
}


def tag_of(record):
    """`generator_loss` is shown as `loss/generator`; a record of no known kind as `training/...`."""
    for ending, tag in GROUPS.items():
        if record.endswith(ending):
            return tag.format(record.removesuffix(ending))
    return record if "/" in record else f"{'speed' if record == SPEED else 'training'}/{record}"


def curves_of(logs):
    """The directory of a run's own curves within its logs; runs of old have a subdirectory for them."""
    return logs / "training" if (logs / "training").is_dir() else logs


class Board:
    """Writes a run's curves, pictures and texts for TensorBoard.

    The equilibrium of each loss, and the score of held-out real data, are runs of their own under the same tags, so that
    TensorBoard draws each as a line in the same chart.

    Args:
        directory: where the logs go.
        equilibrium: each player's loss at equilibrium, by the player's name.
        name: what the run is called under HParams; None for a name of TensorBoard's.
    """

    def __init__(self, directory, equilibrium=None, name=None):
        self.name = name
        self.equilibrium = {player: value for player, value in (equilibrium or {}).items() if value is not None}
        self.open(directory)

    def open(self, directory):
        """Goes on in files of their own in `directory`; those before are to be closed."""
        self.directory, self._writers = directory, {}
        with self._at(0):  # what cannot be written is said at once
            pass

    @contextlib.contextmanager
    def _at(self, step, name=None):
        """Within, summaries go to the run's own curves, or to its line `name`, at `step`."""
        try:
            if name not in self._writers:
                place = self.directory / name if name else curves_of(self.directory)
                self._writers[name] = tf.summary.create_file_writer(str(place))
            with self._writers[name].as_default(step=step):
                yield
        except (OSError, tf.errors.OpError) as error:
            raise UserError(f"cannot write TensorBoard's logs in {self.directory}: {one_line(error)}") from error

    def on_log(self, step, records):
        """Shows scalars by name.

        Raises:
            UserError: the logs cannot be written, as in the next ones.
        """
        with self._at(step):
            for name, value in records.items():
                tf.summary.scalar(tag_of(name), value)
        if self.equilibrium:
            with self._at(step, "equilibrium"):
                for player, value in self.equilibrium.items():
                    tf.summary.scalar(f"loss/{player}", value)
        self.flush()

    def on_scores(self, step, scores):
        """Shows scores, dicts with `name`, `value` and perhaps `real`: what held-out real data scores is a line beside."""
        for name, key in ((None, "value"), ("held-out", "real")):
            if shown := {score["name"]: score[key] for score in scores if score.get(key) is not None}:
                with self._at(step, name):
                    for tag, value in shown.items():
                        tf.summary.scalar(f"metric/{tag}", value)
        self.flush()

    def on_start(self, recipe, settings, step=0):
        """Shows what is trained: the recipe under Text, its settings under HParams, and lays out the custom scalars.

        Args:
            recipe: the text of the recipe file.
            settings: numbers, truths and texts by dotted name.
            step: generator steps done.
        """
        from tensorboard.plugins.hparams import api as hparams

        layout = layout_summary()
        with self._at(step):
            tf.summary.text("recipe", f"```python\n{recipe}\n```")
            tf.summary.text("settings", "\n".join(["| setting | value |", "|---|---|", *map(_row, settings.items())]))
            tf.summary.write(layout.tag, tf.make_ndarray(layout.tensor), step, layout.metadata)
            shown = {name: value for name, value in settings.items() if name.split(".")[0] not in OF_WATCHING}
            hparams.hparams(shown, trial_id=self.name)
        self.flush()

    def log_image(self, step, tag, picture):
        """Shows a picture, uint8 [H, W, C]."""
        with self._at(step):
            tf.summary.image(tag, picture[None])

    def log_text(self, step, tag, text):
        """Shows a line of text."""
        with self._at(step):
            tf.summary.text(tag, text)
        self.flush()

    def flush(self):
        for name in self._writers:
            with self._at(0, name):
                self._writers[name].flush()

    def close(self):
        for writer in self._writers.values():
            writer.close()


def layout_summary():
    """The layout of custom scalars, as one value of a summary."""
    from tensorboard.plugins.custom_scalar import layout_pb2, summary

    categories = [
        layout_pb2.Category(
            title=title,
            chart=[
                layout_pb2.Chart(title=name, multiline=layout_pb2.MultilineChartContent(tag=tags))
                for name, tags in group.items()
            ],
        )
        for title, group in LAYOUT.items()
    ]
    return summary.pb(layout_pb2.Layout(category=categories)).value[0]


def _row(setting):
    name, value = (str(part).replace("|", "\\|").replace("\n", " ") for part in setting)
    return f"| `{name}` | `{value}` |"
