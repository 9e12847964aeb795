"""The explorer in a real browser that reaches nothing but the page: every control, the link, and what it asks for."""

import io
import math
import threading
import time
import urllib.request

import chromium
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ganzoo import figures
from ganzoo.explore import twins
from ganzoo.explore.views import Looked, View
from ganzoo.serving.sampling import Sampler

pytest.importorskip("selenium", reason="selenium is absent")
pytest.importorskip("gradio", reason="gradio is absent")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ganzoo.explore import page as pages

pytestmark = chromium.needs_chromium
WEIGHTS = np.diag([0.3, 0.5, 0.1, 0.2]).astype(np.float32)
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


class Made(Sampler):
    """Images of 2x2 pixels that differ by latents and by each option."""

    class_names = ("cat", "dog", "owl")

    def __init__(self, name, turn):
        super().__init__(name, name)
        self.shape, self.turn = (2, 2, 1), turn
        self.options = {"label": (tf.int32, -1), "caption": (tf.string, ""), "code": (tf.float32, [math.nan] * 2)}
        self.options["truncation"] = (tf.float32, 1e9)

    def inputs(self, count, seed=0, label=0, caption="", code=(0, 0), truncation=9.0):
        latents = np.random.default_rng([seed, self.turn]).normal(size=(count, 4)).clip(-truncation, truncation)
        shift = label / 10 + len(caption) / 50 + np.nansum(code) / 20
        return {"latents": latents.astype(np.float32), "shifts": np.full(count, shift, np.float32)}

    def generated(self, latents, shifts):
        return tf.reshape(tf.tanh(tf.matmul(latents, WEIGHTS) + tf.reshape(shifts, (-1, 1))), (-1, 2, 2, 1))


@pytest.fixture(scope="module")
def models():
    looked = [Looked(Made(name, turn)) for turn, name in enumerate(("one", "other"))]
    for number, model in enumerate(looked):
        images = np.full((2, 4, 2, 2, 1), 60 * number + 40, np.uint8)
        model.twins = twins.Twins(images, np.array([1.0, 9.0]), 5.0, 1, 100, {"value": 50.0, "low": 20.0, "high": 90.0})
    return looked


@pytest.fixture(scope="module")
def served(models):
    opened = pages.listening_on("127.0.0.1", 0)
    server = pages.server_of(pages.Page(models, ["one", "other"]), "127.0.0.1")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{opened.getsockname()[1]}/"
    server.should_exit = True
    thread.join(20)
    opened.close()


@pytest.fixture(scope="module")
def person(served, models, tmp_path_factory):
    driver = chromium.opened(tmp_path_factory.mktemp("browser"), "1280,1400", [OFFLINE])
    yield Person(driver, served, models)
    driver.quit()


def headed(model, view):
    """What the page shows of a model."""
    shown, line = model.picture(view)
    return figures.headed(shown, f"{model.sampler.name}: {line}")


class Person:
    """Who uses the page."""

    def __init__(self, driver, address, models):
        self.driver, self.address, self.models = driver, address, models

    def wait(self, what, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := what():
                    return value
            except Exception:  # the page is being drawn anew
                pass
            time.sleep(0.1)
        raise AssertionError(f"never came: {self.value('link')}")

    def find(self, selector):
        return self.wait(lambda: self.driver.find_element(By.CSS_SELECTOR, selector))

    def value(self, name):
        return self.find(f"#{name} textarea, #{name} input").get_attribute("value")

    def type(self, name, text, kind="input, textarea"):
        parts = ", ".join(f"#{name} {one}" for one in kind.split(", "))
        field = self.find(parts)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.BACKSPACE, str(text), Keys.TAB)

    def slide(self, name, value):
        self.type(name, value, "input[type=number]")

    def tab(self, text):
        self.wait(lambda: self._click(f"//button[@role='tab' and normalize-space()='{text}']"))

    def click(self, path):
        self.wait(lambda: self._click(path))

    def _click(self, path):
        self.driver.find_element(By.XPATH, path).click()
        return True

    def shown(self, tab, number):
        """The picture of a tab as an array."""
        source = self.driver.find_element(By.CSS_SELECTOR, f"#{tab}{number} img").get_attribute("src")
        with urllib.request.urlopen(source) as answer:
            return np.asarray(Image.open(io.BytesIO(answer.read())).convert("RGB"))

    def expects(self, view):
        """Waits until the page shows a view of both models, and names its link and command."""
        address = f"{self.address}?{view.query}" if view.query else self.address
        self.wait(lambda: self.value("link") == address)
        self.wait(lambda: self.value("command") == view.command(["one", "other"]))
        for number, model in enumerate(self.models):
            wanted = headed(model, view)
            self.wait(lambda number=number, wanted=wanted: np.array_equal(self.shown(view.tab, number), wanted))


def test_every_control_changes_what_is_shown(person):
    person.driver.get(person.address)
    person.expects(View())
    person.type("seed", 3)
    person.expects(View(seed=3))
    person.slide("count", 9)
    person.expects(View(seed=3, count=9))
    person.click("//*[@id='label']//input")
    person.click("//*[@role='option' and contains(., 'dog')]")
    person.expects(View(seed=3, count=9, label=1))
    person.type("caption", "a bird")
    person.expects(View(seed=3, count=9, label=1, caption="a bird"))
    person.type("code", "3,nan")
    person.type("truncation", "0.5")
    person.expects(View(seed=3, count=9, label=1, caption="a bird", code=(3.0, math.nan), truncation=0.5))


def test_ways_between_seeds(person):
    person.driver.get(person.address)
    person.expects(View())
    person.tab("Between two seeds")
    person.expects(View("between"))
    person.type("to", 5)
    person.slide("place", 0.25)
    person.expects(View("between", to=5, place=0.25))
    person.click("//*[@id='turning']//input")
    person.expects(View("between", to=5, place=0.25, turning=True))


def test_directions_and_dimensions(person):
    person.driver.get(person.address)
    person.tab("Directions")
    person.expects(View("directions"))
    person.slide("axis0", 2)
    person.expects(View("directions", values=(2.0, 0, 0, 0, 0, 0)))
    person.click("//*[@id='kind']//label[normalize-space()='dimensions']//input")
    person.expects(View("directions", kind="dimensions", values=(2.0, 0, 0, 0, 0, 0)))
    person.wait(lambda: person.find("#axis0 label, #axis0 .head").text.startswith("z1"))


def test_arithmetic_by_clicking_samples(person):
    person.driver.get(person.address)
    person.tab("Arithmetic")
    person.expects(View("arithmetic"))
    person.click("(//*[@id='gallery']//button[.//img])[3]")
    person.expects(View("arithmetic", plus=(2,)))
    person.click("//*[@id='sign']//label[normalize-space()='take away']//input")
    person.click("(//*[@id='gallery']//button[.//img])[1]")
    person.expects(View("arithmetic", plus=(2,), minus=(0,)))
    person.click("//button[@id='clear']")
    person.expects(View("arithmetic"))


def test_twins(person):
    person.driver.get(person.address)
    person.tab("Twins")
    person.click("//button[@id='find']")
    for number, model in enumerate(person.models):
        wanted = headed(model, View("twins"))
        person.wait(lambda number=number, wanted=wanted: np.array_equal(person.shown("twins", number), wanted))


@pytest.mark.parametrize(
    "view",
    [
        View(seed=2, count=4, label=2, truncation=0.5),
        View("between", seed=2, to=9, place=0.75, turning=True),
        View("directions", values=(1.0, -1.0, 0, 0, 0, 0)),
        View("arithmetic", plus=(1, 2), minus=(3,)),
    ],
    ids=lambda view: view.tab,
)
def test_a_link_opens_its_view(person, view):
    person.driver.get(f"{person.address}?{view.query}")
    person.expects(view)


def test_a_wrong_link_says_so_and_opens_the_first_view(person):
    person.driver.get(f"{person.address}?hue=3")
    person.wait(lambda: "a view has no 'hue'" in person.driver.page_source)
    person.expects(View())


def test_the_page_asks_nobody_else_for_anything(person):
    person.driver.get(person.address)
    person.expects(View())
    names = person.driver.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert len(names) > 5 and all(name.startswith((person.address, "data:", "blob:")) for name in names)
    refused = [entry["message"] for entry in person.driver.get_log("browser") if "Content Security Policy" in entry["message"]]
    assert not refused, refused


def test_another_name_of_this_machine_is_not_answered(served):
    request = urllib.request.Request(served, headers={"Host": "elsewhere.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request)
