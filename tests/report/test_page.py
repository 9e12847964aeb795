"""The report is one sound file: nothing fetched, nothing unescaped, no two protocols in one table, every number there."""

import html.parser
import json
import re

import numpy as np
import pytest

from ganzoo.errors import UserError
from ganzoo.evaluation.compare import side_by_side
from ganzoo.evaluation.memorization import copies
from ganzoo.evaluation.nearest_training import nearest_images
from ganzoo.metrics.birthday.test import birthday_test, by_class
from ganzoo.report.curves import charts
from ganzoo.report.judge_answers import read_answers, read_key
from ganzoo.report.judge_page import candidates, judge_page
from ganzoo.report.numbers import estimate, number, percent
from ganzoo.report.page import compare_report, report
from ganzoo.report.scores import standing

EVIL = "<script>alert('x')</script>&\"quote\" </td></table> {braces} __BODY__"


class Parsed(html.parser.HTMLParser):
    """A page's elements, the text of each table, and whether every tag is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.tables, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append("")
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if "table" in self.open:
            self.tables[-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


def protocol(count=1000, extractor="cnn"):
    found = {"count": count, "data": "digits:train", "seed": 0, "extractor": None}
    if extractor:
        found["extractor"] = {"name": extractor, "sha256": "ab" * 32}
    return found


def score(name="FD[cnn]", metric="frechet_distance", part="", value=12.34, **more):
    record = more.pop("protocol", protocol())
    made = {"name": name, "metric": metric, "part": part, "value": value, "real": 1.25, "real_count": record["count"]}
    made |= {"value_at_real_count": None, "floor": None, "excess": None, "low": None, "high": None, "direction": "lower"}
    made |= {"warnings": [], "protocol": record, "protocol_line": f"N={record['count']}", "seconds": 0.1}
    return made | {"model": {"name": "dcgan"}} | more


def pictures(count, seed=0, channels=1):
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, 256, (count, 4, 4, channels)), np.ones((1, 2, 2, 1))).astype(np.uint8)


def without_pictures(page):
    return re.sub(r"base64,[^\"]+", "", page)


@pytest.fixture(scope="module")
def material():
    """A generator that stores thirty of its training images, with the records of both tests."""
    train, held = pictures(120), pictures(90, 1)
    fake = train[np.random.default_rng(2).integers(30, size=150)]
    flat = [images.reshape(len(images), -1).astype(np.float32) for images in (fake, held)]
    options = {"batch_sizes": (5, 10), "batches": 6}
    birthday = birthday_test(*flat, **options, images=fake, real_images=held)
    classes = by_class(flat[0], np.arange(150) % 2, flat[1], np.arange(90) % 2, **options)
    return fake, train, held, birthday | {"classes": classes}, copies(fake, train, held)


@pytest.fixture(scope="module")
def page(material):
    fake, train, held, birthday, record = material
    scores = [
        score(floor=1.5, excess=10.84, low=11.1, high=13.7, warnings=["too few samples"]),
        score("precision_recall.precision[cnn]", "precision_recall", "precision", 0.41, real=0.87, direction="higher"),
        score("ms_ssim", "ms_ssim", value=0.31, real=0.21, direction="real", protocol=protocol(extractor=None)),
    ]
    return report(
        "Digits",
        facts={"Model": "dcgan", "Seed": 7},
        scores=scores,
        samples=fake,
        real=held,
        birthday=birthday,
        birthday_images=(fake, held),
        nearest=nearest_images(train),
        copies=record,
        copies_images=(fake, train, held),
        history=[score(step=step, value=10 / step) for step in (1, 2, 3)],
        notes=["something was left out"],
    )


def test_a_whole_page_is_sound_and_fetches_nothing(page):
    parsed = Parsed(page)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", without_pictures(page))
    assert parsed.all("script") == []
    for attributes in parsed.all("img"):
        assert attributes["src"].startswith("data:image/png;base64,")
        assert attributes["alt"]
    (policy,) = [a["content"] for a in parsed.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert parsed.all("th") and all(attributes.get("scope") in ("col", "row") for attributes in parsed.all("th"))
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) > 4
    assert "prefers-color-scheme: dark" in page and "@media print" in page
    assert "__" not in without_pictures(page)


def test_every_part_is_there(page):
    parsed = Parsed(page)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    names = ["Samples", "Scores", "Does it repeat itself?", "Does it copy?", "During training", "Notes"]
    assert headings == names
    for words in ("12.34", "11.1 to 13.7", "1.25", "1.5", "10.84", "too few samples", "0.41", "0.87", "something was left out"):
        assert words in parsed.words
    assert "How far mean and covariance of the generated features are from the real ones." in parsed.words
    assert "Biased up by about 1/N" in parsed.words
    assert "Seed 7" in parsed.words.replace("Seed7", "Seed 7")


def test_absent_parts_leave_no_trace():
    parsed = Parsed(report("Nothing"))
    assert parsed.all("h2") == parsed.all("table") == parsed.all("article") == parsed.all("svg") == parsed.all("img") == []
    assert "Nothing" in parsed.words


def test_everything_is_escaped(material):
    fake, train, held, birthday, _ = material
    nasty = score(
        EVIL, EVIL, EVIL, warnings=[EVIL], protocol_line=EVIL, protocol=protocol(extractor=EVIL), model={"name": EVIL}
    )
    nasty["direction"] = EVIL
    spaces = copies(fake, train, held, {EVIL: lambda images: images.reshape(len(images), -1)[:, :9]})
    text = report(
        EVIL,
        facts={EVIL: EVIL},
        scores=[nasty, score(model={"name": "other"})],
        birthday=birthday | {"judge": EVIL, "warnings": [EVIL], "classes": {EVIL: birthday}},
        copies=spaces,
        copies_images=(fake, train, held),
        history=[nasty | {"step": 1}, nasty | {"step": 2}],
        notes=[EVIL],
    )
    parsed = Parsed(text)
    assert parsed.all("script") == []
    assert parsed.words.count("<script>alert('x')</script>") > 12
    both = {EVIL: [score(EVIL, EVIL)], "b": [score(EVIL, EVIL)]}
    parsed = Parsed(compare_report(EVIL, side_by_side(both), samples={EVIL: fake}, facts={EVIL: EVIL}, notes=[EVIL]))
    assert parsed.all("script") == []


def test_two_protocols_never_share_a_table():
    scores = [
        score(value=1111.0),
        score(value=2222.0, protocol=protocol(count=500)),
        score("KD[cnn]", "kernel_distance", "mean", 3333.0),
        score(value=4444.0, protocol=protocol(extractor="other")),
        score(value=5555.0, model={"name": "another model"}),
    ]
    tables = Parsed(report("x", scores=scores)).tables
    found = [sorted(re.findall(r"([1-5],?(?:111|222|333|444|555))", table)) for table in tables]
    assert found == [["1,111", "3,333"], ["2,222"], ["4,444"], ["5,555"]]


def test_parts_that_are_no_scores_stand_aside():
    parts = [
        score("CS[cnn]", "inception_score", "mean", 7.5),
        score("CS.sd[cnn]", "inception_score", "sd", 0.77, direction="aside"),
    ]
    parsed = Parsed(report("x", scores=parts))
    assert "Beside it: sd 0.77." in parsed.words
    assert "CS.sd" not in parsed.words


def test_warnings_that_most_measures_share_are_said_once():
    scores = [score(f"s{i}", f"m{i}", warnings=["shared", f"own {i}"]) for i in range(4)]
    scores.append(score("s4", "m4"))
    words = Parsed(report("x", scores=scores)).words
    assert words.count("shared") == 1
    assert "shared (4 of 5 metrics)" in words
    assert all(f"own {i}" in words for i in range(4))


@pytest.mark.parametrize(
    ("more", "position", "words"),
    [
        ({"value": 5.0, "real": 1.0}, 0.8, "5 × real data’s"),
        ({"value": 0.9, "real": 1.0}, 0.0, "as real data or better"),
        ({"value": 5.0, "real": 1.0, "floor": 2.5}, 0.5, "2 × real data’s"),
        ({"value": 9.0, "value_at_real_count": 2.0, "real": 1.0}, 0.5, "2 × real data’s"),
        ({"value": 0.2, "real": 0.8, "direction": "higher"}, 0.75, "25 % of real data’s"),
        ({"value": 0.9, "real": 0.8, "direction": "higher"}, 0.0, "as real data or better"),
        ({"value": 0.4, "real": 0.8, "direction": "real"}, 0.5, "50 % of real data’s"),
        ({"value": 1.6, "real": 0.8, "direction": "real"}, 0.5, "2 × real data’s"),
        ({"value": 5.5, "real": 10.0, "direction": "higher", "metric": "inception_score"}, 0.5, "55 % of real data’s"),
        (
            {"value": 0.75, "real": 0.5, "direction": "real", "metric": "c2st", "part": "knn"},
            0.5,
            "50 % of the way to told apart",
        ),
        ({"value": 0.4, "real": 0.5, "direction": "real", "metric": "c2st", "part": "knn"}, 0.0, "as real data or better"),
        (
            {"value": 0.1, "real": 0.5, "direction": "real", "metric": "nearest_neighbour_test", "part": "accuracy"},
            0.8,
            "80 % of the way to memorised",
        ),
        ({"value": 0.6, "real": 0.2, "metric": "ndb", "part": "share"}, 0.5, "50 % of the way to the worst"),
        ({"value": 0.5, "real": -0.01, "metric": "kernel_distance"}, None, ""),
        ({"value": -0.5, "real": 0.01, "direction": "zero"}, None, ""),
        ({"value": 3.0, "real": None}, None, ""),
        ({"value": 3.0, "real": 0.0}, None, ""),
    ],
)
def test_standing_beside_real_data(more, position, words):
    found, said = standing(score(**more))
    assert found == (None if position is None else pytest.approx(position))
    assert said == words


def test_charts_keep_protocols_apart_and_the_later_of_two():
    history = [score(step=step, value=100.0 / step, floor=0.5) for step in (10, 20, 40)]
    history += [score(step=20, value=50.0, floor=0.5)]  # evaluated again
    history += [score(step=step, value=7.0, protocol=protocol(count=50)) for step in (10, 20)]
    history += [score("p", step=step, direction="aside") for step in (10, 20)]
    history += [score("once", "ms_ssim", step=10), score("never", "ms_ssim")]
    made = charts(history)
    assert len(made) == 2
    first = Parsed(made[0])
    assert len(first.all("circle")) == 3
    assert "step 20: 50" in first.words and "now 2.5" in first.words
    assert "held-out real data 1.25" in first.words and "floor 0.5" in first.words
    (line,) = first.all("polyline")
    points = [tuple(map(float, point.split(","))) for point in line["points"].split()]
    assert points[0][0] < points[1][0] < points[2][0]
    assert points[1][1] < points[0][1] < points[2][1]  # higher on the page is less: 50, 10, 2.5
    assert "logarithmic" in first.words
    assert "logarithmic" not in Parsed(made[1]).words


@pytest.mark.parametrize("values", [(3.0, 3.0), (0.0, 0.0), (-1.0, 2.0), (1e-9, 1e9), (0.98, 0.99)])
def test_charts_of_odd_values_stay_inside(values):
    (made,) = charts([score(step=step, value=value, real=None) for step, value in enumerate(values)])
    (line,) = Parsed(made).all("polyline")
    for point in line["points"].split():
        x, y = map(float, point.split(","))
        assert 0 < x < 400 and 0 < y < 220


def test_the_summary_answers_in_words(page, material):
    parsed = Parsed(page)
    assert [a["class"] for a in parsed.all("article")] == ["card poor"] * 3
    for words in (
        "FD[cnn] is 12.34, of which 1.5 is what a perfect model would show at this count; held-out real data scores 1.25.",
        "41 % of the samples look like some real example (held-out real data: 87 %).",
        "It repeats itself as a generator of about",
        "150 of 150 samples are exact copies of training images",
    ):
        assert words in parsed.words


def test_the_summary_of_a_model_as_good_as_real_data():
    good = [
        score(value=1.3, real=1.25, floor=1.2, excess=0.1),
        score("r", "precision_recall", "recall", 0.86, real=0.87, direction="higher"),
    ]
    parsed = Parsed(report("x", scores=good))
    assert [a["class"] for a in parsed.all("article")] == ["card good"] * 2
    assert "As held-out real data" in parsed.words


def test_birthday_section_shows_twins_with_their_training_images(page, material):
    birthday = material[3]
    parsed = Parsed(page)
    twins = [a for a in parsed.all("figure") if a.get("class", "").startswith("case twin")]
    assert len(twins) == 24
    assert len([a for a in parsed.all("img") if a["alt"].startswith("nearest training image")]) == 24
    assert estimate(birthday["n_eff"]) in parsed.words
    row = birthday["fake"]["batches"][-1]
    assert f"{row['positive']} of {row['batches']}" in parsed.words
    assert "(s²)" in parsed.words and "Class by class" in parsed.words


def test_birthday_section_of_human_answers(tmp_path):
    rng = np.random.default_rng(0)
    stored = pictures(12, channels=3)
    which = rng.integers(12, size=60)
    groups = candidates(stored[which].reshape(60, -1), pooled=12, batch_sizes=(4,), batches=5, per_batch=1)
    judge_page(groups, stored[which], tmp_path / "page.html", decoys=6, real_images=pictures(40, 3, 3))
    key = read_key(tmp_path / "page.html")
    known = {"twin": "yes", "stranger": "no"}
    answers = [
        {"id": q, "answer": known.get(e["kind"]) or ("yes" if which[e["i"]] == which[e["j"]] else "no"), "ms": 900}
        for q, e in key["questions"].items()
    ]
    sheet = {"format": "ganzoo-judge-answers", "version": 1, "page": key["page"], "rater": "ada", "answers": answers}
    (tmp_path / "ada.json").write_text(json.dumps(sheet))
    record = read_answers(tmp_path / "page.html", [tmp_path / "ada.json"])
    words = Parsed(report("x", birthday=record)).words
    assert "judged by people" in words and "ada" in words
    assert estimate(record["n_eff"]) in words
    assert all(warning in words for warning in record["warnings"])


def test_copies_section_shows_cases_of_both_sides(page, material):
    record = material[4]
    parsed = Parsed(page)
    cases = [a for a in parsed.all("div") if a.get("class") == "case near"]
    assert len(cases) == 24
    assert record["verdict"] in parsed.words
    assert "exact copy" in parsed.words


def test_copies_section_names_training_images_where_nothing_is_held_out(material):
    fake, train = material[:2]
    record = copies(fake, train, train[:40], within=True)
    words = Parsed(report("x", copies=record, copies_images=(fake, train, train[:40]))).words
    assert "40 training images, each set against the others, against" in words and "Median, others" in words
    assert "For comparison: training images closest to others of them" in words and "held-out real images" not in words


def test_compare_report_marks_the_best_and_keeps_protocols_apart():
    one = side_by_side({"a": [score(value=5.0, low=4.5, high=5.5)], "b": [score(value=9.0, low=8.0, high=10.0)]})
    two = side_by_side({"a": [score(value=6.0, protocol=protocol(50))], "b": [score(value=7.0, protocol=protocol(50))]})
    text = compare_report("Both", [one, two], samples={"a": pictures(9), "b": pictures(9)}, real=pictures(9))
    parsed = Parsed(text)
    assert len(parsed.tables) == 2
    assert "4.5 to 5.5" in parsed.tables[0] and "1.25" in parsed.tables[0]
    assert "5 (best)" in parsed.tables[0] and "9 (best)" not in parsed.tables[0]
    assert "6 (best)" in parsed.tables[1] and "N=50" in parsed.words
    assert [a["alt"] for a in parsed.all("img")] == ["Real examples", "a examples", "b examples"]
    assert len(Parsed(compare_report("One", one)).tables) == 1


def test_samples_may_be_a_picture_and_must_be_uint8():
    parsed = Parsed(report("x", samples=np.zeros((50, 60, 3), np.uint8)))
    (shown,) = parsed.all("img")
    assert (shown["width"], shown["height"]) == ("60", "50")
    with pytest.raises(UserError, match="uint8"):
        report("x", samples=np.zeros((50, 60, 3), np.float32))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (12345.678, "12,350"),
        (-0.00123456, "−0.001235"),
        (3, "3"),
        (float("inf"), "∞"),
        (float("nan"), "undefined"),
        (179700, "179,700"),
        (9999.96, "10,000"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


def test_estimates_and_shares_in_words():
    assert estimate({"value": 1360.4, "low": 1050, "high": 1761}) == "about 1,360 (1,050 to 1,760)"
    assert estimate({"value": None, "low": 21600, "high": None}) == "at least 21,600"
    assert estimate({"value": None, "low": 1.0, "high": 40}) == "fewer than 40"
    assert estimate(None) == estimate({"value": None, "low": None, "high": None}) == "not determined"
    assert percent(0.5) == "50 %"
    assert percent(0.01234) == "1.2 %"
