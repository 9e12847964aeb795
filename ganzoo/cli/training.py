"""The commands around a training: recipes, show, data, train, export."""

import re
import shutil
import sys
import textwrap
from pathlib import Path

import click

from ganzoo.choices import FORMATS, PRECISIONS, STRATEGIES
from ganzoo.cli.options import (
    MODEL,
    MODEL_NAME,
    RECIPE,
    data_dir_option,
    json_option,
    say,
    set_option,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError


@click.command()
@click.argument("recipe", type=RECIPE)
@click.option("--run", type=click.Path(path_type=Path), help="The run's directory (default: runs/RECIPE/default).")
@set_option
@click.option("--from", "weights_from", metavar="MODEL", type=MODEL_NAME, help="Begin with the weights of a run or an export.")
@click.option("--freeze", "frozen", multiple=True, metavar="LAYERS", help="Layers that stay, e.g. 'discriminator.down_*'.")
@click.option("--steps", type=click.IntRange(1), help="Generator steps of the whole run, also after a resume.")
@click.option("--strategy", type=click.Choice(STRATEGIES), default="auto", show_default=True)
@click.option("--devices", metavar="cpu|0,1,...", help="GPUs to use, by number, or cpu for none (default: all that are there).")
@click.option("--threads", type=click.IntRange(1), help="Processor threads to use (default: one for each processor).")
@click.option("--precision", type=click.Choice(PRECISIONS), default="auto", show_default=True)
@click.option("--fresh", is_flag=True, help="Start anew; what the run holds goes when the new one has its first checkpoint.")
@click.option("--smoke", is_flag=True, help="A few tiny steps, on fabricated data if need be: does it run at all?")
@click.option("--deterministic", is_flag=True, help="The same bits every time, also when interrupted and resumed.")
@data_dir_option
@json_option
def train(recipe, overrides, weights_from, frozen, devices, threads, data_dir, json_file, **options):
    """Train RECIPE, or take its run up where it stopped.

    RECIPE is a file, or the name of one of those that `ganzoo recipes` lists. Ctrl-C saves and stops; the same command
    resumes. TensorBoard shows the curves and samples: tensorboard --logdir runs
    """
    start(data_dir)
    from ganzoo.overrides import beginning
    from ganzoo.strategies import limit
    from ganzoo.training import train

    limit(devices, threads)

    facts = train(recipe, overrides=overrides + beginning(weights_from, frozen), log=say, **options)
    write_json(json_file, facts)
    if "signal" in facts:
        sys.exit(128 + facts["signal"])


@click.command()
@click.argument("text", required=False, default="")
@click.option("--long", is_flag=True, help="All that is said of cost and score, instead of a line each.")
@json_option
def recipes(text, long, json_file):
    """List the recipes that ship with ganzoo, those that TEXT is found in or all: name, what, data, cost, score."""
    from ganzoo.recipe_files import shipped_recipes

    cards = [card for card in shipped_recipes() if text.lower() in f"{card.name} {card.title} {card.data}".lower()]
    if not cards:
        raise UserError(f"no recipe has {text!r} in its name, title or data: `ganzoo recipes` lists all")
    click.echo("\n".join(at_length(cards) if long else table(cards, shutil.get_terminal_size().columns)))
    write_json(json_file, [{key: getattr(card, key) for key in ("name", "title", "data", "cost", "score")} for card in cards])


def table(cards, width):
    """A line for each recipe below the columns' names, cut to the terminal's width; the score where there is room for it."""
    rows = [(card.name, card.title, card.data, short_cost(card), short_score(card.score)) for card in cards]
    rows.insert(0, ("recipe", "what", "data", "cost", "score"))
    name, _, data, cost, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    score = min(28, width // 5) if width >= 100 else 0
    sizes = [name, 0, *((data, cost) if score else (min(data, 12), min(cost, 14))), score]
    sizes[1] = min(max(width - sum(sizes) - 2 * (4 if score else 3), 20), max(len(row[1]) for row in rows))
    for row in rows:
        cells = (f"{cut(text, size):{size}}" for text, size in zip(row, sizes, strict=True) if size)
        yield "  ".join(cells).rstrip()


def short_cost(card):
    """The time that a `Cost:` begins with, such as `1.8 minutes`, `(part)` where the training was not run to its end."""
    amount = r"[\d.,]+ (?:s|seconds|minutes|hours)\b"
    time = re.match(rf"(?:under )?({amount}(?: a step)?)(?: \({amount}[^)]*\))?(?: of CPU time)?(.{{0,60}})", card.cost)
    if not time:
        return re.split("[:.,;]| at this | at full", card.cost)[0].removesuffix(" yet")
    part = re.search(r"for (?:the first )?([\d,]+) (?:of|steps)", time[2])
    return f"{time[1]} (part)" if part and int(part[1].replace(",", "")) < card.steps else time[1]


def short_score(text):
    """What a `Score:` begins with, up to how it was measured."""
    return "not measured" if text.startswith("not measured") else re.split(r" with [\d,]+ |; |: ", text)[0]


def cut(text, size):
    return text if len(text) <= size else f"{text[: size - 1]}…"


def at_length(cards):
    """Each recipe's title, cost and score, as its docstring has them."""
    width = shutil.get_terminal_size().columns
    for card in cards:
        yield card.name
        for label, paragraph in (("", card.title), ("Data: ", card.data), ("Cost: ", card.cost), ("Score: ", card.score)):
            if paragraph:
                yield textwrap.fill(f"{label}{paragraph}", width, initial_indent="    ", subsequent_indent="    ")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--like", type=RECIPE, default="digits_dcgan", show_default=True, help="The recipe to begin from.")
def init(file, like):
    """Write FILE, a recipe of your own with a word on each of its parts."""
    from ganzoo.recipe_template import write_recipe

    write_recipe(file, like)
    click.echo(f"{file}: try it with `ganzoo train {file} --smoke`")


@click.command()
@click.argument("recipe", type=RECIPE)
@set_option
@json_option
def show(recipe, overrides, json_file):
    """Print RECIPE flattened: its parts and every parameter that they take, by the name that --set takes."""
    start()
    from ganzoo.recipe import load_recipe

    settings = load_recipe(recipe, overrides).settings()
    for name, value, is_set in settings:
        click.echo(f"{name} = {value}" if is_set else click.style(f"{name} = {value}  (default)", dim=True))
    write_json(json_file, {name: value for name, value, _ in settings})


@click.group()
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


@data.command()
@click.argument("folder")
@click.option("--split", default="train", show_default=True)
@click.option("--size", type=click.IntRange(1), help="Side that images are made (default: their own, or 64 of various ones).")
@click.option("--crop", type=click.IntRange(1), help="Side of the centre that is kept.")
@click.option("--channels", type=click.Choice(["1", "3"]), help="1 for grey.")
@click.option("--held-out", type=click.FloatRange(0, 1, max_open=True), default=0.0, help="Share that training leaves out.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a contact sheet as a .png.")
@json_option
def check(folder, split, size, crop, channels, held_out, out, json_file):
    """Look through FOLDER (or a .tar or .npz) as a training would: sizes, classes, files that cannot be read, twins.

    All that it says of how images are read a training says too. Exit code 2 where files cannot be read.
    """
    if out and out.suffix != ".png":
        raise UserError(f"--out ends in .png, not {out.name!r}")
    start()
    from ganzoo.data.census import census
    from ganzoo.figures import captioned, sheet
    from ganzoo.pictures import png

    place = folder if folder[0] in "/.~" else f"./{folder}"
    lines, facts, images, names = census(place, split, size, crop, int(channels) if channels else None, held_out)
    for line in lines:
        click.echo(line)
    if out:
        write_file(out, png(captioned(images, names, 8) if names else sheet(images, 8)))
        click.echo(f"contact sheet: {out}")
    write_json(json_file, facts)
    if facts["bad"]:
        sys.exit(2)


@click.command()
@click.argument("run", type=MODEL)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The export's directory (default: exported/RECIPE), or the one file of other formats.",
)
@click.option("--licence", help="What the card says of the licence of the weights (default: not stated).")
@click.option("--data-licence", help="Likewise of the data (default: what is known of a data set of that name).")
@click.option(
    "--without",
    metavar="SIGNATURE",
    multiple=True,
    help="Leave out a signature, such as discriminate, and the networks that it alone computes with, for a smaller export.",
)
@click.option("--halves", is_flag=True, help="Store kernels as float16, half the bytes; the card says what that changes.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@click.option("--int8", is_flag=True, help="Weights of 8 bits, with --format tflite.")
@click.option(
    "--runtime",
    type=click.Path(path_type=Path),
    help="With --format html, onnxruntime-web's directory dist (default: that of ./node_modules).",
)
@data_dir_option
@json_option
def export(run, to, licence, data_licence, without, halves, file_format, int8, runtime, data_dir, json_file):
    """Export RUN's generator as the next version of a SavedModel, with its model card.

    RUN may also be an export or a model of the zoo, which is exported again, smaller. With another --format what is written
    is one file of the generator alone, from latents to samples, compared with TensorFlow before it is kept: of html a page
    that draws samples in any browser.
    """
    start(data_dir)
    if file_format != FORMATS[0]:
        if without or halves:
            raise UserError("--without and --halves are of SavedModels: the other formats hold the generator alone")
        from ganzoo.serving.runtimes import RUNTIME, convert, write_page

        if file_format == "html":
            facts = write_page(run, to, runtime or RUNTIME)
        else:
            facts = convert(run, to, file_format, int8)
        takes = ", ".join(f"{name} {shape}" for name, shape in facts["inputs"].items())
        click.echo(
            f"{facts['file']}: {facts['bytes']:,} bytes; takes {takes}; at most {facts['apart']:.1e} from TensorFlow's samples"
        )
        write_json(json_file, facts)
        return
    if int8:
        raise UserError("8-bit weights are of --format tflite alone")
    from ganzoo.serving.export import export

    path = export(run, to, licence, data_licence, without, halves)
    click.echo(f"exported to {path}")
    write_json(json_file, {"export": str(path)})


COMMANDS = (train, recipes, init, show, data, export)
