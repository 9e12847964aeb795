"""Does the picture show what it was asked for? Samples beside their captions or classes, real ones as the yardstick."""

import numpy as np

from ganzoo.errors import UserError
from ganzoo.people.engine import Question
from ganzoo.people.tally import agreement_of, share_of

CHOICES = [
    {"word": "yes", "label": "Yes", "key": "y", "tone": "good"},
    {"word": "no", "label": "No", "key": "n", "tone": "bad"},
    {"word": "unsure", "label": "Unsure", "key": "u", "tone": "open"},
]
SETTINGS = {
    "prompt": "Does the picture show this?",
    "hint": "Yes where all that the words say is there; what they leave open does not count.",
    "layout": "one",
    "choices": CHOICES,
    "about": [
        "You see a picture and some words. Say whether the picture shows all that the words say.",
        "What the words leave open does not count, and neither does how good the picture is.",
    ],
}


def questions(material, rng):
    """Samples with their texts, real images with theirs, and decoys: real images with their own text, or with another's."""
    (model,), half = material.models, material.decoys // 2
    if model.texts is None or material.real.texts is None:
        raise UserError(f"{model.name} and {material.real.name} must both have captions, or classes with names")
    asked, right, wrong = material.real_parts(max(2, material.count // 2), half, material.decoys - half)
    real, texts = material.real.images, material.real.texts
    made = [Question((a,), {"side": "fake"}, text=b) for a, b in zip(model.images[: material.count], model.texts, strict=False)]
    made += [Question((a,), {"side": "real"}, text=b) for a, b in zip(real[asked], texts[asked], strict=True)]
    made += [Question((a,), {"answer": "yes"}, text=b) for a, b in zip(real[right], texts[right], strict=True)]
    for row in range(wrong.start, wrong.stop):
        other = another(real[row], texts[row], material, rng)
        if other is not None:
            made.append(Question((real[row],), {"answer": "no"}, text=other))
    return made


def another(image, own, material, rng):
    """A text that is false of an image, or None where none is found.

    It is another image's; where no program can tell whether it is true as well, one that shares no word but the small ones.
    """
    texts, matches = material.real.texts, material.matches
    for row in rng.permutation(len(texts))[:100]:
        text = texts[row]
        if material.exclusive:
            if text != own:
                return text
        elif matches is not None:
            if not matches(np.stack([image]), [text])[0]:
                return text
        elif not {word for word in text.lower().split() if len(word) > 3 or word.isdigit()} & set(own.lower().split()):
            return text
    return None


def settings(material):
    return SETTINGS | {"every": material.every}


def result(sheets, key, seed=0):
    """Shares of yes with 95 % intervals: of samples (`shown`), and of real images with their own texts (`real`)."""
    said = [{q: file["answer"] for q, file in sheet.items()} for sheet in sheets]
    questions = key["questions"]
    return {
        "shown": share_of(said, questions, "yes", lambda k: k.get("side") == "fake", seed),
        "real": share_of(said, questions, "yes", lambda k: k.get("side") == "real", seed),
        "unsure": share_of(said, questions, "unsure", lambda k: k.get("side") == "fake", seed),
        "agreement": agreement_of(said, questions, [choice["word"] for choice in CHOICES]),
    }
