"""A generator as a web page, from disk in a real browser: it draws what TensorFlow draws, without a server."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganzoo import load
from ganzoo.errors import UserError
from ganzoo.serving.runtimes import RUNTIME_FILES, write_page

pytest.importorskip("tf2onnx", reason="tf2onnx is absent")
pytest.importorskip("selenium", reason="selenium is absent")
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
# The npm package's directory dist, which the tests do not fetch.
RUNTIME = Path(os.environ.get("ONNXRUNTIME_WEB", "node_modules/onnxruntime-web/dist"))
IN_A_BROWSER = all((CHROMIUM, DRIVER, (RUNTIME / RUNTIME_FILES[0]).is_file()))


@pytest.mark.skipif(not IN_A_BROWSER, reason="chromium, chromedriver or ONNXRUNTIME_WEB, a directory dist, is absent")
def test_the_page_draws_what_tensorflow_draws(tmp_path):
    write_page("exported/mnist_cgan", tmp_path / "page.html", RUNTIME)
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'p'}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.set_script_timeout(180)
        driver.get((tmp_path / "page.html").as_uri())
        status = WebDriverWait(driver, 180).until(lambda d: (t := d.find_element("id", "status").text).startswith("80 ") and t)
        assert status.endswith(" ms")
        sampler = load("exported/mnist_cgan")
        inputs = sampler.inputs(5, seed=3)
        found = driver.execute_async_script(
            "const [latents, labels, done] = arguments;"
            "window.generate(Float32Array.from(latents), labels).then((images) => done(Array.from(images)));",
            inputs["latents"].ravel().tolist(),
            inputs["labels"].tolist(),
        )
        np.testing.assert_allclose(np.reshape(found, (5, 28, 28, 1)), sampler.sample(5, seed=3), atol=1e-5)
        drawn = "return document.getElementById('samples').toDataURL()"
        before = driver.execute_script(drawn)
        driver.find_element("id", "next").click()
        WebDriverWait(driver, 90).until(lambda d: d.execute_script(drawn) != before)
        assert driver.find_element("id", "seed").get_attribute("value") == "1"
    finally:
        driver.quit()


def test_a_page_holds_the_model_and_the_runtime(tmp_path):
    for name in RUNTIME_FILES:
        (tmp_path / name).write_bytes(b"runtime")
    facts = write_page("exported/digits_dcgan", tmp_path / "page.html", tmp_path)
    text = (tmp_path / "page.html").read_text()
    assert facts["bytes"] == len(text.encode()) > 435_000 * 4 // 3 and "{{" not in text and "cnVudGltZQ==" in text
    assert '"latent_dim": 64, "shape": [8, 8, 1], "num_classes": 0' in text
    cases = {
        "no file .*ort.wasm.bundle.min.mjs: `npm install onnxruntime-web`": ("exported/digits_dcgan", None, tmp_path / "gone"),
        "ends in .html": ("exported/digits_dcgan", tmp_path / "page.htm", tmp_path),
        "a page draws images from latents and labels": ("exported/ring_vanilla", tmp_path / "b.html", tmp_path),
    }
    for line, arguments in cases.items():
        with pytest.raises(UserError, match=line):
            write_page(*arguments)
    assert not (tmp_path / "b.html").exists()
