"""Callbacks that count generator steps, whatever number of them Keras runs in one go."""

import keras


class Stepwise(keras.callbacks.Callback):
    """Calls `on_step(step)` each time training passes a multiple of `every`.

    Args:
        every: generator steps between two calls.
    """

    def __init__(self, every):
        super().__init__()
        self.every = every
        self.step = 0

    def on_train_begin(self, logs=None):
        self._first = self.step = int(self.model.step.numpy())
        self._acted_at = None

    def on_train_batch_end(self, batch, logs=None):
        before = self.step
        self.step = self._first + (batch + 1) * self.model.generator_steps
        if self.step // self.every > before // self.every:
            self._act()

    def on_train_end(self, logs=None):
        self._act()

    def _act(self):
        if self.step > self._first and self._acted_at != self.step:
            self._acted_at = self.step
            self.on_step(self.step)

    def on_step(self, step):
        """What happens at `step`, the number of generator steps of the whole run so far."""
        raise NotImplementedError
