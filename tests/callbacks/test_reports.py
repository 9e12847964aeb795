import time
import types

import numpy as np
import pytest
import tensorflow as tf

from ganzoo.callbacks.reports import Reports


class Model:
    """Stands in for a family that is at a step, with records to take and two optimizers."""

    generator_steps = 1

    def __init__(self, step=0):
        self.step = tf.constant(step)
        rates = {"generator": 0.5, "discriminator": 0.25}
        self.optimizers = {name: types.SimpleNamespace(learning_rate=tf.constant(rate)) for name, rate in rates.items()}

    def take_records(self):
        return {"generator_loss": 1.5}


class Listener(list):
    def on_log(self, step, records):
        self.append((step, dict(records)))


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = types.SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(time, "perf_counter", lambda: now.seconds)
    return now


def test_a_report_adds_rates_and_the_speed_since_the_last_one(clock):
    one, other = Listener(), Listener()
    reports = Reports(2, images_per_step=32, listeners=[one, other])
    reports.set_model(Model(step=10))
    reports.on_train_begin()
    for batch, seconds in enumerate((101.0, 104.0, 105.0, 106.0)):
        clock.seconds = seconds
        reports.on_train_batch_end(batch)
    rates = {"generator_learning_rate": 0.5, "discriminator_learning_rate": 0.25}
    common = {"generator_loss": 1.5, **rates}
    # Two steps of 32 images in 4 seconds, then in 2.
    assert one == other == [(12, {**common, "images_per_second": 16.0}), (14, {**common, "images_per_second": 32.0})]
    assert reports.latest == one[-1][1]


def test_listeners_may_come_later_and_there_may_be_none(clock):
    reports = Reports(1, images_per_step=1)
    late = Listener()
    reports.set_model(Model())
    reports.on_train_begin()
    reports.on_train_batch_end(0)
    reports.listeners.append(late)
    reports.on_train_batch_end(1)
    assert [step for step, _ in late] == [2]
    assert np.isfinite(late[0][1]["images_per_second"]), "a clock that stands still is no division by zero"
