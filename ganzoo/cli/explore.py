"""The command that opens the explorer: a local page, or one view of it as a picture."""

from pathlib import Path

import click

from ganzoo.cli.options import MODEL, data_dir_option, start, write_file
from ganzoo.errors import UserError


@click.command()
@click.argument("models", nargs=-1, required=True, type=MODEL)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on: this machine alone by default.")
@click.option("--port", type=click.IntRange(0, 65535), default=7860, show_default=True, help="0 takes a free one.")
@click.option("--view", metavar="QUERY", help="Write this view, the end of a page's link, as a picture instead of a page.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where --view writes its .png.")
@data_dir_option
def explore(models, host, port, view, out, data_dir):
    """Look at one or two MODELS in the browser: samples, ways, directions, arithmetic, twins; needs the extra `explore`.

    The page is for this machine alone unless --host names another address.
    """
    if len(models) > 2:
        raise UserError(f"one or two models can be looked at, not {len(models)}")
    if (view is None) != (out is None):
        raise UserError("--view and --out go together: what is shown, and the .png that it is written to")
    if out and out.suffix != ".png":
        raise UserError(f"--out ends in .png, not {out.name!r}")
    start(data_dir)
    from ganzoo import load, pictures, zoo
    from ganzoo.explore.views import Looked, View, picture

    if view is None:
        from ganzoo.explore.page import gradio

        gradio()
    wanted = View.of(view or "")
    looked = [Looked(load(model), data_dir) for model in models]
    if view is not None:
        write_file(out, pictures.png(picture(looked, wanted)))
        click.echo(f"{wanted.query or 'the first view'}: {out}")
        return
    from ganzoo.explore.page import Page, serve

    at_hand = {str(model.path.parent.resolve()): model.name for model in zoo.models()}
    names = [at_hand.get(str(Path(model).resolve()), str(model)) for model in models]
    serve(Page(looked, names), host, port, click.echo)


COMMANDS = (explore,)
