"""Exports on Hugging Face's Hub, by huggingface_hub (the extra `hub`): fetched into its cache.

Of a repository only the files of an export are fetched, a SavedModel, JSON, a page and samples: no Python, and none is run.
"""

import contextlib
import importlib
import os
import re
from pathlib import Path

from ganzoo.errors import UserError, one_line
from ganzoo.optional import optional

# hf://owner/name or hf://owner/name@revision; a path made of it has one slash less.
ADDRESS = re.compile(r"hf:/{1,2}(?P<repository>[^@]*)(?:@(?P<revision>.*))?")
# What an export consists of.
FILES = ["saved_model.pb", "fingerprint.pb", "variables/*", "assets/*", "assets.extra/*", "card.json", "README.md", "samples.*"]
CACHED = "models--"  # how huggingface_hub's cache calls a repository of a model: models--owner--name/snapshots/commit


def is_address(name):
    """Whether a text or a path is written hf://..."""
    return re.match("hf:/", str(name)) is not None


def address_of(name):
    """(repository, revision or None) of hf://owner/name[@revision].

    Raises:
        UserError: it is not written so.
    """
    found = ADDRESS.fullmatch(str(name))
    if (
        not found
        or found["revision"] == ""
        or not re.fullmatch(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", found["repository"], re.ASCII)
    ):
        raise UserError(f"a model on the Hub is written hf://owner/name or hf://owner/name@revision, not {str(name)!r}")
    return found["repository"], found["revision"]


def fetched(name):
    """The directory of the export at hf://owner/name[@revision], fetched where the newest is not in huggingface_hub's cache.

    Without a connection what is in the cache is taken.

    Raises:
        UserError: huggingface_hub is absent, there is no such repository or revision, it is no export, or it is neither in
            reach nor in the cache.
    """
    repository, revision = address_of(name)
    shown = f"hf://{repository}{f'@{revision}' if revision else ''}"
    hub = library(shown)
    api = interface(hub)
    with translated(hub, shown):
        try:
            listed = api.repo_info(repository, revision=revision).siblings
        except unreachable(hub):  # asked once: whoever is offline waits for no second try
            path = api.snapshot_download(repository, revision=revision, allow_patterns=FILES, local_files_only=True)
        else:
            refuse_others(shown, [file.rfilename for file in listed])
            path = api.snapshot_download(repository, revision=revision, allow_patterns=FILES)
    path = Path(path)
    # Somebody may have put the whole of it into the cache.
    refuse_others(shown, [file.name for file in path.iterdir()])
    return path


def name_in_cache(path):
    """What a repository that lies in huggingface_hub's cache at `path` is called; None for any other path."""
    folder = path.parent.parent.name
    return folder.split("--")[-1] if path.parent.name == "snapshots" and folder.startswith(CACHED) else None


def library(shown):
    """The module huggingface_hub."""
    module = optional("huggingface_hub", "hub", shown)
    for part in ("constants", "errors"):
        importlib.import_module(f"huggingface_hub.{part}")
    return module


def interface(hub):
    """An HfApi for the endpoint that HF_ENDPOINT names now."""
    return hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="ganzoo")


def refuse_others(shown, files):
    """Raises a UserError where files in a repository's or directory's top are not those of an export."""
    if "run.json" in files:
        raise UserError(f"{shown} holds a run, whose recipe is code: only exports are loaded from the Hub")
    if missing := [file for file in ("saved_model.pb", "card.json") if file not in files]:
        raise UserError(f"{shown} is no export of ganzoo: it has no {' and no '.join(missing)} at its top")


def unreachable(hub):
    """What huggingface_hub raises where there is no connection."""
    return (hub.errors.OfflineModeIsEnabled, ConnectionError, *_of_transport())


def _of_transport():
    """The errors of a connection of the HTTP libraries that huggingface_hub has used, those that are there."""
    for name in ("httpx2", "httpx"):
        with contextlib.suppress(ImportError):
            yield importlib.import_module(name).TransportError
    with contextlib.suppress(ImportError):
        import requests

        yield requests.ConnectionError


@contextlib.contextmanager
def translated(hub, shown):
    """Turns what huggingface_hub raises into one line."""
    errors = hub.errors
    try:
        yield
    except errors.RevisionNotFoundError as error:
        raise UserError(f"{shown}: there is no such revision") from error
    except errors.RepositoryNotFoundError as error:  # gated ones too; the Hub answers so for private ones
        raise UserError(
            f"{shown} is not there, or is not open to you: `hf auth login`, or HF_TOKEN, for one of yours"
        ) from error
    except (errors.LocalEntryNotFoundError, *unreachable(hub)) as error:
        endpoint = os.environ.get("HF_ENDPOINT") or hub.constants.ENDPOINT
        raise UserError(f"{shown}: {endpoint} cannot be reached, and it is not in the cache of huggingface_hub") from error
    except errors.HfHubHTTPError as error:
        status = getattr(error.response, "status_code", None)
        if status in (401, 403):
            raise UserError(f"{shown}: the token of the Hub is refused; it must be one that may write there") from error
        raise UserError(f"{shown}: the Hub answers {status or ''} {one_line(error)}".replace("  ", " ")) from error
    except errors.HFValidationError as error:
        raise UserError(f"{shown}: {one_line(error)}") from error
