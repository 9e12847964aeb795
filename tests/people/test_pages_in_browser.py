"""Every page in a real browser: simulated raters of known accuracy answer it by keys, and the merged file gives that back."""

import json
import shutil
import time

import numpy as np
import pytest

from ganzoo.people.answers import merge
from ganzoo.people.kinds.material import Sampled

pytest.importorskip("selenium", reason="selenium is absent")
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is absent")

# A rater within the page: looks up what each question is, presses a key, and goes on until the page says that all is answered.
RATER = """
const say = arguments[0], end = arguments[1];
const key = text => document.body.dispatchEvent(new KeyboardEvent("keydown", {key: text, bubbles: true}));
const draw = draws(say.seed), next = () => new Promise(go => setTimeout(go, 0));
data.verdict = 0;
(async () => {
  let cards = 0;
  for (let turn = 0; turn < 5000 && mode !== "done"; turn++) {
    if (mode === "card") { cards += 1; key("Enter"); }
    else if (!busy) {
      const known = say.known[current().id], word = known.practice || known.answer;
      let said = word;
      if (!word) {
        const right = known.at === undefined ? draw() < known.right
          : draw() < 0.75 + 0.25 * Math.tanh((trial.exposure - known.at) / 40);
        said = right ? known.truth : known.other;
      }
      key(data.choices.find(x => x.word === said).key);
    }
    await next();
  }
  end({cards, mode, title: $("done-title").textContent});
})();
"""


class Page:
    """The page under a person's hands."""

    def __init__(self, directory):
        self.downloads = directory
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
        for flag in (*flags, "--disable-sync", "--disable-dev-shm-usage", "--window-size=1200,900"):
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={directory / 'profile'}")
        options.add_experimental_option("prefs", {"download.default_directory": str(directory)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_script_timeout(120)

    def open(self, path, seed=7):
        """Opens a page; its order, which is another for each rater, is set by `seed`."""
        self.driver.get(path.resolve().as_uri())
        if seed is not None:
            self.driver.execute_script("state.seed = arguments[0]; arrange(); save();", seed)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def find(self, name):
        return self.driver.find_element(By.ID, name)

    def run(self, script, *arguments):
        return self.driver.execute_script(f"return ({script})", *arguments)

    def rate(self, known, seed=1):
        """Answers all as a rater who knows of each question what `known` says; what stood on the page at the end."""
        return self.driver.execute_async_script(RATER, {"known": known, "seed": seed})

    def exported(self):
        """The file that is downloaded, once it is there."""
        for old in self.downloads.glob("*.json"):
            old.unlink()
        self.find("export").click()
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if files := list(self.downloads.glob("*.json")):
                return files[0]
            time.sleep(0.05)
        raise AssertionError("nothing was downloaded")

    def complaints(self):
        return [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    opened = Page(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.driver.quit()


def known_of(judged, **more):
    """What a rater of the page knows of each question; `more` goes to those whose answer nobody knows."""
    return {
        q: dict(known) if {"practice", "answer"} & set(known) else known | more for q, known in judged.key["questions"].items()
    }


def test_real_or_fake_by_keys_with_practice_and_breaks(page, make, tmp_path):
    judged = make("real-or-fake", count=60, every=40)
    total = judged.made["questions"]
    page.open(judged.path)
    assert page.driver.title == "Some <b>pictures</b>" and page.find("count").text == f"0 of {total} answered"
    page.find("rater").send_keys("Rae G", Keys.ENTER)
    assert page.run("mode") == "card", "letters of a name are no answers"
    known = known_of(judged, right=0.7)
    for known_one in known.values():
        if "side" in known_one and "answer" not in known_one:
            known_one |= {"truth": known_one["side"], "other": "fake" if known_one["side"] == "real" else "real"}
    page.press(Keys.ENTER)
    first = page.run("current().id")
    right = known[first]["practice"]
    page.press("r" if right == "real" else "g")
    assert page.find("verdict").text == "Right." and page.find("count").text.startswith("0 of")
    page.driver.refresh()
    assert "go on" in page.find("card-text").text.lower(), "practice is kept too"
    end = page.rate(known)
    assert end["title"].startswith("All is answered") and end["cards"] == 2 + (total - 1) // 40
    file = page.exported()
    assert "Rae-G" in file.name
    content = json.loads(file.read_text())
    assert content["attempts"] == 1 and len(content["practice"]) == 8 and content["screen"]["frame_ms"] > 0
    assert sorted(answer["n"] for answer in content["answers"]) == list(range(total))
    record = merge(judged.path, [file])
    found = record["result"]["hype"]
    assert found["low"] <= 0.3 <= found["high"] and record["raters"][0]["accuracy"] == 1
    assert page.complaints() == []


def test_who_cannot_tell_the_practice_pictures_gets_no_questions(page, make, tmp_path):
    judged = make("real-or-fake", count=10)
    page.open(judged.path)
    blind = {q: {"answer": "real"} for q in judged.key["questions"]}
    end = page.rate(blind)
    assert end == {"cards": 2, "mode": "done", "title": "Thank you for trying."}
    content = json.loads(page.exported().read_text())
    assert content["attempts"] == 2 and content["answers"] == []


def test_a_staircase_finds_the_threshold_of_a_rater(page, make):
    judged = make("rapid", count=80, every=80)
    page.open(judged.path)
    page.driver.execute_script("present = async (question, ms) => ms;")  # the staircase alone, without waiting for the screen
    known = known_of(judged, at=260)
    for one in known.values():
        if "practice" not in one:
            one |= {"truth": one["side"], "other": "fake" if one["side"] == "real" else "real"}
    assert page.rate(known)["title"].startswith("All is answered")
    file = page.exported()
    answers = sorted(json.loads(file.read_text())["answers"], key=lambda answer: answer["n"])
    assert {answer["block"] for answer in answers} == {0, 1}
    for block in (0, 1):
        exposures = [answer["exposure"] for answer in answers if answer["block"] == block]
        assert exposures[0] == 500 and set(np.diff(exposures)) <= {-10, 30}, "down after a right answer, up after a wrong one"
    result = merge(judged.path, [file])["result"]
    assert result["threshold_ms"]["value"] == pytest.approx(260, abs=50) and result["late"] == 0


def test_an_exposure_lasts_as_many_frames_as_were_asked_for(page, make):
    judged = make("rapid", count=4, decoys=0, practice=2)
    page.open(judged.path)
    page.driver.execute_script("data.timed.countdown = 0; data.timed.mask = 17;")
    seen = page.driver.execute_async_script(
        "const end = arguments[0]; (async () => { frame = await measured(); only('question'); const out = [];"
        "for (const ms of [50, 100, 200]) out.push(await present(asked[0], ms)); end([frame, out]); })();"
    )
    frame, shown = seen
    assert 4 < frame < 200
    for meant, measured in zip((50, 100, 200), shown, strict=True):
        assert measured >= meant - frame, "never shorter than meant by a frame"
    assert page.complaints() == []


def test_preferences_by_number_and_by_touch(page, make, tmp_path):
    models = [Sampled(name, np.full((60, 8, 8, 3), shade, np.uint8)) for name, shade in (("dark", 20), ("light", 220))]
    judged = make("preference", models=models, count=40, decoys=4)
    known = known_of(judged, right=0.75)
    for one in known.values():
        if "models" in one:
            place = one["models"].index(1)
            one |= {"truth": str(place + 1), "other": str(2 - place)}
    page.open(judged.path)
    page.press(Keys.ENTER)
    first = page.run("current().id")
    button = page.driver.find_elements(By.CSS_SELECTOR, "#stage button")[1]
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    box = button.rect
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    end = time.monotonic() + 5
    while page.find("count").text.startswith("0 of") and time.monotonic() < end:
        time.sleep(0.02)
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert page.find("count").text.startswith("1 of"), "a tap is an answer"
    page.press(Keys.ARROW_LEFT)
    assert page.run("current().id") == first
    pressed = [one.get_attribute("aria-pressed") for one in page.driver.find_elements(By.CSS_SELECTOR, "#stage button")]
    assert pressed == ["false", "true"]
    page.press("1" if known[first].get("truth", known[first].get("answer")) == "1" else "2")
    assert page.rate(known)["title"].startswith("All is answered")
    record = merge(judged.path, [page.exported()])
    odds = next(one for one in record["result"]["beats"] if one["first"] == "light")
    assert odds["low"] <= 0.75 <= odds["high"]
    assert page.complaints() == []


@pytest.mark.parametrize("kind", ["neighbours", "captions"])
def test_yes_no_pages_by_keys(page, make, kind):
    judged = make(kind, count=20)
    known = known_of(judged, right=0.6, truth="yes", other="no")
    page.open(judged.path)
    page.press(Keys.ENTER)
    shown = page.driver.find_elements(By.CSS_SELECTOR, "#stage img")
    assert len(shown) == (5 if kind == "neighbours" else 1) and page.find("caption").is_displayed() == (kind == "captions")
    assert page.rate(known)["title"].startswith("All is answered")
    record = merge(judged.path, [page.exported()])
    found = record["result"]["copies" if kind == "neighbours" else "shown"]
    assert found["low"] <= 0.6 <= found["high"]
    assert page.complaints() == []


def test_answers_are_imported_and_each_rater_has_an_order(page, make, tmp_path):
    judged = make("captions", count=10)
    page.open(judged.path, seed=None)
    order = page.run("asked.map(q => q.id)")
    page.press(Keys.ENTER, "y", "n", "u")
    file = page.exported().rename(tmp_path / "kept.json")
    page.driver.execute_script("localStorage.clear()")
    page.driver.refresh()
    other = page.run("asked.map(q => q.id)")
    assert other != order and sorted(other) == sorted(order)
    page.find("import").send_keys(str(file))
    assert page.find("status").text == "Imported 3 answers." and page.find("count").text.startswith("3 of")
    (tmp_path / "broken.json").write_text("{")
    page.find("import").send_keys(str(tmp_path / "broken.json"))
    assert "no JSON file" in page.find("status").text
