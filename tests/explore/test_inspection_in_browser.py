"""The page of an inspection in a real browser, from disk: its points turn, and show their images."""

import chromium
import numpy as np
import pytest

from ganzoo.explore import inspection

pytest.importorskip("selenium", reason="selenium is absent")
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

pytestmark = chromium.needs_chromium


def test_points_turn_and_show_their_images(tmp_path):
    rng = np.random.default_rng(0)
    numbers = {"linear_probe": 0.75, "one_nn": 0.5}
    layers = [{"name": name, "separability": numbers, "seen": numbers} for name in ("first", "second")]
    facts = {"model": "a <b> model", "step": 3, "count": 6, "layers": layers, "unconditioned": "none"}
    points = np.zeros((12, 3))
    points[1:] = rng.uniform(-1, 1, (11, 3))
    placed = [{"PCA": points, "t-SNE": -points}] * 2
    images = rng.integers(0, 256, (12, 8, 8, 1), np.uint8)
    kinds = ["real"] * 6 + ["generated"] * 6
    labels = ["three </script>"] * 12
    path = tmp_path / "index.html"
    path.write_text(inspection.page(facts, placed, images, kinds, labels, {"a.png": np.zeros((4, 4, 3), np.uint8)}))
    driver = chromium.opened(tmp_path, "1100,1400")
    try:
        driver.get(path.as_uri())
        assert driver.title == "a <b> model, step 3"
        space = driver.find_element(By.ID, "space")

        def pixels():
            return driver.execute_script("return document.getElementById('space').toDataURL()")

        first = pixels()
        ActionChains(driver).move_to_element(space).perform()
        assert driver.find_element(By.ID, "what").text in [f"{kind}, three </script>" for kind in ("real", "generated")]
        ActionChains(driver).click_and_hold(space).move_by_offset(80, 30).release().perform()
        turned = pixels()
        assert turned != first
        driver.find_element(By.CSS_SELECTOR, "#view option:nth-child(2)").click()
        assert pixels() != turned
        driver.find_element(By.CSS_SELECTOR, "#layer option:nth-child(1)").click()
        assert driver.find_element(By.ID, "line").text.startswith("first: real against generated 0.75")
        assert [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"] == []
    finally:
        driver.quit()
