"""The command `ganzoo zoo`: the models at hand, their pictures and their scores."""

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from ganzoo.cli.options import data_dir_option, json_option, metrics_option, say, start, write_file, write_json
from ganzoo.errors import UserError
from ganzoo.report.numbers import plain

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("text", required=False, default="")
@click.option(
    "--pictures/--no-pictures", default=None, help="Samples beside each name (default: where the terminal has colours)."
)
@click.option("--sheet", type=FILE, help="Write a contact sheet of all samples as a .png.")
@click.option("--page", type=FILE, help="Write a gallery in Markdown, which shows the pictures beside the models' cards.")
@click.option("--leaderboard", type=FILE, help="Score all of one data set under one protocol; write the tables in Markdown.")
@click.option("--score", is_flag=True, help="Score each on its own data anew, instead of what its card says of these metrics.")
@click.option("--cards", is_flag=True, help="Put the scores of --score in the models' cards.")
@metrics_option
@data_dir_option
@json_option
def zoo(text, pictures, sheet, page, leaderboard, score, cards, metrics, data_dir, json_file):
    """List the models at hand: name, family, data, score; those that TEXT is found in, or all.

    Every command and `ganzoo.load` take such a name where they take a model. They lie in the directory that GANZOO_ZOO
    names, or in ./exported and in the exported/ of the checkout.
    """
    if sheet and sheet.suffix != ".png":
        raise UserError(f"--sheet ends in .png, not {sheet.name!r}")
    if metrics != "default" and not (score or leaderboard):
        raise UserError("--metrics chooses what --score and --leaderboard score: give one of them")
    if cards and not score:
        raise UserError("--cards keeps what --score finds: give both")
    if score or leaderboard:
        start(data_dir)
    from ganzoo.zoo import gallery, in_terminal, models
    from ganzoo.zoo import sheet as contact_sheet

    chosen = models(text)
    if not chosen:
        among = f"no model of the zoo has {text!r} in its name, family or data" if text else "there is no model here"
        raise UserError(f"{among}: GANZOO_ZOO names a directory of exports, `ganzoo export` writes to ./exported")
    of_cards = [found for model in chosen for found in model.scores]
    if score:
        from ganzoo.evaluation.zoo import scored

        chosen = scored(chosen, metrics, data_dir, cards, log=say)
    if leaderboard:
        from ganzoo.evaluation.zoo import leaderboard as boards_of
        from ganzoo.report.leaderboard import leaderboard_page

        boards = boards_of(chosen, metrics, data_dir=data_dir, log=say)
        write_file(leaderboard, leaderboard_page(boards, text, metrics))
        click.echo(f"{sum(len(board['models']) for board in boards)} models: {leaderboard}")
        write_json(json_file, boards)
        return
    show = has_colours() if pictures is None else pictures
    widths = [max(len(getattr(model, column)) for model in chosen) for column in ("name", "family", "data")]
    for model in chosen:
        click.echo(line(model, *widths))
        if metrics != "default":
            for found in new_scores(model, of_cards):
                click.echo(f"    {score_words(found)}")
        if show and (samples := in_terminal(model, min(96, shutil.get_terminal_size().columns))):
            click.echo(samples, color=True)
    if sheet:
        from ganzoo.pictures import png

        write_file(sheet, png(contact_sheet(chosen)))
        click.echo(f"{len(chosen)} models: {sheet}")
    if page:
        write_file(page, gallery(chosen, page.parent, command_of(text, score, metrics, page)))
        click.echo(f"{len(chosen)} models: {page}")
    rows = [{"name": m.name, "path": str(m.path), "family": m.family, "data": m.data, "scores": m.scores} for m in chosen]
    write_json(json_file, rows)


def command_of(text, score, metrics, page):
    """The command that writes a gallery."""
    named = ["--metrics", metrics] if metrics != "default" else []
    return shlex.join(["ganzoo", "zoo", *filter(None, [text]), *(["--score"] if score else []), *named, "--page", str(page)])


def line(model, *widths):
    """What a model is, in columns of these widths, and the score that stands for it beside held-out real data's."""
    words = "not scored" if model.score is None else score_words(model.score)
    cells = zip((model.name, model.family, model.data), widths, strict=True)
    return "  ".join([*(f"{cell:{width}}" for cell, width in cells), words])


def new_scores(model, of_cards):
    """The scores of a model that are none of these that cards said before."""
    known = {id(score) for score in of_cards}
    return [score for score in model.scores if id(score) not in known and score.get("direction") != "aside"]


def score_words(score):
    """A score's name, value, and held-out real data's in brackets."""
    real = "" if score.get("real") is None else f" (real {plain(score['real'])})"
    return f"{score['name']} {plain(score['value'])}{real}"


def has_colours():
    """Whether the terminal says that it shows 24-bit colours."""
    return sys.stdout.isatty() and os.environ.get("COLORTERM") in ("truecolor", "24bit")


COMMANDS = (zoo,)
