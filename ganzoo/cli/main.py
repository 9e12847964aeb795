"""The command line: one thin function a command; TensorFlow is imported only inside those that need it."""

import logging
import sys

import click

from ganzoo import __version__
from ganzoo.cli import cache, exploring, judging, training
from ganzoo.errors import UserError
from ganzoo.notes import notes_to


class Commands(click.Group):
    """A group that turns a user's error into one line and exit code 2."""

    def invoke(self, context):
        try:
            with notes_to(click.echo):
                return super().invoke(context)
        except UserError as error:
            if context.params.get("debug"):
                raise
            click.echo(f"ganzoo: {error}", err=True)
            sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ganzoo")
@click.option("--debug", is_flag=True, help="Show tracebacks and TensorFlow's own log.")
def main(debug):
    """GANs that train from one recipe, are judged honestly, and leave as SavedModels."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    if not debug:
        logging.getLogger("absl").setLevel(logging.ERROR)


for command in (*training.COMMANDS, *judging.COMMANDS, *exploring.COMMANDS, *cache.COMMANDS):
    main.add_command(command)
