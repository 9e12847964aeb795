"""Hostile arguments, options, clusters and models: inputs of `fuzz.py`, each of (a random generator, a directory)."""

import json

from fuzz_base import VALUES, WORDS, changed, damaged_text, pick

# Never a device or a directory of the system: a command may write there.
NAMES = ("x" * 300, ".", "", "a/" * 200, "no\nline", "-", "{{node}}", "%s%n", "run", "points.npz")


NUMBERS = (
    "-1",
    "0",
    "1",
    "2",
    "nan",
    "inf",
    "1e12",
    "99999999999999999999",
    "-99999999999",
    "2147483648",
    "1.5",
    "",
    "x",
    "2,3",
    ",",
)


COMMANDS = {
    "train": ("--run", "--set", "--steps", "--strategy", "--precision", "--json", "--data-dir"),
    "sample": ("--count", "--seed", "--label", "--truncation", "--code", "--caption", "--temperature", "--out", "--json"),
    "evaluate": ("--data", "--metrics", "--count", "--extractor", "--seed", "--html", "--json"),
    "compare": ("--data", "--metrics", "--count", "--extractor", "--seed", "--html"),
    "birthday": ("--data", "--batch-sizes", "--batches", "--features", "--threshold", "--page", "--seed"),
    "neighbours": ("--data", "--count", "--extractor", "--out", "--seed"),
    "judge": ("--answers", "--json"),
    "export": ("--to", "--json", "--format", "--licence"),
    "latent sweep": ("--out", "--rows", "--count", "--data", "--seed"),
    "latent walk": ("--stops", "--steps", "--walks", "--seconds", "--label", "--seed"),
    "latent arithmetic": ("--plus", "--minus", "--average", "--caption", "--seed"),
    "latent directions": ("--top", "--rows", "--draws", "--random", "--range", "--seed"),
    "inspect": ("--count", "--seed", "--json"),
    "tournament": ("--count", "--data", "--extractor", "--seed", "--json"),
    "people page": ("--count", "--decoys", "--every", "--title", "--data", "--seed", "--json"),
    "people merge": ("--json",),
    "sweep": ("--over", "--search", "--trials", "--metric", "--count", "--steps", "--to", "--storage", "--name", "--seed"),
    "study": ("--data", "--to", "--storage", "--jobs", "--json"),
    "explore": ("--host", "--port", "--out"),
    "zoo": ("--sheet", "--page", "--json"),
    "metrics": ("--json",),
    "init": ("--like",),
    "data check": ("--split", "--size", "--crop", "--channels", "--held-out", "--out", "--json"),
    "landscape": ("--out", "--side"),
    "probe": ("--data", "--seed", "--json"),
    "latent interpolate": ("--out", "--pairs", "--shown", "--steps", "--seed"),
    "show": ("--set", "--json"),
    "recipes": ("--json",),
    "cache": ("--json",),
}


LATENT = ("sweep", "walk", "arithmetic", "directions", "interpolate")


def commands(rng, directory):
    """Any command with any options of any values."""
    name = pick(rng, *COMMANDS)
    arguments = name.split()
    if name not in ("recipes", "cache"):
        arguments.append(pick(rng, *NAMES, *WORDS, "pictures", "lines.txt", "tiny.py", "page.html"))
    for option in rng.sample(COMMANDS[name], rng.randrange(min(4, len(COMMANDS[name]) + 1))):
        arguments += [option, pick(rng, *WORDS, *NAMES)]
    if name in PICTURED and rng.random() < 0.7:
        arguments += ["--out", pick(rng, "a.png", "a.npz", "a.txt", "a.gif", "nowhere/a.png")]
    if arguments[:2] in (["train", "tiny.py"], ["sweep", "tiny.py"]):
        arguments[1] = "tinny.py"  # a training costs more than an input may
    if name == "explore":
        arguments += ["--view", pick(rng, "seed=1", *WORDS)]  # without, it serves until it is stopped
    if name.startswith("people"):
        arguments[2:2] = [pick(rng, "neighbours", "preference", *WORDS)] if name.endswith("page") else []
        arguments += ["--page", "b.html"] if name.endswith("page") else [pick(rng, "said.json", *NAMES)]
    return arguments


# What writes the picture that --out names.
PICTURED = ("sample", "landscape", "inspect", *(f"latent {name}" for name in LATENT))


DEEP = {
    "sample": ("model", ("--count", "--seed", "--label", "--truncation", "--code", "--caption", "--temperature")),
    "evaluate": ("points.npz", ("--count", "--seed", "--metrics", "--extractor", "--data")),
    "compare": ("points.npz", ("--count", "--seed", "--metrics", "--extractor", "--data")),
    "birthday": ("points.npz", ("--batch-sizes", "--batches", "--features", "--threshold", "--seed", "--data")),
    "neighbours": ("images.npz", ("--count", "--seed", "--extractor", "--data")),
    "latent sweep": ("model", ("--rows", "--count", "--seed", "--data")),
    "landscape": ("run", ("--side",)),
    "probe": ("model", ("--seed", "--data")),
    "latent interpolate": ("model", ("--pairs", "--shown", "--steps", "--seed", "--data")),
    "latent walk": ("foreign/plain", ("--stops", "--steps", "--walks", "--seconds", "--label", "--code", "--seed")),
    "latent arithmetic": ("foreign/plain", ("--plus", "--minus", "--average", "--truncation", "--seed")),
    "latent directions": ("model", ("--top", "--rows", "--draws", "--random", "--range", "--seed")),
    "export": ("run", ("--to", "--format", "--licence")),
    "judge": ("page.html", ("--answers",)),
    "data": ("prepare", ("--data-dir",)),
    "data check": ("./pictures", ("--split", "--size", "--crop", "--channels", "--held-out", "--out")),
    "inspect": ("run", ("--count", "--seed")),
    "tournament": ("model", ("--count", "--data", "--seed", "--extractor")),
    "people page": ("images.npz", ("--count", "--decoys", "--every", "--data", "--seed", "--title")),
    "people merge": ("people.html", ("--json",)),
    "sweep": ("tiny.py", ("--over", "--search", "--trials", "--metric", "--count", "--steps", "--to", "--storage", "--seed")),
    "study": ("balance", ("--data", "--storage")),
    "explore": ("model", ("--view",)),
    "zoo": ("ring", ("--sheet", "--page", "--json")),
    "metrics": ("vendi", ("--json",)),
    "init": ("mine.py", ("--like",)),
}


DATA = (
    "points.npz",
    "images.npz",
    "digits",
    "ring8:test",
    "ring8@8",
    "digits@0",
    "digits@99999",
    "digits:nothing",
    "lines.txt",
    "./pictures",
)


# Options that name a file or a directory to be written or read.
FILES = ("--answers", "--to", "--data-dir", "--json", "--sheet", "--page", "--out")
OVER = ("seed=0,1", "seed=", "=", "seed", "batch_size=1..x", "seed=0..3:log", "log_every=1", "seed=1..2:log:0", "nothing=1,2")
VIEWS = ("seed=1", "seed=x", "seed=1&seed=2", "=", "&&", "mode=nothing", "seed=" + "9" * 30, "%00", "seed=1&truncation=nan")
STORAGES = ("sqlite:///a.db", "postgresql://nobody@127.0.0.1:1/x", "x://y", "journal:///a", "sqlite:///", "")
TERMS = ("1", "1,2", "label=0", "label=", "=", "shape=circle", "-1", "99999999999", "x=y=z", "")


def options(rng, directory):
    """Commands on what is whole, with options that are not."""
    name = pick(rng, *DEEP)
    model, known = DEEP[name]
    arguments = [*name.split(), pick(rng, model, model, model, "points.npz", "images.npz", "model", "lines.txt", "./pictures")]
    if name == "compare":
        arguments.append(pick(rng, model, "lines.txt"))
    if name == "data":
        arguments = ["data", "prepare", pick(rng, "digits", "ring8", *WORDS)]
    if name == "people page":
        arguments[2:2] = [pick(rng, *("real-or-fake", "rapid", "neighbours", "captions", "preference"))]
        arguments += ["--page", "b.html"]
    if name == "people merge":
        arguments.append(pick(rng, "said.json", "answers.json", "pictures", "tiny.py"))
    if name == "tournament":
        arguments.append(pick(rng, model, "run"))
    if name == "sweep":
        arguments[1:] = ["tiny.py", "--dry-run"]
    if name == "study":
        arguments += ["--data", pick(rng, "ring8", *WORDS)]  # refused before anything is trained
        known = ("--storage", "--to")
    if name == "explore":
        arguments += ["--out", pick(rng, "a.png", "a.txt"), "--view", "seed=1"]
    if name == "init":
        arguments[1] = pick(rng, "mine.py", "tiny.py", "pictures", *NAMES)
    for option in rng.sample(known, rng.randrange(1, min(3, len(known) + 1))):
        values = {"--data": DATA, "--metrics": ("all", "c2st", "mmd,", "frechet_distance", "nothing", "")}
        values |= {"--extractor": ("auto", "pixels", "model", "inception:tiny.py", "ngram-svd:0", "vectors:lines.txt", "x:y,z")}
        values |= {"--features": ("pixels", "random", "x"), **dict.fromkeys(FILES, NAMES)}
        values |= {"--over": OVER, "--view": VIEWS, "--storage": STORAGES, "--like": ("ring_vanilla", "tiny.py", "zzz")}
        values |= {"--format": ("savedmodel", "onnx", "tflite", "html", "x"), "--split": ("train", "test", "zzz")}
        values |= {"--plus": TERMS, "--minus": TERMS, "--search": ("grid", "random", "tpe", "x")}
        usual = ("2", "3", "20") if option not in values and rng.random() < 0.5 else ()  # so that what comes after is reached
        arguments += [option, pick(rng, *(usual or values.get(option, NUMBERS)), *(WORDS if rng.random() < 0.2 else ()))]
    if name in PICTURED:
        fits = "a.gif" if name == "latent walk" else "a" if name == "inspect" else "a.png"
        arguments += ["--out", pick(rng, fits, fits, "a.npz", "a.txt", "a.gif")]
    return arguments


def foreign(rng, directory):
    """SavedModels of other makes as models, as real data and as extractors."""
    path = f"foreign/{pick(rng, *(child.name for child in sorted((directory / 'foreign').iterdir())))}"
    return pick(
        rng,
        ["sample", path, "--count", "3", "--out", pick(rng, "a.png", "a.npz")],
        ["sample", path, "--seed", pick(rng, *NUMBERS), "--label", "1", "--out", "a.npz"],
        ["evaluate", path, "--data", pick(rng, "images.npz", "points.npz"), "--count", "8", "--metrics", "mmd"],
        ["evaluate", "images.npz", "--data", "images.npz", "--extractor", path],
        ["birthday", path, "--data", "images.npz", "--batch-sizes", "2", "--batches", "2"],
        ["probe", path],
        ["export", path],
        ["train", path],
    )


def samples(rng, directory):
    """Counts, seeds and options of the Python functions."""
    count = pick(rng, 0, -1, 1, 1.5, "3", None, 10**12, 2**31, True, 2)
    seed = pick(rng, 0, -1, 2**31, 2**70, -(2**80), 1.5, "x", None, 3)
    name, value = pick(rng, *"xy"), pick(rng, *VALUES)
    options = {pick(rng, "label", "code", "caption", name): value} if rng.random() < 0.4 else {}
    return lambda: drawn(count, seed, options)


def drawn(count, seed, options):
    from ganzoo.serving.sampling import load

    sampler = load("model")
    for draw in (sampler.sample, sampler.labels):
        draw(count, seed, **options)


def workers(rng, directory):
    """Clusters that are none."""
    good = {"cluster": {"worker": ["127.0.0.1:2222"]}, "task": {"type": "worker", "index": 0}}
    if rng.random() < 0.3:
        text = damaged_text(rng, json.dumps(good))
    else:
        config = changed(rng, good)
        text = json.dumps({"task": {}} if config == good else config)
    return ["train", "tiny.py", "--strategy", "multi-worker", "--smoke", "--run", "r"], {"TF_CONFIG": text.replace("\0", " ")}


def paths(rng, directory):
    """Names that no file can have, wherever a path is taken."""
    name = pick(rng, "x" * 300, "é" * 200, "a/" + "b" * 256, "loop/x", "pictures/", "tiny.py/x", "")
    (directory / "loop").symlink_to("loop")
    return pick(
        rng,
        *(["sample", name, "--out", "a.npz"], ["sample", "model", "--count", "1", "--out", f"{name}.png"], ["show", name]),
        *(["export", name], ["export", "run", "--to", name], ["evaluate", name], ["evaluate", "images.npz", "--data", name]),
        *(["judge", name, "--answers", "answers.json"], ["judge", "page.html", "--answers", name], ["train", name]),
        *(
            ["recipes", "--json", name],
            ["show", "tiny.py", "--json", name],
            ["train", "tiny.py", "--run", name, "--steps", "1"],
        ),
        *(
            ["data", "prepare", name],
            ["data", "list", "--data-dir", name],
            ["compare", name, name],
            ["landscape", name, "--out", "a.png"],
        ),
    )


def texts(rng, directory):
    """Texts that are no sentences."""
    path = directory / "bad.txt"
    kinds = (
        b"",
        b"\n",
        b"\xff\xfe",
        b"\0\0\n\0",
        b"one line",
        b"\r\r\r",
        "\u2028\u2029é\n".encode() * 3,
        b"a " * 20_000,
        rng.randbytes(500),
    )
    path.write_bytes(pick(rng, *kinds))
    return pick(rng, ["evaluate", "bad.txt", "--data", "lines.txt", "--metrics", "bleu"], ["compare", "bad.txt", "lines.txt"])
