"""The study of docs/support.md: how many different samples each model has, by one birthday test, and its closest twins.

    python benchmarks/support.py RUN [RUN ...] --titles "DCGAN,VAE" [--features pixels] [--batch-sizes 100,200,400]
        [--batches 20] [--json facts.json] [--out docs/images/support_digits.png]

Prints a Markdown table: the batch size at which half the batches hold a duplicate, its square, N_eff with its 95 % interval,
and how many of the duplicates one image alone makes; the last row is of held-out real data. `--out` draws the three
closest pairs of each run's pooled samples, each image beside its nearest training image: where those differ, the twins are
no copies of the data.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganzoo.evaluation.birthday import BirthdayTest
from ganzoo.metrics.neighbours.search import nearest
from ganzoo.report.numbers import interval

PAIRS, SIDE, GAP, TEXT, TOP = 3, 56, 4, 150, 26


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--titles", help="one a model, separated by commas")
    parser.add_argument("--features", default="pixels")
    parser.add_argument("--batch-sizes", default="100,200,400")
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    titles = options.titles.split(",") if options.titles else options.models
    sizes = tuple(int(size) for size in options.batch_sizes.split(","))
    records, twins = {}, {}
    for model, title in zip(options.models, titles, strict=True):
        test = BirthdayTest(
            model,
            batch_sizes=sizes,
            batches=options.batches,
            features=options.features,
            log=lambda line: print(line, flush=True),
        )
        records[title] = test.run()
        if options.out:
            twins[title] = closest(test, records[title])
    print("\n".join(table(records)))
    if options.json:
        options.json.write_text(json.dumps(records, indent=1))
    if options.out:
        sheet(twins).quantize(256).save(options.out, optimize=True)


def table(records):
    """The records by title as lines of a Markdown table; the last row is of the real data, held out, of the first record."""
    lines = ["| | half at s | s² | N_eff, 95 % | twins on one image |", "|---|---|---|---|---|"]
    for title, record in records.items():
        lines.append(row(title, record["fake"]))
    first = next(iter(records.values()))
    return [*lines, row("*held-out real data*", first["real"])]


def row(title, found):
    tried = [batches["size"] for batches in found["batches"]]
    half = found["first_half"]
    sign = "> " if not half else "≤ " if half == min(tried) else ""
    size = (half or max(tried)) if tried else None
    cells = [f"{sign}{size:,}", f"{sign}{size**2:,}"] if tried else ["too few", ""]
    gathered = found["spike"]["largest"]
    cells += [interval(found["pooled"]["n_eff"]), "" if gathered is None else f"{gathered:.0%}"]
    return f"| {title} | " + " | ".join(cells) + " |"


def closest(test, record):
    """The closest pairs that share no image, PAIRS times [4, H, W, C]: each image is followed by its nearest training image."""
    training = test.reference.examples(test.reference.size)
    used, rows = set(), []
    for pair in record["fake"]["pooled"]["closest"]:
        if used & {pair["i"], pair["j"]} or len(rows) == PAIRS:
            continue
        used |= {pair["i"], pair["j"]}
        twins = test.samples[[pair["i"], pair["j"]]]
        near = training[nearest(flat(twins), flat(training), 1).indices[:, 0]]
        rows.append(np.stack([twins[0], near[0], twins[1], near[1]]))
    return rows


def flat(images):
    return images.reshape(len(images), -1).astype(np.float32)


def sheet(twins):
    """One row a model: PAIRS times [sample, its nearest training image, its twin, the twin's nearest training image]."""
    block = 4 * (SIDE + GAP) + 4 * GAP
    picture = Image.new("RGB", (TEXT + PAIRS * block, TOP + len(twins) * (SIDE + GAP)), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for place in range(PAIRS):
        for slot, word in enumerate(("sample", "nearest", "twin", "nearest")):
            draw.text((TEXT + place * block + slot * (SIDE + GAP), 6), word, fill="black", font=font)
    for line, (title, pairs) in enumerate(twins.items()):
        top = TOP + line * (SIDE + GAP)
        draw.text((GAP, top + SIDE // 2 - 8), title, fill="black", font=font)
        for place, images in enumerate(pairs):
            for slot, image in enumerate(images):
                tile = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).convert("RGB")
                picture.paste(
                    tile.resize((SIDE, SIDE), Image.Resampling.NEAREST), (TEXT + place * block + slot * (SIDE + GAP), top)
                )
    return picture


if __name__ == "__main__":
    main()
