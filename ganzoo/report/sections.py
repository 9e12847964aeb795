"""The sections on repetition (the birthday test) and on copying (nearest training images)."""

import numpy as np

from ganzoo.evaluation.memorization import case_images
from ganzoo.report.markup import image, join, section, table, tag, warning_list
from ganzoo.report.numbers import estimate, number, percent

TWINS, CASES = 12, 12
SIDES = {"fake": "generated", "real": "held-out real"}


def birthday_section(record, images=None, nearest=None):
    """The birthday test.

    Args:
        record: of `birthday_test`, or of `read_answers` (judged by people); `classes` may hold records by class.
        images: (generated, real or None), the uint8 images that its pairs point into.
        nearest: a function from images [n, H, W, C] to their nearest training images [n, m, H, W, C].
    """
    images = (None, None) if images is None else images
    parts = [tag("p", _birthday_text(record), class_="lead"), warning_list(record.get("warnings"))]
    if record.get("raters"):
        parts.append(_raters(record))
    sides = {side: record[side] for side in SIDES if record.get(side)}
    if any(side["batches"] for side in sides.values()):
        parts += [tag("h3", "Batch by batch"), _batches(sides)]
    for (side, of_side), examples in zip(sides.items(), images, strict=False):
        if examples is not None and of_side["pooled"].get("closest"):
            parts += _twins(side, of_side["pooled"]["closest"], np.asarray(examples), nearest if side == "fake" else None)
    for side, of_side in sides.items():
        pairs = of_side["pooled"].get("closest") or [{}]
        if "sentences" in pairs[0]:
            parts += _twin_sentences(side, pairs)
    if record.get("sweep"):
        parts.append(_sweep(record))
    if record.get("classes"):
        parts += [tag("h3", "Class by class"), _classes(record["classes"])]
    return section("Does it repeat itself?", parts, name="birthday")


def _birthday_text(record):
    main = next((r for r in record.get("results", ()) if r["side"] == "fake" and not r["name"]), record.get("fake")) or {}
    pooled = main.get("pooled") or {}
    pooled = pooled.get("yes", pooled)
    sentences = [
        f"By the birthday paradox the generator has an effective support of {estimate(record.get('n_eff'))} different "
        "examples: a uniform draw from so many would repeat itself as often."
    ]
    if pooled:
        sentences.append(
            f" Among all {number(pooled['pairs'])} pairs of {number(pooled['samples'])} samples there are "
            f"{number(pooled['duplicates'])} duplicates"
        )
        sentences.append(", judged by people." if record["judge"] == "human" else f" (judged by: {record['judge']}).")
    spike = main.get("spike") or {}
    if spike.get("d") is not None and spike.get("p_value") is not None:
        even = "evenly" if spike["p_value"] >= 0.02 or spike["d"] <= 2 else "on a few images"
        sentences.append(f" The duplicates fall {even} (D = {number(spike['d'], 3)}, uniform 1).")
    exact = main.get("exact")
    if exact:
        total = exact["images"] if "images" in exact else exact["sentences"]
        sentences.append(f" {number(total - exact['distinct'])} of {number(total)} samples are exact copies.")
    half = (main.get("fit") or {}).get("half") or pooled.get("half")
    if half and half["size"]["value"] is not None:
        sentences.append(
            f" Half of all batches of about {half['size']['value']:,.0f} samples would hold a duplicate: as Arora and Zhang "
            f"read it, a support of {number(half['s2']['value'], 3)} (s²), for a uniform law "
            f"{number(half['s2_over_2ln2']['value'], 3)} (s² / 2 ln 2)."
        )
    return join(*sentences)


def _raters(record):
    rows = [
        (r["rater"], number(r["answered"]), percent(r["accuracy"]), "–" if r["seconds"] is None else f"{r['seconds']:.1f} s")
        for r in record["raters"]
    ]
    kappa = record["agreement"]
    agreement = f"{kappa['metric']}: {number(kappa['kappa'], 2)}." if kappa.get("kappa") is not None else None
    heads = ("Rater", "Answers", "Right on known pairs", "Median time")
    return join(table(heads, rows, "Raters"), tag("p", agreement) if agreement else None)


def _batches(sides):
    rows = []
    sizes = sorted({row["size"] for side in sides.values() for row in side["batches"]})
    by_size = {name: {row["size"]: row for row in side["batches"]} for name, side in sides.items()}
    for size in sizes:
        cells = [number(size)]
        for name in sides:
            row = by_size[name].get(size)
            if row is None:
                cells += ["–", "–"]
                continue
            share = tag("span", tag("i", style=f"width:{100 * row['share']:.1f}%"), class_="share", aria_hidden="true")
            cells += [join(share, f"{row['positive']} of {row['batches']}"), _reach(row["n_eff"])]
        rows.append(cells)
    heads = ["Batch size"]
    for name in sides:
        heads += [f"With a duplicate, {SIDES[name]}", f"N_eff, {SIDES[name]}"]
    return table(heads, rows, "Batches that hold a duplicate, by size")


def _reach(record):
    return tag("span", estimate(record).removeprefix("about "), class_="reach")


def _twins(side, pairs, images, nearest):
    """The closest pairs, with the nearest training image of each where available."""
    pairs = pairs[:TWINS]
    ends = np.array([[pair["i"], pair["j"]] for pair in pairs])
    training = (
        None if nearest is None else np.asarray(nearest(images[ends.ravel()])).reshape(len(pairs), 2, -1, *images.shape[1:])
    )
    figures = []
    for row, pair in enumerate(pairs):
        verdict = "duplicate" if pair["duplicate"] else "no duplicate"
        couple = [image(images[end], f"{SIDES[side]} sample {end}") for end in ends[row]]
        near = None
        if training is not None:
            near = tag("div", [image(training[row, e, 0], f"nearest training image of {ends[row][e]}") for e in (0, 1)])
        caption = tag("figcaption", f"{verdict} · {number(pair['distance'], 3)}")
        figures.append(tag("figure", tag("div", couple), near, caption, class_="case twin" + " yes" * pair["duplicate"]))
    name = f"Closest pairs of {SIDES[side]} samples"
    below = " Below each sample: its nearest training image." if training is not None else ""
    return [
        tag("h3", name),
        tag("p", f"The closest of all pairs, with their distance.{below}", class_="soft"),
        tag("div", figures, class_="wall"),
    ]


def _twin_sentences(side, pairs):
    """The closest pairs of sentences."""
    rows = [
        (*pair["sentences"], f"{pair['distance']:.0f}", "duplicate" if pair["duplicate"] else "no duplicate")
        for pair in pairs[:TWINS]
    ]
    name = f"Closest pairs of {SIDES[side]} sentences"
    return [tag("h3", name), table(("One", "The other", "Edits", "Judged"), rows, name)]


def _sweep(record):
    rows = []
    for row in record["sweep"]:
        mark = tag("b", " ← used") if row["threshold"] == record.get("threshold") else None
        cells = [join(number(row["threshold"]), mark)]
        for side in SIDES:
            cells += [number(row[side]["duplicates"]), _reach(row[side]["n_eff"])] if row.get(side) else ["–", "–"]
        ratio = row.get("ratio")
        rows.append([*cells, _reach(ratio) if ratio else "–"])
    heads = ["Duplicates are at most this far apart"]
    for name in SIDES.values():
        heads += [f"Duplicates, {name}", f"N_eff, {name}"]
    heads.append("Repeats more often than real data, times")
    inner = table(heads, rows, "N_eff by threshold")
    return tag("details", tag("summary", "How the estimate depends on the threshold for duplicates"), inner, class_="more")


def _classes(records):
    rows = []
    for name, record in records.items():
        fake, real = record.get("fake") or {}, record.get("real") or {}
        duplicates = (fake.get("pooled") or {}).get("duplicates")
        theirs = (real.get("pooled") or {}).get("n_eff")
        cells = (number(duplicates), _reach(record["n_eff"]), _reach(theirs) if theirs else "–")
        name = record.get("name", name)
        rows.append((name, *cells, tag("span", "; ".join(record.get("warnings", ())), class_="words")))
    return table(
        ("Class", "Duplicates", "N_eff", "N_eff, held-out real", tag("span", "Warnings", class_="words")),
        rows,
        "Birthday test by class",
    )


def copies_section(record, images=None):
    """Nearest training images.

    Args:
        record: of `copies`.
        images: (generated, training) or (generated, training, held-out) uint8 images that it points into.
    """
    parts = [tag("p", record["verdict"], class_="lead"), warning_list(record["warnings"]), _spaces(record)]
    if images is not None:
        fake, train, *held = images
        parts += _cases(record, "fake", fake, train, "Samples closest to the training data")
        if held and held[0] is not None:
            real = "training images closest to others of them" if record.get("within") else "held-out real images closest to it"
            parts += _cases(record, "held", held[0], train, f"For comparison: {real}")
    return section("Does it copy?", parts, name="copies")


def _spaces(record):
    rows, last = [], record["neighbours"]
    for name, space in record["spaces"].items():
        quantiles = space["quantiles"]
        ratio, ratio_name = space["ratio"], f"nearest over {last}th nearest"
        tests = (("distance to the nearest", space), (ratio_name, ratio), (f"{ratio_name}, strictly", ratio["strict"]))
        for what, test in tests:
            spread = [f"{number(quantiles[s]['0.5'], 3)}" if test is space else "–" for s in ("fake", "held")]
            rows.append(
                (
                    f"{name}: {what}",
                    *spread,
                    number(test["threshold"], 3),
                    join(f"{test['nearer']:,}", tag("small", f"{percent(test['low'])} to {percent(test['high'])}")),
                    number(test["expected"], 3),
                    number(test["p_value"], 2),
                )
            )
    within = record.get("within", False)
    held, images = (
        ("others", "training images, each set against the others,") if within else ("held-out", "held-out real images")
    )
    heads = ("Measured in", "Median, samples", f"Median, {held}", "Threshold", "Samples under it", "Expected", "p-value")
    counts = record["counts"]
    note = (
        f"{counts['fake']:,} samples and {counts['held']:,} {images} against {counts['train']:,} training images, "
        f"mirror images {'included' if record['flips'] else 'left out'}. The threshold leaves {percent(record['alpha'])} of "
        f"the {'training' if within else 'held-out'} images under it ({percent(record['alpha'] / 10)} strictly); by chance, as "
        "many samples fall under it."
    )
    return join(table(heads, rows, "Distances to the training data"), tag("p", note, class_="soft"))


def _cases(record, side, images, train, title):
    cases = []
    for case in record["closest"][side][:CASES]:
        pictures = case_images(record, case, images, train)
        own = "sample" if side == "fake" else "training" if record.get("within") else "held-out"
        names = [own, *[f"nearest, {name}" for name in record["spaces"]]]
        couples = [
            tag("figure", image(picture, f"{name} ({case['index']})"), tag("figcaption", name))
            for picture, name in zip(pictures, names, strict=True)
        ]
        notes = ["exact copy"] if case["exact"] else []
        notes += [
            f"{name} {number(near['distance'], 3)}{', mirrored' * near['mirrored']}" for name, near in case["spaces"].items()
        ]
        cases.append(tag("div", tag("div", couples, class_="row"), tag("p", " · ".join(notes)), class_="case near"))
    if not cases:
        return []
    note = "Mirrored training images are shown as they were matched. Distances in pixels are in grey levels of 255."
    return [tag("h3", title), tag("p", note, class_="soft"), tag("div", cases, class_="wall")]
