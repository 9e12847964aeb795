"""Pages of every kind whose truth is known, and people who answer them with known accuracy."""

import json

import numpy as np
import pytest

from ganzoo.people.answers import page_key
from ganzoo.people.engine import write_page
from ganzoo.people.kinds.every import KINDS, PRACTISED
from ganzoo.people.kinds.material import Material, Sampled
from ganzoo.people.kinds.preference import names_of

SIDE = 16


def pictures(n, seed, side=SIDE):
    """n unlike pictures uint8 [n, side, side, 3]: blocks of random colours."""
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 256, (n, 4, 4, 3)), np.ones((1, side // 4, side // 4, 1))).astype(np.uint8)


class Judged:
    """A page and all that is behind it.

    Attributes:
        path: of the page.
        key: what is known of its questions.
        made: what `write_page` returned.
    """

    def __init__(self, directory, kind, **options):
        count = options.pop("count", 40)
        models = options.pop("models", [Sampled("model", pictures(80, 1), [f"kind {n % 3}" for n in range(80)])])
        real = options.pop("real_images", Sampled("real", pictures(200, 2), [f"kind {n % 3}" for n in range(200)]))
        practice = options.pop("practice", 4) if kind in PRACTISED else 0
        material = Material(
            models, real, count, pictures(60, 3), practice=practice, **({"every": 30, "exclusive": True} | options)
        )
        module, self.path = KINDS[kind], directory / "page.html"
        record = {"contestants": names_of(material)}
        questions = module.questions(material, np.random.default_rng(0))
        self.made = write_page(kind, questions, module.settings(material), self.path, "Some <b>pictures</b>", 0, record)
        self.key, self.kind, self.material = page_key(self.path), kind, material

    def practised(self):
        return [{"id": q, "answer": x["practice"]} for q, x in self.key["questions"].items() if "practice" in x]

    def answers(self, path, say, rater="ada", **more):
        """Writes an exported file; `say(question's id, what is known of it)` is the answer, or None, or a dict."""
        answers = []
        for number, (q, known) in enumerate(x for x in self.key["questions"].items() if "practice" not in x[1]):
            said = say(q, known)
            if said is not None:
                answers.append({"id": q, "ms": 900, "n": number} | (said if isinstance(said, dict) else {"answer": said}))
        content = {"format": "ganzoo-people-answers", "version": 1, "kind": self.kind, "page": self.key["page"], "rater": rater}
        content |= {"practice": self.practised(), "attempts": 1, "answers": answers}
        path.write_text(json.dumps(content | more))
        return path


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Fewer bootstrap draws than people are given."""
    monkeypatch.setattr("ganzoo.people.bootstrap.DRAWS", 250)
    monkeypatch.setattr("ganzoo.people.kinds.preference.DRAWS", 120)


@pytest.fixture
def make(tmp_path):
    """Makes a page of a kind."""
    return lambda kind, **options: Judged(tmp_path, kind, **options)


@pytest.fixture(scope="session")
def judged_once(tmp_path_factory):
    """Makes a page of a kind that several tests share."""
    made = {}

    def judged(kind, **options):
        name = (kind, *sorted(options))
        if name not in made:
            made[name] = Judged(tmp_path_factory.mktemp(kind), kind, **options)
        return made[name]

    return judged
