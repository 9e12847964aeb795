"""The command line: one thin function a command; TensorFlow is imported only inside those that need it."""

import logging
import sys
from pathlib import Path

import click

from ganzoo import __version__
from ganzoo.cli import judging as cli_judging
from ganzoo.cli.options import code_option, data_dir_option, json_option, set_option, start, write_json
from ganzoo.errors import UserError

# The same words as `strategies.NAMES` and `precision.NAMES`, here so that --help need not import TensorFlow.
STRATEGIES = ("auto", "one", "mirrored", "multi-worker")
PRECISIONS = ("auto", "float32", "bfloat16")


class Commands(click.Group):
    """A group that turns a user's error into one line and exit code 2."""

    def invoke(self, context):
        try:
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


@main.command()
@click.argument("recipe")
@click.option("--run", type=click.Path(path_type=Path), help="The run's directory (default: runs/RECIPE/default).")
@set_option
@click.option("--steps", type=click.IntRange(1), help="Generator steps of the whole run, also after a resume.")
@click.option("--strategy", type=click.Choice(STRATEGIES), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(PRECISIONS), default="auto", show_default=True)
@click.option("--fresh", is_flag=True, help="Throw away what the run holds and start anew.")
@click.option("--smoke", is_flag=True, help="A few tiny steps, on fabricated data if need be: does it run at all?")
@click.option("--deterministic", is_flag=True, help="The same bits every time, also when interrupted and resumed.")
@data_dir_option
@json_option
def train(recipe, run, overrides, steps, strategy, precision, fresh, smoke, deterministic, data_dir, json_file):
    """Train RECIPE, or take its run up where it stopped.

    RECIPE is a file, or the name of one of those that `ganzoo recipes` lists. Ctrl-C saves and stops; the same command
    resumes. TensorBoard shows the curves and samples: tensorboard --logdir runs
    """
    start(data_dir)
    from ganzoo.training import train

    facts = train(recipe, run, overrides, steps, strategy, fresh, smoke, deterministic, precision, log=click.echo)
    write_json(json_file, facts)
    if "signal" in facts:
        sys.exit(128 + facts["signal"])


@main.command()
@json_option
def recipes(json_file):
    """List the recipes that ship with ganzoo, with what they cost."""
    from ganzoo.recipe_files import shipped_recipes

    cards = shipped_recipes()
    width = max((len(card.name) for card in cards), default=0)
    for card in cards:
        click.echo(f"{card.name:{width}}  {card.title}")
        if card.cost:
            click.echo(f"{'':{width}}  {card.cost}")
    write_json(json_file, [{"name": c.name, "title": c.title, "cost": c.cost, "score": c.score} for c in cards])


@main.command()
@click.argument("recipe")
@set_option
@json_option
def show(recipe, overrides, json_file):
    """Print RECIPE flattened: every parameter that it sets, by the name that --set takes."""
    start()
    from ganzoo.recipe import load_recipe

    settings = load_recipe(recipe, overrides).settings()
    for name, value, is_set in settings:
        click.echo(f"{name} = {value}" if is_set else click.style(f"{name} = {value}  (default)", dim=True))
    write_json(json_file, {name: value for name, value, _ in settings})


@main.group()
def data():
    """Data sets: what there is, and preparing it."""


@data.command("list")
@data_dir_option
@json_option
def list_data(data_dir, json_file):
    """List data sets and whether they are prepared."""
    start(data_dir)
    from ganzoo.data import catalogue

    rows = catalogue.available(data_dir)
    for row in rows:
        state = f"prepared in {row['prepared']}" if row["prepared"] else row["state"]
        click.echo(f"{row['name']:20} {row['what']:58} {state}")
    write_json(json_file, rows)


@data.command()
@click.argument("name")
@data_dir_option
@json_option
def prepare(name, data_dir, json_file):
    """Download and prepare the data set NAME, any image set of TensorFlow Datasets."""
    start(data_dir)
    from ganzoo.data import catalogue

    facts = catalogue.prepare(name, data_dir)
    click.echo(f"{name}: prepared in {facts['prepared']}")
    write_json(json_file, facts)


@main.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--count", type=click.IntRange(1), default=64, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
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
    from ganzoo.run import write_atomically

    sampler, options = load(model), {"label": label, "truncation": truncation, "code": code, "caption": caption}
    options |= {"temperature": temperature}
    if out.suffix == (".png" if sampler.is_text else ".txt"):
        made = "texts: --out ends in .txt" if sampler.is_text else "no texts: --out ends in .png"
        raise UserError(f"{sampler.name} makes {made}, or in .npz for arrays; not {out.name!r}")
    samples = sampler.sample(count, seed, **options)
    if out.suffix == ".txt":
        content = "".join(f"{text}\n" for text in sampler.texts(samples))
    elif out.suffix == ".png":
        content = pictures.png(pictures.picture(samples))
    else:
        content = pictures.npz(samples, sampler.labels(count, seed, **options))
    try:
        write_atomically(out, content)
    except OSError as error:
        raise UserError(f"cannot write {out}: {error.strerror}") from error
    click.echo(f"{count} samples, seed {seed}: {out}")
    write_json(json_file, {"model": str(model), "count": count, "seed": seed, "out": str(out), "shape": samples.shape})


@main.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The sweeps as a .png.")
@click.option("--rows", type=click.IntRange(1), default=10, show_default=True, help="Draws of noise, one a row.")
@click.option("--count", type=click.IntRange(1), default=1000, show_default=True, help="Samples that each code is judged by.")
@cli_judging.data_option
@cli_judging.seed_option
@data_dir_option
@json_option
def sweep(model, out, rows, count, data, seed, data_dir, json_file):
    """Show what each code of MODEL, an InfoGAN, does, and say how legible it is and which class a category stands for."""
    if out.suffix != ".png":
        raise UserError(f"--out ends in .png, not {out.name!r}")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.explore.disentanglement import lines, meanings
    from ganzoo.explore.sweep import figure

    sampler = load(model)
    cli_judging.write_text(out, pictures.png(figure(sampler, rows, seed)))
    click.echo(f"sweeps of each code, {rows} draws of noise, seed {seed}: {out}")
    facts = meanings(sampler, data, count, seed, data_dir=data_dir, log=click.echo)
    for record in facts:
        click.echo("\n".join(lines(record)))
    write_json(json_file, {"model": str(model), "out": str(out), "codes": facts})


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
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

    found = frames(run, side)
    cli_judging.write_text(out, animation(found) if out.suffix == ".gif" else png(strip(found)))
    click.echo(f"{len(found)} frames: {out}")


@main.command()
@click.argument("model", type=click.Path(path_type=Path))
@cli_judging.data_option
@cli_judging.seed_option
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


@main.command()
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The paths as a .png.")
@click.option("--pairs", type=click.IntRange(4), default=200, show_default=True, help="Paths that are judged.")
@click.option("--shown", type=click.IntRange(1), default=4, show_default=True, help="Paths in the picture.")
@click.option("--steps", type=click.IntRange(2), default=9, show_default=True, help="Images of a path in the picture.")
@click.option("--spherical", is_flag=True, help="Turn from code to code instead of going straight.")
@cli_judging.data_option
@cli_judging.seed_option
@data_dir_option
@json_option
def interpolate(models, out, pairs, shown, steps, spherical, data, seed, data_dir, json_file):
    """Show the way from one held-out image to another by MODELS, and say how much of it could be data.

    Images become codes by a model's encoder; where it has none, by a search for the latents of each.
    """
    if out.suffix != ".png":
        raise UserError(f"--out ends in .png, not {out.name!r}")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.explore.interpolate import interpolate, lines

    samplers = [load(model) for model in models]
    picture, records = interpolate(samplers, data, pairs, shown, steps, spherical, seed, data_dir=data_dir, log=click.echo)
    cli_judging.write_text(out, pictures.png(picture))
    click.echo("\n".join(lines(records)))
    click.echo(f"{shown} paths: {out}")
    write_json(json_file, {"models": [str(model) for model in models], "seed": seed, "paths": records})


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="The export's directory (default: exported/RECIPE).")
@data_dir_option
@json_option
def export(run, to, data_dir, json_file):
    """Export RUN's generator as the next version of a SavedModel, with its model card."""
    start(data_dir)
    from ganzoo.serving.export import export

    path = export(run, to)
    click.echo(f"exported to {path}")
    write_json(json_file, {"export": str(path)})


for command in cli_judging.COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
