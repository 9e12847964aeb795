"""A real browser without a window, where Debian's chromium and its driver are installed."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
needs_chromium = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is absent")


def opened(directory, size="1200,900", flags=()):
    """A selenium driver of chromium with a profile of its own; downloads go to `directory / "downloads"`."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, *flags, f"--window-size={size}", f"--user-data-dir={directory / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(directory / "downloads")})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # The driver's path is given: nothing is looked up or fetched.
    return webdriver.Chrome(options=options, service=Service(DRIVER))
