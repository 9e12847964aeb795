"""CPU time and value of every metric of images on digits, its real column included, once samples and features are at hand.

    python benchmarks/metric_speed.py [--metrics NAMES] [--json FILE]        # all metrics, and a tournament

360 samples of an export against 1,437 training and 360 held-out images: `digits_cgan`, whose samples have labels;
`digits_bigan` for what takes an encoder, `shapes_text` (1,000 samples) for captions or a known manifold. Beside the time
stand the model's value and the real column's, and the spread of what is trained three times.
"""

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from ganzoo.errors import UserError
from ganzoo.evaluation.evaluator import Evaluator
from ganzoo.evaluation.inputs.opening import open_input
from ganzoo.evaluation.inputs.reference import real_data
from ganzoo.evaluation.tournament import tournament
from ganzoo.metrics.registry import metrics_of
from ganzoo.report.terminal_tournament import table

MODELS = {
    "reconstructions": "digits_bigan",
    "outputs": "digits_bigan",
    "log_weights": "digits_vae",
    "fake_captions": "shapes_text",
    "truth": "shapes_text",
}
PLAYERS = ("digits_dcgan", "digits_wgan", "digits_began")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--metrics", help="names separated by commas; all by default")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    names = options.metrics.split(",") if options.metrics else list(metrics_of("image"))
    evaluators, facts = {}, {}
    for name in names:
        needs = metrics_of("image")[name].needs
        model = next((MODELS[need] for need in needs if need in MODELS), "digits_cgan")
        if model not in evaluators:
            entry = open_input(f"exported/{model}")
            few = {"extractor": "pixels", "count": 1000, "reference_count": 2000} if model == "shapes_text" else {}
            evaluators[model] = Evaluator(real_data(entry), **few, log=lambda line: None), entry
            evaluators[model][0].scores(entry, "density_coverage")  # samples, features and distances
        evaluator, entry = evaluators[model]
        began = time.process_time()
        try:
            scores = evaluator.scores(entry, (name,))
        except UserError as error:
            print(f"{name:33} {error}", flush=True)
            continue
        known = metrics_of("image")[name]
        score = next((one for one in scores if one["part"] == known.main), scores[0])
        facts[name] = {"seconds": round(time.process_time() - began, 2), "model": model}
        facts[name] |= {key: score[key] for key in ("name", "value", "real")}
        real = "-" if score["real"] is None else f"{score['real']:.4g}"
        told = f"{score['name']} {score['value']:.4g}, real {real}"
        if spreads := {one["part"]: one["value"] for one in scores if one["part"].endswith("sd")}:
            facts[name]["spreads"] = spreads
            told += "".join(f", {part} {value:.2g}" for part, value in spreads.items())
        print(f"{name:33} {facts[name]['seconds']:6.2f} s  {told}", flush=True)
    if not options.metrics:
        began = time.process_time()
        record = tournament([f"exported/{name}" for name in PLAYERS], count=360, nrds=True, log=lambda line: None)
        facts["tournament"] = {"seconds": round(time.process_time() - began, 2), "record": record}
        print(f"{'tournament, NRDS':33} {facts['tournament']['seconds']:6.2f} s")
        print("\n".join(f"    {line}" for line in table(record)))
    print(f"{'all':33} {sum(fact['seconds'] for fact in facts.values()):6.1f} s")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(facts, file, indent=1)


if __name__ == "__main__":
    main()
