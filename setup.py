"""Where the packages lie; everything else that is to be said of ganzoo stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["ganzoo", "ganzoo.*"]), "ganzoo.recipes"],
    package_dir={"ganzoo.recipes": "recipes"},
)
