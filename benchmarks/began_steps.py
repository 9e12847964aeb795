"""BEGAN's samples at successive steps: the same faces in other shades?

    python benchmarks/began_steps.py RUN [--count 400] [--last 6] [--out FILE.png]

Draws the same latents at each of the newest checkpoints that a run has kept, and prints, for each:

    shade     mean and standard deviation over samples of their mean brightness, 0 to 255, and contrast; of real data too
    nearest   the mean distance of a sample to the nearest sample of the step before, once as it is, and once with its
              brightness and contrast taken out (mean 0, variance 1 over its values); beside it the same distance to the
              nearest other sample of its own step, and of real images
    same      the share of samples whose nearest one of the step before, shades taken out, is of the same latents

Modes drop from step to step where brightness moves between steps by more than it varies within one, while the faces, shades
taken out, stay: as near to the step before as to their own. The figure shows the same latents, a step a row.
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageFont

COLUMNS, SIDE, LEFT = 12, 64, 110


def shades(images):
    """Mean and standard deviation of each image's values: float [N], [N], of images [N, H, W, C]."""
    flat = np.reshape(images, (len(images), -1)).astype(np.float64)
    return flat.mean(1), flat.std(1)


def without_shades(images):
    """Images as vectors of mean 0 and variance 1: float [N, H W C]."""
    mean, deviation = shades(images)
    flat = np.reshape(images, (len(images), -1))
    return (flat - mean[:, None]) / np.maximum(deviation, 1e-6)[:, None]


def nearest(vectors, others=None):
    """Distance to, and index of, the nearest of `others`, or of the other vectors: per value, as a root mean square."""
    to = vectors if others is None else others
    squares = np.square(vectors).sum(1)[:, None] + np.square(to).sum(1) - 2 * vectors @ to.T
    if others is None:
        np.fill_diagonal(squares, np.inf)
    index = squares.argmin(1)
    return np.sqrt(np.maximum(squares[np.arange(len(index)), index], 0) / vectors.shape[1]), index


def flat(images):
    return np.reshape(images, (len(images), -1)).astype(np.float64)


def row(step, images, before):
    """A line of the table: a step's samples, and those of the step before or None."""
    brightness, contrast = shades(images)
    own, own_face = nearest(flat(images))[0].mean(), nearest(without_shades(images))[0].mean()
    cells = [f"{brightness.mean():.1f} ± {brightness.std():.1f}", f"{contrast.mean():.1f} ± {contrast.std():.1f}"]
    if before is None:
        return f"| {step} | {' | '.join(cells)} | {own:.1f} | | {own_face:.2f} | | |"
    past = nearest(flat(images), flat(before))[0].mean()
    distances, index = nearest(without_shades(images), without_shades(before))
    same = (index == np.arange(len(index))).mean()
    return f"| {step} | {' | '.join(cells)} | {own:.1f} | {past:.1f} | {own_face:.2f} | {distances.mean():.2f} | {same:.0%} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--last", type=int, default=6, help="of the checkpoints")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="the figure, a .png")
    options = parser.parse_args()

    from ganzoo.checkpoints import Checkpoints
    from ganzoo.evaluation.inputs.base import FamilyInput
    from ganzoo.serving.sampling import RunSampler

    sampler = RunSampler(options.run)
    checkpoints, drawn = Checkpoints(sampler.run.checkpoints, sampler.model.state()), {}
    samples = FamilyInput(sampler.model)
    for step in checkpoints.steps[-options.last :]:
        checkpoints.restore_step(step)
        drawn[step] = samples.examples(options.count, options.seed)
    real = sampler.recipe.data.arrays()["image"]
    print(
        "| step | brightness | contrast | nearest of its step | of the step before | shades out | of the step before | same |"
    )
    print("|---|---|---|---|---|---|---|---|")
    before = None
    for step, images in drawn.items():
        print(row(f"{step:,}", images, before))
        before = images
    print(row("*real*", real, None))
    spread = shades(real)[0].std()
    middles = [shades(images)[0].mean() for images in drawn.values()]
    within = np.mean([shades(images)[0].std() for images in drawn.values()])
    moved = np.abs(np.diff(middles)).mean()
    print(f"brightness moves by {moved:.1f} from step to step, and varies by {within:.1f} within one; real by {spread:.1f}")
    if options.out:
        font = ImageFont.load_default(16)
        sheet = Image.new("RGB", (LEFT + COLUMNS * SIDE, (len(drawn) + 1) * SIDE), "white")
        draw = ImageDraw.Draw(sheet)
        chosen = np.random.default_rng(options.seed).choice(len(real), COLUMNS, replace=False)
        for number, (name, images) in enumerate([*drawn.items(), ("data", real[chosen])]):
            draw.text((8, number * SIDE + SIDE // 2 - 9), name if isinstance(name, str) else f"step {name:,}", "black", font)
            for column, image in enumerate(images[:COLUMNS]):
                enlarged = Image.fromarray(np.broadcast_to(image, (*image.shape[:2], 3))).resize((SIDE, SIDE))
                sheet.paste(enlarged, (LEFT + column * SIDE, number * SIDE))
        sheet.quantize(256).save(options.out, optimize=True)


if __name__ == "__main__":
    main()
