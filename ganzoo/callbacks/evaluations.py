"""Scores during training, each at its own cadence, and those that a kill took."""

from ganzoo.callbacks.stepwise import Stepwise


class Evaluations(Stepwise):
    """Runs one of a recipe's evaluations, keeps its scores in the run and shows them.

    Args:
        entry: has `every` (generator steps), and is called with (model, step) for a list of JSON-ready score dicts,
            each with `name` and `value`; its `prepare(data, log)` was called before.
        run: the `Run` whose scores.jsonl gets them.
        board: a `Board`, or `Listeners`.
        log: called with a line for the user.
        number: of the entry among the recipe's, which its scores carry.
    """

    def __init__(self, entry, run, board, log, number=0):
        super().__init__(entry.every)
        self.number = number
        self.entry = entry
        self.run = run
        self.board = board
        self.log = log

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        if self.step and self.step % self.every == 0 and self.is_missing(self.step):
            self.on_step(self.step)

    def is_missing(self, step):
        """Whether the run has no score of this entry at `step`, such as after a kill while it was computed."""
        return not any(
            score.get("step") == step and score.get("evaluation", self.number) == self.number for score in self.run.all_scores()
        )

    def on_step(self, step):
        scores = self.entry(self.model, step)
        for score in scores:
            self.run.add_score({"step": step, "evaluation": self.number, **score})
        self.board.on_scores(step, scores)
        self.log(f"step {step}: " + "  ".join(f"{score['name']} {score['value']:.4g}" for score in scores))
