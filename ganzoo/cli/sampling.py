"""The command `ganzoo sample`: draws from a model, as a picture, an animation, a folder of images, a text or arrays."""

import collections
from pathlib import Path

import click

from ganzoo.cli.options import (
    MODEL,
    condition_options,
    data_dir_option,
    json_option,
    seed_option,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError
from ganzoo.files import refuse_unwritable
from ganzoo.notes import counted

FILES = (".png", ".gif", ".txt", ".npz")
KINDS = "a grid (.png), an animation (.gif), a folder of images (FOLDER/), texts (.txt) or arrays (.npz)"


class Target(click.Path):
    """A file of one of `FILES`, or a folder: what is one, ends in a slash or has no ending."""

    def convert(self, value, parameter, context):
        path = Path(super().convert(value, parameter, context))
        is_folder = str(value).endswith("/") or path.is_dir() or not path.suffix
        if not is_folder and path.suffix not in FILES:
            raise UserError(f"--out names {KINDS}, not {path.name!r}")
        return path, "" if is_folder else path.suffix


@click.command()
@click.argument("model", type=MODEL)
@click.option("--count", type=click.IntRange(1), default=64, show_default=True)
@seed_option
@condition_options
@click.option("--temperature", type=float, help="Below 1 likely texts become likelier, where the model writes text.")
@click.option("--out", "target", type=Target(), required=True, help=f"{KINDS[0].upper()}{KINDS[1:]}.")
@click.option("--columns", type=click.IntRange(1), help="Images in a row of the grid (default: about a square).")
@click.option(
    "--scale", type=click.IntRange(1, 64), help="Pixels of a pixel's side (default: what can be seen; 1 in a folder)."
)
@click.option(
    "--captions/--no-captions",
    default=None,
    help="Labels or captions under the images of a grid or .gif (default: where they differ).",
)
@click.option("--seconds", type=click.FloatRange(0.02, 60), help="That a .gif shows each sample (default: 0.5).")
@data_dir_option
@json_option
def sample(model, count, seed, held, temperature, target, data_dir, json_file, **look):
    """Draw samples from MODEL, a run or a SavedModel, into a grid, an animation, a folder of images, a text or an .npz.

    The folder's images are numbered; its metadata.csv says what each is to show, where the model is conditional. Of a run in
    training the newest checkpoint is taken. `ganzoo latent walk` makes a .gif that goes from sample to sample.
    """
    out, kind = target
    refuse_idle(kind, look)
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.bars import progress_of
    from ganzoo.serving import sample_files
    from ganzoo.serving.draws import drawn

    if kind:
        refuse_unwritable(out)
    else:
        sample_files.refuse_other_files(out, count)
    sampler, options = load(model), held | ({} if temperature is None else {"temperature": temperature})
    refuse_other_kinds(sampler, kind, out)
    for line in (*of_checkpoint(sampler), *conditions(sampler, count, seed, options)):
        click.echo(line)
    facts = {"model": str(model), "count": count, "seed": seed, "drawn": drawn(sampler, **options), "out": str(out)}
    if not kind:
        shown = sample_files.conditions_of(sampler, count, seed, **options)
        with progress_of(f"{count:,} images to {out}") as progress:
            blocks = sampler.blocks(count, seed, **options)
            shape = sample_files.write_folder(out, blocks, count, shown, look["scale"], progress)
        also = f", {' and '.join(shown)} in {sample_files.TABLE}" if shown else ""
        click.echo(f"{count} samples, seed {seed}: {out}/{also}")
        write_json(json_file, facts | {"shape": shape})
        return
    samples = sampler.sample(count, seed, **options)
    if kind == ".txt":
        content = "".join(f"{text}\n" for text in sampler.texts(samples))
    elif kind == ".npz":
        content = pictures.npz(samples, sampler.labels(count, seed, **options))
    else:
        shown = sample_files.conditions_of(sampler, count, seed, **options)
        captions = sample_files.captions_of(shown, look["captions"])
        if look["captions"] and captions is None:
            raise UserError(f"{sampler.name} takes no label or caption that --captions could show")
        if kind == ".gif":
            content = sample_files.animation(samples, captions, look["scale"], look["seconds"] or 0.5)
        else:
            content = pictures.png(sample_files.picture(samples, captions, look["columns"], look["scale"]))
    write_file(out, content)
    click.echo(f"{count} samples, seed {seed}: {out}")
    write_json(json_file, facts | {"shape": samples.shape})


def refuse_idle(kind, look):
    """Refuses what changes nothing of this kind of output."""
    of = {"columns": (".png",), "scale": (".png", ".gif", ""), "captions": (".png", ".gif"), "seconds": (".gif",)}
    for name, kinds in of.items():
        if look[name] not in (None, False) and kind not in kinds:
            raise UserError(f"--{name} is of {' or '.join(k or 'a folder' for k in kinds)}, not of {kind or 'a folder'}")


def refuse_other_kinds(sampler, kind, out):
    """Refuses an output that cannot hold what a model makes."""
    images = sampler.shape is None or len(sampler.shape) == 3
    if sampler.is_text:
        fits, made = (".txt", ".npz"), "texts: --out ends in .txt"
    elif images:
        fits, made = (".png", ".gif", "", ".npz"), "no texts: --out ends in .png"
    else:
        fits, made = (".png", ".npz"), "points: --out ends in .png"
    if kind not in fits:
        raise UserError(f"{sampler.name} makes {made}, or in .npz for arrays; not {out.name!r}")


def of_checkpoint(sampler):
    """A line on the checkpoint that a run's samples are of, where the run is in training or ended before its last step."""
    run, wanted = getattr(sampler, "run", None), getattr(sampler, "wanted_steps", None)
    if run is None:
        return
    from ganzoo.run_lock import writer

    who = writer(run.root)
    if who:
        yield f"{sampler.name} is in training ({who}): its newest checkpoint, step {sampler.step} of {wanted}"
    elif sampler.step < wanted:
        yield f"the newest checkpoint of {sampler.name}: step {sampler.step} of {wanted}"


def conditions(sampler, count, seed, options):
    """Lines on what samples were drawn with: the class that a label numbers, or what was drawn for one that was left open."""
    label = options.get("label")
    labels, captions = (f(count, seed, **options) for f in (sampler.labels, sampler.captions))
    if labels is not None and label in (None, sampler.options["label"][1]):
        shares = collections.Counter(labels.tolist()).values()
        yield f"label is open: {counted(len(shares), 'class', 'classes')} drawn, {min(shares)} to {max(shares)} samples of each"
    elif dict(enumerate(sampler.class_names)).get(label, str(label)) != str(label):
        yield f"label {label} is the class {sampler.class_names[label]!r}"
    if captions is not None and options.get("caption") is None:
        yield f"caption is open: {counted(len(set(captions)), 'caption')} drawn"


COMMANDS = (sample,)
