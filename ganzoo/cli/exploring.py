"""The commands that look inside a model: landscape, probe."""

from pathlib import Path

import click

from ganzoo.cli.options import (
    MODEL,
    data_dir_option,
    data_option,
    json_option,
    say,
    seed_option,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError


@click.command()
@click.argument("run", type=MODEL)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .gif that moves, or a .png.")
@click.option("--side", type=click.IntRange(16, 2000), default=192, show_default=True, help="Pixels of a frame's side.")
@data_dir_option
def landscape(run, out, side, data_dir):
    """Show how the discriminator of RUN, of points, sees the plane: one frame for each checkpoint that it kept."""
    if out.suffix not in (".gif", ".png"):
        raise UserError(f"--out ends in .gif for moving frames or .png for a sheet of them, not {out.name!r}")
    start(data_dir)
    from ganzoo.explore.landscape import animation, frames, strip
    from ganzoo.pictures import png

    maps = frames(run, side)
    write_file(out, animation(maps) if out.suffix == ".gif" else png(strip(maps)))
    click.echo(f"{len(maps)} frames: {out}")


@click.command()
@click.argument("model", type=MODEL)
@data_option
@seed_option
@data_dir_option
@json_option
def probe(model, data, seed, data_dir, json_file):
    """Say what the encoder of MODEL is worth: does it invert the generator, what can be read off its codes."""
    start(data_dir)
    from ganzoo import load
    from ganzoo.explore.probe import lines, probe

    record = probe(load(model), data, seed, data_dir, log=say)
    click.echo("\n".join(lines(record)))
    write_json(json_file, {"model": str(model), "seed": seed, **record})


COMMANDS = (landscape, probe)
