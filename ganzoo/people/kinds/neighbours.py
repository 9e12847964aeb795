"""Is a sample a copy of a training image? Samples beside their nearest training images, held-out ones as the yardstick."""

import numpy as np

from ganzoo.evaluation.nearest_training import nearest_training
from ganzoo.people.engine import Question, disturbed
from ganzoo.people.tally import agreement_of, share_of

CHOICES = [
    {"word": "yes", "label": "Yes", "key": "y", "tone": "bad"},
    {"word": "no", "label": "No", "key": "n", "tone": "good"},
    {"word": "unsure", "label": "Unsure", "key": "u", "tone": "open"},
]
SHOWN = 4
SETTINGS = {
    "prompt": "Is the large picture a copy of one of the small ones?",
    "hint": "A copy is the same picture but for noise, a shade, a small shift. The same kind of thing is no copy.",
    "layout": "near",
    "names": ["in question", "nearest training pictures"],
    "choices": CHOICES,
    "about": [
        "You see a large picture, and small ones: those pictures of a training set that are nearest to it.",
        "Say yes where the large one is a copy of any of them, but for noise, a shade or a small shift. Two different pictures "
        "of the same kind of thing are no copies.",
        "Mirror images are shown as they match best.",
    ],
}


def questions(material, rng):
    """Random samples, the samples nearest to training images, held-out images, and decoys, each beside training images."""
    (model,), count = material.models, material.count
    held, far = material.real_parts(max(2, count // 2), material.decoys // 2)
    train, shown = material.training, min(SHOWN, len(material.training))
    sides = {"fake": model.images[:count], "real": material.real.images[held]}
    made = []
    near = nearest_training(model.images, train, k=shown)
    closest = np.argsort(near.distances[:, 0], kind="stable")[: max(2, count // 4)]
    sides["closest"] = model.images[closest]
    for side, images in sides.items():
        made += [
            Question((image, *row), {"side": side}) for image, row in zip(images, beside(images, train, shown), strict=True)
        ]
    twins = train[rng.integers(len(train), size=material.decoys - material.decoys // 2)]
    twins = np.stack([disturbed(image, rng) for image in twins]) if len(twins) else twins
    made += [Question((a, *row), {"answer": "yes"}) for a, row in zip(twins, beside(twins, train, shown), strict=True)]
    for image in material.real.images[far]:
        apart = np.square(train.astype(np.float32) - image).reshape(len(train), -1).mean(axis=1)
        rows = rng.choice(np.argsort(apart)[len(train) // 2 :], shown, replace=False)
        made.append(Question((image, *train[rows]), {"answer": "no"}))
    return made


def beside(images, train, shown):
    """The nearest training images of each image, uint8 [N, shown, H, W, C], mirrored where that is nearer."""
    if not len(images):
        return []
    found = nearest_training(np.ascontiguousarray(images), train, k=shown)
    rows = train[found.indices]
    return np.where(found.mirrored[..., None, None, None], rows[..., ::-1, :], rows)


def settings(material):
    return SETTINGS | {"every": material.every}


def result(sheets, key, seed=0):
    """Shares of copies with 95 % intervals.

    Returns:
        dict: `copies`, of random samples; `held_out`, of held-out images, what chance shows; `closest`, of the samples nearest
        to training images; `unsure`, the share of such answers on random samples; `agreement`.
    """
    said = [{q: file["answer"] for q, file in sheet.items()} for sheet in sheets]
    questions = key["questions"]
    shares = {
        name: share_of(said, questions, "yes", lambda k, side=side: k.get("side") == side, seed)
        for name, side in (("copies", "fake"), ("held_out", "real"), ("closest", "closest"))
    }
    unsure = share_of(said, questions, "unsure", lambda k: k.get("side") == "fake", seed)
    return shares | {"unsure": unsure, "agreement": agreement_of(said, questions, [choice["word"] for choice in CHOICES])}
