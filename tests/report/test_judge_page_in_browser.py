"""The judge page in a real browser, from disk: a whole rating by keyboard, reload, back, export and import."""

import json
import time

import chromium
import numpy as np
import pytest

from ganzoo.metrics.birthday import support
from ganzoo.report.judge_answers import read_answers

pytest.importorskip("selenium", reason="selenium is absent")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = chromium.needs_chromium


class Page:
    """The page under a person's hands."""

    def __init__(self, directory):
        self.downloads = directory / "downloads"
        self.downloads.mkdir()
        self.driver = chromium.opened(directory)

    def open(self, path):
        self.driver.get(path.resolve().as_uri())

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def find(self, name):
        return self.driver.find_element(By.ID, name)

    def question(self):
        """The opaque id of the pair in sight, found by its pictures; None at the end."""
        if not self.find("question").is_displayed():
            return None
        return self.driver.execute_script(
            "const [a, b] = ['a', 'b'].map(x => document.getElementById(x).getAttribute('src'));"
            "const all = JSON.parse(document.getElementById('data').textContent).questions;"
            "return all.find(q => q.a === a && q.b === b).id"
        )

    def status(self):
        return self.find("status").text

    def pressed(self):
        """Which answer is marked as given."""
        return [x for x in ("yes", "no", "unsure") if self.find(x).get_attribute("aria-pressed") == "true"]

    def exported(self):
        """The file that was downloaded, once it is there."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            files = list(self.downloads.glob("*.json"))
            if files:
                return files[0]
            time.sleep(0.1)
        raise AssertionError(f"nothing was downloaded: {list(self.downloads.iterdir())}")

    def complaints(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


@pytest.fixture
def browser(tmp_path):
    """Opens browsers with profiles of their own."""
    opened = []

    def start(name="browser"):
        directory = tmp_path / name
        directory.mkdir()
        opened.append(Page(directory))
        return opened[-1]

    yield start
    for page in opened:
        page.driver.quit()


@pytest.fixture(scope="module")
def shown(make_judged):
    """A page with nearest training images."""
    training = np.random.default_rng(0).integers(0, 256, (1, 3, 12, 12, 3), dtype=np.uint8)
    return make_judged(nearest=lambda images: np.repeat(training, len(images), 0), title="A <b>test</b>")


def rate(page, judged, count):
    """Answers that many pairs by keyboard, as one who sees everything."""
    for _ in range(count):
        page.press(judged.truth(page.question())[0])


def test_a_whole_rating_by_keyboard(browser, shown):
    page, total = browser(), shown.made["questions"]
    page.open(shown.path)
    assert page.driver.title == "A <b>test</b>" and page.find("count").text == f"0 of {total} answered"
    page.find("rater").send_keys("Ada Y", Keys.ENTER)
    assert page.find("count").text.startswith("0 of"), "letters of a name are no answers"
    rate(page, shown, 10)
    assert page.find("count").text == f"10 of {total} answered"
    # Reload in the middle: on with the eleventh.
    eleventh = page.question()
    page.driver.refresh()
    assert page.question() == eleventh and page.find("count").text == f"10 of {total} answered"
    assert page.find("rater").get_attribute("value") == "Ada Y"
    rate(page, shown, total - 10)
    assert page.question() is None and page.find("done").is_displayed()
    page.press("e")
    path = page.exported()
    assert "Ada-Y" in path.name and shown.key["page"] in path.name
    record = read_answers(shown.path, [path])
    assert record["raters"][0]["rater"] == "Ada Y" and record["raters"][0]["accuracy"] == 1
    assert record["raters"][0]["answered"] == total
    assert record["n_eff"]["value"] == pytest.approx(support.pair_count(200) / 25)
    given = {x["id"]: x["answer"] for x in json.loads(path.read_text())["answers"]}
    assert given == {q: shown.truth(q) for q in shown.key["questions"]}
    assert page.complaints() == []


def test_back_changes_an_answer(browser, shown):
    page = browser()
    page.open(shown.path)
    first = page.question()
    page.press("y")
    second = page.question()
    page.press("n", Keys.ARROW_LEFT)
    assert page.question() == second and page.pressed() == ["no"]
    page.press(Keys.BACKSPACE)
    assert page.question() == first and page.pressed() == ["yes"]
    page.press(Keys.ARROW_LEFT)
    assert page.question() == first, "there is nothing before the first"
    page.press(Keys.ARROW_RIGHT)
    assert page.question() == second
    page.press(Keys.ARROW_LEFT, "u")
    # On to the first that is still open, not to the second again.
    assert page.find("count").text.startswith("2 of") and page.question() not in (first, second)
    third = page.question()
    page.press(Keys.ARROW_RIGHT)
    assert page.question() == third, "no answer, no way on"
    page.press("e")
    answers = {x["id"]: x["answer"] for x in json.loads(page.exported().read_text())["answers"]}
    assert answers == {first: "unsure", second: "no"}


def test_buttons_do_what_keys_do(browser, shown):
    page = browser()
    page.open(shown.path)
    first = page.question()
    for name in ("yes", "no", "unsure"):
        page.find(name).click()
    assert page.find("count").text.startswith("3 of") and page.status() == "Pair 3: unsure"
    for _ in range(3):
        page.find("back").click()
    assert page.question() == first and page.pressed() == ["yes"]
    page.find("forward").click()
    assert page.pressed() == ["no"]


def test_difference_and_flicker(browser, shown):
    page = browser()
    page.open(shown.path)
    assert not page.find("change").is_displayed()
    page.press("d")
    assert page.find("change").is_displayed()
    time.sleep(0.5)
    pixels, pair = page.driver.execute_async_script(
        "const done = arguments[0], read = x => { const c = document.createElement('canvas'); c.width = c.height = 12;"
        "const g = c.getContext('2d'); g.drawImage(x, 0, 0); return [...g.getImageData(0, 0, 12, 12).data]; };"
        "done([read(document.getElementById('canvas')), ['a', 'b'].map(x => read(document.getElementById(x)))])"
    )
    one, two = (np.array(x).reshape(-1, 4)[:, :3] for x in pair)
    np.testing.assert_array_equal(np.array(pixels).reshape(-1, 4)[:, :3], np.minimum(4 * np.abs(one - two), 255))
    page.press("d")
    assert not page.find("change").is_displayed()
    before = page.find("b").get_attribute("src")
    page.press("f")
    seen = set()
    for _ in range(20):
        seen.add(page.find("b").get_attribute("src"))
        time.sleep(0.06)
    assert seen == {before, page.find("a").get_attribute("src")}
    page.press("f")
    assert page.find("b").get_attribute("src") == before


def test_training_pictures_only_after_the_answer(browser, shown, judged):
    page = browser()
    page.open(shown.path)
    page.press("t")
    assert not page.find("near").is_displayed() and "Answer first" in page.status()
    page.press("n", Keys.ARROW_LEFT, "t")
    assert page.find("near").is_displayed()
    assert len(page.driver.find_elements(By.CSS_SELECTOR, "#near img")) == 6
    page.press(Keys.ARROW_RIGHT)
    assert not page.find("near").is_displayed()
    page.open(judged.path)  # one without training pictures
    assert not page.find("training").is_displayed()
    page.press("n", Keys.ARROW_LEFT, "t")
    assert not page.find("near").is_displayed()


def test_import_goes_on_in_another_browser(browser, shown, make_judged, tmp_path):
    first, second = browser("first"), browser("second")
    first.open(shown.path)
    first.find("rater").send_keys("bob", Keys.ENTER)
    rate(first, shown, 7)
    open_question = first.question()
    first.press("e")
    path = first.exported()
    second.open(shown.path)
    assert second.find("count").text.startswith("0 of")
    second.find("import").send_keys(str(path))
    assert second.status() == "Imported 7 answers." and second.find("count").text.startswith("7 of")
    assert second.question() == open_question and second.find("rater").get_attribute("value") == "bob"
    second.driver.refresh()
    assert second.find("count").text.startswith("7 of"), "what was imported is kept too"
    # Files that do not belong here change nothing.
    other = make_judged(seed=7).answers(tmp_path / "other.json")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "else.json").write_text("[1]")
    for path, message in (
        (other, "answers another page"),
        (tmp_path / "broken.json", "no JSON file"),
        (tmp_path / "else.json", "holds no answers"),
    ):
        second.find("import").send_keys(str(path))
        assert message in second.status()
        assert second.find("count").text.startswith("7 of")


def test_pages_keep_their_answers_apart(browser, shown, judged):
    page = browser()
    page.open(shown.path)
    page.press("y", "y")
    page.open(judged.path)
    assert page.find("count").text.startswith("0 of")
    page.open(shown.path)
    assert page.find("count").text.startswith("2 of")
