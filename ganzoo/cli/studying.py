"""The commands of experiments on many runs: sweep, study."""

import os
from pathlib import Path

import click

from ganzoo.cli.options import MODEL, RECIPE, STUDY, data_dir_option, json_option, say, set_option, start, write_json
from ganzoo.errors import UserError


def jobs_options(function):
    """How many runs at once, with what."""
    for option in (
        click.option("--threads", type=click.IntRange(1), help="Processor threads of each run (default: all, shared)."),
        click.option("--devices", metavar="cpu|0,1,...", help="GPUs of each run, by number, or cpu for none."),
        click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Runs at once, each a process."),
    ):
        function = option(function)
    return function


def storage_option(function):
    return click.option(
        "--storage",
        metavar="URL",
        envvar="GANZOO_STORAGE",
        help="A database that machines share, such as postgresql://user@host/name (default: a file beside the runs).",
    )(function)


def threads_of_each(threads, jobs):
    return threads or (max((os.cpu_count() or 1) // jobs, 1) if jobs > 1 else None)


@click.command()
@click.argument("recipe", type=RECIPE)
@click.option("--over", multiple=True, metavar="NAME=VALUES", help="A parameter and its values: 0,1,2 or 1e-5..1e-3[:log][:5].")
@click.option("--search", type=click.Choice(("grid", "random", "tpe")), default="grid", show_default=True)
@click.option("--trials", type=click.IntRange(1), help="Points of a search by random or tpe (default: 20).")
@click.option(
    "--metric", "metrics", multiple=True, default=("FD",), show_default=True, help="What counts; what more is given is noted."
)
@click.option("--count", type=click.IntRange(2), help="Generated samples that a run is scored by, as of `ganzoo evaluate`.")
@click.option("--extractor", help="As of `ganzoo evaluate`.")
@set_option
@click.option("--steps", type=click.IntRange(1), help="Generator steps of every run.")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Its directory (default: runs/RECIPE/sweep).")
@storage_option
@click.option("--name", help="The sweep's name in its storage (default: the recipe's).")
@jobs_options
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the search and of the scored samples.")
@click.option("--retry-failed", is_flag=True, help="Try the points that failed once more.")
@click.option("--dry-run", is_flag=True, help="Print the points as commands, and do nothing.")
@data_dir_option
@json_option
def sweep(
    recipe,
    over,
    search,
    trials,
    metrics,
    count,
    extractor,
    overrides,
    steps,
    to,
    storage,
    name,
    jobs,
    devices,
    threads,
    seed,
    retry_failed,
    dry_run,
    data_dir,
    json_file,
):
    """Train RECIPE at every point of a grid, or at points that a search picks, and score each.

    The same command again resumes; started on several machines with one --storage, they share the points. A point that fails
    or is killed does not end the sweep.
    """
    start(data_dir)
    from ganzoo.sweeps import results
    from ganzoo.sweeps.engine import Engine
    from ganzoo.sweeps.scored import goal
    from ganzoo.sweeps.space import dimensions
    from ganzoo.sweeps.sweep import STARTUP, Sweep

    made = Sweep(
        recipe,
        dimensions(over),
        [goal(text) for text in dict.fromkeys(metrics)],
        to or Path("runs") / Path(recipe).stem / "sweep",
        search,
        trials,
        storage,
        name or "",
        overrides,
        steps,
        seed,
        options={"count": count, "extractor": extractor, "seed": seed},
    )
    if dry_run:
        made.check()
        foreseen = made.foreseen()
        for params in foreseen:
            click.echo("\n".join(made.commands(made.point(params))))
        if search == "tpe" and made.trials > STARTUP:
            click.echo(f"# then {made.trials - len(foreseen)} points that depend on what these find")
        write_json(json_file, [made.point(params) for params in foreseen])
        return
    made.open()

    def finished():
        results.write_summary(made)

    Engine(made, jobs, threads_of_each(threads, jobs), devices, retry_failed, click.echo, finished).work()
    found = results.write_summary(made)
    click.echo("\n".join(results.table(found)))
    click.echo(f"{made.directory / results.RECORD}; tensorboard --logdir {made.directory / 'points'} shows the same as HParams")
    if any(point["state"] == "done" for point in found["points"]):
        results.figure(found, made.directory / results.FIGURE)
        click.echo(f"figure: {made.directory / results.FIGURE}")
    write_json(json_file, found)
    if found["points"] and not any(point["state"] == "done" for point in found["points"]):
        raise UserError(f"no point of the sweep was done: {found['points'][0]['error']}")


@click.command()
@click.argument("name", required=False, type=STUDY)
@click.option("--smoke", is_flag=True, help="All of it in under a minute, with runs too short to mean anything.")
@click.option("--data", help="The data set, of studies that take one: digits, mnist (default: the study's own).")
@click.option("--model", type=MODEL, help="The model, of studies of one.")
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Its directory (default: runs/studies/NAME).")
@storage_option
@jobs_options
@click.option("--retry-failed", is_flag=True, help="Try the runs that failed once more.")
@data_dir_option
@json_option
def study(name, smoke, data, model, to, storage, jobs, devices, threads, retry_failed, data_dir, json_file):
    """Make the study NAME: its runs, its figures, a page and a JSON of its numbers. Without NAME, list them.

    The same command again goes on where it stopped. docs/studies/ says what each showed.
    """
    from ganzoo.studies.catalogue import QUESTIONS

    if not name:
        for each, question in QUESTIONS.items():
            click.echo(f"{each:14} {question}")
        write_json(json_file, QUESTIONS)
        return
    if name not in QUESTIONS:
        raise UserError(f"no study is called {name!r}: there are {', '.join(QUESTIONS)}")
    start(data_dir)
    from ganzoo.studies.base import Options
    from ganzoo.studies.make import make

    directory = to or Path("runs") / "studies" / "-".join([name, *([data] if data else []), *(["smoke"] if smoke else [])])
    options = Options(
        directory, data, smoke, storage, jobs, threads_of_each(threads, jobs), devices, model, retry_failed, click.echo
    )
    found = make(name, options)
    for line in found["answer"]:
        say(line)
    click.echo(f"page: {directory / 'study.html'}; numbers: {directory / 'study.json'}")
    write_json(json_file, found)


COMMANDS = (sweep, study)
