"""The judge page is blind, self-contained and the same for the same seed; the answers give the estimate with its bounds."""

import base64
import io
import json
import re
import zlib

import numpy as np
import pytest
from PIL import Image

from ganzoo.errors import UserError
from ganzoo.metrics.birthday import support
from ganzoo.people import engine
from ganzoo.people.agreement import agreement
from ganzoo.people.engine import disturbed
from ganzoo.report.judge_answers import ANSWERS, read_answers, read_key
from ganzoo.report.judge_page import Candidates, candidates, judge_page


def shown(path):
    """The questions as the page holds them."""
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.S).group(1))["questions"]


def decode(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,")))))


def test_page_holds_every_pair_once_and_the_decoys(judged):
    entries = list(judged.key["questions"].values())
    pairs = [(e["side"], e["i"], e["j"]) for e in entries if e["kind"] == "pair"]
    assert len(set(pairs)) == len(pairs) == judged.made["questions"] - 10
    assert [sum(e["kind"] == kind for e in entries) for kind in ("twin", "stranger")] == [5, 5]
    assert judged.made["decoys"] == 10
    named = {q for g in judged.key["groups"] for q in g["questions"]}
    assert {q for q, e in judged.key["questions"].items() if e["kind"] == "pair"} == named
    assert {(g["side"], g["kind"], g["size"]) for g in judged.key["groups"]} == {
        ("fake", "pooled", 200),
        ("fake", "batch", 5),
        ("fake", "batch", 10),
        ("real", "pooled", 60),
    }
    assert judged.made["bytes"] == judged.path.stat().st_size


def test_images_are_exact_and_sides_shuffled(judged):
    swapped = 0
    for question in shown(judged.path):
        entry = judged.key["questions"][question["id"]]
        first, second = decode(question["a"]), decode(question["b"])
        if entry["kind"] == "pair":
            images = judged.fake if entry["side"] == "fake" else judged.real
            swapped += np.array_equal(second, images[entry["i"]])
            expected = {images[entry["i"]].tobytes(), images[entry["j"]].tobytes()}
            assert {first.tobytes(), second.tobytes()} == expected
        else:
            apart = np.abs(first.astype(int) - second).mean()
            assert apart < 20 if entry["kind"] == "twin" else apart > 30
    assert 10 < swapped < judged.made["questions"] - 20


def test_page_tells_nothing(judged):
    text = judged.path.read_text()
    assert not re.search(r"https?://(?!www\.w3\.org)|<link[^>]+stylesheet|<script[^>]+src|@import", text)
    visible = text.replace(re.search(r'id="key">(.*?)</script>', text).group(1), "")
    for word in ('"distance"', '"twin"', '"stranger"', '"fake"', '"kind"'):
        assert word not in visible
    questions = shown(judged.path)
    assert all(set(q) == {"id", "a", "b"} and re.fullmatch("[0-9a-f]{10}", q["id"]) for q in questions)
    # Neither the order nor the ids follow the distance or tell decoys apart.
    kinds = [judged.key["questions"][q["id"]]["kind"] == "pair" for q in questions]
    assert not all(kinds[:-10]) and not all(kinds[10:])
    pooled = judged.key["groups"][0]["questions"]
    positions = {q["id"]: n for n, q in enumerate(questions)}
    order = [positions[q] for q in pooled]
    assert order != sorted(order) and pooled != sorted(pooled)


def test_same_seed_same_page(judged, make_judged):
    assert make_judged().path.read_bytes() == judged.path.read_bytes()
    other = make_judged(seed=1)
    assert other.key["page"] != judged.key["page"]


def test_nearest_training_images_of_what_is_shown(make_judged):
    def nearest(images):
        apart = np.abs(images[:, None].astype(int) - training[None]).mean((2, 3, 4))
        return training[np.argsort(apart, 1)[:, :3]]

    training = np.random.default_rng(0).integers(0, 256, (20, 12, 12, 3), dtype=np.uint8)
    judged = make_judged(nearest=nearest)
    for question in shown(judged.path):
        images = np.stack([decode(question["a"]), decode(question["b"])])
        found = np.stack([[decode(uri) for uri in row] for row in question["near"]])
        np.testing.assert_array_equal(found, nearest(images))


def test_mirrored_twins_are_shown_the_same_way_round(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    images[1], images[3] = images[0, :, ::-1], images[2]
    pairs = [Candidates("fake", "pooled", 4, [0, 2], [1, 3], [0.0, 0.0])]
    for flips, same in ((True, 2), (False, 1)):
        judge_page(pairs, images, tmp_path / "page.html", flips=flips, decoys=0)
        assert sum(q["a"] == q["b"] for q in shown(tmp_path / "page.html")) == same


def test_a_generator_of_one_image_has_no_strangers(tmp_path):
    images = np.full((10, 8, 8, 1), 77, np.uint8)
    judge_page([Candidates("fake", "pooled", 10, [0], [1], [0.0])], images, tmp_path / "page.html", decoys=10)
    kinds = [e["kind"] for e in read_key(tmp_path / "page.html")["questions"].values()]
    assert sorted(kinds) == ["pair"] + ["twin"] * 5


def test_title_cannot_break_the_page(tmp_path):
    images = np.zeros((2, 8, 8, 1), np.uint8)
    title = "<script>__DATA__</script>"
    judge_page([Candidates("fake", "pooled", 2, [0], [1], [0.0])], images, tmp_path / "page.html", title=title)
    text = (tmp_path / "page.html").read_text()
    assert "&lt;script&gt;" in text and title not in text and len(shown(tmp_path / "page.html")) == 11


@pytest.mark.parametrize("size", [8, 32, 64])
def test_a_known_twin_is_near_and_not_equal(size):
    rng = np.random.default_rng(0)
    image = np.kron(rng.integers(0, 256, (4, 4, 3)), np.ones((size // 4, size // 4, 1))).astype(np.uint8)
    apart = [np.abs(disturbed(image, rng).astype(int) - image).mean() for _ in range(20)]
    assert min(apart) > 0 and max(apart) < 25


def test_candidates_of_a_class_point_into_all_images():
    rng = np.random.default_rng(0)
    features, rows = rng.random((40, 6)), np.arange(100, 140)
    groups = candidates(features, pooled=7, batch_sizes=(8,), batches=3, per_batch=2, rows=rows, name="cat")
    assert [(g.kind, g.size, len(g.i), g.name) for g in groups] == [("pooled", 40, 7, "cat")] + [("batch", 8, 2, "cat")] * 3
    for g in groups:
        np.testing.assert_allclose(np.linalg.norm(features[g.i - 100] - features[g.j - 100], axis=1), g.distance)


@pytest.mark.parametrize(
    "pairs, images, message",
    [
        ([], np.zeros((2, 8, 8, 3), np.uint8), "no pairs to judge"),
        ([Candidates("fake", "pooled", 2, [0], [1], [0.0])], np.zeros((2, 8, 8, 3)), "must be uint8"),
        ([Candidates("fake", "pooled", 2, [0], [1], [0.0])], np.zeros((2, 8, 8, 4), np.uint8), "1 or 3"),
    ],
)
def test_unusable_input_ends_in_one_line(tmp_path, pairs, images, message):
    with pytest.raises(UserError, match=message):
        judge_page(pairs, images, tmp_path / "page.html")
    with pytest.raises(UserError, match="cannot write"):
        judge_page(
            [Candidates("fake", "pooled", 2, [0], [1], [0.0])],
            np.zeros((2, 8, 8, 3), np.uint8),
            tmp_path / "absent" / "page.html",
        )


# --- answers


def test_a_rater_without_error(judged, tmp_path):
    record = read_answers(judged.path, [judged.answers(tmp_path / "a.json")])
    assert record["judge"] == "human"
    rater = record["raters"][0]
    assert rater["rater"] == "ada" and rater["accuracy"] == rater["sensitivity"] == rater["specificity"] == 1
    assert rater["seconds"] == 1.2 and rater["answered"] == rater["questions"] == judged.made["questions"]
    fake, real = record["results"]
    assert (fake["side"], real["side"]) == ("fake", "real")
    group = judged.key["groups"][0]
    twins = sum(judged.truth(q) == "yes" for q in group["questions"])
    assert fake["pooled"]["yes"]["duplicates"] == twins == 25
    assert record["n_eff"]["value"] == pytest.approx(support.pair_count(200) / 25)
    # All 25 that were shown are twins: there are more.
    assert not fake["pooled"]["yes"]["complete"]
    assert any("show more pairs" in w for w in record["warnings"])
    assert real["n_eff"]["value"] is None and real["pooled"]["yes"]["complete"]
    assert record["agreement"]["metric"] is None
    for row in fake["batches"]["yes"]:
        batches = [g for g in judged.key["groups"] if (g["kind"], g["size"]) == ("batch", row["size"])]
        assert row["batches"] == 6
        assert row["positive"] == sum(any(judged.truth(q) == "yes" for q in g["questions"]) for g in batches)
    assert fake["fit"]["yes"] == fake["fit"]["yes_or_unsure"]
    assert fake["corrected"]["n_eff"] == pytest.approx(record["n_eff"]["value"])
    json.dumps(record, allow_nan=False)


def test_with_enough_pairs_the_support_is_recovered(make_judged, tmp_path):
    judged = make_judged(pooled=1000)
    record = read_answers(judged.path, [judged.answers(tmp_path / "a.json")])
    counts = np.bincount(judged.which)
    pooled = record["results"][0]["pooled"]["yes"]
    assert pooled["duplicates"] == (counts * (counts - 1) // 2).sum() and pooled["complete"]
    assert pooled == support.pooled(counts[judged.which] - 1) | {k: pooled[k] for k in ("complete", "spike")}
    assert record["n_eff"]["low"] <= 30 <= record["n_eff"]["high"]
    assert record["warnings"] == []


def test_unsure_answers_widen_the_interval_downwards(make_judged, tmp_path):
    judged = make_judged(pooled=1000)
    pairs = [q for q, e in judged.key["questions"].items() if e["kind"] == "pair" and judged.truth(q) == "yes"]
    doubted = set(pairs[::3])
    sure = read_answers(judged.path, [judged.answers(tmp_path / "a.json")])
    path = judged.answers(tmp_path / "b.json", change=lambda q, a: "unsure" if q in doubted else a)
    record = read_answers(judged.path, [path])
    found = record["results"][0]["pooled"]
    assert found["yes"]["n_eff"]["value"] > 1.2 * found["yes_or_unsure"]["n_eff"]["value"]
    assert found["yes_or_unsure"]["n_eff"] == sure["results"][0]["pooled"]["yes"]["n_eff"]
    assert record["n_eff"]["low"] == found["yes_or_unsure"]["n_eff"]["low"]
    assert record["n_eff"]["high"] == found["yes"]["n_eff"]["high"]
    assert record["counts"]["unsure"] == len(doubted)


def test_unanswered_pairs_count_as_unsure(judged, tmp_path):
    pairs = [q for q, e in judged.key["questions"].items() if e["kind"] == "pair"]
    path = judged.answers(tmp_path / "a.json", change=lambda q, a: None if q in pairs[:10] else a)
    record = read_answers(judged.path, [path])
    assert record["counts"]["unsure"] == 10
    assert any(w.startswith("10 of") for w in record["warnings"])


def test_raters_are_merged_by_majority(judged, tmp_path):
    pair = next(q for q in judged.key["groups"][0]["questions"] if judged.truth(q) == "yes")
    paths = [
        judged.answers(tmp_path / f"{name}.json", name, change=lambda q, a, said=said: said if q == pair else a)
        for name, said in (("ada", "yes"), ("bob", "yes"), ("eve", "no"))
    ]
    yes = read_answers(judged.path, paths)["results"][0]["pooled"]["yes"]["duplicates"]
    # One yes against one no is unsure.
    both = read_answers(judged.path, paths[1:])
    assert both["results"][0]["pooled"]["yes"]["duplicates"] == yes - 1
    assert both["results"][0]["pooled"]["yes_or_unsure"]["duplicates"] == yes
    assert both["agreement"]["metric"] == "Cohen's kappa" and 0.9 < both["agreement"]["kappa"] < 1
    assert read_answers(judged.path, paths)["agreement"]["metric"] == "Fleiss' kappa"


def test_a_careless_rater_is_refused(judged, tmp_path):
    decoys = [q for q, e in judged.key["questions"].items() if e["kind"] != "pair"]
    wrong = {"yes": "no", "no": "yes"}
    path = judged.answers(tmp_path / "one.json", "bob", change=lambda q, a: wrong[a] if q == decoys[0] else a)
    assert read_answers(judged.path, [path])["raters"][0]["accuracy"] == 0.9
    path = judged.answers(tmp_path / "two.json", "bob", change=lambda q, a: "unsure" if q in decoys[:2] else a)
    with pytest.raises(UserError, match=r"bob .*right on 8 of 10 known pairs"):
        read_answers(judged.path, [path])
    path = judged.answers(tmp_path / "few.json", "bob", change=lambda q, a: None if q in decoys[:6] else a)
    with pytest.raises(UserError, match="only 4 of the 10"):
        read_answers(judged.path, [path])


def test_imperfect_raters_are_corrected_for(make_judged, tmp_path):
    judged = make_judged(pooled=1000, decoys=40)
    twins = [q for q, e in judged.key["questions"].items() if e["kind"] == "twin"]
    found = [q for q in judged.key["groups"][0]["questions"] if judged.truth(q) == "yes"]
    # Blind to one twin in ten, among the decoys and among the pairs.
    missed = set(twins[::10]) | set(found[::10])
    record = read_answers(judged.path, [judged.answers(tmp_path / "a.json", change=lambda q, a: "no" if q in missed else a)])
    truth = support.pair_count(200) / len(found)
    assert record["decoys"] == {"sensitivity": 0.9, "specificity": 1.0}
    assert record["n_eff"]["value"] > 1.05 * truth
    assert record["results"][0]["corrected"]["n_eff"] == pytest.approx(truth, rel=0.01)


def test_kappa_known_answers():
    # Wikipedia's example of Cohen's kappa: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 0.4.
    votes = [["yes", "yes"]] * 20 + [["yes", "no"]] * 5 + [["no", "yes"]] * 10 + [["no", "no"]] * 15
    found = agreement([*votes, ["yes", None]], ANSWERS)
    assert found["kappa"] == pytest.approx(0.4) and found["share"] == pytest.approx(0.7) and found["questions"] == 50
    # Fleiss by hand: agreement 2/3, chance (4/6)^2 + (2/6)^2 = 5/9.
    three = agreement([["yes", "yes", "yes"], ["yes", "no", "no"]], ANSWERS)
    assert three["share"] == pytest.approx((1 + 1 / 3) / 2)
    assert three["kappa"] == pytest.approx((2 / 3 - 5 / 9) / (1 - 5 / 9))
    assert agreement([["no", "no"]] * 5, ANSWERS)["kappa"] is None
    assert agreement([["no"]], ANSWERS)["metric"] is None and agreement([], ANSWERS)["questions"] == 0


def test_files_that_are_not_answers(judged, make_judged, tmp_path):
    good = judged.answers(tmp_path / "good.json")
    other = make_judged(seed=5)
    cases = {
        "answers another page": other.answers(tmp_path / "other.json"),
        "holds no answers": judged.answers(tmp_path / "format.json", format="else"),
        "is damaged": judged.answers(tmp_path / "word.json", answers=[{"id": "x", "answer": "maybe"}]),
        "does not ask": judged.answers(tmp_path / "id.json", answers=[{"id": "x", "answer": "yes"}]),
        "the answers .*absent.json cannot be read: No such file": tmp_path / "absent.json",
        "twice": judged.answers(tmp_path / "twice.json", answers=json.loads(good.read_text())["answers"][:1] * 2),
        r"answers\[0\].id is missing": judged.answers(tmp_path / "noid.json", answers=[{"answer": "yes"}]),
        r"answers\[0\].id must be a text": judged.answers(tmp_path / "badid.json", answers=[{"id": [], "answer": "yes"}]),
        r"answers\[0\].ms must be a number": judged.answers(
            tmp_path / "ms.json", answers=[{"id": "x", "answer": "no", "ms": "1"}]
        ),
        "answers must be a list": judged.answers(tmp_path / "none.json", answers=None),
        "rater must be a text": judged.answers(tmp_path / "rater.json", rater=[3]),
    }
    for message, path in cases.items():
        with pytest.raises(UserError, match=message):
            read_answers(judged.path, [path])
    (tmp_path / "text.json").write_text("{")
    with pytest.raises(UserError, match="the answers .*text.json is no JSON"):
        read_answers(judged.path, [tmp_path / "text.json"])
    with pytest.raises(UserError, match="both ada's"):
        read_answers(judged.path, [good, judged.answers(tmp_path / "again.json")])
    with pytest.raises(UserError, match="no answers"):
        read_answers(judged.path, [])
    with pytest.raises(UserError, match="not a judge page"):
        read_answers(good, [good])
    with pytest.raises(UserError, match="cannot read the page"):
        read_answers(tmp_path / "absent.html", [good])


def packed(key):
    """A page whose key is `key`: text, bytes, or what JSON takes."""
    content = key if isinstance(key, bytes) else json.dumps(key).encode()
    return f'<script type="text/plain" id="key">{base64.b64encode(zlib.compress(content)).decode()}</script>'


def without(key, *path):
    """A copy of a key without one of its fields."""
    key = json.loads(json.dumps(key))
    inner = key
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return key


def test_a_page_with_a_damaged_key_is_one_line(judged, tmp_path, monkeypatch):
    key, path = judged.key, tmp_path / "page.html"
    group = key["groups"][0]
    decoy = next(name for name, question in key["questions"].items() if question["kind"] != "pair")
    first = group["questions"][0]
    changed = lambda **fields: {**key, "groups": [{**group, **fields}, *key["groups"][1:]]}  # noqa: E731
    cases = [
        (b"[" * 100_000, "is no JSON: it is nested too deeply"),
        (b"[]", "it must be an object of fields"),
        (b"{", "is no JSON"),
        (without(key, "page"), "page is missing"),
        (without(key, "groups"), "groups is missing"),
        (without(key, "groups", 0, "size"), r"groups\[0\].size is missing"),
        (without(key, "questions", first, "kind"), "kind is missing"),
        (without(key, "questions", first, "i"), "a group names no questions, or others than pairs"),
        (without(key, "questions", first), "a group names no questions, or others than pairs"),
        (changed(questions=[]), "a group names no questions"),
        (changed(questions=[decoy]), "others than pairs"),
        (changed(size=10), "pairs of .* samples among 10"),
        (changed(size=10**9), "size must be a number of samples from 2 to 10,000,000"),
        (changed(size=True), "size must be a number of samples"),
        (changed(side="else"), "side must be one of fake, real, not 'else'"),
        (changed(name=3), "name must be a text"),
        ({**key, "questions": {**key["questions"], first: {"kind": "pair", "i": 0, "j": 0}}}, "pairs of"),
    ]
    for content, complaint in cases:
        path.write_text(packed(content))
        with pytest.raises(UserError, match=complaint) as error:
            read_key(path)
        assert "\n" not in str(error.value)
    path.write_text(packed(key))
    assert read_key(path) == key
    text = packed(key)
    path.write_text(text.replace("</script>", "")[:-40] + "</script>")
    with pytest.raises(UserError, match="its key is cut|not a judge page"):
        read_key(path)
    monkeypatch.setattr(engine, "MOST_BYTES", 1000)
    path.write_text(packed(key))
    with pytest.raises(UserError, match="larger than 1,000 bytes"):
        read_key(path)
