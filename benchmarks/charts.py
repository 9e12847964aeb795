"""Curves as a picture, for the benchmarks' figures in docs/images."""

import math

from PIL import Image, ImageDraw, ImageFont

COLOURS = ((33, 62, 138), (20, 130, 150), (60, 150, 60), (215, 130, 20), (178, 24, 43), (120, 60, 140))
RULE, MARK = (225, 225, 225), (120, 120, 120)
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 20, 60


def chart(curves, across, up, low, high, step, logarithmic=False, marks=(), colours=COLOURS, width=720, height=440, scale=2):
    """Draws curves, their names in their colours at the right above.

    Args:
        curves: a dict from name to points (x, y) or (x, y, lowest, highest), the last two drawn as a bar.
        across: what x is.
        up: what y is.
        low, high, step: the ends of the y axis and the distance of its rules.
        logarithmic: whether x is; then it goes from a power of ten to another.
        marks: x of vertical lines.
        colours: of the curves, in their order.
        width, height: in points; the picture has `scale` pixels to each.

    Returns:
        A `PIL.Image`.
    """
    left, right, top, bottom = (scale * edge for edge in (LEFT, RIGHT, TOP, BOTTOM))
    sheet = Image.new("RGB", (scale * width, scale * height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13 * scale)
    turn = math.log10 if logarithmic else float
    ticks = _ticks([point[0] for points in curves.values() for point in points], logarithmic)
    first, last = turn(ticks[0]), turn(ticks[-1])

    def place(x, y):
        right_of = (turn(x) - first) / (last - first) * (scale * width - left - right)
        return left + right_of, top + (high - y) / (high - low) * (scale * height - top - bottom)

    for number in range(round((high - low) / step) + 1):
        y = low + number * step
        draw.line([place(ticks[0], y), place(ticks[-1], y)], fill=RULE, width=scale)
        draw.text((left - 8 * scale, place(ticks[0], y)[1]), f"{y:.1f}", fill="black", font=font, anchor="rm")
    for x in ticks:
        draw.line([place(x, low), place(x, high)], fill=RULE, width=scale)
        label = f"{x:g}" if logarithmic else f"{x:,.0f}"
        draw.text((place(x, low)[0], place(x, low)[1] + 6 * scale), label, fill="black", font=font, anchor="mt")
    for x in marks:
        draw.line([place(x, low), place(x, high)], fill=MARK, width=scale)
    for index, (name, points) in enumerate(curves.items()):
        colour = colours[index % len(colours)]
        draw.line([place(x, y) for x, y, *_ in points], fill=colour, width=2 * scale)
        for x, y, *ends in points:
            if ends:
                draw.line([place(x, end) for end in ends], fill=colour, width=scale)
            (across_to, down_to), size = place(x, y), 4 * scale if len(points) < 20 else 2 * scale
            draw.ellipse([across_to - size, down_to - size, across_to + size, down_to + size], fill=colour)
        corner = (scale * (width - RIGHT) - 8 * scale, top + 22 * scale * (index + 0.5))
        draw.text(corner, name, fill=colour, font=font, anchor="rm")
    draw.text((scale * width / 2, scale * (height - 12)), across, fill="black", font=font, anchor="mb")
    label = Image.new("RGB", (scale * 260, scale * 18), "white")
    ImageDraw.Draw(label).text((scale * 130, scale * 9), up, fill="black", font=font, anchor="mm")
    sheet.paste(label.rotate(90, expand=True), (4 * scale, top + (scale * height - top - bottom - scale * 260) // 2))
    return sheet


def _ticks(xs, logarithmic):
    """Where x has labels, from below the least x to above the greatest."""
    low, high = min(xs), max(xs)
    if logarithmic:
        return [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    rough = (high - low) / 6
    size = 10.0 ** math.floor(math.log10(rough))
    size *= next(factor for factor in (1, 2, 5, 10) if factor * size >= rough)
    return [number * size for number in range(math.floor(low / size), math.ceil(high / size) + 1)]
