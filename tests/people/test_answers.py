"""From simulated raters of known accuracy the merged answers give back what they were; careless ones are left out."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from ganzoo.errors import UserError
from ganzoo.people.answers import merge
from ganzoo.people.kinds.every import KINDS
from ganzoo.people.kinds.material import Sampled
from ganzoo.people.kinds.preference import REAL
from ganzoo.people.staircase import Staircase
from ganzoo.report.terminal_people import merged


def shown(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.S).group(1))["questions"]


def decode(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,")))))


def pictures(n, seed, side=16):
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 256, (n, 4, 4, 3)), np.ones((1, side // 4, side // 4, 1))).astype(np.uint8)


def raters(judged, directory, count, say):
    """Files of `count` raters, `say(rng, question, known)` being what each answers."""
    files = []
    for number in range(count):
        rng = np.random.default_rng(number)
        files.append(judged.answers(directory / f"rater-{number}.json", lambda q, known: say(rng, q, known), f"rater {number}"))
    return files


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_blind_and_whole(judged_once, kind):
    models = {"models": [Sampled(name, pictures(80, n)) for n, name in enumerate("abc")]} if kind == "preference" else {}
    judged = judged_once(kind, **models)
    text = judged.path.read_text()
    assert not re.search(r"https?://(?!www\.w3\.org)|<link[^>]+stylesheet|<script[^>]+src|@import|__[A-Z]+__", text)
    entries = shown(judged.path)
    allowed = {"id", "images", "text", "practice", "check"}
    assert all(set(entry) <= allowed and re.fullmatch("[0-9a-f]{10}", entry["id"]) for entry in entries)
    assert {entry["id"] for entry in entries} == set(judged.key["questions"])
    sides = [judged.key["questions"][entry["id"]] for entry in entries if "practice" not in entry]
    half = len(sides) // 2
    for name in ("side", "answer"):  # the order tells nothing: each kind of question stands in both halves
        values = {str(known.get(name)) for known in sides}
        assert all(any(str(k.get(name)) == value for k in part) for value in values for part in (sides[:half], sides[half:]))
    assert judged.made["bytes"] == judged.path.stat().st_size and "Some &lt;b&gt;pictures" in text


def test_pictures_are_exact_and_half_of_them_are_real(judged_once):
    judged = judged_once("real-or-fake")
    sides = {"real": [], "fake": [], "decoy": []}
    for entry in shown(judged.path):
        known = judged.key["questions"][entry["id"]]
        if "side" in known:
            sides[known["side"]].append(decode(entry["images"][0]).tobytes())
    assert len(sides["real"]) == 50 and len(sides["fake"]) == 40 and len(sides["decoy"]) == 10
    assert set(sides["fake"]) == {image.tobytes() for image in judged.material.models[0].images[:40]}
    assert set(sides["real"]) <= {image.tobytes() for image in judged.material.real.images}
    whole = {image.tobytes() for image in judged.material.real.images}
    assert not whole & set(sides["decoy"]), "a decoy is a broken picture"


@pytest.mark.parametrize(("deceived", "doubted"), [(0.5, 0.5), (0.8, 0.2)])
def test_errors_of_real_or_fake_are_recovered(make, tmp_path, deceived, doubted):
    judged = make("real-or-fake")

    def say(rng, q, known):
        wrong = {"fake": deceived, "real": doubted, "decoy": 0}[known["side"]]
        return ("real", "fake")[(known["side"] == "real") ^ (rng.random() >= wrong)]

    record = merge(judged.path, raters(judged, tmp_path, 10, say))
    result = record["result"]
    for name, truth in (("deceived", deceived), ("doubted", doubted), ("hype", (deceived + doubted) / 2)):
        found = result[name]
        assert found["low"] <= truth <= found["high"] and found["high"] - found["low"] < 0.2, name
        assert found["value"] == pytest.approx(truth, abs=0.06)
    assert len(record["raters"]) == 10 and not record["left_out"] and not record["warnings"]
    assert result["agreement"]["metric"] == "Fleiss' kappa"
    assert any("HYPE-infinity" in line for line in merged(record))


def test_a_threshold_is_recovered_from_trials(make, tmp_path):
    judged, staircase = make("rapid", count=50, every=50), Staircase()

    def rater(number):
        rng, at, exposure = np.random.default_rng(number), 250 + 20 * number, staircase.start
        counter = iter(range(1000))

        def say(q, known):
            nonlocal exposure
            n = next(counter)
            exposure = staircase.start if n % 50 == 0 else exposure
            truth = "real" if known["side"] == "real" else "fake"
            right = rng.random() < 0.75 + 0.25 * np.tanh((exposure - at) / 40)
            said = {"answer": truth if right else {"real": "fake", "fake": "real"}[truth], "n": n, "block": n // 50}
            said |= {"exposure": exposure, "shown_ms": exposure + (200 if n % 20 == 19 else 0.4)}
            exposure = staircase.after(exposure, right)
            return said

        return judged.answers(tmp_path / f"{number}.json", say, f"rater {number}")

    result = merge(judged.path, [rater(number) for number in range(6)])["result"]
    assert result["threshold_ms"]["value"] == pytest.approx(300, abs=40)
    assert result["threshold_ms"]["low"] < result["threshold_ms"]["value"] < result["threshold_ms"]["high"]
    assert result["late"] == pytest.approx(0.05) and 0.6 < result["right"]["value"] < 0.9
    assert not result["at_least"] and not result["at_most"]


@pytest.mark.parametrize("together", [2, 3])
def test_preferences_put_models_in_order(make, tmp_path, together):
    truth = {"good": 0.6, "middle": 0.0, "bad": -1.4, REAL: 0.8}
    models = [Sampled(name, pictures(400, n)) for n, name in enumerate(truth) if name != REAL]
    real = Sampled("real", pictures(500, 9))
    judged = make("preference", models=models, real_images=real, count=160, together=together, real_takes_part=True)
    names = judged.key["record"]["contestants"]
    assert names == ["good", "middle", "bad", REAL]
    uses = np.bincount([m for x in judged.key["questions"].values() for m in x.get("models", [])])
    assert len(set(uses)) == 1, "each model is shown as often"

    def say(rng, q, known):
        if "answer" in known:
            return known["answer"]
        utilities = [truth[names[index]] + rng.gumbel() for index in known["models"]]
        return str(int(np.argmax(utilities)) + 1)

    record = merge(judged.path, raters(judged, tmp_path, 5, say))
    found = {one["name"]: one for one in record["result"]["models"]}
    assert list(found)[-2:] == ["middle", "bad"]
    for name, strength in truth.items():
        assert found[name]["low"] - 0.1 <= strength <= found[name]["high"] + 0.1, name
    odds = {(one["first"], one["second"]): one["value"] for one in record["result"]["beats"]}
    assert odds["good", "bad"] == pytest.approx(1 / (1 + np.exp(-2.0)), abs=0.07)
    assert odds["good", "bad"] + odds["bad", "good"] == pytest.approx(1)
    assert any(line.startswith("good is preferred to bad in ") for line in merged(record))


def test_copies_are_counted_beside_held_out_pictures(make, tmp_path):
    train = pictures(60, 3)
    copied = np.concatenate([train[:10], pictures(30, 1)])
    judged = make("neighbours", models=[Sampled("thief", copied)])
    by_bytes = {image.tobytes() for image in train}
    seen = {entry["id"]: [decode(uri) for uri in entry["images"]] for entry in shown(judged.path)}

    def say(rng, q, known):
        if "answer" in known:
            return known["answer"]
        return "yes" if seen[q][0].tobytes() in by_bytes else "no"

    result = merge(judged.path, raters(judged, tmp_path, 2, say))["result"]
    assert result["copies"]["value"] == pytest.approx(10 / 40) and result["held_out"]["value"] == 0
    assert result["closest"]["value"] == 1, "the nearest are looked at on their own"
    copies = [x for x in seen.values() if x[0].tobytes() in by_bytes]
    assert all((images[0] == images[1]).all() for images in copies), "the nearest training picture stands first"


def test_what_pictures_show_is_counted_beside_real_ones(make, tmp_path):
    judged = make("captions")
    texts = {entry["id"]: entry["text"] for entry in shown(judged.path)}

    def say(rng, q, known):
        if "answer" in known:
            return known["answer"]
        return "yes" if known["side"] == "real" or texts[q] != "kind 0" else "unsure"

    result = merge(judged.path, raters(judged, tmp_path, 3, say))["result"]
    share = np.mean([text != "kind 0" for q, text in texts.items() if judged.key["questions"][q].get("side") == "fake"])
    assert result["shown"]["value"] == pytest.approx(share) and result["real"]["value"] == 1
    assert result["unsure"]["value"] == pytest.approx(1 - share)
    wrong = [q for q, known in judged.key["questions"].items() if known.get("answer") == "no"]
    assert wrong and all(texts[q].startswith("kind") for q in wrong)


def perfect(q, known):
    return "real" if known["side"] == "real" else "fake"


def test_who_is_careless_or_never_learned_it_is_left_out(make, tmp_path):
    judged = make("real-or-fake")
    judged.answers(tmp_path / "a.json", perfect, "ada")
    judged.answers(tmp_path / "b.json", lambda q, known: "real", "bob")
    judged.answers(tmp_path / "c.json", lambda q, known: None if known["side"] == "decoy" else "real", "cyd")
    wrong = [{"id": one["id"], "answer": "real"} for one in judged.practised()]
    judged.answers(tmp_path / "d.json", perfect, "dan", practice=wrong)
    judged.answers(tmp_path / "e.json", perfect, "eve", practice=wrong[:3])
    judged.answers(tmp_path / "f.json", lambda q, known: None, "fay")
    decoys = [q for q, known in judged.key["questions"].items() if known.get("side") == "decoy"]
    judged.answers(tmp_path / "g.json", lambda q, known: None if q in decoys[4:] else perfect(q, known), "gus")
    (tmp_path / "other.json").write_text(json.dumps({"format": "ganzoo-people-answers", "page": "another"}))
    record = merge(judged.path, [tmp_path])
    assert [one["rater"] for one in record["raters"]] == ["ada"] and record["result"]["hype"]["value"] == 0
    why = {one["rater"]: one["problem"] for one in record["left_out"]}
    assert why["bob"] == "is right on 0 of 10 questions of known answer, under 90%"
    assert why["cyd"] == "answered only 0 of the 10 questions of known answer"
    assert why["gus"] == "answered only 4 of the 10 questions of known answer"
    assert why["dan"] == "was right on 0 of 4 practice pictures that are fake"
    assert why["eve"] == "left 5 of 8 practice pictures out" and why["fay"] == "answered nothing"
    assert "1 rater: an interval of fewer than 5" in record["warnings"][0]
    assert any(line.startswith("left out: bob") for line in merged(record))
    with pytest.raises(UserError, match="nobody's answers can be used: bob is right"):
        merge(judged.path, [tmp_path / "b.json"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"page": "x"}, "answers another page"),
        ({"format": "x"}, "holds no answers"),
        ({"answers": [{"id": "x", "answer": "real"}]}, "questions that this page does not ask"),
        ({"answers": 3}, "answers"),
    ],
)
def test_files_that_are_no_answers_are_one_line(make, tmp_path, change, message):
    judged = make("real-or-fake")
    with pytest.raises(UserError, match=message) as error:
        merge(judged.path, [judged.answers(tmp_path / "a.json", perfect, **change)])
    assert "\n" not in str(error.value)


def test_one_rater_is_one_file_and_pages_are_pages(make, tmp_path):
    judged = make("real-or-fake")
    files = [judged.answers(tmp_path / name, perfect) for name in ("a.json", "b.json")]
    with pytest.raises(UserError, match="ada answered in several files"):
        merge(judged.path, files)
    with pytest.raises(UserError, match="is not a page to judge"):
        merge(files[0], files[:1])
    with pytest.raises(UserError, match="no answers to"):
        (tmp_path / "empty").mkdir()
        merge(judged.path, [tmp_path / "empty"])


def test_too_few_real_pictures_are_one_line(make):
    with pytest.raises(UserError, match="needs 68 held-out real images and real has 30"):
        make("real-or-fake", real_images=Sampled("real", pictures(30, 2)))
    with pytest.raises(UserError, match="as many models"):
        make("preference")
