"""How often the 95 % intervals cover what they are intervals of: every kind, at two counts, over repeated draws.

    python benchmarks/interval_coverage.py --draws 200 --json coverage.json

Features are Gaussian, texts are sentences of random words, laws are known, so that nothing is trained. "truth" says what is
covered: a number in closed form, or the mean of the score over all draws, which stands for its expected value at this count.
`--only kernel` runs the groups whose name holds that word; groups that the JSON file has already are not run again.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from ganzoo.evaluation import intervals
from ganzoo.evaluation.compare import _best
from ganzoo.metrics.birthday import support
from ganzoo.metrics.classifier import inception_score, m_inception_score, mode_score
from ganzoo.metrics.data_copying import auth_pct
from ganzoo.metrics.divergence_frontier import frontier_of_samples
from ganzoo.metrics.frechet import frechet_interval
from ganzoo.metrics.frechet_bias import frechet_distance_debiased
from ganzoo.metrics.image_similarity import ms_ssim
from ganzoo.metrics.intervals import BLOCKS, mean_interval
from ganzoo.metrics.kernel_distance import kernel_distance, mmd_rbf, mmd_rbf_gaussians
from ganzoo.metrics.mode_coverage import mode_coverage
from ganzoo.metrics.ndb import ndb
from ganzoo.metrics.neighbours.search import neighbours
from ganzoo.metrics.prd import prd
from ganzoo.metrics.precision_recall import density_coverage, precision_recall, rarity, realism
from ganzoo.metrics.registry import all_metrics, values_of
from ganzoo.metrics.sliced_wasserstein import sliced_wasserstein
from ganzoo.metrics.text.bleu import mean_bleu, mean_self_bleu
from ganzoo.metrics.text.kneser_ney import KneserNey, lm_score, reverse_lm_score
from ganzoo.metrics.two_sample import c2st, nearest_neighbour_test
from ganzoo.metrics.vendi import vendi

GROUPS = {}


def group(*counts, truth=None):
    """Registers a function of (count, generator): a dict of (value, low, high) by score. `truth` gives the numbers covered."""

    def register(function):
        GROUPS[function.__name__] = (function, counts, truth or (lambda count: {}))
        return function

    return register


def normal(rng, count, dim=8, shift=0.0):
    return rng.standard_normal((count, dim)) + shift / np.sqrt(dim)


REFERENCE = normal(np.random.default_rng(1), 4000, 16)
POINTS = normal(np.random.default_rng(2), 1000, 2)
MODES = SimpleNamespace(means=np.array([[1.0, 0], [-1, 0], [0, 1.5]]), scale=0.3)


class Features(SimpleNamespace):
    """Generated or real samples as an evaluation holds them: features alone."""

    @property
    def count(self):
        return len(self.features)

    def part(self, rows):
        return Features(features=self.features[rows])


def jackknifed(function, fake, real=None):
    """The intervals that an evaluation's jackknife gives the parts of `function(real, fake)`."""
    known = SimpleNamespace(direction=None, span=(-np.inf, np.inf))

    class Combined:
        part = staticmethod(lambda name: known)

        def __call__(self, context):
            sides = context.comparison
            return {name: (value, None, None) for name, value in function(sides.real.features, sides.other.features).items()}

    sides = SimpleNamespace(real=Features(features=fake if real is None else real), other=Features(features=fake))
    context = SimpleNamespace(comparison=sides, held=None, modality=None, seed=0)
    values = values_of(Combined()(context))
    ends = intervals.jackknife(Combined(), context, values, min(len(fake), intervals.MOST))
    return {name: (value, *ends.get(name, (None, None))) for name, value in values.items()}


def exact(name, values, count):
    """The exact intervals of the counted shares of a metric, by `values` of its parts."""
    metric = all_metrics()[name]
    return {f"{name} {part}".strip(): (values[part], *ends) for part, ends in intervals.counted(metric, values, count).items()}


@group(200, 2000)
def frechet(count, rng):
    interval = frechet_interval(REFERENCE, normal(rng, count, 16, 0.7), seed=int(rng.integers(99)))
    return {"FD": tuple(interval[key] for key in ("value", "low", "high"))}


@group(200, 2000)
def frechet_of_an_equal_law(count, rng):
    interval = frechet_interval(REFERENCE, normal(rng, count, 16), seed=int(rng.integers(99)))
    return {"FD, equal laws": tuple(interval[key] for key in ("value", "low", "high"))}


@group(300, 1000)
def frechet_debiased(count, rng):
    def function(real, fake):
        return {"FD debiased": frechet_distance_debiased(real, fake)["debiased"]}

    return jackknifed(function, normal(rng, count, 8, 0.7), POINTS8)


POINTS8 = normal(np.random.default_rng(3), 4000, 8)


def cubic_of_shift(dim, shift):
    a = shift**2 / dim
    return 3 * a + 3 * a**2 + a**3 + 6 * a**2 / dim + 3 * a / dim + 6 * a / dim**2


SHIFTS = {  # dimension and shift of unit Gaussians
    "KD, equal laws": (8, 0.0),
    "KD, near": (8, 0.3),
    "KD, far": (8, 1.5),
    "KD of points, equal laws": (2, 0.0),
    "KD of points, near": (2, 0.1),
}


@group(200, 2000, truth=lambda count: {name: cubic_of_shift(*facts) for name, facts in SHIFTS.items()})
def kernel(count, rng):
    return {
        name: _bounds(kernel_distance(normal(rng, count, dim), normal(rng, count, dim, shift), subsets=1), "mean")
        for name, (dim, shift) in SHIFTS.items()
    }


@group(200, 1000, truth=lambda count: {f"MMD-RBF, shift {s:g}": mmd_rbf_gaussians(s, 8, 3) for s in (0, 0.5)})
def kernel_rbf(count, rng):
    return {
        f"MMD-RBF, shift {s:g}": _bounds(
            mmd_rbf(normal(rng, count), normal(rng, count, 8, s), bandwidth=3, permutations=1, test_cap=20), "u"
        )
        for s in (0, 0.5)
    }


def _bounds(scores, main):
    return tuple(scores[key] for key in (main, "low", "high"))


def _of_neighbours(real, fake):
    record = neighbours(real, fake)
    parts = {f"{part}": value for part, value in precision_recall(record).items() if part != "precision"}
    parts |= density_coverage(record)
    parts |= {f"1-NN {part}": value for part, value in nearest_neighbour_test(record).items()}
    return parts | {"rarity mean": rarity(record)["mean"]}


@group(200, 1000)
def of_neighbours(count, rng):
    return jackknifed(_of_neighbours, normal(rng, count, 2, 0.5), POINTS[:count])


@group(200, 1000)
def shares_of_samples(count, rng):
    fake = normal(rng, count, 2, 0.5)
    record = neighbours(POINTS, fake)
    shares = {
        "precision_recall": precision_recall(record),
        "realism": {"above_one": realism(record)["above_one"]},
        "rarity": rarity(record),
        "auth_pct": {"": auth_pct(record)},
        "mode_coverage": mode_coverage(fake, MODES),
    }
    counted = {name: ends for metric, values in shares.items() for name, ends in exact(metric, values, count).items()}
    return counted | {"realism median": _bounds(realism(record), "median")}


@group(200, 1000)
def classifiers(count, rng):
    return {
        f"c2st {name}": tuple(scores[key] for key in (name, f"{name}_low", f"{name}_high"))
        for scores in [c2st(POINTS8[:count], normal(rng, count, 8, 0.7), seed=int(rng.integers(99)))]
        for name in ("logistic", "knn")
    }


@group(200, 600)
def clusters(count, rng):
    def function(real, fake):
        bins = ndb(real, fake, bins=10)
        return {"ndb js": bins["js"], **{f"prd {part}": value for part, value in prd(real, fake, runs=1).items()}}

    return jackknifed(function, normal(rng, count, 2, 1.0), POINTS[:count])


@group(200, 1000)
def others(count, rng):
    def function(real, fake):
        return {"sliced Wasserstein": sliced_wasserstein(real, fake, directions=100), "Vendi": vendi(fake)}

    return jackknifed(function, normal(rng, count, 8, 0.7), POINTS8[:count])


@group(200, 1000)
def probabilities(count, rng):
    def function(real, fake):
        return {
            "CS mean": inception_score(fake)["mean"],
            "CS plain": inception_score(fake)["plain"],
            "m-CS": m_inception_score(fake),
            "mode score": mode_score(np.eye(10), fake),
        }

    return jackknifed(function, rng.dirichlet(np.full(10, 0.2), count))


@group(200, 1000)
def images(count, rng):
    faces = np.clip(128 + 40 * rng.standard_normal((count, 1, 1, 1)) + 30 * rng.standard_normal((count, 8, 8, 1)), 0, 255)
    return jackknifed(lambda real, fake: {"MS-SSIM": ms_ssim(fake, pairs=300)}, faces.astype(np.uint8))


WORDS = [f"w{n}" for n in range(60)]
SHARES = 1 / np.arange(1, 61) / (1 / np.arange(1, 61)).sum()


def sentences(rng, count):
    lengths = rng.integers(4, 12, count)
    words = rng.choice(WORDS, lengths.sum(), p=SHARES)
    return [tuple(part.tolist()) for part in np.split(words, np.cumsum(lengths)[:-1])]


TEXT, HELD = (sentences(np.random.default_rng(seed), 500) for seed in (5, 6))
LANGUAGE_MODEL = KneserNey(TEXT, vocabulary=WORDS)


@group(200, 1000)
def text(count, rng):
    mine = sentences(rng, count)
    bleu, own = mean_bleu(mine, HELD, 200), np.empty(count, object)
    own[:] = mine
    return {
        "BLEU-3": bleu["3"],
        **jackknifed(lambda real, fake: {"self-BLEU-3": mean_self_bleu(list(fake), 1000, 0)["3"]}, own),
        "LM": lm_score(mine, LANGUAGE_MODEL),
        "reverse LM": reverse_lm_score(mine, HELD, WORDS, int(rng.integers(99))),
        "length": mean_interval([len(sentence) for sentence in mine]),
    }


@group(200, 1000)
def text_vectors(count, rng):
    return {"divergence frontier": frontier_of_samples(POINTS, normal(rng, count, 2, 0.5), int(rng.integers(99)))}


def _law(weights):
    return np.asarray(weights) / np.sum(weights)


LAWS = {
    "uniform": _law(np.ones(300)),
    "1 / rank": _law(1 / np.arange(1, 10_001)),
    "a 2 % spike": _law([0.02, *np.full(10_000, 0.98 / 10_000)]),
    "a 10 % spike": _law([0.1, *np.full(10_000, 0.9 / 10_000)]),
    "five of 2 %": _law([*np.full(5, 0.02), *np.full(10_000, 0.9 / 10_000)]),
    "geometric": _law(0.9 ** np.arange(60)),
}


@group(50, 200, 2000, truth=lambda count: {f"N_eff, {name}": 1 / np.square(law).sum() for name, law in LAWS.items()})
def birthday(count, rng):
    found = {}
    for name, law in LAWS.items():
        estimate = support.pooled(support.sample_degrees(rng.choice(len(law), count, p=law)))["n_eff"]
        found[f"N_eff, {name}"] = _ends(estimate)
    return found


def _ends(estimate):
    return tuple(np.inf if estimate[key] is None else estimate[key] for key in ("value", "low", "high"))


@group(50, 200, 2000, truth=lambda count: {f"ratio to uniform, {n}": np.square(law).sum() * 300 for n, law in LAWS.items()})
def birthday_ratio(count, rng):
    real = support.pooled(support.sample_degrees(rng.integers(300, size=count)))
    found = {}
    for name, law in LAWS.items():
        ratio = support.ratio(support.pooled(support.sample_degrees(rng.choice(len(law), count, p=law))), real)
        found[f"ratio to uniform, {name}"] = (ratio.value, ratio.low, ratio.high)
    return found


@group(200, 2000, truth=lambda count: {"batches of 20, uniform law": 300.0})
def birthday_batches(count, rng):
    marks = sum(len(set(rng.integers(300, size=20).tolist())) < 20 for _ in range(count // 20))
    return {"batches of 20, uniform law": _ends(support.from_batches(20, marks, count // 20)["n_eff"])}


@group(200, 2000, truth=lambda count: {f"share of {p:g}": p for p in (0.01, 0.3)})
def shares(count, rng):
    hits = {p: int(rng.binomial(count, p)) for p in (0.01, 0.3)}
    return {f"share of {p:g}": (n / count, *support.clopper_pearson(n, count)) for p, n in hits.items()}


@group(200, 2000, truth=lambda count: {"difference of two equal models": 0.0})
def difference(count, rng):
    """Covered where neither of two equal models is called clearly better."""
    scores = []
    for _ in range(2):
        interval = frechet_interval(REFERENCE, normal(rng, count, 16, 0.7), seed=int(rng.integers(99)))
        scores.append({key: interval[key] for key in ("value", "low", "high")})
    tied = len(_best(["a", "b"], scores, "lower", None)) == 2
    return {"difference of two equal models": (0.0, -1.0, 1.0) if tied else (0.0, 1.0, 1.0)}


def run(name, draws):
    """Rows of one group: by score and count the share of intervals that cover, and of draws that have one."""
    function, counts, truth = GROUPS[name]
    rows = []
    for count in counts:
        drawn = [function(count, np.random.default_rng([seed, count])) for seed in range(draws)]
        for score in drawn[0]:
            value, low, high = np.array([found[score] for found in drawn], float).T
            known = truth(count).get(score)
            target = value[np.isfinite(value)].mean() if known is None else known
            there = ~np.isnan(low)
            covered = (low <= target) & (target <= high)
            rows.append(
                {
                    "score": score,
                    "count": count,
                    "truth": "closed form" if known is not None else "mean of draws",
                    "covered": float(covered[there].mean()) if there.any() else None,
                    "above": float((low > target)[there].mean()) if there.any() else None,
                    "below": float((high < target)[there].mean()) if there.any() else None,
                    "intervals": float(there.mean()),
                }
            )
    return rows


def table(record):
    """The coverage by score as lines of Markdown, in the order of the groups."""
    yield "| interval of | covers | at counts | coverage |"
    yield "|---|---|---|---|"
    for name in GROUPS:
        by_score = {}
        for row in record["groups"].get(name, {"rows": []})["rows"]:
            by_score.setdefault(row["score"], []).append(row)
        for score, rows in by_score.items():
            truth = "the true value" if rows[0]["truth"] == "closed form" else "the expected score"
            counts = ", ".join(f"{row['count']:,}" for row in rows)
            covered = ", ".join("-" if row["covered"] is None else f"{row['covered']:.2f}" for row in rows)
            yield f"| {score} | {truth} | {counts} | {covered} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--only", default="", help="part of the groups' names")
    parser.add_argument("--json", metavar="FILE", help="keeps the rows; groups in it are not run again")
    options = parser.parse_args()

    file = Path(options.json) if options.json else None
    record = json.loads(file.read_text()) if file and file.exists() else {"draws": options.draws, "groups": {}}
    record |= {"machine": platform.machine(), "cpus": os.cpu_count(), "numpy": np.__version__, "blocks": BLOCKS}
    for name in GROUPS:
        if options.only not in name or name in record["groups"]:
            continue
        began = time.process_time()
        record["groups"][name] = {"rows": run(name, options.draws), "cpu_seconds": round(time.process_time() - began, 1)}
        if file:
            file.write_text(json.dumps(record, indent=1))
        for row in record["groups"][name]["rows"]:
            shares = [f"{row[key]:.3f}" if row["covered"] is not None else "-" for key in ("covered", "above", "below")]
            covered, above, below = shares
            print(f"{row['score']:28} N={row['count']:5} {covered} ({above} above, {below} below), {row['truth']}", flush=True)
    print("\n".join(table(record)))
    print(f"{sum(part['cpu_seconds'] for part in record['groups'].values()):.0f} CPU seconds")


if __name__ == "__main__":
    main()
