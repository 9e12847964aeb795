"""How a discriminator of points sees the plane: its logits as a map, one frame a checkpoint."""

import numpy as np
from PIL import Image, ImageDraw

from ganzoo.checkpoints import Checkpoints
from ganzoo.errors import UserError
from ganzoo.pictures import gif
from ganzoo.serving.sampling import RunSampler

LOW, MIDDLE, HIGH = np.array([33, 62, 138]), np.array([245, 245, 245]), np.array([178, 24, 43])
POINTS = 400
# Logits further below the highest than this look alike: a chance of e^-10 of it is none.
DEPTH = 10.0
CAPTION = 16


def heights(sampler, window, side):
    """Logits float [side, side] over a square of the plane, the second coordinate falling from the top row to the bottom.

    Args:
        sampler: a `Sampler` with the service `energy` or `discriminate`, of points.
        window: the lowest and the highest coordinate of both axes.
        side: rows and columns.

    Raises:
        UserError: the model judges no points.
    """
    service = "energy" if "energy" in sampler.services else "discriminate"
    axis = np.linspace(*window, side, dtype=np.float32)
    across, down = np.meshgrid(axis, axis[::-1])
    points = np.stack([across.ravel(), down.ravel()], 1)
    try:
        outputs = sampler.serve(service, points=points)
    except (TypeError, KeyError, ValueError):
        raise UserError(f"{sampler.name} judges no points of the plane: a landscape is of ring8, grid25 and the like") from None
    logits = -outputs["energy"] if service == "energy" else outputs["logits"]
    return logits.reshape(side, side)


def picture(logits, points, window, caption):
    """A map of logits, from blue where they are lowest to red where they are highest, with data points in black.

    Args:
        logits: float [side, side], from `heights`.
        points: float [N, 2].
        window: as of `heights`.
        caption: a line above the map.

    Returns:
        A PIL image.
    """
    low, high = logits.min(), logits.max()
    share = (logits - max(low, high - DEPTH)) / max(min(high - low, DEPTH), 1e-12)
    share = np.clip(share, 0, 1)
    below = np.clip(share * 2, 0, 1)[..., None]
    above = np.clip(share * 2 - 1, 0, 1)[..., None]
    colours = LOW + (MIDDLE - LOW) * below + (HIGH - MIDDLE) * above
    side = len(logits)
    image = Image.new("RGB", (side, side + CAPTION), "white")
    image.paste(Image.fromarray(colours.round().astype(np.uint8)), (0, CAPTION))
    draw = ImageDraw.Draw(image)
    draw.text((2, 2), f"{caption}  {low:.1f} .. {high:.1f}", fill="black")
    pixels = (points - window[0]) / (window[1] - window[0]) * (side - 1)
    for x, y in pixels:
        draw.point((float(x), CAPTION + side - 1 - float(y)), fill="black")
    return image


def frames(run, side=192):
    """One picture of the landscape for each checkpoint that a run kept, oldest first.

    Args:
        run: the run's directory, of a model of points.
        side: width of a picture in pixels.

    Returns:
        A list of PIL images of one size.

    Raises:
        UserError: there is no such run, or its model judges no points.
    """
    sampler = RunSampler(run)
    if sampler.recipe.data.feature != "point":
        raise UserError(f"{run} is of images: a landscape is of points, such as ring8's")
    real = sampler.recipe.data.arrays()["point"]
    middle, reach = (real.max() + real.min()) / 2, 0.65 * (real.max() - real.min())
    window = (middle - reach, middle + reach)
    checkpoints = Checkpoints(sampler.run.checkpoints, sampler.model.state())
    maps = []
    for step in checkpoints.steps:
        checkpoints.restore_step(step)
        maps.append(picture(heights(sampler, window, side), real[:POINTS], window, f"step {step}"))
    return maps


def animation(pictures, seconds=0.4):
    """Pictures as the bytes of an animated GIF that shows each for `seconds`, the last one longer."""
    return gif(pictures, seconds, 4 * seconds)


def strip(pictures, columns=5):
    """Pictures side by side as one, `columns` a row."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (width * min(columns, len(pictures)), height * rows), "white")
    for index, one in enumerate(pictures):
        sheet.paste(one, (index % columns * width, index // columns * height))
    return sheet
