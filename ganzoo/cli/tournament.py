"""The command `ganzoo tournament`: discriminators of several models judge each other's samples."""

import click

from ganzoo.cli.options import (
    MODEL_NAME,
    data_dir_option,
    data_option,
    json_option,
    say,
    say_all,
    seed_option,
    start,
    write_json,
)


@click.command()
@click.argument("models", nargs=-1, required=True, type=MODEL_NAME)
@data_option
@click.option("--count", type=click.IntRange(2), default=1024, show_default=True, help="Samples of each model.")
@click.option(
    "--nrds", is_flag=True, help="Train fresh classifiers of all models' samples against real data, three times (NRDS)."
)
@click.option("--extractor", default="auto", show_default=True, help="Features for --nrds, as of `ganzoo evaluate`.")
@seed_option
@data_dir_option
@json_option
def tournament(models, data, count, nrds, extractor, seed, data_dir, json_file):
    """Let the discriminators of MODELS judge each other's samples: win rates, skill ratings (Glicko-2), battles (GAM).

    MODELS are runs, exports, models of the zoo by name, or a run's checkpoints as RUN@STEP, RUN@all for all that are kept.
    """
    start(data_dir)
    from ganzoo.evaluation.tournament import tournament
    from ganzoo.report.terminal_tournament import table

    record = tournament(list(models), data, count, seed, nrds, extractor, data_dir, log=say)
    say_all(table(record))
    write_json(json_file, record)


COMMANDS = (tournament,)
