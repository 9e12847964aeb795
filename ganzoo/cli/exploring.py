"""The commands that draw from a model and look inside it: sample, landscape, probe."""

import collections
from pathlib import Path

import click

from ganzoo.cli.options import (
    MODEL,
    code_option,
    data_dir_option,
    data_option,
    json_option,
    seed_option,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError
from ganzoo.notes import counted


@click.command()
@click.argument("model", type=MODEL)
@click.option("--count", type=click.IntRange(1), default=64, show_default=True)
@seed_option
@click.option("--label", type=int, help="Class of all samples, where the model is conditional.")
@click.option("--truncation", type=float, help="Truncation of the latents, where the model has it.")
@code_option
@click.option("--caption", help="What all samples are to show, where the model draws what it is told.")
@click.option("--temperature", type=float, help="Below 1 likely texts become likelier, where the model writes text.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="A .png grid, a .txt of texts, or an .npz."
)
@data_dir_option
@json_option
def sample(model, count, seed, label, truncation, code, caption, temperature, out, data_dir, json_file):
    """Draw samples from MODEL, a run or a SavedModel, into a grid, a text file or an .npz file."""
    if out.suffix not in (".png", ".txt", ".npz"):
        raise UserError(f"--out ends in .png for a grid, .txt for texts or .npz for arrays, not {out.name!r}")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.serving.draws import drawn

    sampler, options = load(model), {"label": label, "truncation": truncation, "code": code, "caption": caption}
    options |= {"temperature": temperature}
    if out.suffix == (".png" if sampler.is_text else ".txt"):
        made = "texts: --out ends in .txt" if sampler.is_text else "no texts: --out ends in .png"
        raise UserError(f"{sampler.name} makes {made}, or in .npz for arrays; not {out.name!r}")
    samples = sampler.sample(count, seed, **options)
    for line in conditions(sampler, count, seed, options):
        click.echo(line)
    if out.suffix == ".txt":
        content = "".join(f"{text}\n" for text in sampler.texts(samples))
    elif out.suffix == ".png":
        content = pictures.png(pictures.picture(samples))
    else:
        content = pictures.npz(samples, sampler.labels(count, seed, **options))
    write_file(out, content)
    click.echo(f"{count} samples, seed {seed}: {out}")
    facts = {"model": str(model), "count": count, "seed": seed, "drawn": drawn(sampler, **options), "out": str(out)}
    write_json(json_file, facts | {"shape": samples.shape})


def conditions(sampler, count, seed, options):
    """Lines on what samples were drawn with: the class that a label numbers, or what was drawn for one that was left open."""
    label = options["label"]
    labels, captions = (f(count, seed, **options) for f in (sampler.labels, sampler.captions))
    if labels is not None and label in (None, sampler.options["label"][1]):
        shares = collections.Counter(labels.tolist()).values()
        yield f"label is open: {counted(len(shares), 'class', 'classes')} drawn, {min(shares)} to {max(shares)} samples of each"
    elif dict(enumerate(sampler.class_names)).get(label, str(label)) != str(label):
        yield f"label {label} is the class {sampler.class_names[label]!r}"
    if captions is not None and options["caption"] is None:
        yield f"caption is open: {counted(len(set(captions)), 'caption')} drawn"


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

    record = probe(load(model), data, seed, data_dir, log=click.echo)
    click.echo("\n".join(lines(record)))
    write_json(json_file, {"model": str(model), "seed": seed, **record})


COMMANDS = (sample, landscape, probe)
