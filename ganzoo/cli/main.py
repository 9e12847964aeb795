"""The command line: one thin function a command; TensorFlow is imported only inside those that need it."""

import errno
import logging
import sys

import click

from ganzoo import __version__
from ganzoo.cli import (
    cache,
    explore,
    exploring,
    hub,
    inspect,
    judging,
    latent,
    people,
    sampling,
    studying,
    tournament,
    training,
    zoo,
)
from ganzoo.errors import UserError, one_line, plain
from ganzoo.notes import notes_to

# What the file system answers to a path that a user named.
OF_PATHS = {
    *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP),
    *(
        errno.EROFS,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.ENXIO,
        errno.EMFILE,
        errno.EEXIST,
        errno.ENOTEMPTY,
    ),
}
INTERRUPTED = 130


class Commands(click.Group):
    """A group whose commands end in one line: a user's error with exit code 2, what was not foreseen with 1.

    `--debug` shows where it was raised instead.
    """

    def make_context(self, *arguments, **extra):
        try:
            return super().make_context(*arguments, **extra)
        except click.UsageError as error:
            end_usage(error)

    def invoke(self, context):
        with notes_to(click.echo):
            return self._ended(context)

    def _ended(self, context):
        if context.params.get("debug"):
            return super().invoke(context)
        try:
            return super().invoke(context)
        except click.UsageError as error:
            end_usage(error)
        except (click.exceptions.Exit, click.exceptions.Abort, click.ClickException, BrokenPipeError):
            raise  # click's own, which knows what to do
        except KeyboardInterrupt:
            end("interrupted", INTERRUPTED)
        except UserError as error:
            end(plain(str(error)), 2)
        except MemoryError as error:
            end(f"not enough memory: {one_line(error)}", 2)
        except OSError as error:
            if error.errno not in OF_PATHS:
                end_unforeseen(error)
            where = f"{str(error.filename)[:200]}: " if error.filename is not None else ""
            end(f"{where}{error.strerror or one_line(error)}", 2)
        except Exception as error:
            end_unforeseen(error)


def end(line, code):
    """Prints a line and ends the program."""
    click.echo(f"ganzoo: {line}", err=True)
    sys.exit(code)


def end_usage(error):
    """Ends the program where a command was not called as its help says; without any arguments with that help."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        raise error
    where = error.ctx.command_path if error.ctx else "ganzoo"
    end(f"{' '.join(error.format_message().split())} `{where} --help` tells more", 2)


def end_unforeseen(error):
    end(f"unforeseen: {type(error).__name__}: {one_line(error)}; `ganzoo --debug` before the command shows where", 1)


class PlainFormatter(logging.Formatter):
    """Log lines without TensorFlow's names of nodes."""

    def format(self, record):
        return plain(super().format(record))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ganzoo")
@click.option("--debug", is_flag=True, envvar="GANZOO_DEBUG", help="Show tracebacks and TensorFlow's own log.")
def main(debug):
    """GANs that train from one recipe, are judged honestly, and leave as SavedModels."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    if not debug:
        logging.getLogger("absl").setLevel(logging.ERROR)


MODULES = (training, judging, people, tournament, sampling, exploring, inspect, latent, explore, studying, zoo, hub, cache)
for command in (command for module in MODULES for command in module.COMMANDS):
    main.add_command(command)
