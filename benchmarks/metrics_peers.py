"""Metrics beside the libraries that the field uses: values, CPU time and memory, on the same arrays, one thread a side.

    python benchmarks/metrics_peers.py [CASE ...] [--count N] [--dim D] [--json FILE]

Each side of each case is a process of its own, on one thread, which reads the same arrays, does the work once on a hundredth of
them, so that imports and start-up do not count, and then once in full. Memory is the peak above what the process held before,
arrays included. A library that is not installed is left out with a word: torch-fidelity 0.4, pytorch-fid, prdc, vendi-score,
mauve-text (with faiss-cpu), nltk, scikit-image and POT can be installed beside PyTorch anywhere on PYTHONPATH.

torchvision is stood in for by an empty module where it is absent: only networks need it, and no network runs here.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

# By case: what it is, the shape of the arrays (samples, dimensions), and the sides.
CASES = {
    "fd": ("Frechet distance", (10_000, 2048), ("ganzoo", "tf-gan", "torch-fidelity", "pytorch-fid")),
    "kd": ("kernel distance, 100 subsets of 1,000", (10_000, 256), ("ganzoo", "torch-fidelity")),
    "pr": ("precision and recall, k = 3", (10_000, 256), ("ganzoo", "torch-fidelity")),
    "prdc": ("precision, recall, density, coverage, k = 5", (10_000, 1000), ("ganzoo", "prdc")),
    "is": ("Inception Score of logits, 10 splits", (10_000, 10), ("ganzoo", "torch-fidelity")),
    "all": ("IS, FD, KD and precision/recall together", (10_000, 128), ("ganzoo", "torch-fidelity")),
    "evaluate": ("a whole evaluate, with held-out column; four metrics", (10_000, 128), ("ganzoo", "torch-fidelity")),
    "vendi": ("Vendi score", (5000, 64), ("ganzoo", "vendi-score")),
    "frontier": ("divergence frontier", (3000, 64), ("ganzoo", "mauve-text")),
    "sliced": ("sliced Wasserstein, 1,000 directions", (5000, 64), ("ganzoo", "POT")),
    "ssim": ("SSIM and PSNR of pairs, 28 x 28", (1000, 784), ("ganzoo", "scikit-image")),
    "bleu": ("BLEU-4 with 200 references", (400, 12), ("ganzoo", "nltk")),
}


def features(count, dim, seed=0):
    """Real and generated features with a decaying spectrum, as networks give: float32 [count, dim] each."""
    rng = np.random.default_rng(seed)
    scales = (1 / np.sqrt(np.arange(1, dim + 1))).astype(np.float32)
    real, fake = (rng.standard_normal((count, dim), dtype=np.float32) * scales for _ in range(2))
    return real, fake * np.float32(1.05) + np.float32(0.01)


def arrays_of(case, count, dim):
    """(reals, fakes) of a case."""
    rng = np.random.default_rng(1)
    if case == "is":
        return (4 * rng.standard_normal((count, dim))).astype(np.float32), np.zeros((1, dim), np.float32)
    if case == "ssim":
        images = rng.integers(0, 256, (count, dim), np.uint8)
        return images, np.clip(images + rng.integers(-40, 41, images.shape), 0, 255).astype(np.uint8)
    if case == "bleu":
        words = (rng.zipf(1.6, (2, count, dim)) % 50).astype(np.int64)
        return words[0], words[1]
    return features(count, dim)


def ganzoo_side(case, real, fake):
    from ganzoo import metrics as m

    if case == "fd":
        return {"value": m.frechet_distance(real, fake)}
    if case == "kd":
        found = m.kernel_distance(real, fake)
        return {"value": found["mean"], "subsets mean": found["subsets_mean"]}
    if case in ("pr", "prdc"):
        k = 3 if case == "pr" else 5
        record = m.neighbours.neighbours(real, fake, k, (k,))
        found = m.precision_recall(record) if case == "pr" else m.precision_recall(record, 5) | m.density_coverage(record)
        return {name: value for name, value in found.items() if name != "f1"}
    if case == "is":
        return {"value": m.inception_score(softmax(real))["mean"]}
    if case == "all":
        logits = 4 * real[:, :10]
        parts = [ganzoo_side("is", logits, None), *(ganzoo_side(one, real, fake) for one in ("fd", "kd", "pr"))]
        return {f"{number} {name}": value for number, part in enumerate(parts) for name, value in part.items()}
    if case == "evaluate":
        return whole_evaluation(real, fake)
    if case == "vendi":
        return {"value": m.vendi(real)}
    if case == "frontier":
        return {"value": m.divergence_frontier(real, fake)}
    if case == "sliced":
        return {"value": m.sliced_wasserstein(real, fake)}
    if case == "ssim":
        images = [values.reshape(-1, 28, 28, 1) for values in (fake, real)]
        return {"ssim": float(m.ssim(*images).mean()), "psnr": float(m.psnr(*images).mean())}
    from ganzoo.metrics.text.bleu import bleu

    texts, references = ([tuple(map(str, words)) for words in values] for values in (real, fake[:200]))
    return {"value": float(np.mean(bleu(texts, references)[4]))}


def whole_evaluation(real, fake):
    """The default metrics of features and probabilities, each for held-out data too, as `ganzoo evaluate` takes them."""
    import ganzoo

    held_out = features(len(real), real.shape[1], seed=1)[0]
    with tempfile.TemporaryDirectory() as folder:
        probabilities = [softmax(4 * values[:, :10]) for values in (real, held_out, fake)]
        held = {"held_out": held_out, "held_out_probabilities": probabilities[1]}
        np.savez(f"{folder}/real.npz", features=real, probabilities=probabilities[0], **held)
        np.savez(f"{folder}/fake.npz", features=fake, probabilities=probabilities[2])
        fake, real = (f"{folder}/{side}.npz" for side in ("fake", "real"))
        scores = ganzoo.evaluate(fake, real, cache=f"{folder}/cache", log=lambda line: None)
    return {name.partition("[")[0]: score["value"] for name, score in scores.to_dict().items() if score["direction"] != "aside"}


def peer_side(case, peer, real, fake):
    if peer == "tf-gan":
        from ganzoo.metrics import tfgan

        return {"value": tfgan.frechet_distance(real, fake)}
    if peer == "torch-fidelity":
        return torch_fidelity(case, real, fake)
    if peer == "pytorch-fid":
        from pytorch_fid.fid_score import calculate_frechet_distance

        moments = [part for values in (real, fake) for part in (values.mean(axis=0), np.cov(values, rowvar=False))]
        return {"value": calculate_frechet_distance(*moments)}
    if peer == "prdc":
        from prdc import compute_prdc

        return {name: float(value) for name, value in compute_prdc(real, fake, nearest_k=5).items()}
    if peer == "vendi-score":
        from vendi_score import vendi

        return {"value": float(vendi.score_dual(real))}
    if peer == "mauve-text":
        import mauve

        found = mauve.compute_mauve(p_features=real, q_features=fake, verbose=False)
        return {"value": float(found.mauve)}
    if peer == "POT":
        import ot

        return {"value": 3 * real.shape[1] * float(ot.sliced_wasserstein_distance(real, fake, n_projections=1000, seed=0)) ** 2}
    if peer == "scikit-image":
        from skimage.metrics import peak_signal_noise_ratio, structural_similarity

        pairs = list(zip(*(values.reshape(-1, 28, 28) for values in (real, fake)), strict=True))
        options = {"data_range": 255, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        return {
            "ssim": float(np.mean([structural_similarity(a, b, **options) for a, b in pairs])),
            "psnr": float(np.mean([peak_signal_noise_ratio(a, b, data_range=255) for a, b in pairs])),
        }
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    texts, references = ([list(map(str, words)) for words in values] for values in (real, fake[:200]))
    smooth = SmoothingFunction().method1
    return {"value": float(np.mean([sentence_bleu(references, text, (0.25,) * 4, smooth) for text in texts]))}


def torch_fidelity(case, real, fake):
    import torch
    from torch_fidelity import metric_fid, metric_isc, metric_kid, metric_prc

    torch.set_num_threads(1)
    if case in ("all", "evaluate"):
        logits = 4 * real[:, :10]
        parts = [torch_fidelity("is", logits, None), *(torch_fidelity(one, real, fake) for one in ("fd", "kd", "pr"))]
        return {f"{number} {name}": value for number, part in enumerate(parts) for name, value in part.items()}
    real = torch.from_numpy(real)
    if case == "is":
        return {"value": metric_isc.isc_features_to_metric(real, shuffle=False)["inception_score_mean"]}
    fake, quiet = torch.from_numpy(fake), {"verbose": False}
    if case == "fd":
        stats = [metric_fid.fid_features_to_statistics(values) for values in (real, fake)]
        return {"value": metric_fid.fid_statistics_to_metric(*stats, False)["frechet_inception_distance"]}
    if case == "kd":
        size = min(1000, len(real))
        found = metric_kid.kid_features_to_metric(real, fake, kid_subset_size=size, **quiet)
        return {"value": found["kernel_inception_distance_mean"]}
    found = metric_prc.prc_features_to_metric(fake, real, save_cpu_ram=True, **quiet)
    return {name: float(found[name]) for name in ("precision", "recall")}


def softmax(logits):
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


class Absent(types.ModuleType):
    """A module that has whatever is asked of it."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(name, (), {}) if name[:1].isupper() else Absent(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


def stand_in_for_torchvision():
    if importlib.util.find_spec("torchvision") is None:
        for name in ("", ".transforms", ".transforms.functional", ".models", ".models.inception", ".datasets", ".utils"):
            sys.modules[f"torchvision{name}"] = Absent(f"torchvision{name}")


def memory(name):
    """A line of /proc/self/status in bytes."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


def run_side(case, side, folder):
    """The child's work; its record goes to its standard output."""
    stand_in_for_torchvision()
    real, fake = (np.load(f"{folder}/{name}.npy") for name in ("real", "fake"))

    def work(*arrays):
        return ganzoo_side(case, *arrays) if side == "ganzoo" else peer_side(case, side, *arrays)

    few = max(len(real) // 100, 200)
    try:
        work(real[:few], fake[:few])
    except ImportError as error:
        print(json.dumps({"absent": str(error).splitlines()[0]}))
        return
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak starts anew
    before, began = memory("VmRSS"), time.process_time()
    values = work(real, fake)
    record = {"values": values, "cpu": time.process_time() - began, "memory": max(memory("VmHWM") - before, 0)}
    print(json.dumps(record))


def measured(case, side, folder):
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), "1")
    command = [sys.executable, __file__, "--child", case, side, folder]
    done = subprocess.run(command, env=os.environ | threads, capture_output=True, text=True)
    if done.returncode:
        return {"absent": (done.stderr.strip().splitlines() or ["it failed"])[-1][:200]}
    return json.loads(done.stdout.splitlines()[-1])


def digits(first, second):
    """To how many digits two numbers agree, at most 15."""
    if first == second:
        return 15
    return max(int(-np.log10(abs(first - second) / max(abs(first), abs(second), 1e-300))), 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--count", type=int, help="samples, in the place of a case's own number")
    parser.add_argument("--dim", type=int, help="dimensions, likewise; not of images, logits or texts")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return run_side(*options.child)
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    records = {}
    columns = ("case", "samples", "side", "value", "agrees to", "CPU seconds", "times ganzoo's", "memory")
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for case in options.cases or CASES:
        title, (count, dim), sides = CASES[case]
        count, dim = options.count or count, dim if case in ("ssim", "is", "bleu") else options.dim or dim
        records[case] = {"title": title, "count": count, "dim": dim}
        with tempfile.TemporaryDirectory() as folder:
            for name, values in zip(("real", "fake"), arrays_of(case, count, dim), strict=True):
                np.save(f"{folder}/{name}.npy", values)
            for side in sides:
                records[case][side] = record = measured(case, side, folder)
                print(row(title, count, dim, side, record, records[case]["ganzoo"]), flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(records, file, indent=1)


def row(title, count, dim, side, record, own):
    what = f"| {title} | {count:,} x {dim:,} | {side} |"
    if "absent" in record:
        return f"{what} - | {record['absent']} | - | - | - |"
    values = ", ".join(f"{name} {value:.6g}" if name != "value" else f"{value:.8g}" for name, value in record["values"].items())
    shared = [name for name in record["values"] if name in own.get("values", {})]
    agrees = "" if side == "ganzoo" else ", ".join(str(digits(record["values"][name], own["values"][name])) for name in shared)
    times = record["cpu"] / max(own.get("cpu", np.nan), 1e-9)
    return f"{what} {values} | {agrees} | {record['cpu']:.2f} | {times:.1f} | {record['memory'] / 2**20:,.0f} MiB |"


if __name__ == "__main__":
    main()
