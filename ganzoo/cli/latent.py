"""The commands that move through a model's latents: sweep, interpolate, walk, arithmetic, directions."""

from pathlib import Path

import click

from ganzoo.cli.options import (
    MODEL,
    condition_options,
    data_dir_option,
    data_option,
    extractor_option,
    json_option,
    numbers,
    say,
    seed_option,
    shared,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError

OUT = click.Path(dir_okay=False, path_type=Path)


# What every command takes beside its own.
shared_options = shared(condition_options, extractor_option, data_option, seed_option, data_dir_option, json_option)


def out_option(text):
    return click.option("--out", type=OUT, required=True, help=text)


def range_option(function):
    return click.option(
        "--range",
        "bounds",
        metavar="LOW,HIGH",
        callback=numbers,
        help="Of the values (default: all of a bounded prior, else ±2 standard deviations).",
    )(function)


def needs(out, *suffixes):
    """Refuses an output of another kind."""
    if out.suffix not in suffixes:
        raise UserError(f"--out ends in {' or '.join(suffixes)}, not {out.name!r}")


def checked_range(bounds, space):
    """(low, high) of a sweep."""
    if bounds is None:
        return space.range()
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise UserError(f"--range is two numbers, the lower first, such as -2,2, not {','.join(f'{x:g}' for x in bounds)}")
    return tuple(bounds)


@click.group()
def latent():
    """What a model's latents do: each dimension, the ways between them, their arithmetic, their directions."""


@latent.command()
@click.argument("model", type=MODEL)
@out_option("The sweeps as a .png.")
@click.option(
    "--of",
    "what",
    type=click.Choice(["auto", "codes", "dimensions"]),
    default="auto",
    show_default=True,
    help="An InfoGAN's codes, or every dimension ranked by its effect; auto: codes where there are any.",
)
@click.option("--rows", type=click.IntRange(1), help="Draws of noise, one a row (default: 10 of codes, 3 of dimensions).")
@click.option("--count", type=click.IntRange(1), default=1000, show_default=True, help="Samples that each code is judged by.")
@click.option("--draws", type=click.IntRange(2), default=32, show_default=True, help="Draws by which dimensions are ranked.")
@click.option("--top", type=click.IntRange(1), default=6, show_default=True, help="Dimensions in the picture.")
@click.option("--steps", type=click.IntRange(2), default=9, show_default=True, help="Values of a dimension in the picture.")
@range_option
@shared_options
def sweep(model, out, what, rows, count, draws, top, steps, bounds, held, extractor, data, seed, data_dir, json_file):
    """Show what each code or dimension of MODEL's latents does, one at a time, and say how much.

    Of an InfoGAN's codes: how legible each is, and which class a category stands for. Of dimensions: by how much of the
    spread of all samples one changes a sample's features, which ranks them.
    """
    needs(out, ".png")
    start(data_dir)
    from ganzoo import load, pictures

    sampler = load(model)
    if what == "codes" or (what == "auto" and {"code"} <= set(sampler.options)):
        from ganzoo.explore.disentanglement import lines, meanings
        from ganzoo.explore.sweep import figure

        rows = rows or 10
        write_file(out, pictures.png(figure(sampler, rows, seed)))
        click.echo(f"sweeps of each code, {rows} draws of noise, seed {seed}: {out}")
        facts = meanings(sampler, data, count, seed, extractor, data_dir=data_dir, log=say)
        for record in facts:
            click.echo("\n".join(lines(record)))
        write_json(json_file, {"model": str(model), "out": str(out), "codes": facts})
        return
    from ganzoo.explore import dimensions
    from ganzoo.explore.latents import LatentSpace, judge_of

    space = LatentSpace(sampler, draws, seed, **held)
    low, high = checked_range(bounds, space)
    judge, _ = judge_of(sampler, extractor, data, data_dir, click.echo)
    axes = dimensions.axes_of(space)
    with click.progressbar(length=len(axes), label=f"effects of {len(axes)} dimensions") as bar:
        records = dimensions.effects(space, axes, judge, low, high, progress=lambda share: bar.update(1))
    click.echo("\n".join(dimensions.lines(records)))
    best = dimensions.ranked(records)[:top]
    title = f"{sampler.name}: the dimensions that do most, from {low:g} to {high:g}; effects by {judge.name}"
    chosen = [axes[index] for index in best], [records[index] for index in best]
    write_file(out, pictures.png(dimensions.figure(space, *chosen, title, low, high, steps, min(rows or 3, draws))))
    click.echo(f"{len(best)} of {len(axes)} dimensions from {low:g} to {high:g}, effects by {judge.name}, seed {seed}: {out}")
    facts = {"model": str(model), "seed": seed, "draws": draws, "range": [low, high], "extractor": judge.name, "out": str(out)}
    write_json(json_file, facts | {"dimensions": [records[index] for index in dimensions.ranked(records)]})


@latent.command()
@click.argument("models", nargs=-1, required=True, type=MODEL)
@out_option("The paths as a .png.")
@click.option(
    "--between",
    type=click.Choice(["images", "latents"]),
    default="images",
    show_default=True,
    help="Held-out images, whose latents an encoder or a search finds, or draws.",
)
@click.option("--pairs", type=click.IntRange(4), default=200, show_default=True, help="Paths that are judged.")
@click.option("--shown", type=click.IntRange(1), default=4, show_default=True, help="Paths in the picture.")
@click.option("--steps", type=click.IntRange(2), default=9, show_default=True, help="Images of a path in the picture.")
@click.option("--spherical", is_flag=True, help="Turn from code to code instead of going straight.")
@shared_options
def interpolate(models, out, between, pairs, shown, steps, spherical, held, extractor, data, seed, data_dir, json_file):
    """Show the way from one image or latent to another by MODELS, and say how long and even it is.

    Held-out images become codes by a model's encoder; where it has none, by a search for the latents of each. Of these paths
    it is also said how much of them could be data.
    """
    needs(out, ".png")
    if held and between == "images":
        raise UserError(f"--{next(iter(held))} is held between latents: add --between latents")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.explore import interpolate, paths

    samplers = [load(model) for model in models]
    common = {"extractor": extractor, "data_dir": data_dir, "log": click.echo}
    if between == "images":
        picture, records = interpolate.interpolate(samplers, data, pairs, shown, steps, spherical, seed, **common)
        rows = interpolate.lines(records)
    else:
        picture, records = interpolate.between_latents(
            samplers, max(pairs, shown), shown, steps, spherical, seed, data=data, **common, **held
        )
        rows = [f"{record['name']}: {paths.in_words(record['paths'])}" for record in records]
    write_file(out, pictures.png(picture))
    click.echo("\n".join(rows))
    click.echo(f"{shown} paths: {out}")
    write_json(json_file, {"models": [str(model) for model in models], "seed": seed, "between": between, "paths": records})


@latent.command()
@click.argument("model", type=MODEL)
@out_option("The walk as a .gif.")
@click.option("--stops", type=click.IntRange(2), default=5, show_default=True, help="Draws of a walk.")
@click.option("--steps", type=click.IntRange(1), default=16, show_default=True, help="Frames from one draw to the next.")
@click.option("--walks", type=click.IntRange(1, 64), default=9, show_default=True, help="Walks side by side.")
@click.option("--straight", is_flag=True, help="Go straight from draw to draw instead of turning.")
@click.option("--seconds", type=click.FloatRange(0.02, 10), default=0.08, show_default=True, help="That a frame stays.")
@shared_options
def walk(model, out, stops, steps, walks, straight, seconds, held, extractor, data, seed, data_dir, json_file):
    """Walk through MODEL's latents from draw to draw and back to the first, as a GIF without an end."""
    needs(out, ".gif")
    start(data_dir)
    from ganzoo import load
    from ganzoo.explore.latents import judge_of
    from ganzoo.explore.walk import animation, evenness, walk

    sampler = load(model)
    frames = walk(sampler, stops, steps, walks, not straight, seed, **held)
    write_file(out, animation(frames, seconds))
    judge, _ = judge_of(sampler, extractor, data, data_dir, click.echo)
    record = evenness(frames, judge)
    line = "by {name} a walk is {length:.3g} long, its largest step {largest_step:.3g}, {unevenness:.1f} times the mean"
    click.echo(line.format(name=judge.name, **record))
    click.echo(f"{len(frames)} frames of {walks} walks, seed {seed}: {out}")
    write_json(json_file, {"model": str(model), "seed": seed, "frames": len(frames), "extractor": judge.name, **record})


@latent.command()
@click.argument("model", type=MODEL)
@click.option("--plus", multiple=True, metavar="SAMPLES", help="Samples whose averaged latents are added.")
@click.option("--minus", multiple=True, metavar="SAMPLES", help="Samples whose averaged latents are taken away.")
@out_option("The samples and the result as a .png.")
@click.option(
    "--average", type=click.IntRange(1), default=10, show_default=True, help="Samples of a term that says what they show."
)
@shared_options
def arithmetic(model, plus, minus, out, average, held, extractor, data, seed, data_dir, json_file):
    """Add and subtract averaged latents of MODEL: --plus label=8 --minus label=3 --plus 4,7,12.

    SAMPLES are numbers of samples of the seed, such as 4,7,12, or what they show: label=8 as a classifier of the data sees
    it, shape=circle where the data's captions can be read off images.
    """
    needs(out, ".png")
    if not plus:
        raise UserError("name what is added with --plus, such as --plus label=8 --minus label=3 --plus 4,7,12")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.explore.arithmetic import Reader, Term, arithmetic, lines
    from ganzoo.explore.latents import judge_of

    sampler = load(model)
    first, *others = plus  # as it is read: a - b + c
    terms = [Term(1, first), *(Term(-1, text) for text in minus), *(Term(1, text) for text in others)]
    reader = Reader(*judge_of(sampler, extractor, data, data_dir, click.echo))
    picture, record = arithmetic(sampler, terms, reader, average, seed=seed, **held)
    write_file(out, pictures.png(picture))
    click.echo("\n".join(lines(record)))
    click.echo(f"arithmetic of latents, seed {seed}: {out}")
    write_json(json_file, {"model": str(model), "seed": seed, "extractor": reader.extractor.name, **record})


@latent.command()
@click.argument("model", type=MODEL)
@out_option("The directions as a .png.")
@click.option("--top", type=click.IntRange(1), default=5, show_default=True, help="Directions in the picture.")
@click.option("--rows", type=click.IntRange(1), default=3, show_default=True, help="Draws, one a row.")
@click.option("--draws", type=click.IntRange(2), default=32, show_default=True, help="Draws by which effects are measured.")
@click.option("--steps", type=click.IntRange(2), default=9, show_default=True, help="Values in the picture.")
@click.option(
    "--random", "others", type=click.IntRange(1), default=10, show_default=True, help="Random directions to compare with."
)
@range_option
@shared_options
def directions(model, out, top, rows, draws, steps, others, bounds, held, extractor, data, seed, data_dir, json_file):
    """Find the directions that MODEL's first layer changes most (SeFa), and say what they do beside random ones."""
    needs(out, ".png")
    start(data_dir)
    from ganzoo import load, pictures
    from ganzoo.explore import dimensions
    from ganzoo.explore.directions import compared
    from ganzoo.explore.latents import LatentSpace, judge_of

    sampler = load(model)
    space = LatentSpace(sampler, draws, seed, **held)
    low, high = checked_range(bounds, space)
    judge, _ = judge_of(sampler, extractor, data, data_dir, click.echo)
    axes, record = compared(space, judge, top, others, low, high, seed)
    for found in record["directions"]:
        click.echo("{name}: effect {effect:.3f} ± {error:.3f}, {share:.1%} of the first layer's square".format(**found))
    click.echo("random directions: effect {mean:.3f}, {least:.3f} to {most:.3f}".format(**record["random"]))
    title = f"{sampler.name}: directions of its first layer, from {low:g} to {high:g}; effects by {judge.name}"
    picture = dimensions.figure(space, axes, record["directions"], title, low, high, steps, min(rows, draws))
    write_file(out, pictures.png(picture))
    click.echo(f"{len(axes)} directions from {low:g} to {high:g}, effects by {judge.name}, seed {seed}: {out}")
    facts = {"model": str(model), "seed": seed, "draws": draws, "range": [low, high], "extractor": judge.name}
    write_json(json_file, facts | record)


COMMANDS = (latent,)
