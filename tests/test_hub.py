"""Exports on the Hub, of which a server on this machine stands in."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from stand_in_hub import TOKEN, StandIn

import ganzoo
from ganzoo import hub
from ganzoo.cli.options import MODEL
from ganzoo.errors import UserError
from ganzoo.serving.push import push, without_places

EXPORT = Path(__file__).parents[1] / "exported" / "ring_vanilla" / "1"
SMALL = {"saved_model.pb": b"model", "card.json": b"{}", "README.md": b"# A card", "variables/variables.index": b"index"}
library = pytest.importorskip("huggingface_hub")
pytest.importorskip("huggingface_hub.constants")


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """The Hub for huggingface_hub, which has a cache of its own."""
    with StandIn() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "127.0.0.1")
        monkeypatch.setattr(library.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(library.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)  # the explorer sets it, and commands inherit it
        yield server


def test_what_was_pushed_is_loaded_elsewhere(stand_in):
    page = push(EXPORT, "hf://me/ring")
    assert page == f"{stand_in.url}/me/ring"
    (files,) = stand_in.repositories["me/ring"]["commits"]
    assert files == {str(path.relative_to(EXPORT)): path.read_bytes() for path in EXPORT.rglob("*") if path.is_file()}
    assert files["README.md"].startswith(b"---\nlicense: ") and not stand_in.repositories["me/ring"]["private"]
    model = ganzoo.load("hf://me/ring")
    assert model.name == "ring" and model.step == ganzoo.load(EXPORT).step
    np.testing.assert_array_equal(model.sample(5, seed=1), ganzoo.load(EXPORT).sample(5, seed=1))


def test_a_pushed_card_does_not_tell_where_this_machine_keeps_its_data(stand_in, tmp_path):
    version = shutil.copytree(EXPORT, tmp_path / "export")
    facts = json.loads((version / "card.json").read_text())
    place = "/home/somebody/my photos"
    facts["data"]["name"] = facts["data_path"] = place
    facts["overrides"] = [f"data.name='{place}'", "data.name=~/pictures/", "steps=10"]
    facts["begun_from"] = {"source": "../runs/ring", "step": 1, "sha256": "0" * 64, "taken": {"generator": [1, 2]}, "left": []}
    (version / "card.json").write_text(json.dumps(facts))
    push(version, "hf://me/ring")
    (files,) = stand_in.repositories["me/ring"]["commits"]
    pushed = json.loads(files["card.json"])
    assert "data_path" not in pushed and pushed["data"]["name"] == "my photos" and pushed["begun_from"]["source"] == "ring"
    assert pushed["overrides"] == ["data.name='my photos'", "data.name=pictures", "steps=10"]
    page = files["README.md"].decode()
    assert "my photos (train" in page and "somebody" not in page and "../runs" not in page
    assert json.loads((version / "card.json").read_text()) == facts, "the export here knows where its data are"
    assert ganzoo.load("hf://me/ring").step == facts["steps"]


def test_the_cards_of_the_zoo_name_no_place():
    cards = {path: json.loads(path.read_text()) for path in sorted(EXPORT.parents[1].glob("*/*/card.json"))}
    changed = [path.parents[1].name for path, card in cards.items() if without_places(card) != card]
    assert len(cards) > 50 and changed == ["faces"], "faces was trained on ./faces"


@pytest.mark.parametrize(
    "text", ["float32 [None, 2]", "1/2", "https://x.org/a", "a / b", "arXiv:1701.00160", "hf://me/ring", "//"]
)
def test_what_is_no_place_stays(text):
    assert without_places({"text": [text]}) == {"text": [text]}


def test_commands_take_an_address(stand_in, command, tmp_path):
    environment = {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    process = command("push", EXPORT, "hf://me/ring", "--private", "--json", "facts.json", env=environment)
    assert f"pushed to {stand_in.url}/me/ring" in process.stdout and stand_in.repositories["me/ring"]["private"]
    assert json.loads((tmp_path / "facts.json").read_text())["page"] == f"{stand_in.url}/me/ring"
    assert MODEL.convert("hf://me/ring", None, None) == str(hub.fetched("hf://me/ring")), "what commands make of a model"


def test_only_the_files_of_an_export_are_fetched(stand_in):
    stand_in.put("me/small", {**SMALL, "evil.py": b"raise SystemExit", "recipe.py": b"", "samples.png": b"picture"})
    path = hub.fetched("hf://me/small")
    files = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}
    assert files == {*SMALL, "samples.png"}
    assert not any("evil" in asked or "recipe" in asked for _, asked in stand_in.asked)


def test_a_revision_is_fetched_as_it_was(stand_in):
    stand_in.put("me/small", SMALL)
    first, _ = stand_in.commit_of("me/small", "main")
    stand_in.put("me/small", {"card.json": b'{"steps": 2}'})
    assert (hub.fetched("hf://me/small") / "card.json").read_bytes() == b'{"steps": 2}'
    assert (hub.fetched(f"hf://me/small@{first}") / "card.json").read_bytes() == b"{}"
    assert (hub.fetched(Path("hf://me/small")) / "card.json").read_bytes() == b'{"steps": 2}', "a Path has one slash less"
    with pytest.raises(UserError, match="hf://me/small@nowhere: there is no such revision"):
        hub.fetched("hf://me/small@nowhere")


def test_without_a_connection_the_cache_is_taken(stand_in, monkeypatch):
    stand_in.put("me/small", SMALL)
    path = hub.fetched("hf://me/small")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert hub.fetched("hf://me/small") == path
    with pytest.raises(UserError, match="hf://me/other: http://127.0.0.1:9 cannot be reached, and it is not in the cache"):
        hub.fetched("hf://me/other")
    with pytest.raises(UserError, match="hf://me/small: http://127.0.0.1:9 cannot be reached"):
        push(EXPORT, "hf://me/small")


@pytest.mark.parametrize("missing, words", [("card.json", "no card.json"), ("saved_model.pb", "no saved_model.pb")])
def test_what_is_no_export_is_refused_before_it_is_fetched(stand_in, missing, words):
    stand_in.put("me/other", {name: content for name, content in SMALL.items() if name != missing})
    with pytest.raises(UserError, match=f"hf://me/other is no export of ganzoo: it has {words} at its top"):
        hub.fetched("hf://me/other")
    assert not any("resolve" in asked for _, asked in stand_in.asked)


def test_a_run_is_never_opened_from_the_hub(stand_in, tmp_path):
    stand_in.put("me/run", {**SMALL, "run.json": b"{}", "recipe.py": b"raise SystemExit"})
    with pytest.raises(UserError, match="hf://me/run holds a run, whose recipe is code"):
        ganzoo.load("hf://me/run")
    stand_in.put("me/small", SMALL)
    (hub.fetched("hf://me/small") / "run.json").write_text("{}")  # by whoever fetched more of it
    with pytest.raises(UserError, match="holds a run"):
        hub.fetched("hf://me/small")
    shutil.copytree(EXPORT, tmp_path / "version")
    (tmp_path / "version" / "run.json").write_text("{}")
    with pytest.raises(UserError, match="holds a run"):
        push(tmp_path / "version", "hf://me/ring")


def test_what_is_not_there_or_not_for_everybody(stand_in, monkeypatch):
    stand_in.put("me/hidden", SMALL, private=True)
    assert hub.fetched("hf://me/hidden").is_dir()
    with pytest.raises(UserError, match="hf://me/absent is not there, or is not open to you"):
        hub.fetched("hf://me/absent")
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    with pytest.raises(UserError, match="hf://me/closed is not there, or is not open to you"):
        stand_in.put("me/closed", SMALL, private=True)
        hub.fetched("hf://me/closed")
    with pytest.raises(UserError, match="hf://me/ring: the token of the Hub is refused"):
        push(EXPORT, "hf://me/ring")


def test_a_push_needs_a_token_and_keeps_what_was_to_be_private_so(stand_in, monkeypatch):
    stand_in.put("me/open", {"README.md": b""})
    with pytest.raises(UserError, match="hf://me/open is there already, and public"):
        push(EXPORT, "hf://me/open", private=True)
    assert len(stand_in.repositories["me/open"]["commits"]) == 1
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(library, "get_token", lambda: None)
    with pytest.raises(UserError, match="no token of the Hub: `hf auth login`"):
        push(EXPORT, "hf://me/ring")
    with pytest.raises(UserError, match="without @main"):
        push(EXPORT, "hf://me/ring@main")


@pytest.mark.parametrize("address", ["hf://", "hf://me", "hf://me/", "hf:///ring", "hf://me/a/b", "hf://me/ring@", "hf://../x"])
def test_other_addresses_are_refused(address):
    with pytest.raises(UserError, match="is written hf://owner/name or hf://owner/name@revision"):
        hub.fetched(address)


def test_without_the_library_it_says_which_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for call in (lambda: hub.fetched("hf://me/ring"), lambda: push(EXPORT, "hf://me/ring")):
        with pytest.raises(UserError, match="hf://me/ring needs huggingface_hub, of the extra `hub`"):
            call()
