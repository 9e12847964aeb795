"""An export put on Hugging Face's Hub, its card without the directories of this machine."""

import re
import shutil
import tempfile
from pathlib import Path

from ganzoo import hub
from ganzoo.checked_json import read_json
from ganzoo.errors import UserError
from ganzoo.serving.cards import OF_CARDS, write_card

# A path from the root, from home or from the working directory, within a text; neither an address nor a division.
PLACE = re.compile(r"""(?<![^\s=:,'"`(\[])(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?![/\\\s])[^\s'"`,)\]]+""")


def push(version, name, private=False):
    """Puts an export on the Hub: its files become the repository's, its card the page, in one commit.

    Args:
        version: the directory of a SavedModel with its card.
        name: hf://owner/name; the repository is made where there is none.
        private: whether a repository that is made is private.

    Returns:
        The address of the repository's page.

    Raises:
        UserError: huggingface_hub or a token is absent, the token may not, the Hub is not in reach, a repository that was to
            be private is public, or the card cannot be read.
    """
    repository, revision = hub.address_of(name)
    shown = f"hf://{repository}"
    if revision:
        raise UserError(f"a push makes a new revision by itself: {shown}, without @{revision}")
    library = hub.library(shown)
    if not library.get_token():
        raise UserError("no token of the Hub: `hf auth login` keeps one, or set HF_TOKEN to one that may write")
    hub.refuse_others(str(version), [file.name for file in version.iterdir()])
    api = hub.interface(library)
    with tempfile.TemporaryDirectory() as directory, hub.translated(library, shown):
        files = _for_others(Path(version), Path(directory))
        page = api.create_repo(repository, private=private, exist_ok=True)
        if private and not api.repo_info(repository).private:
            raise UserError(f"{shown} is there already, and public: nothing was pushed")
        api.upload_folder(
            repo_id=repository, folder_path=files, allow_patterns=hub.FILES, commit_message="Put an export of ganzoo"
        )
    return str(page)


def without_places(card):
    """A card, a dict, that tells nothing of where this machine keeps its files: of each path the last part is left."""
    places = {card.get("data_path"), (card.get("data") or {}).get("name")}
    # A path that is known whole may hold spaces.
    known = sorted((place for place in places if place and PLACE.match(place)), key=len, reverse=True)

    def clean(value):
        if isinstance(value, dict):
            return {name: clean(item) for name, item in value.items()}
        if isinstance(value, list):
            return [clean(item) for item in value]
        if not isinstance(value, str):
            return value
        for place in known:
            value = value.replace(place, _last(place))
        return PLACE.sub(lambda found: _last(found[0]), value)

    return clean({name: value for name, value in card.items() if name != "data_path"})


def _last(place):
    return re.split(r"[/\\]", place.rstrip("/\\"))[-1]


def _for_others(version, directory):
    """The directory to upload: the export's own, or a copy in `directory` where its card names places of this machine."""
    card = read_json(version / "card.json", OF_CARDS, "the model card")
    cleaned = without_places(card)
    if cleaned == card:
        return version
    copy = shutil.copytree(version, directory / "export")
    write_card(copy, cleaned)
    return copy
