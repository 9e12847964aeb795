"""What a run went through: its curves as TensorBoard has them, and its model at each checkpoint."""

import numpy as np

from ganzoo.callbacks.board import curves_of, tag_of
from ganzoo.callbacks.monitor import DISCRIMINATOR_WON, GENERATOR_WON, Monitor

RECORDS = ("discriminator_loss", "generator_loss", "real_score", "fake_score")


def curves(run, records=RECORDS):
    """A run's curves.

    Args:
        run: its directory, a path.
        records: names of what a training reports.

    Returns:
        A dict from name to a list of (step, value), by step; of a step that was reported twice the later value. Names
        that were not reported are left out.
    """
    import tensorflow as tf
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(curves_of(run / "logs")), {"tensors": 0})
    events.Reload()
    known, found = events.Tags()["tensors"], {}
    for record in records:
        tag = tag_of(record)
        if tag in known:
            values = {event.step: float(tf.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)}
            found[record] = sorted(values.items())
    return found


def verdict(found, equilibrium):
    """How a training stood at its end, by the monitor's own rules: "discriminator won", "generator won" or "open".

    Args:
        found: as `curves` returns.
        equilibrium: each player's loss at equilibrium, by name.
    """
    monitor = Monitor(equilibrium, lambda step, line: None)
    by_record = {record: dict(points) for record, points in found.items()}
    for step in sorted(by_record.get("discriminator_loss", ())):
        monitor.on_log(step, {record: points[step] for record, points in by_record.items() if step in points})
    if DISCRIMINATOR_WON in monitor.standing:
        return "discriminator won"
    return "generator won" if GENERATOR_WON in monitor.standing else "open"


def at_checkpoints(run, steps=None):
    """A run's model at each checkpoint that it kept, oldest first.

    Args:
        run: its directory.
        steps: of these steps alone.

    Yields:
        (step, a `RunSampler` whose model is restored to that step, until the next is asked for).
    """
    from ganzoo.checkpoints import Checkpoints
    from ganzoo.serving.sampling import RunSampler

    sampler = RunSampler(run)
    checkpoints = Checkpoints(sampler.run.checkpoints, sampler.model.state())
    for step in checkpoints.steps:
        if steps is None or step in steps:
            checkpoints.restore_step(step)
            sampler.step = step
            yield step, sampler


def tail_mean(points, share=0.5):
    """The mean of a curve's last share, by points."""
    values = [value for _, value in points]
    return float(np.mean(values[-max(int(len(values) * share), 1) :]))
