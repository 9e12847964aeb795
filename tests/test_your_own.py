"""What docs/your-own.md says is done, command by command; and the recipe file that `ganzoo init` writes."""

import re
from pathlib import Path

import pytest

from ganzoo.errors import UserError
from ganzoo.recipe import load_recipe
from ganzoo.recipe_template import write_recipe

PAGE = Path(__file__).parents[1] / "docs" / "your-own.md"
# The page's numbers, and those with which a test costs seconds.
SMALLER = {"steps=400": "steps=4", "every=200": "every=4", "count=200": "count=60", "--count 64": "--count 4"}


def test_the_page_runs_by_copy_and_paste(isolated, tmp_path):
    text = PAGE.read_text()
    for before, after in SMALLER.items():
        assert before in text
        text = text.replace(before, after)
    first, mine = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mine.py").write_text(mine)
    (tmp_path / "folder.py").write_text(first)
    commands = [line.split()[1:] for line in re.findall(r"^    (ganzoo .*)$", text, re.MULTILINE)]
    assert [command[0] for command in commands] == ["data", "init", "train", "sample", "export"]
    out = isolated(f"""
        import runpy
        from click.testing import CliRunner
        from ganzoo.cli.main import main

        runpy.run_path("folder.py")
        for command in {commands!r}:
            result = CliRunner().invoke(main, command, catch_exceptions=False)
            assert result.exit_code == 0, (command, result.output)
            print(result.output)
    """)
    assert "photos: 1,797 images in split train, as 8 x 8 x 1" in out and "digit 0 178" in out
    assert "step 4: ink" in out and (tmp_path / "samples.png").stat().st_size > 100
    card = (tmp_path / "exported" / "mine" / "1" / "README.md").read_text()
    assert "| family | `CentredGAN` |" in card and "`Quadratic(scale=0.5)`" in card and "| ink |" in card


@pytest.mark.parametrize("like", ["digits_dcgan", "digits_stacked", "captions_scratchgan"])
def test_a_written_recipe_is_the_one_that_it_was_made_from(tmp_path, like):
    path = write_recipe(tmp_path / "my_gan.py", like)
    text = path.read_text()
    assert text.startswith('"""my_gan: what it is') and "# What is trained on" in text and "# Also: seed=" in text
    mine, theirs = load_recipe(path), load_recipe(like)
    assert mine.settings() == theirs.settings()
    assert max(map(len, text.splitlines())) <= 128 and "ganzoo train my_gan.py --smoke" in text


def test_no_file_is_written_over(tmp_path):
    (tmp_path / "a.py").write_text("")
    for name, line in {
        "a.py": "is there already",
        "a.txt": "a recipe is a Python file",
        "a b.py": "a recipe is a Python",
    }.items():
        with pytest.raises(UserError, match=line):
            write_recipe(tmp_path / name, "digits_dcgan")
    with pytest.raises(UserError, match="no recipe 'digits_dcgam': did you mean"):
        write_recipe(tmp_path / "b.py", "digits_dcgam")
