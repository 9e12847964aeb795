"""What the inputs of `fuzz.py` are made from, and how it is damaged."""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


WORDS = (
    "",
    "a",
    "-1",
    "0",
    "nan",
    "inf",
    "1e12",
    "99999999999999999999",
    "1.5",
    "None",
    "true",
    "é",
    "\udcff",
    "a b",
    "../..",
    "~",
)


VALUES = (None, True, 0, -1, 1e308, 10**30, "", "x", "../../x", [], {}, [[]], {"a": 1}, ["a", 1], float("nan"), "x" * 5000)

RECIPE = """
import keras
from fiddle.experimental.auto_config import auto_config

from ganzoo import losses
from ganzoo.data.points import Points
from ganzoo.families.gan import GAN
from ganzoo.networks.mlp import mlp_discriminator, mlp_generator
from ganzoo.recipe import Recipe


@auto_config
def recipe():
    return Recipe(
        data=Points("ring8", take=512),
        model=GAN(
            generator=mlp_generator(shape=(2,), latent_dim=4, width=8, output="linear"),
            discriminator=mlp_discriminator(shape=(2,), width=8),
        ),
        optimizers={
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5),
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.5),
        },
        batch_size=16,
        steps=4,
        log_every=2,
        sample_every=4,
        checkpoint_every=2,
    )
"""


def make_base(base):
    """What the directories of all inputs are copied from; a run is added by the caller, in a process of its own."""
    import numpy as np
    from PIL import Image

    from ganzoo.people.engine import Question, write_page
    from ganzoo.people.kinds import captions
    from ganzoo.report.judge_page import Candidates, judge_page

    rng = np.random.default_rng(0)
    (base / "tiny.py").write_text(RECIPE)
    shutil.copytree(ROOT / "exported" / "ring_vanilla", base / "model")
    images = rng.integers(0, 256, (12, 8, 8, 1), dtype=np.uint8)
    np.savez(base / "images.npz", images=images)
    np.savez(base / "points.npz", points=rng.normal(size=(40, 2)))
    (base / "pictures").mkdir()
    for number, image in enumerate(images[:4]):
        Image.fromarray(image[..., 0]).save(base / "pictures" / f"{number}.png")
    (base / "lines.txt").write_text("a man is here\na dog runs\n" * 10)
    pairs = [Candidates("fake", "pooled", 12, [0, 1, 2], [3, 4, 5], [0.1, 0.2, 0.3])]
    judge_page(pairs, images, base / "page.html", decoys=4)
    keys = [{"side": "fake"}, {"side": "real"}, {"answer": "no"}] * 4
    asked = [Question((image,), key, text="a digit") for image, key in zip(images, keys, strict=True)]
    write_page("captions", asked, captions.SETTINGS, base / "people.html", "Pictures and words")
    for name, file, kind in (("page.html", "answers.json", "judge"), ("people.html", "said.json", "people")):
        data = json.loads((base / name).read_text().split('id="data">')[1].split("</script>")[0])
        answers = [{"id": question["id"], "answer": "no", "ms": 900} for question in data["questions"]]
        sheet = {"format": f"ganzoo-{kind}-answers", "version": 1, "page": data["page"], "rater": "R", "answers": answers}
        sheet |= {"kind": "captions", "practice": [], "attempts": 1} if kind == "people" else {}
        (base / file).write_text(json.dumps(sheet))


def make_foreign(base):
    """SavedModels of other makes, in a process of its own: it runs operations."""
    import tensorflow as tf

    makes = {
        "plain": lambda z: {"images": z},
        "double": lambda z: {"images": tf.cast(z, tf.float64)},
        "nchw": lambda z: {"images": tf.transpose(z, [0, 3, 1, 2])},
        "text": lambda z: {"images": tf.strings.as_string(z)},
        "nan": lambda z: {"images": z / 0 * 0},
        "two": lambda z: {"a": z, "b": z[:, :, :, 0]},
        "flat": lambda z: {"images": z[:, 0, 0]},
        "wide": lambda z: {"images": tf.tile(z, [1, 1, 1, 4])},
        "few": lambda z: {"images": z[:5]},
        "fails": lambda z: {"images": tf.ensure_shape(z[: tf.shape(z)[0] // 2], [64, 4, 4, 1])},
    }
    for name, make in makes.items():
        dtype = {"double": tf.float64, "two": tf.int32, "flat": tf.float16}.get(name, tf.float32)
        save(base / "foreign" / name, make, tf.TensorSpec([None, 16], dtype))
    save(base / "foreign" / "encoder", lambda z: {"images": z}, tf.TensorSpec([None, 4, 4, 1], tf.float32))


def save(path, make, spec):
    import tensorflow as tf

    def generate(z):
        return make(tf.reshape(tf.tanh(tf.cast(z, tf.float32)), [-1, 4, 4, 1]))

    module = tf.Module()
    module.f = tf.function(generate, input_signature=[spec], autograph=False)
    tf.saved_model.save(module, str(path), signatures=module.f.get_concrete_function())


def pick(rng, *choices):
    return choices[rng.randrange(len(choices))]


def changed(rng, value):
    """A JSON value with one part of it replaced, left out, or added."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = pick(rng, *value)
        if rng.random() < 0.25:
            return {name: part for name, part in value.items() if name != key}
        return {**value, key: changed(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.6:
        at = rng.randrange(len(value))
        return [*value[:at], changed(rng, value[at]), *value[at + 1 :]]
    return pick(rng, *VALUES)


def damaged_text(rng, text):
    """Text that is no longer JSON, or only just."""
    kinds = (
        lambda: text[: rng.randrange(len(text) + 1)],
        lambda: "",
        lambda: "[" * pick(rng, 100, 100_000),
        lambda: "\0" * 10,
        lambda: '{"a":' * 5000,
        lambda: text.replace('"', "'", 3),
        lambda: pick(rng, "[]", "{}", "7", "null", '"x"', "NaN", "1e999", "-"),
    )
    return pick(rng, *kinds)()


def damage_json(rng, path):
    text = path.read_text()
    if rng.random() < 0.4:
        path.write_text(damaged_text(rng, text))
    elif rng.random() < 0.1:
        path.write_bytes(rng.randbytes(rng.randrange(200)))
    else:
        path.write_text(json.dumps(changed(rng, json.loads(text))))


def damage_bytes(rng, path):
    content = bytearray(path.read_bytes())
    kind = rng.randrange(4)
    if kind == 0:
        content = content[: rng.randrange(len(content))]
    elif kind == 1:
        content = rng.randbytes(rng.randrange(300))
    elif kind == 2:
        for _ in range(pick(rng, 1, 5, 50)):
            content[rng.randrange(len(content))] = rng.randrange(256)
    else:
        content = b""
    path.write_bytes(content)
