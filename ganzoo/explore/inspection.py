"""A run looked into: its discriminator's features in three dimensions beside what they are worth, filters, and conditioning."""

import base64
import html
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ganzoo import figures, pictures
from ganzoo.errors import UserError
from ganzoo.explore import judged, projector
from ganzoo.files import write_atomically
from ganzoo.metrics.conditioning import conditioning, singular_values
from ganzoo.notes import logged
from ganzoo.serving.jacobians import jacobians

COLOURS = {"real": (31, 97, 199), "generated": (222, 112, 22)}
SIDE = 420
LATENTS = 32
PAGE = Path(__file__).with_name("inspection.html")


@logged
def inspect(sampler, out, count=256, seed=0, data_dir=None, log=print):
    """Looks into the newest checkpoint of a run, and writes what it finds to a directory.

    Args:
        sampler: a `RunSampler` of a model of images.
        out: the directory: `index.html` (a page of its own), `features.png`, `filters.png`, `conditioning.png`,
            `inspection.json`, and `projector/`, which TensorBoard shows.
        count: real and generated images.
        seed: of the draws.
        data_dir: where data sets are prepared.
        log: called with lines for the user.

    Returns:
        A JSON-ready dict: `layers`, each with `name`, `values` (of its features), `separability` (of real and generated
        images, as of `judged.separability`), `seen` (the same of training and held-out images: above a half it knows what it
        was trained on) and `pca_share`; and of the generator `conditioning` and `singular_values`, or `unconditioned`, why not.

    Raises:
        UserError: the model has no discriminator with convolutions, makes no images, or `out` cannot be written.
    """
    model, out = sampler.model, Path(out)
    layers = judged.convolutions(judged.judge_of(model))
    sides = judged.shown_to(sampler, count, seed, data_dir)
    given = [judged.features(model, layers, side) for side in sides]
    records, placed, vectors = [], [], []
    for number, layer in enumerate(layers):
        real, fake, held = (side[number] for side in given)
        both = np.concatenate([real, fake])
        embedded, share = judged.embeddings(both, seed)
        record = {"name": layer.name, "values": int(both.shape[1]), "pca_share": share}
        record |= {"separability": judged.separability(real, fake, seed), "seen": judged.separability(real, held, seed)}
        log(line(record))
        records.append(record)
        placed.append(embedded)
        vectors.append(both)
    facts = {"model": sampler.name, "step": sampler.step, "count": len(sides[0].images), "seed": seed, "layers": records}
    facts |= of_generator(sampler, seed)
    log(said_of_generator(facts))
    images = np.concatenate([side.images for side in sides[:2]])
    kinds = np.repeat([side.kind for side in sides[:2]], len(sides[0].images)).tolist()
    labels = [label for side in sides[:2] for label in labels_of(side)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        named = dict(zip((layer.name for layer in layers), vectors, strict=True))
        projector.write(out / "projector", named, images, kinds, labels)
        drawn = {"features.png": features_figure(facts, placed, kinds), "filters.png": filters_figure(layers)}
        if "singular_values" in facts:
            drawn["conditioning.png"] = spectra_figure(facts)
        for name, picture in drawn.items():
            write_atomically(out / name, pictures.png(picture))
        write_atomically(out / "inspection.json", json.dumps(facts, indent=1) + "\n")
        write_atomically(out / "index.html", page(facts, placed, images, kinds, labels, drawn))
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror or error}") from error
    return facts


def labels_of(side):
    """What is said of each image of a `Shown`: its caption or label, or nothing."""
    if side.captions is not None:
        return list(side.captions)
    return [""] * len(side.images) if side.labels is None else [str(label) for label in side.labels]


def line(record):
    """A layer's numbers as a line for a person."""
    own, seen = record["separability"], record["seen"]
    words = "{}: real against generated {:.2f} by a linear probe, {:.2f} by the nearest neighbour"
    told = words.format(record["name"], own["linear_probe"], own["one_nn"])
    return f"{told}; training against held-out {seen['linear_probe']:.2f}, {seen['one_nn']:.2f}"


def of_generator(sampler, seed=0):
    """The conditioning of a sampler's generator over some latents, or why it has none."""
    try:
        found = jacobians(sampler, LATENTS, seed)
        result = conditioning(found)
    except UserError as error:
        return {"unconditioned": str(error)}
    mean, low, high = result.pop("")
    spectra = np.exp(np.log(np.maximum(singular_values(found), 1e-12)).mean(0))
    record = {"log10": mean, "low": float(low), "high": float(high), "latents": LATENTS, **result}
    return {"conditioning": record, "singular_values": spectra.tolist()}


def said_of_generator(facts):
    """The generator's numbers as a line for a person."""
    if "unconditioned" in facts:
        return f"the generator's Jacobian: {facts['unconditioned']}"
    words = "the generator's Jacobian: log10 condition number {log10:.2f} [{low:.2f}, {high:.2f}], rank {rank:.1f}"
    words += ", effective rank {effective_rank:.1f} of {latents_values}"
    return words.format(latents_values=len(facts["singular_values"]), **facts["conditioning"])


def scatter(points, kinds, side=SIDE, turn=(0.6, 0.35)):
    """Points [N, 3] in [-1, 1] as dots of their kind's colour, the nearer ones larger: uint8 [side, side, 3]."""
    across, up = turn
    x, y, z = np.asarray(points).T
    x, z = x * np.cos(across) + z * np.sin(across), z * np.cos(across) - x * np.sin(across)
    y, z = y * np.cos(up) - z * np.sin(up), z * np.cos(up) + y * np.sin(up)
    image = Image.new("RGB", (2 * side, 2 * side), "white")
    draw = ImageDraw.Draw(image)
    for index in np.argsort(z):
        scale = 2.2 / (2.6 - z[index])
        middle = side * (1 + scale * x[index]), side * (1 - scale * y[index])
        radius = 7 * scale
        box = [middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius]
        draw.ellipse(box, fill=COLOURS[kinds[index]], outline="white")
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


def features_figure(facts, placed, kinds):
    """A row a layer: PCA and t-SNE in three dimensions under the layer's numbers."""
    parts = []
    for record, embedded in zip(facts["layers"], placed, strict=True):
        views = [figures.headed(scatter(points, kinds), name) for name, points in embedded.items()]
        parts.append(figures.headed(figures.joined(views, axis=1), line(record)))
    title = f"{facts['model']}, step {facts['step']}: {facts['count']} real (blue) and generated (orange) images"
    return figures.titled(parts, title)


def filters_figure(layers):
    """The kernels of every convolution, grey for 0."""
    parts = []
    for layer in layers:
        images, columns = judged.filters(layer)
        kernel = " x ".join(map(str, layer.kernel.shape))
        single = columns == 16 and len(images) <= 64
        what = "one image a filter" if single else "a row a filter, a column an input; the first of them"
        parts.append(figures.headed(figures.sheet(images, columns, 28), f"{layer.name}, {kernel}: {what}"))
    return figures.titled(parts, "Filters of the discriminator")


def spectra_figure(facts, width=640, height=320):
    """The mean singular values of the generator's Jacobian, on a logarithmic axis."""
    values = np.log10(np.maximum(facts["singular_values"], 1e-12))
    low, high = np.floor(max(values.min(), values.max() - 9)), np.ceil(values.max())
    image = Image.new("RGB", (width, height), "white")
    draw, left, bottom = ImageDraw.Draw(image), 60, height - 30
    font = figures.ImageFont.load_default(figures.NAME)

    def place(number, value):
        x = left + (width - left - 20) * (number / max(len(values) - 1, 1))
        return x, 15 + (bottom - 15) * (high - max(value, low)) / max(high - low, 1e-9)

    for power in range(int(low), int(high) + 1):
        _, y = place(0, power)
        draw.line([left, y, width - 20, y], fill="#ddd")
        draw.text((left - 6, y), f"1e{power}", "black", font, anchor="rm")
    draw.line([place(number, value) for number, value in enumerate(values)], fill=COLOURS["real"], width=3)
    draw.text((left, height - 4), "1", "black", font, anchor="lb")
    draw.text((width - 20, height - 4), f"{len(values)}", "black", font, anchor="rb")
    return figures.headed(np.asarray(image), said_of_generator(facts))


def page(facts, placed, images, kinds, labels, drawn):
    """The page: the layers' points turn under the mouse, beside the numbers and the other figures; it needs no other file."""
    sprite, columns = projector.sprite(images)
    layers = []
    for record, embedded in zip(facts["layers"], placed, strict=True):
        views = {name: np.round(points, 3).tolist() for name, points in embedded.items()}
        layers.append({"name": record["name"], "line": line(record), "views": views})
    said = [*(layer["line"] for layer in layers), said_of_generator(facts)]
    data = {
        "layers": layers,
        "kinds": kinds,
        "labels": labels,
        "colours": {kind: "#{:02x}{:02x}{:02x}".format(*colour) for kind, colour in COLOURS.items()},
        "sprite": {"side": projector.side_of(images), "columns": columns},
    }
    figures_ = "".join(
        f'<h2>{html.escape(name.removesuffix(".png").capitalize())}</h2><img alt="{html.escape(name)}" src="{source(picture)}">'
        for name, picture in drawn.items()
    )
    parts = {
        "TITLE": html.escape(f"{facts['model']}, step {facts['step']}"),
        "ROWS": "".join(f"<li>{html.escape(words)}</li>" for words in said),
        "DATA": json.dumps(data).replace("</", "<\\/"),
        "SPRITE": source(sprite),
        "FIGURES": figures_,
    }
    text = PAGE.read_text()
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value)
    return text


def source(picture):
    """A picture as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(pictures.png(picture)).decode()}"
