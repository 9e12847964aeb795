"""Whoever wants to hear of a training: TensorBoard, and listeners of the user's own, such as one for MLflow or W&B."""


class Listeners:
    """Tells several listeners what happens, each of what it has a method for.

    A listener is any object with some of these methods, as `callbacks.board.Board` has them:

    - `on_start(recipe, settings, step)`: the recipe's text, its settings by dotted name, the steps done before.
    - `on_log(step, records)`: losses, scores D(real) and D(fake), gradient norms, learning rates and speed, floats by name.
    - `on_scores(step, scores)`: dicts with `name`, `value` and, of held-out real data, `real`.
    - `log_image(step, tag, picture)`: a sample grid, uint8 [H, W, C].
    - `log_text(step, tag, text)`: samples of text, and the monitor's words.
    - `close()`: the training has ended, whichever way.

    Args:
        listeners: such objects.
    """

    def __init__(self, listeners):
        self.listeners = list(listeners)

    def on_start(self, recipe, settings, step):
        self._tell("on_start", recipe, settings, step)

    def on_log(self, step, records):
        self._tell("on_log", step, records)

    def on_scores(self, step, scores):
        self._tell("on_scores", step, scores)

    def log_image(self, step, tag, picture):
        self._tell("log_image", step, tag, picture)

    def log_text(self, step, tag, text):
        self._tell("log_text", step, tag, text)

    def close(self):
        self._tell("close")

    def _tell(self, verb, *words):
        for listener in self.listeners:
            if method := getattr(listener, verb, None):
                method(*words)
