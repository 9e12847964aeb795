"""A stand-in for the HTTP interface of Hugging Face's Hub on this machine, as far as huggingface_hub needs it for models.

It takes every file within the commit; the Hub has large ones sent by Xet, a protocol of its own.
"""

import base64
import hashlib
import http.server
import json
import re
import threading

TOKEN = "hf_stand_in"


class StandIn:
    """Repositories in memory, served at `url` while the context holds.

    Attributes:
        repositories: by name, a dict with `private` and `commits`, each a dict of bytes by path.
        asked: (method, path) of every request.
    """

    def __init__(self):
        self.repositories, self.asked = {}, []

    def __enter__(self):
        hub = self

        class Handler(_Handler):
            stand_in = hub

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()

    def put(self, name, files, private=False):
        """A commit of files, bytes by path, to a repository."""
        repository = self.repositories.setdefault(name, {"private": private, "commits": []})
        before = repository["commits"][-1] if repository["commits"] else {}
        repository["commits"].append({**before, **files})

    def commit_of(self, name, revision):
        """(its hash, its files), or None."""
        commits = self.repositories[name]["commits"]
        hashes = {hashlib.sha1(f"{name} {number}".encode()).hexdigest(): files for number, files in enumerate(commits)}
        revision = list(hashes)[-1] if revision == "main" and hashes else revision
        return (revision, hashes[revision]) if revision in hashes else None


class _Handler(http.server.BaseHTTPRequestHandler):
    stand_in = None

    def log_message(self, *words):
        """Says nothing."""

    def do_GET(self):
        self.stand_in.asked.append((self.command, self.path))
        path = self.path.split("?")[0]
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+))?", path):
            return self.repository(*found.groups())
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self.file(*found.groups())
        self.answer(404, {"error": "no such page"})

    do_HEAD = do_GET

    def do_POST(self):
        self.stand_in.asked.append((self.command, self.path))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(401, {"error": "Invalid username or password."})
        if self.path == "/api/validate-yaml":
            return self.answer(200, {"errors": [], "warnings": []})
        if self.path == "/api/repos/create":
            return self.create(json.loads(body))
        name, action = re.fullmatch(r"/api/models/([^/]+/[^/]+)/(preupload|commit)/main", self.path).groups()
        if action == "preupload":
            files = json.loads(body)["files"]
            modes = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in files]
            return self.answer(200, {"files": modes})
        self.commit(name, [json.loads(line) for line in body.splitlines()])

    def create(self, asked):
        name = f"{asked['organization'] or 'me'}/{asked['name']}"
        if name in self.stand_in.repositories:
            return self.answer(409, {"error": "You already created this model repo", "url": f"{self.stand_in.url}/{name}"})
        self.stand_in.repositories[name] = {"private": asked.get("visibility") == "private", "commits": []}
        self.answer(200, {"url": f"{self.stand_in.url}/{name}"})

    def commit(self, name, lines):
        changed = [line["value"] for line in lines if line["key"] == "file"]
        files = {value["path"]: base64.b64decode(value["content"]) for value in changed}
        self.stand_in.put(name, files)
        commit, _ = self.stand_in.commit_of(name, "main")
        self.answer(200, {"commitUrl": f"{self.stand_in.url}/{name}/commit/{commit}", "commitOid": commit})

    def repository(self, name, what, revision):
        found = self.found(name, revision or "main")
        if not found:
            return
        commit, files = found
        if what == "tree":
            return self.answer(200, [{"type": "file", "path": p, "size": len(c), "oid": _etag(c)} for p, c in files.items()])
        siblings = [{"rfilename": path} for path in files]
        private = self.stand_in.repositories[name]["private"]
        self.answer(200, {"id": name, "sha": commit, "private": private, "siblings": siblings, "tags": []})

    def file(self, name, revision, path):
        found = self.found(name, revision)
        if found and path not in found[1]:
            self.answer(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
        elif found:
            self.answer(200, found[1][path], {"ETag": f'"{_etag(found[1][path])}"', "X-Repo-Commit": found[0]})

    def found(self, name, revision):
        """(hash, files) of a revision; answers itself where there is none, or where it is not for whoever asks."""
        repository = self.stand_in.repositories.get(name)
        hidden = repository and repository["private"] and self.headers.get("Authorization") != f"Bearer {TOKEN}"
        if not repository or hidden:
            return self.answer(401, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        if revision == "main" and not repository["commits"]:
            return "0" * 40, {}
        found = self.stand_in.commit_of(name, revision)
        return found or self.answer(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})

    def answer(self, status, content, headers=None):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _etag(content):
    return hashlib.sha1(content).hexdigest()
