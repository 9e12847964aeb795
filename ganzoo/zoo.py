"""The zoo: exported models by name, what their cards say of them, and their samples on one sheet."""

import dataclasses
import difflib
import os
import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ganzoo import hub
from ganzoo.checked_json import Maybe, read_json
from ganzoo.errors import UserError
from ganzoo.recipe_files import recipes_directory

VERSION = re.compile("[0-9]{1,18}")
NAME = re.compile(r"[A-Za-z0-9_-][\w.-]*")
# An export's samples, beside its card: a grid of images or dots of points, or a text a line.
PICTURE, TEXTS = "samples.png", "samples.txt"
CARD = {
    "family": Maybe(str),
    "recipe": Maybe(str),
    "data": Maybe({"name": str, "split": Maybe(str)}),
    "steps": Maybe(int),
    "cpu_seconds": Maybe(float),
    "scores": Maybe([{"name": str, "value": Maybe(float), "real": Maybe(float), "protocol_line": Maybe(str)}]),
}
# Of the scores of a card the first of these that it has stands for the model.
FOREMOST = ("caption_match", "mode_coverage.captured", "FD", "NLL_oracle", "grammatical")


# Further columns of the gallery, where a card has them.
COLUMNS = {
    "precision": "precision_recall.precision",
    "recall": "precision_recall.recall",
    "class accuracy": "label_accuracy",
    "N_eff": "birthday.n_eff",
}
# What is known where the former is not.
BOUNDS = {"birthday.n_eff": "birthday.at_least"}


@dataclasses.dataclass(frozen=True)
class Exported:
    """A model of the zoo.

    Attributes:
        name: its directory's name, by which commands and `ganzoo.load` find it.
        path: its newest version.
        card: what its card.json says; an empty dict where there is none.
    """

    name: str
    path: Path
    card: dict

    @property
    def family(self):
        return self.card.get("family") or ""

    @property
    def data(self):
        return (self.card.get("data") or {}).get("name", "")

    @property
    def scores(self):
        return self.card.get("scores") or []

    @property
    def score(self):
        """The score that stands for the model, or None."""
        for name in FOREMOST:
            for score in self.scores:
                if score["name"].partition("[")[0] == name and score["value"] is not None:
                    return score
        return next((score for score in self.scores if score["value"] is not None), None)


def newest_version(path):
    """The directory of the SavedModel at `path`: itself, or its highest numbered version; None where there is none."""
    path = Path(path)
    if (path / "saved_model.pb").is_file():
        return path
    versions = [child for child in path.glob("*") if VERSION.fullmatch(child.name) and (child / "saved_model.pb").is_file()]
    return max(versions, key=lambda child: int(child.name), default=None)


def zoo_directories():
    """Where models are looked for by name: $GANZOO_ZOO alone where it is set, else ./exported and the checkout's exported/.

    Raises:
        UserError: $GANZOO_ZOO is no directory.
    """
    if given := os.environ.get("GANZOO_ZOO"):
        if not Path(given).is_dir():
            raise UserError(f"GANZOO_ZOO names {given}, which is no directory")
        return [Path(given)]
    beside = Path(__file__).resolve().parents[1] / "exported"
    places = [Path("exported"), beside]
    return [place for place in places if place.is_dir() and not (place == beside and Path("exported").resolve() == beside)]


def models(text=""):
    """The models at hand, as `Exported`s by name.

    Args:
        text: only those whose name, family or data holds it, in whatever case.
    """
    found = {}
    for directory in zoo_directories():
        for path in sorted(directory.iterdir()):
            version = newest_version(path) if path.is_dir() else None
            if version and path.name not in found:
                card = version / "card.json"
                known = read_json(card, CARD, "the model card") if card.is_file() else {}
                found[path.name] = Exported(path.name, version, known)
    wanted = text.lower()
    chosen = [m for m in found.values() if any(wanted in word.lower() for word in (m.name, m.family, m.data))]
    return sorted(chosen, key=lambda model: model.name)


def model_path(name):
    """The path of a model that is named by its path or its bare name.

    Args:
        name: a path, which stays as it is; or the name of a model of the zoo, or of a recipe that was trained here, whose
            run is runs/NAME/default or runs/NAME; or hf://owner/name[@revision], which is fetched.

    Raises:
        UserError: an address on the Hub holds no export, or cannot be reached; a bare name is that of a directory, such as
            one of images, and of a model elsewhere.
    """
    if hub.is_address(name):
        return hub.fetched(name)
    path = Path(name)
    if not NAME.fullmatch(str(name)) or path.is_file() or _is_model(path):
        return path
    places = [directory / name for directory in zoo_directories()] + [Path("runs") / name / "default", Path("runs") / name]
    model = next(filter(_is_model, places), None)
    if model and path.exists():
        raise UserError(f"{name} is the directory ./{name}, which is no model, and the model {model}: write which of them")
    return model or path


def _is_model(path):
    """Whether a run or an export is there."""
    return (path / "run.json").is_file() or newest_version(path) is not None


def close_names(name):
    """The names of models at hand that a bare name, or the end of a path that is not there, may have meant; a list."""
    try:
        names = [model.name for model in models()]
    except UserError:  # of the zoo; whoever asks has something else to say
        return []
    if not NAME.fullmatch(str(name)):
        return [Path(name).name] if Path(name).name in names and not Path(name).exists() else []
    return difflib.get_close_matches(str(name), names, n=2)


def hint(name):
    """What to say of a name that no model has, such as `: did you mean digits_dcgan?`; empty for most paths."""
    close = close_names(name)
    if not NAME.fullmatch(str(name)):
        return f": did you mean {close[0]}?" if close else ""
    if (recipes_directory() / f"{name}.py").is_file():  # a wheel has the recipes, and not the zoo
        return f": that model is not at hand. `ganzoo train {name}` makes a run of it; GANZOO_ZOO names a directory of exports"
    return f": did you mean {' or '.join(close)}?" if close else "; `ganzoo zoo` lists the models at hand"


def sheet(chosen, columns=4, side=240):
    """The samples of models on one contact sheet, each under its name and what it was trained on.

    Args:
        chosen: `Exported`s; of those without a picture, such as models of text, the first lines are written out.
        columns: models in a row.
        side: a picture's largest width and height in pixels.

    Returns:
        uint8 [height, width, 3].
    """
    font, head, gap = ImageFont.load_default(13), 36, 12
    rows = -(-len(chosen) // columns)
    canvas = Image.new("RGB", (columns * (side + gap) + gap, rows * (side + head + gap) + gap), "white")
    draw = ImageDraw.Draw(canvas)
    for index, model in enumerate(chosen):
        left, top = gap + index % columns * (side + gap), gap + index // columns * (side + head + gap)
        draw.text((left, top), model.name, "black", font)
        draw.text((left, top + 16), f"{model.family}, {model.data}".strip(", "), "#666", font)
        if (model.path / PICTURE).is_file():
            picture = Image.open(model.path / PICTURE).convert("RGB")
            scale = min(side / picture.width, side / picture.height)
            size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
            canvas.paste(
                picture.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.NEAREST), (left, top + head)
            )
        elif (model.path / TEXTS).is_file():
            lines = (model.path / TEXTS).read_text().splitlines()[: side // 16]
            for number, line in enumerate(lines):
                draw.text((left, top + head + 16 * number), line[: side // 7], "black", font)
    return np.asarray(canvas)


def in_terminal(model, width=72, lines=6):
    """The first samples of a model as text of coloured half blocks, for a terminal of 24-bit colours; empty without a picture.

    Args:
        model: an `Exported`.
        width: columns of the terminal that it may take.
        lines: its height.
    """
    if not (model.path / PICTURE).is_file():
        return ""
    picture = Image.open(model.path / PICTURE).convert("RGB")
    height = 2 * lines
    row = picture.height * width / picture.width  # the picture's height if it filled the width
    if row > height:
        # A strip from the top, as high as the first row of a grid of eight, or the whole where it is no grid.
        picture = picture.crop((0, 0, picture.width, max(1, round(picture.width * height / width))))
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    text = []
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        cells = [f"\x1b[38;2;{a};{b};{c}m\x1b[48;2;{d};{e};{f}m▀" for (a, b, c), (d, e, f) in zip(upper, lower, strict=True)]
        text.append("".join(cells) + "\x1b[0m")
    return "\n".join(text)


def gallery(chosen, directory, command="ganzoo zoo --page FILE"):
    """A page of Markdown with the samples of models, what they cost and what they scored.

    Args:
        chosen: `Exported`s.
        directory: where the page will lie: its links lead from there.
        command: what writes the page.
    """
    more = {title: part for title, part in COLUMNS.items() if any(_beside_real(model, part) for model in chosen)}
    lines = [
        "# The zoo",
        "",
        f"{len(chosen)} models; `ganzoo zoo` lists them, `ganzoo.load(NAME)` and every command take their names. This page is "
        f"written by `{command}`. Scores that it does not compute are those of the cards, beside the same score of "
        "held-out real data, some in brackets; each card says under which protocol.",
        "",
        f"| {' | '.join(['model', 'family', 'data', 'steps', 'CPU s', 'score', 'real', *more])} |",
        f"|{'---|' * (7 + len(more))}",
    ]
    for model in chosen:
        found = model.score or {"name": "not scored", "value": None}
        shown = [_short(found.get(key)) for key in ("value", "real")]
        facts = [model.family, model.data, _count(model.card.get("steps")), _count(model.card.get("cpu_seconds"))]
        name = f"[{model.name}]({_link(model.path / 'README.md', directory)})"
        others = [_beside_real(model, part) for part in more.values()]
        lines.append(f"| {' | '.join([name, *facts, ' '.join([found['name'], shown[0]]).strip(), shown[1], *others])} |")
    for model in chosen:
        lines += ["", f"## {model.name}", ""]
        if (model.path / PICTURE).is_file():
            lines.append(f"![Samples of {model.name}]({_link(model.path / PICTURE, directory)})")
        elif (model.path / TEXTS).is_file():
            lines += ["```", *(model.path / TEXTS).read_text().splitlines()[:6], "```"]
    return "\n".join(lines) + "\n"


def _link(path, directory):
    return Path(os.path.relpath(path, directory)).as_posix()


def _named(model, name):
    """The first score of a model that is called so, whatever its features; None where there is none."""
    return next((s for s in model.scores if s["name"].partition("[")[0] == name and s["value"] is not None), None)


def _beside_real(model, name):
    """A model's score by name, or the bound that is known instead, and held-out real data's in brackets."""
    score, bound = _named(model, name), _named(model, BOUNDS.get(name))
    if score is None and bound is None:
        return ""
    value = _short(score["value"]) if score else f"≥ {_short(bound['value'])}"
    real = (score or {}).get("real")
    if real is None and bound and bound.get("real") is not None:
        return f"{value} (≥ {_short(bound['real'])})"
    return f"{value} ({_short(real)})" if real is not None else value


def _short(value):
    """Four digits; of what counts thousands all before the point."""
    return "" if value is None else f"{value:.4g}" if abs(value) < 1000 else _count(value)


def _count(value):
    return "" if value is None else f"{value:,.0f}"
