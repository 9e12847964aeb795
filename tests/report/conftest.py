"""A page to judge whose answers are known: a generator that stores 30 images, beside real ones that have no twins."""

import json

import numpy as np
import pytest

from ganzoo.report.judge_answers import read_key
from ganzoo.report.judge_page import candidates, judge_page


def smooth(n, rng, side=12):
    """n unlike pictures uint8 [n, side, side, 3]: blocks of random colours."""
    return np.kron(rng.integers(0, 256, (n, 4, 4, 3)), np.ones((1, side // 4, side // 4, 1))).astype(np.uint8)


class Judged:
    """A judge page with all that is behind it."""

    def __init__(self, directory, **options):
        rng = np.random.default_rng(0)
        self.stored = smooth(30, rng)
        self.which = rng.integers(30, size=200)
        noisy = self.stored[self.which] + rng.normal(0, 2, (200, 12, 12, 3))
        self.fake = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
        self.real = smooth(60, rng)
        self.path = directory / "judge.html"
        sizes = {"batch_sizes": (5, 10), "batches": 6, "per_batch": 2}
        groups = candidates(self.fake / 255, pooled=options.pop("pooled", 25), **sizes)
        groups += candidates(self.real / 255, "real", pooled=5, batch_sizes=())
        options = {"decoys": 10, "real_images": self.real} | options
        self.made = judge_page(groups, self.fake, self.path, **options)
        self.key = read_key(self.path)

    def truth(self, question):
        """What a rater without error says."""
        entry = self.key["questions"][question]
        if entry["kind"] != "pair":
            return {"twin": "yes", "stranger": "no"}[entry["kind"]]
        return "yes" if entry["side"] == "fake" and self.which[entry["i"]] == self.which[entry["j"]] else "no"

    def answers(self, path, rater="ada", change=lambda question, answer: answer, **more):
        """Writes an exported file; `change` may alter an answer, or drop it with None."""
        said = {q: change(q, self.truth(q)) for q in self.key["questions"]}
        content = {"format": "ganzoo-judge-answers", "version": 1, "page": self.key["page"], "rater": rater}
        content["answers"] = [{"id": q, "answer": a, "ms": 1200} for q, a in said.items() if a]
        path.write_text(json.dumps(content | more))
        return path


@pytest.fixture(scope="session")
def judged(tmp_path_factory):
    return Judged(tmp_path_factory.mktemp("judged"))


@pytest.fixture(scope="session")
def make_judged(tmp_path_factory):
    return lambda **options: Judged(tmp_path_factory.mktemp("judged"), **options)
