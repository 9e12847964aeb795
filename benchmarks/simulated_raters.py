"""Answers of simulated raters to a page of real-or-fake: how wide will an interval be with so many people?

    ganzoo people page real-or-fake digits_dcgan --count 40 --page page.html
    python benchmarks/simulated_raters.py page.html --raters 6 --deceived 0.3 --doubted 0.1 --out answers
    ganzoo people merge page.html answers

Each rater takes a generated picture for real with a probability of their own around `--deceived`, a real one for generated with
one around `--doubted`, and knows decoys and practice pictures.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from ganzoo.people.answers import page_key


def answers(key, rng, name, deceived, doubted, spread):
    """One rater's exported file, a dict."""
    own = np.clip(rng.normal((deceived, doubted), spread), 0, 1)
    asked = {q: known for q, known in key["questions"].items() if "practice" not in known}
    said = []
    for number, (question, known) in enumerate(asked.items()):
        wrong = 0 if "answer" in known else own[0 if known["side"] == "fake" else 1]
        right = rng.random() >= wrong
        truth = "real" if known["side"] == "real" else "fake"
        word = truth if right else {"real": "fake", "fake": "real"}[truth]
        said.append({"id": question, "answer": word, "ms": 2000, "n": number})
    practice = [{"id": q, "answer": known["practice"]} for q, known in key["questions"].items() if "practice" in known]
    return {"format": "ganzoo-people-answers", "page": key["page"], "rater": name, "practice": practice, "answers": said}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--raters", type=int, default=6)
    parser.add_argument("--deceived", type=float, default=0.3)
    parser.add_argument("--doubted", type=float, default=0.1)
    parser.add_argument("--spread", type=float, default=0.05, help="standard deviation of both between raters")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    key = page_key(options.page)
    if key["kind"] != "real-or-fake":
        parser.error(f"{options.page} is of the kind {key['kind']}")
    options.out.mkdir(parents=True, exist_ok=True)
    for number in range(1, options.raters + 1):
        rng = np.random.default_rng([options.seed, number])
        file = answers(key, rng, f"simulated {number}", options.deceived, options.doubted, options.spread)
        (options.out / f"simulated-{number}.json").write_text(json.dumps(file, indent=1) + "\n")


if __name__ == "__main__":
    main()
