"""The commands that judge a model: evaluate, compare, birthday, judge, neighbours; and the list of metrics."""

from pathlib import Path

import click

from ganzoo.cli.options import (
    MODEL,
    check_outputs,
    data_dir_option,
    data_option,
    json_option,
    metrics_option,
    say,
    say_all,
    seed_option,
    start,
    write_file,
    write_json,
)
from ganzoo.errors import UserError

FILE = click.Path(dir_okay=False, path_type=Path)


def sizes(context, parameter, value):
    """Numbers separated by commas."""
    try:
        numbers = tuple(int(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"numbers separated by commas, such as 100,200,400, not {value!r}") from None
    if min(numbers) < 2:
        raise click.BadParameter("a batch holds at least 2 samples")
    return numbers


@click.command()
@click.argument("model", type=MODEL)
@data_option
@metrics_option
@click.option("--count", type=click.IntRange(2), help="Generated samples (default: up to 10,000, as many as held-out ones).")
@click.option(
    "--extractor",
    default="auto",
    show_default=True,
    help="auto, classifier, autoencoder, stacked, random, pixels, inception:PATH, or PATH[:output] of a SavedModel; of text "
    "ngram-svd[:DIMENSION] or vectors:PATH.",
)
@click.option(
    "--features-file",
    type=FILE,
    help="An .npz with features computed elsewhere, `fake` and `real` (and `held_out`), instead of an extractor.",
)
@seed_option
@click.option("--html", type=FILE, help="Write a report here: samples, twins, neighbours, every score explained.")
@data_dir_option
@json_option
def evaluate(model, data, metrics, count, extractor, features_file, seed, html, data_dir, json_file):
    """Score MODEL beside held-out real data.

    MODEL is a run, a SavedModel, a .keras or .onnx file; or samples at hand: a folder, .zip or .tar of images, an .npz or
    .npy, a .txt of sentences. An .npz may hold features that were computed elsewhere instead.

    A run keeps its scores in scores.jsonl and shows them in TensorBoard.
    """
    start(data_dir)
    from ganzoo.evaluation.evaluate import evaluate
    from ganzoo.report import terminal

    if html and features_file:
        raise click.UsageError("--html looks up neighbours in features of other images too: leave out --features-file")
    scores = evaluate(model, data, metrics, count, extractor, seed, log=say, features_file=features_file)
    say_all(terminal.scores(scores))
    say_all(terminal.keep(model, scores))
    if html:
        from ganzoo.report.model_report import report_on

        write_file(html, report_on(model, data, scores, extractor, seed, log=say))
        click.echo(f"report: {html}")
    write_json(json_file, scores)


@click.command()
@click.argument("models", nargs=-1, required=True, type=MODEL)
@data_option
@metrics_option
@click.option("--count", type=click.IntRange(2), help="Generated samples of each model.")
@click.option("--extractor", default="auto", show_default=True, help="As of `ganzoo evaluate`.")
@click.option(
    "--features-file",
    "features_files",
    multiple=True,
    type=FILE,
    help="As of `ganzoo evaluate`, one option for each of MODELS in their order.",
)
@seed_option
@click.option("--html", type=FILE, help="Write the table as a page here.")
@data_dir_option
@json_option
def compare(models, data, metrics, count, extractor, features_files, seed, html, data_dir, json_file):
    """Put MODELS side by side under one protocol, with intervals."""
    start(data_dir)
    from ganzoo.evaluation.compare import compare
    from ganzoo.report import terminal

    files = list(features_files) or None
    record = compare(list(models), data, metrics, count, extractor, seed, log=say, features_files=files)
    say_all(terminal.comparison(record))
    if html:
        from ganzoo.report.page import compare_report

        write_file(html, compare_report(" and ".join(record["models"]), record))
    write_json(json_file, record)


@click.command()
@click.argument("model", type=MODEL)
@data_option
@click.option("--batch-sizes", callback=sizes, default="100,200,400,800", show_default=True, help="Sizes of the batches.")
@click.option("--batches", type=click.IntRange(1), default=20, show_default=True, help="Batches of each size.")
@click.option("--per-class", is_flag=True, help="Test each class on its own.")
@click.option("--features", default="pixels", show_default=True, help="What distances are taken in: pixels, or an extractor.")
@click.option("--flips", is_flag=True, help="Count mirror images as duplicates.")
@click.option("--threshold", type=float, help="Distance of duplicates, edits of text (default: calibrated on held-out data).")
@click.option("--page", type=FILE, help="Write a page on which people judge the pairs, for `ganzoo judge`.")
@click.option("--auto", is_flag=True, help="Judge by the threshold beside --page too.")
@seed_option
@data_dir_option
@json_option
def birthday(model, data, batch_sizes, batches, per_class, features, flips, threshold, page, auto, seed, data_dir, json_file):
    """Estimate how many different samples MODEL has, by the birthday paradox (Arora and Zhang 2017)."""
    start(data_dir)
    from ganzoo.evaluation.birthday import birthday_test_of
    from ganzoo.report.judge import judge_page_of
    from ganzoo.report.terminal_birthday import table

    options = {"batch_sizes": batch_sizes, "batches": batches, "features": features, "flips": flips, "per_class": per_class}
    options |= {"threshold": threshold, "seed": seed, "data_dir": data_dir}
    test = birthday_test_of(model, data, **options, log=say)
    if page:
        facts = judge_page_of(test, page)
        click.echo(f"{facts['questions']} pairs to judge ({facts['decoys']} of them decoys): open {page} in a browser,")
        click.echo(f"export the answers, then: ganzoo judge {page} --answers FILE")
    if auto or not page:
        record = test.run()
        say_all(table(record))
        write_json(json_file, record)
    elif json_file:
        write_json(json_file, facts)


@click.command()
@click.argument("page", type=FILE)
@click.option("--answers", multiple=True, required=True, type=FILE, help="A rater's exported answers; one option a rater.")
@json_option
def judge(page, answers, json_file):
    """Turn people's answers on a birthday PAGE into an estimate, with their agreement and accuracy."""
    start()
    from ganzoo.report.judge_answers import read_answers
    from ganzoo.report.terminal import judged

    record = read_answers(page, answers)
    say_all(judged(record))
    write_json(json_file, record)


@click.command()
@click.argument("model", type=MODEL)
@data_option
@click.option("--count", type=click.IntRange(2), default=1000, show_default=True, help="Generated samples to look up.")
@click.option("--extractor", default="auto", show_default=True, help="Features beside the pixels, as of `ganzoo evaluate`.")
@click.option("--flips/--no-flips", default=True, show_default=True, help="Look among mirrored training images too.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the closest cases as a .png here.")
@seed_option
@data_dir_option
@json_option
def neighbours(model, data, count, extractor, flips, out, seed, data_dir, json_file):
    """Does MODEL copy? Its samples and twins beside the nearest training images, held-out images as the yardstick."""
    start(data_dir)
    from ganzoo.evaluation.neighbourhood import neighbours_of

    record, picture = neighbours_of(model, data, count, extractor, flips, seed, log=say)
    say_all(f"note: {warning}" for warning in record["warnings"])
    say(record["verdict"])
    if out:
        from ganzoo import pictures

        write_file(out, pictures.png(picture))
        click.echo(f"sample, nearest in pixels, nearest in features: {out}")
    write_json(json_file, record)


@click.command()
@click.argument("text", required=False, default="")
@click.option("--long", is_flag=True, help="What each says, when it misleads, and where it comes from.")
@json_option
def metrics(text, long, json_file):
    """List the metrics: what they need, which way is better, their least sample size and cost; those that TEXT is found in."""
    check_outputs()
    from ganzoo.metrics.registry import all_metrics
    from ganzoo.report.terminal_metrics import listed

    records = [metric.record() for metric in all_metrics().values()]
    chosen = [one for one in records if text.lower() in " ".join([one["name"], one["meaning"], one["paper"]]).lower()]
    if not chosen:
        raise UserError(f"no metric has {text!r} in its name, meaning or paper; `ganzoo metrics` lists all {len(records)}")
    click.echo("\n".join(listed(chosen, long)))
    write_json(json_file, chosen)


COMMANDS = (evaluate, compare, birthday, judge, neighbours, metrics)
