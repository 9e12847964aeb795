"""Training: a recipe's model through Keras' `fit`, resumable at any step."""

import ast
import contextlib
import errno
import logging
import math
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from ganzoo import precision as precisions
from ganzoo import recipe as recipes
from ganzoo import strategies
from ganzoo.callbacks.board import Board
from ganzoo.callbacks.evaluations import Evaluations
from ganzoo.callbacks.listeners import Listeners
from ganzoo.callbacks.monitor import Monitor
from ganzoo.callbacks.progress import clock, progress_of
from ganzoo.callbacks.reports import Reports
from ganzoo.callbacks.samples import Samples
from ganzoo.callbacks.saving import GracefulStop, Saving
from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError
from ganzoo.families.base import NOT_FINITE, examples_of
from ganzoo.fingerprint import made_of
from ganzoo.notes import logged
from ganzoo.readiness import check, compile_model, folded_seed, free_settings, make_smoke, stand_in_folder
from ganzoo.run import Run, revisions_of
from ganzoo.run_lock import only_writer
from ganzoo.serving import transfer
from ganzoo.serving.rebuilding import vectors_size

log = logging.getLogger(__name__)

# Steps that Keras runs in one go on one device: enough to hide its overhead, few enough for signals to be heard soon.
MOST_STEPS_PER_EXECUTION = 20
# Real examples that samples are shown beside and compared with.
REAL_EXAMPLES = 256


def default_run(name, smoke=False):
    """Where a recipe's run lies unless the user says otherwise."""
    return Path("runs") / name / ("smoke" if smoke else "default")


@logged
def train(
    recipe,
    run=None,
    overrides=(),
    steps=None,
    strategy="auto",
    fresh=False,
    smoke=False,
    deterministic=False,
    precision="auto",
    log=print,
    listeners=(),
):
    """Trains a recipe, or takes its run up where it stopped.

    Args:
        recipe: a recipe file, or the name of one that ships with ganzoo.
        run: the run's directory; `runs/<recipe>/default` if None.
        overrides: strings `dotted.name=value`.
        steps: generator steps of the whole run, instead of the recipe's.
        strategy: one of `choices.STRATEGIES`.
        fresh: start anew and throw away what the run holds.
        smoke: a few tiny steps, on fabricated data where the data set is absent.
        deterministic: the same bits in every run, at some cost in speed.
        precision: one of `choices.PRECISIONS`.
        log: called with each line for the user.
        listeners: who else hears of the training: see `callbacks.listeners.Listeners`.

    Returns:
        A dict of facts: run, recipe, steps, seconds, images_per_second, the last losses, and `signal` if one ended it.

    Raises:
        UserError: whatever a user can cause, a training that left the finite numbers included.
    """
    log = undisturbed(log)
    with contextlib.ExitStack() as end:
        end.callback(precisions.apply, "float32")  # what is sampled later in this process is as precise as anywhere else
        return _train(
            recipe, run, overrides, steps, strategy, fresh, smoke, deterministic, precision, log, Listeners(listeners), end
        )


def undisturbed(log):
    """`log`, that no terminal or pipe that is gone can stop a training by."""

    def say(line):
        with contextlib.suppress(OSError):
            log(line)

    return say


def _train(recipe, run, overrides, steps, strategy, fresh, smoke, deterministic, precision, log, listeners, end):
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    loaded = recipes.load_recipe(recipe, overrides)
    if smoke:
        stand_in_folder(loaded, end, log)
    options = {"--steps": steps, "--smoke": smoke, "--fresh": fresh, "--precision": precision}
    facts = [*loaded.fingerprint(), *loaded.flattened(), *(f"{name} = {value}" for name, value in options.items())]
    distribution = strategies.choose(strategy, facts, log)
    chosen_precision = precisions.apply(precision, images=loaded.feature == "image")
    seed = folded_seed(loaded.config.seed)
    keras.utils.set_random_seed(seed)
    with distribution.scope():
        built = recipes.build(loaded)
    built.seed = seed
    if smoke:
        make_smoke(built, log)
    if steps is not None:
        built.steps = steps
    check(built)
    data = built.data.arrays()  # before the run is touched: absent data must not leave a run behind
    strategies.refuse_other_data(distribution, data)
    with distribution.scope():
        compile_model(built)
    path, chief = Path(run or default_run(loaded.name, smoke)), strategies.is_chief(distribution)
    begun = begin_with_weights(built, distribution, log) if fresh or smoke or not Run(path).has_begun else None
    if not chief:
        return _go_on(Run(path), loaded, built, data, distribution, chosen_precision, fresh or smoke, chief, listeners, log)
    Run(path).refuse_other_files(fresh)
    with only_writer(path):
        facts = {"settings": free_settings(built), "vectors_size": vectors_size(built.model), **made_of(built.model)}
        facts |= {"begun_from": begun.record()} if begun else {}
        facts |= {"revisions": revisions} if (revisions := revisions_of(built.model)) else {}
        training_run = Run.take_up(path, loaded, fresh, smoke, built.data, facts, log)
        try:
            return _go_on(
                training_run, loaded, built, data, distribution, chosen_precision, fresh or smoke, chief, listeners, log
            )
        finally:
            training_run.abandon()


def begin_with_weights(built, distribution, log):
    """Gives the networks of a built recipe the weights that it names, and says which; returns what was taken, or None.

    Raises:
        UserError: there is no such model, or nothing of it fits.
    """
    if built.weights_from is None:
        return None
    weights = transfer.weights_of(built.weights_from, built.model)
    with distribution.scope():
        taken = transfer.take(built.model, weights)
    for line in taken.table():
        log(line)
    return taken


def _go_on(training_run, loaded, built, data, distribution, chosen_precision, anew, chief, listeners, log):
    """Trains from the newest checkpoint of a run that was taken up, or with `anew` from the start."""
    strategies.refuse_differences(distribution, 0, "")  # the others look for what the first one has taken up
    if not anew:
        training_run.refuse_other_layers(built.model)
    checkpoints = Checkpoints(training_run.checkpoints, built.model.state(), built.keep_checkpoints)
    start = 0 if anew else checkpoints.restore() or 0
    strategies.refuse_differences(
        distribution, start, "{worker} and {first} resume at different steps: --run must be one directory that all of them see"
    )
    path = training_run.root
    if not start and not anew and training_run.has_begun:
        raise UserError(f"{path} began and its checkpoints are gone: put them back, or --fresh starts anew")
    facts = {"run": str(path), "recipe": loaded.name, "steps": start, "seconds": 0.0}
    if start >= built.steps:
        if chief:
            score_what_is_missing(built, training_run, start, log)
        log(f"{path} has its {start} steps already; --steps N goes on to N, --fresh starts anew")
        return facts
    if start and chief:
        training_run.note_resume(loaded, start, free_settings(built))
    replicas = distribution.num_replicas_in_sync
    log(
        f"{loaded.name}: {'from' if not start else 'resuming at'} step {start} to {built.steps}, batch {built.batch_size}, "
        f"{replicas} replica{'s' * (replicas > 1)}, {chosen_precision}, in {path}"
    )
    cost, settings = Cost(training_run), settings_of(loaded)
    if chief:
        listeners.on_start(loaded.source, settings, start)
    try:
        for phase, end in phases_left(built, start):
            built.model.begin(phase)
            if built.phases:
                log(f"phase {phase}: to step {end}")
            about = (loaded.source, settings, listeners, cost)
            reports, stop = fit(built, data, distribution, training_run, checkpoints, start, end, chief, about, log)
            start = end
            if stop.signal:
                break
    finally:
        if chief:
            listeners.close()
    here, done = cost.here(), int(built.model.step.numpy())
    if chief:
        training_run.write_record({**training_run.record(), **cost.so_far(), "steps": done, "precision": chosen_precision})
    facts |= {"steps": done} | here | reports.latest
    if stop.signal:
        facts["signal"] = int(stop.signal)
        log(f"stopped at step {done} of {built.steps}; the same command resumes")
    else:
        log(f"done: step {done} in {clock(here['seconds'])}; samples in {training_run.samples}")
    return facts


class Cost:
    """What a run has cost, over all the processes that trained it: a dict of `seconds` by the clock and `cpu_seconds`."""

    def __init__(self, run):
        self.before = run.record()
        self.began = self._now()

    def here(self):
        """The cost in this process."""
        return {name: now - self.began[name] for name, now in self._now().items()}

    def so_far(self):
        """The cost in this process and in those before it, as far as they came to a checkpoint."""
        return {name: self.before.get(name, 0.0) + value for name, value in self.here().items()}

    def _now(self):
        return {"seconds": time.perf_counter(), "cpu_seconds": time.process_time()}


def settings_of(loaded):
    """What a recipe sets, values by dotted name: numbers, truths and texts as such, all else as Python writes it."""
    values = {}
    for name, text, is_set in loaded.settings():
        if is_set:
            with contextlib.suppress(ValueError, SyntaxError):
                text = value if isinstance(value := ast.literal_eval(text), (bool, int, float, str)) else text
            values[name] = text
    return values


def phases_left(built, start):
    """The phases that are not over at step `start`, each with the step at which it ends."""
    if not built.phases:
        return [(built.model.phase, built.steps)]
    left, end = [], 0
    for number, (phase, steps) in enumerate(built.phases.items(), 1):
        end = built.steps if number == len(built.phases) else min(end + steps, built.steps)
        if end > start:
            left.append((phase, end))
            start = end
    return left


def fit(built, data, distribution, run, checkpoints, start, end, chief, about, log):
    """Runs `model.fit` from step `start` to step `end`, with the callbacks of a run.

    Args:
        about: the recipe's text, its settings, `Listeners` of the user's, and the run's `Cost`.
        Others: as of `_go_on`.

    Returns:
        The `Reports` and the `GracefulStop` callbacks.
    """
    model = built.model
    rounds, rounds_done = (end - start) // model.generator_steps, model.rounds_of_data(start)
    per_round = built.batch_size * model.batches_per_step

    def make_dataset(context):
        return built.data.batches(per_round, built.seed, start=rounds_done, context=context)

    dataset = strategies.distributed(distribution, make_dataset, built.batch_size)
    model.steps_per_execution = steps_per_execution(built, start, end, distribution)
    progress = board = None
    reports = Reports(built.log_every, per_round / model.generator_steps)
    stop = GracefulStop(log)
    callbacks = [reports, stop]
    if chief:
        progress = progress_of(built.steps, start)
        board = Board(run.logs, model.equilibrium, run_name(run))
        recipe, settings, listeners, cost = about
        if not start:
            board.on_start(recipe, settings)
        everybody = Listeners([board, *listeners.listeners])

        def warn(step, line):
            progress.log(f"step {step}: {line}")
            everybody.log_text(step, "monitor", line)

        def saved():
            run.note_checkpoint(cost.so_far())
            if run.is_growing:
                board.close()  # TensorFlow does not follow a file that moves
                run.settle()
                checkpoints.directory, grids.directory = run.checkpoints, run.samples
                board.open(run.logs)

        stop.log = progress.log
        monitor = Monitor(model.equilibrium, warn)
        reports.listeners += [progress, everybody, monitor]
        real = real_examples(built.data, data, built.seed)
        for entry in built.evaluations:
            entry.prepare(built.data, progress.log)
        grids = Samples(built.sample_every, run.samples, real, everybody, monitor, progress.show)
        callbacks += [
            grids,
            Saving(built.checkpoint_every, checkpoints, saved),
            *(Evaluations(entry, run, everybody, progress.log, number) for number, entry in enumerate(built.evaluations)),
        ]
    try:
        with translated(model, checkpoints):
            model.fit(dataset, steps_per_epoch=rounds, epochs=1, verbose=0, shuffle=False, callbacks=callbacks)
    finally:
        stop.restore()
        for listener in (progress, board):
            if listener:
                with contextlib.suppress(tf.errors.OpError):
                    listener.close()
    return reports, stop


def score_what_is_missing(built, run, step, log):
    """Runs those evaluations of a finished run that have no score of its last step, such as those that a kill took.

    The scores go to scores.jsonl and TensorBoard; listeners of one's own are not begun for them.
    """
    board = Board(run.logs, built.model.equilibrium, run_name(run))
    evaluations = [Evaluations(entry, run, board, log, number) for number, entry in enumerate(built.evaluations)]
    try:
        for evaluation in evaluations:
            if evaluation.is_missing(step):
                evaluation.set_model(built.model)
                evaluation.entry.prepare(built.data, log)
                evaluation.on_step(step)
    finally:
        with contextlib.suppress(tf.errors.OpError):
            board.close()


def run_name(run):
    """What a run is called in TensorBoard: the recipe's name and its own."""
    return "/".join(run.root.absolute().parts[-2:])


def steps_per_execution(built, start, end, distribution):
    """The most steps in one go that meet every regular event and the last step exactly.

    One where the family asks for it, and under strategies of several replicas, where Keras fails on more.
    """
    if distribution.num_replicas_in_sync > 1 or strategies.is_multi_worker(distribution) or built.model.one_round_at_a_time:
        return 1
    regular = (built.log_every, built.sample_every, built.checkpoint_every, *(entry.every for entry in built.evaluations))
    common = math.gcd(start, end, *regular) // built.model.generator_steps
    return max(size for size in range(1, MOST_STEPS_PER_EXECUTION + 1) if max(common, 1) % size == 0)


def real_examples(source, arrays, seed):
    """Some real examples as the model sees them, and the first of the stream for everybody with the same seed."""
    count = min(REAL_EXAMPLES, len(next(iter(arrays.values()))))
    batch = next(iter(source.batches(count, seed)))
    return np.asarray(examples_of(batch))


@contextlib.contextmanager
def translated(model, checkpoints):
    """Turns what stops a training, and is the user's to mend, into one line."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        for player in model.players:
            if NOT_FINITE.format(player=player) in str(error):
                last = checkpoints.latest_step
                good = f"the last good checkpoint is step {last}" if last is not None else "there is no checkpoint yet"
                step = int(model.step.numpy()) + 1
                raise UserError(
                    f"step {step}: {NOT_FINITE.format(player=player)}; {good} in {checkpoints.directory}. "
                    "A smaller learning rate, another loss or a penalty may help"
                ) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise UserError(f"the run cannot be written: {error.strerror} ({error.filename})") from error
        raise
