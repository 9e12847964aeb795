"""Hostile files: inputs of `fuzz.py`, each a function of (a random generator, a directory in which it damages them)."""

import base64
import io
import json
import shutil
import zipfile
import zlib

from fuzz_base import changed, damage_bytes, damage_json, damaged_text, pick
from fuzz_settings import SETTINGS, bad_recipe


def runs(rng, directory):
    """A run's files, damaged, and read by what reads them."""
    run = directory / "run"
    kind = rng.randrange(4)
    if kind == 0:
        record = json.loads((run / "run.json").read_text())
        attack = pick(rng, *SETTINGS)
        (run / "run.json").write_text(json.dumps({**record, "overrides": [f"model.adversarial_loss={attack}"]}))
        return ["sample", "run", "--count", "1", "--out", "a.npz"]
    if kind == 1:
        lines = [json.dumps({"step": 4, "name": "FD", "value": 1.0, "direction": "lower", "protocol_line": "p", "real": 1.0})]
        (run / "scores.jsonl").write_text("\n".join(lines * 3))
        lines[0] = pick(rng, damaged_text(rng, lines[0]), json.dumps(changed(rng, json.loads(lines[0]))))
        (run / "scores.jsonl").write_text("\n".join([*lines, "", lines[0]]))
        return read_scores
    if kind == 2:
        (run / "recipe.py").write_text(bad_recipe(rng))
    else:
        damage_json(rng, run / "run.json")
        if rng.random() < 0.6:  # a whole record costs a restored model
            return read_record
    return [
        *pick(rng, ("sample", "run", "--out", "a.npz"), ("export", "run"), ("evaluate", "run", "--html", "a.html")),
        "--json",
        "j",
    ]


def read_record():
    from ganzoo.run import Run

    run = Run.open("run")
    assert run.record()["recipe"] and isinstance(run.smoke, bool)


def read_scores():
    from ganzoo.run import Run

    for score in Run("run").all_scores():
        assert isinstance(score["name"], str)


def cards(rng, directory):
    """An export whose card is damaged."""
    version = directory / "model" / "1"
    damage_json(rng, version / "card.json")
    return pick(
        rng, ["sample", "model", "--count", "2", "--out", "a.npz"], ["evaluate", "model", "--count", "8", "--metrics", "mmd"]
    )


def arrays(rng, directory):
    """Damaged .npz files, and ones of other arrays than images."""
    import numpy as np

    path = directory / "bad.npz"
    odd = {
        "strings": np.array(["a", "b"]),
        "dates": np.array(["2020-01-01"], "datetime64[D]"),
        "complex": np.zeros((4, 2), complex),
        "scalar": np.array(3.0),
        "empty": np.zeros((0, 8, 8, 1), np.uint8),
        "six": np.zeros((2, 2, 2, 2, 2, 2)),
        "record": np.zeros(3, [("a", int), ("b", float)]),
        "long": np.full((6, 8, 8, 1), np.longdouble(3)),
        "bool": np.zeros((6, 8, 8, 1), bool),
        "huge": np.full((6, 8, 8, 1), 1e300),
        "nan": np.full((6, 8, 8, 1), np.nan),
        "half": np.zeros((6, 8, 8, 3), np.float16),
        "void": np.zeros(4, "V8"),
    }
    kind = rng.randrange(6)
    if kind == 0:
        name = pick(rng, *odd)
        np.savez(path, **{pick(rng, "images", "points", "x"): odd[name]})
    elif kind == 1:
        np.savez(path, images=np.array([{"a": 1}, None], object))
    elif kind == 2:
        shutil.copy(directory / pick(rng, "images.npz", "points.npz"), path)
        damage_bytes(rng, path)
    elif kind == 3:
        header = io.BytesIO()
        shape = pick(rng, (10**6, 10**6), (10**15,), (-1, 2), (2**62, 8), (3, "x"))
        text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
        header.write(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(pick(rng, "images.npy", "../images.npy", "images"), header.getvalue() + b"\0" * 64)
    elif kind == 4:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(pick(rng, "images.npy", "a.txt", "x" * 300), pick(rng, b"", b"text", b"\x93NUMPY", b"\0" * 10**6))
    else:
        labels = pick(rng, np.zeros(3), np.array(["a"] * 12), np.full(12, np.nan), np.zeros((12, 2)), np.arange(12) * 10**12)
        np.savez(path, images=np.zeros((12, 8, 8, 1), np.uint8), labels=labels)
        return open_npz
    options = ["--metrics", pick(rng, "mmd", "c2st", "nothing", ",")]
    return pick(rng, open_npz, ["evaluate", "bad.npz", "--data", "images.npz", *options], ["compare", "bad.npz", "bad.npz"])


def open_npz():
    from ganzoo.evaluation.inputs.opening import open_input

    data = open_input("bad.npz")
    data.examples(data.size, 0), data.labels(data.size, 0)


def pictures(rng, directory):
    """Folders of damaged images, and of other things."""
    folder = directory / "pictures"
    for path in sorted(folder.iterdir())[: rng.randrange(1, 4)]:
        damage_bytes(rng, path)
    extra = rng.randrange(5)
    if extra == 0:
        (folder / "a.png").mkdir()
    elif extra == 1:
        (folder / "a.png").symlink_to("a.png")
    elif extra == 2:
        shutil.rmtree(folder)
        folder.mkdir()
    elif extra == 3:
        width = pick(rng, 0, 100_000, 2**31 - 1).to_bytes(4, "big")
        chunk = b"IHDR" + width * 2 + b"\x08\x00\x00\x00\x00"
        content = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        (folder / "0.png").write_bytes(content + b"\0" * 20)
    return open_folder


def open_folder():
    from ganzoo.evaluation.inputs.opening import open_input

    data = open_input("./pictures")
    data.examples(data.size, 0)


def models(rng, directory):
    """SavedModels that are damaged, and files that are none."""
    version = directory / "model" / "1"
    kind = rng.randrange(6)
    if kind == 0:
        (version / "saved_model.pb").write_bytes(rng.randbytes(100))
    elif kind == 1:
        content = (version / "saved_model.pb").read_bytes()
        (version / "saved_model.pb").write_bytes(content[: rng.randrange(len(content))])
    elif kind == 2:
        shutil.rmtree(version / "variables")
    elif kind == 3:
        for path in (version / "variables").iterdir():
            path.write_bytes(path.read_bytes()[: rng.randrange(40)])
    elif kind == 4:
        (version / "saved_model.pb").write_bytes(b"")
    else:
        (directory / "m.keras").write_bytes(rng.randbytes(50))
        return ["sample", "m.keras", "--out", "a.npz"]
    return [*pick(rng, ("sample", "model", "--out", "a.npz"), ("probe", "model"), ("birthday", "model", "--batches", "1"))]


def judges(rng, directory):
    """Pages and answers of people that were changed."""
    command = pick(rng, ["judge", "page.html", "--answers", "answers.json"], ["people", "merge", "people.html", "said.json"])
    page, answers = (directory / name for name in command if name.endswith((".html", ".json")))
    if rng.random() < 0.5:
        damage_json(rng, answers)
    else:
        text = page.read_text()
        start, end = text.index('id="key">') + 9, text.index("</script>", text.index('id="key">'))
        key = json.loads(zlib.decompress(base64.b64decode(text[start:end])))
        kind = rng.randrange(5)
        if kind == 0:
            content = base64.b64encode(zlib.compress(b"[" * 10**6)).decode()
        elif kind == 1:
            content = text[start:end][: rng.randrange(end - start)]
        elif kind == 2:
            content = base64.b64encode(zlib.compress(damaged_text(rng, json.dumps(key)).encode())).decode()
        else:
            content = base64.b64encode(zlib.compress(json.dumps(changed(rng, key)).encode())).decode()
        page.write_text(text[:start] + content + text[end:])
    return [*command, "--json", "j"]
