"""The commands that hand a model on: its card, and Hugging Face's Hub."""

import click

from ganzoo.cli.options import MODEL, MODEL_NAME, json_option, start, write_json
from ganzoo.errors import UserError


@click.command()
@click.argument("models", nargs=-1, required=True, type=MODEL_NAME)
@click.option("--licence", help="What the card says of the licence of the weights (default: what it says).")
@click.option("--data-licence", help="Likewise of the data.")
def card(models, licence, data_licence):
    """Write the cards of MODELS, exports, anew from their card.json: the page README.md, with its front matter.

    Where a card of an earlier ganzoo does not say how many labels the model knows, the model is asked, and its samples are
    drawn anew, a class a row.
    """
    from ganzoo.serving.cards import renew_card

    def count_classes(version):
        start()
        from ganzoo.serving.export import count_classes

        return count_classes(version)

    for model in models:
        click.echo(renew_card(model, licence, data_licence, count_classes))


@click.command()
@click.argument("model", type=MODEL)
@click.argument("address", metavar="hf://OWNER/NAME")
@click.option("--private", is_flag=True, help="Make the repository, where there is none, for your eyes only.")
@json_option
def push(model, address, private, json_file):
    """Put MODEL, an export, on Hugging Face's Hub: the SavedModel, its card as the page, its samples.

    Needs the extra `hub` and a token that may write, by `hf auth login` or in HF_TOKEN. Elsewhere `ganzoo.load` and every
    command that takes a model then take hf://OWNER/NAME. Of a path on this machine, such as that of the data, the card that
    is pushed tells the last part alone.
    """
    from ganzoo.serving.push import push
    from ganzoo.zoo import newest_version

    version = newest_version(model)
    if version is None:
        raise UserError(f"{model} is no export: `ganzoo export RUN` makes one of a run")
    page = push(version, address, private)
    click.echo(f"{version}: pushed to {page}")
    write_json(json_file, {"export": str(version), "page": page})


COMMANDS = (card, push)
