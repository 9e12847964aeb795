"""The command that looks into a run's networks."""

from pathlib import Path

import click

from ganzoo.cli.options import MODEL, data_dir_option, json_option, seed_option, start, write_json
from ganzoo.errors import UserError


@click.command()
@click.argument("run", type=MODEL)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Directory of page and figures.")
@click.option("--count", type=click.IntRange(20, 5000), default=256, show_default=True, help="Real and generated images.")
@seed_option
@data_dir_option
@json_option
def inspect(run, out, count, seed, data_dir, json_file):
    """Show what the discriminator of RUN makes of real and generated images, and how the generator stretches its latents.

    Features of every convolution in three dimensions, as figures, as points that turn in a page, and for TensorBoard's
    Projector; beside each, how well they tell real from generated; filters; singular values of the generator's Jacobian.
    """
    start(data_dir)
    from ganzoo import load
    from ganzoo.explore.inspection import inspect
    from ganzoo.serving.sampling import RunSampler

    sampler = load(run)
    if not isinstance(sampler, RunSampler):
        raise UserError(f"{run} is an export, which keeps no discriminator's layers: inspect the run that it came from")
    facts = inspect(sampler, out, count, seed, data_dir, click.echo)
    click.echo(f"{out / 'index.html'}; tensorboard --logdir {out / 'projector'}")
    write_json(json_file, facts)


COMMANDS = (inspect,)
