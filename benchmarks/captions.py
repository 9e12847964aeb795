"""Samples of models that draw what captions say, side by side: one caption a row, one model a column.

    python benchmarks/captions.py runs/shapes_text/default runs/shapes_text/plain --titles "GAN-CLS,no mismatched pairs" \\
        --out docs/images/shapes_text.png

Captions are read, and samples checked, by `ganzoo.data.shape_captions`: a sample that does not show what its caption says is
crossed out. First it prints what chance gives: how many held-out images show what the next one's caption says.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import ganzoo
from ganzoo.data.captioned_images import CaptionedImages
from ganzoo.data.scaling import to_uint8

CAPTIONS = (
    "a small red circle on a blue background, in the top left",
    "a small blue circle on a red background, in the top left",
    "a large yellow triangle on black, in the centre",
    "in the lower right corner, a tiny white square on green",
    "a big black frame on a yellow background, at the upper right",
    "a white background with a large green circle in the bottom left",
    "a red triangle",
    "a tiny shape on a white background",
)
SIDE, GAP, TEXT, TOP = 48, 4, 400, 28


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--titles", help="one a model, separated by commas")
    parser.add_argument("--count", type=int, default=6, help="samples of each caption")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    titles = options.titles.split(",") if options.titles else options.models
    held_out = CaptionedImages("captioned_shapes", "test")
    texts = held_out.texts()
    shown = held_out.captions.matches(held_out.arrays()["image"], [*texts[1:], texts[0]])
    print(f"held-out images that show what the next one's caption says: {shown.mean():.1%} of {len(shown):,}")
    block = options.count * (SIDE + GAP) + 4 * GAP
    size = (TEXT + block * len(options.models), TOP + len(CAPTIONS) * (SIDE + GAP))
    sheet = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (path, title) in enumerate(zip(options.models, titles, strict=True)):
        sampler, left, right = ganzoo.load(path), TEXT + column * block, 0
        draw.text((left, 6), title, fill="black", font=font)
        for row, caption in enumerate(CAPTIONS):
            top = TOP + row * (SIDE + GAP)
            draw.text((GAP, top + SIDE // 2 - 8), caption, fill="black", font=font)
            images = np.asarray(to_uint8(sampler.sample(options.count, options.seed, caption=caption)))
            shown = held_out.captions.matches(images, [caption] * len(images))
            right += shown.sum()
            for index, (image, good) in enumerate(zip(images, shown, strict=True)):
                place = (left + index * (SIDE + GAP), top)
                sheet.paste(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.NEAREST), place)
                if not good:
                    corner = (place[0] + SIDE - 1, top + SIDE - 1)
                    draw.line([place, corner], fill="magenta", width=2)
        print(f"{title}: {right} of {len(CAPTIONS) * options.count} samples show what their caption says")
    sheet.quantize(256).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
