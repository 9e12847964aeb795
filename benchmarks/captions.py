"""Samples of models that draw what captions say, side by side: one caption a row, one model a column.

    python benchmarks/captions.py runs/shapes_text/default runs/shapes_text/plain --titles "GAN-CLS,no mismatched pairs" \\
        --out docs/images/shapes_text.png
    python benchmarks/captions.py runs/fashion_text/default --data fashion_mnist --out FILE

Captions are read, and samples checked, by the data set's `Captions`: a sample that does not show what its caption says is
crossed out. First it prints what chance gives: how many held-out images show what the next one's caption says. Then, of each
model, how far the samples of one caption lie apart (the root mean square distance of two, in pixels) over how far real images
lie apart that show what it says: over captions of the data's grammar, and over those among them that leave nothing open.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import ganzoo
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.captions import NOTHING, holds
from ganzoo.data.scaling import to_uint8

CAPTIONS = {
    "captioned_shapes32": (
        "a small red circle on a blue background, in the top left",
        "a small blue circle on a red background, in the top left",
        "a large yellow triangle on black, in the centre",
        "in the lower right corner, a tiny white square on green",
        "a big black frame on a yellow background, at the upper right",
        "a white background with a large green circle in the bottom left",
        "a red triangle in the centre",
        "a big shape on a white background",
    ),
    "fashion_mnist": (
        "a dark boot",
        "a bright boot",
        "a plain bright pullover",
        "a patterned dark pullover",
        "a narrow dress",
        "a wide dress",
        "a bright bag",
        "a sandal",
        "a dark thing",
    ),
}
CAPTIONS["captioned_shapes"] = CAPTIONS["captioned_shapes32"]
SIDE, GAP, TEXT, TOP = 64, 4, 400, 28


def spread(images):
    """The root mean square distance of two of the images, uint8 [N, H, W, C]."""
    flat = images.reshape(len(images), -1).astype(np.float64)
    return np.sqrt(2 * np.square(flat - flat.mean(0)).sum() / (len(flat) - 1))


def drawn(sampler, caption, count, seed):
    return np.asarray(to_uint8(sampler.sample(count, seed, caption=caption)))


def spreads(sampler, real, captions, seed):
    """The spread of 32 samples of each caption over that of the real images that it is true of: float64 [N]."""
    found = []
    for caption in captions:
        shown = real["image"][holds(real["captions"].claims(caption), real["attributes"])]
        found.append(spread(drawn(sampler, caption, 32, seed)) / spread(shown))
    return np.array(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--data", default="captioned_shapes32", choices=CAPTIONS)
    parser.add_argument("--titles", help="one a model, separated by commas")
    parser.add_argument("--count", type=int, default=8, help="samples of each caption")
    parser.add_argument("--spread", type=int, default=100, help="captions whose spread is measured")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    titles = options.titles.split(",") if options.titles else options.models
    captions, held_out = CAPTIONS[options.data], CaptionedImages(options.data, "test")
    reader, texts = held_out.captions, held_out.texts()
    shown = reader.matches(held_out.arrays()["image"], [*texts[1:], texts[0]])
    print(f"held-out images that show what the next one's caption says: {shown.mean():.1%} of {len(shown):,}")
    real = {**CaptionedImages(options.data).arrays(), "captions": reader}
    told = np.stack([reader.claims(text) for text in reader.bank])
    many = np.array([holds(claims, real["attributes"]).sum() >= 8 for claims in told])
    measured = np.flatnonzero(many)[: options.spread]
    block = options.count * (SIDE + GAP) + 4 * GAP
    size = (TEXT + block * len(options.models), TOP + len(captions) * (SIDE + GAP))
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (path, title) in enumerate(zip(options.models, titles, strict=True)):
        sampler, left, right = ganzoo.load(path), TEXT + column * block, 0
        draw.text((left, 6), title, fill="black", font=font)
        for row, caption in enumerate(captions):
            top = TOP + row * (SIDE + GAP)
            draw.text((GAP, top + SIDE // 2 - 8), caption, fill="black", font=font)
            images = drawn(sampler, caption, options.count, options.seed)
            good = reader.matches(images, [caption] * len(images))
            right += good.sum()
            for index, image in enumerate(images):
                place = (left + index * (SIDE + GAP), top)
                picture = Image.fromarray(image.squeeze()).convert("RGB")
                sheet.paste(picture.resize((SIDE, SIDE), Image.Resampling.NEAREST), place)
                if not good[index]:
                    corner = (place[0] + SIDE - 1, top + SIDE - 1)
                    draw.line([place, corner], fill="magenta", width=2)
        print(f"{title}: {right} of {len(captions) * options.count} samples show what their caption says")
        apart = spreads(sampler, real, [reader.bank[row] for row in measured], options.seed)
        whole = apart[(told[measured] != NOTHING).all(1)]
        print(
            f"{title}: spread within a caption over real images': {apart.mean():.2f} (least {apart.min():.2f}) of {len(apart)} "
            f"captions, {whole.mean():.2f} of the {len(whole)} that leave nothing open"
        )
    sheet.quantize(256).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
