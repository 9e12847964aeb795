"""Scores during training, each at its own cadence."""

from ganzoo.callbacks.stepwise import Stepwise


class Evaluations(Stepwise):
    """Runs one of a recipe's evaluations, keeps its scores in the run and shows them.

    Args:
        entry: has `every` (generator steps), and is called with (model, step) for a list of JSON-ready score dicts,
            each with `name` and `value`; its `prepare(data, log)` was called before.
        run: the `Run` whose scores.jsonl gets them.
        board: a `Board`, or `Listeners`.
        log: called with a line for the user.
    """

    def __init__(self, entry, run, board, log):
        super().__init__(entry.every)
        self.entry = entry
        self.run = run
        self.board = board
        self.log = log

    def on_step(self, step):
        scores = self.entry(self.model, step)
        for score in scores:
            self.run.add_score({"step": step, **score})
        self.board.on_scores(step, scores)
        self.log(f"step {step}: " + "  ".join(f"{score['name']} {score['value']:.4g}" for score in scores))
