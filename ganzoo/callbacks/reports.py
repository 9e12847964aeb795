"""Takes a step's records at regular steps and hands them to whoever listens."""

import time

from ganzoo.callbacks.stepwise import Stepwise


class Reports(Stepwise):
    """Averages the records since the last report, adds learning rates and speed, and tells the listeners.

    Args:
        every: generator steps between two reports.
        images_per_step: real images per generator step, for the speed.
        listeners: objects with `on_log(step, records)`; records is a dict of floats.
    """

    def __init__(self, every, images_per_step, listeners=()):
        super().__init__(every)
        self.images_per_step = images_per_step
        self.listeners = list(listeners)
        self.latest = {}

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._since = (time.perf_counter(), self.step)

    def on_step(self, step):
        records = self.model.take_records()
        now, (then, before) = time.perf_counter(), self._since
        self._since = (now, step)
        records["images_per_second"] = (step - before) * self.images_per_step / max(now - then, 1e-9)
        for player, optimizer in self.model.optimizers.items():
            records[f"{player}_learning_rate"] = float(optimizer.learning_rate.numpy())
        self.latest = records
        for listener in self.listeners:
            listener.on_log(step, records)
