"""The commands `ganzoo people page` and `ganzoo people merge`: what people see in samples, and what that says."""

from pathlib import Path

import click

from ganzoo.cli.options import MODEL, data_dir_option, data_option, json_option, say, say_all, seed_option, start, write_json

FILE = click.Path(dir_okay=False, path_type=Path)
KINDS = click.Choice(["real-or-fake", "rapid", "preference", "neighbours", "captions"])


@click.group()
def people():
    """Let people judge samples: pages that work from disk, and what their answers say."""


@people.command()
@click.argument("kind", type=KINDS)
@click.argument("models", nargs=-1, required=True, type=MODEL)
@click.option("--page", type=FILE, required=True, help="Write the page here.")
@data_option
@click.option("--count", type=click.IntRange(2), default=50, show_default=True, help="Samples asked about, or choices.")
@click.option("--decoys", type=click.IntRange(0), default=10, show_default=True, help="Questions whose answer is known.")
@click.option(
    "--practice",
    type=click.IntRange(0),
    default=6,
    show_default=True,
    help="Practice pictures of either side, of real-or-fake and rapid.",
)
@click.option("--every", type=click.IntRange(2), default=50, show_default=True, help="Questions between two breaks.")
@click.option("--triples", is_flag=True, help="Choices among three instead of two.")
@click.option("--real", is_flag=True, help="Held-out real images take part in choices.")
@click.option("--title", help="Heading of the page; it should not say what is tested.")
@seed_option
@data_dir_option
@json_option
def page(kind, models, page, data, count, decoys, practice, every, triples, real, title, seed, data_dir, json_file):
    """Write a page of KIND on which people judge samples of MODELS.

    \b
    real-or-fake  is it real or generated? HYPE-infinity
    rapid         the same at a glance: exposures by a staircase, HYPE-time
    preference    which of two or three looks more real? of several models
    neighbours    is it a copy of a training picture?
    captions      does it show its caption, or the class it was asked for?
    """
    start(data_dir)
    from ganzoo.people.pages import people_page

    options = {"data": data, "count": count, "decoys": decoys, "practice": practice, "every": every, "triples": triples}
    options |= {"real": real, "title": title, "seed": seed, "data_dir": data_dir}
    facts = people_page(kind, list(models), page, **options, log=say)
    practised = f", after {facts['practice']} to practise" if facts["practice"] else ""
    click.echo(f"{facts['questions']} questions ({facts['decoys']} of them decoys){practised}: {page}")
    click.echo(f"give it to people; then: ganzoo people merge {page} ANSWERS...")
    write_json(json_file, facts)


@people.command()
@click.argument("page", type=FILE)
@click.argument("answers", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def merge(page, answers, json_file):
    """Turn ANSWERS to PAGE, files or folders of them, into an estimate with its interval over raters."""
    start()
    from ganzoo.people.answers import merge
    from ganzoo.report.terminal_people import merged

    record = merge(page, answers)
    say_all(merged(record))
    write_json(json_file, record)


COMMANDS = (people,)
