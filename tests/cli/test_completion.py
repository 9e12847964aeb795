"""What a shell completes: commands, recipes, studies, models' names and files; asked as each shell's own script asks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def completed(tmp_path):
    """A function of a shell and a line that gives what it offers for the last word, by click's script for that shell."""
    (tmp_path / "bin").mkdir()
    program = "from ganzoo.cli.main import main; main(prog_name='ganzoo')"
    (tmp_path / "bin" / "ganzoo").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{program}" "$@"\n')
    (tmp_path / "bin" / "ganzoo").chmod(0o755)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "digits.txt").touch()
    scripts = {
        # Readline's part: files where nothing else fits.
        "bash": """
            eval "$(_GANZOO_COMPLETE=bash_source ganzoo)"
            compopt() {{ :; }}
            COMP_WORDS=({words}) COMP_CWORD={last}
            _ganzoo_completion ganzoo
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """,
        "zsh": """
            compdef() {{ : }}
            _describe() {{ eval 'print -l "${{'$3'[@]}}"' | sed 's/:.*//' }}
            compadd() {{ while [[ $1 != -a ]]; do shift; done; eval 'print -l "${{'$2'[@]}}"' }}
            _path_files() {{ : }}
            eval "$(_GANZOO_COMPLETE=zsh_source ganzoo)"
            words=({words}) CURRENT={number} commands=(ganzoo 1)
            _ganzoo_completion
        """,
        "fish": """
            _GANZOO_COMPLETE=fish_source ganzoo | source
            complete -C "{line}" | string split -f1 \\t
        """,
    }

    def offered(shell, *words):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not installed")
        words = ("ganzoo", *words)
        filled = {"words": " ".join(f"'{word}'" for word in words), "line": " ".join(words), "last": len(words) - 1}
        script = scripts[shell].format(**filled, number=len(words))
        environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        environment["GANZOO_ZOO"] = str(ROOT / "exported")
        flags = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
        run = subprocess.run(
            [shell, *flags, "-c", script], cwd=tmp_path / "here", env=environment, capture_output=True, text=True, timeout=60
        )
        return run.stdout.split()

    return offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_recipes_and_models(completed, shell):
    assert {"train", "tournament"} <= set(completed(shell, "t"))
    assert {"digits_dcgan", "digits_cgan"} <= set(completed(shell, "sample", "digits_"))
    assert set(completed(shell, "train", "ring_w")) >= {"ring_wgan", "ring_wgan_gp"}


@pytest.mark.parametrize(
    "words, expected",
    [
        (("latent", "wa"), "walk"),
        (("latent", "walk", "mnist_c"), "mnist_cgan"),
        (("tournament", "digits_dcgan", "digits_wgan_"), "digits_wgan_gp"),
        (("init", "mine.py", "--like", "digits_inf"), "digits_infogan"),
        (("sweep", "ring_se"), "ring_search"),
        (("study", "cap"), "capacity"),
        (("train", "digits_dcgan", "--from", "mnist_dc"), "mnist_dcgan"),
        (("sample", "--no-cap"), "--no-captions"),
    ],
)
def test_every_command_completes_what_it_takes(words, expected):
    from click.shell_completion import BashComplete

    from ganzoo.cli.main import main

    offered = BashComplete(main, {}, "ganzoo", "_GANZOO_COMPLETE").get_completions(list(words[:-1]), words[-1])
    assert expected in [item.value for item in offered]
