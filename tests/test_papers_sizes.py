"""The table of docs/families.md that sets the papers' sizes beside the recipes' names every recipe."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_recipe_stands_beside_its_papers_size():
    text = (ROOT / "docs" / "families.md").read_text()
    section = text.split("## Papers' sizes beside ours", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`(\w+)`", "".join(line.split("|")[3] for line in section.splitlines() if line.startswith("|"))))
    assert {path.stem for path in (ROOT / "recipes").glob("*.py")} == named, "a row of the table for each recipe"
