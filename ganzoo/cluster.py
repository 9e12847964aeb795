"""The workers that TF_CONFIG names: read and checked, waited for by name, and asked whether all of them train the same.

Before TensorFlow starts its own servers, the first worker listens at its port and the others tell it what they train. Nothing
authenticates them, as nothing does in TensorFlow's own protocol: the ports must be closed to everybody else.
"""

import contextlib
import dataclasses
import json
import os
import selectors
import socket
import time

from ganzoo.checked_json import Maybe, parse_json
from ganzoo.errors import UserError

EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
# Seconds after which a worker says for whom it waits.
PATIENCE = 5.0
MOST_BYTES = 2**20


@dataclasses.dataclass(frozen=True)
class Cluster:
    """Workers that train together.

    Attributes:
        names: of all, the first of which writes the run, such as ("worker 0", "worker 1").
        addresses: of all, "host:port".
        index: which of them this process is.
    """

    names: tuple
    addresses: tuple
    index: int

    @property
    def name(self):
        return self.names[self.index]


def read_cluster(text=None):
    """The `Cluster` of a TF_CONFIG, by default the environment's.

    Raises:
        UserError: there is none, or it names no cluster of which this process is a worker.
    """
    text = os.environ.get("TF_CONFIG") if text is None else text
    if not text:
        raise UserError(f"multi-worker reads the cluster from TF_CONFIG, such as {EXAMPLE}; see docs/training.md")
    jobs = {"chief": Maybe([_address]), "worker": Maybe([_address])}
    kind = {"cluster": jobs, "task": {"type": str, "index": (int, _digits)}}
    config = parse_json(text, kind, "TF_CONFIG")
    cluster, task = config["cluster"], config["task"]
    if unknown := sorted(set(cluster) - set(jobs)):
        raise UserError(f"TF_CONFIG names {', '.join(map(repr, unknown))}: a cluster has workers, and perhaps one chief")
    members = [(job, number, address) for job in jobs for number, address in enumerate(cluster.get(job) or [])]
    if not members:
        raise UserError("TF_CONFIG names no worker")
    if len(cluster.get("chief") or []) > 1:
        raise UserError("TF_CONFIG names more than one chief")
    addresses = tuple(address for _, _, address in members)
    if twice := next((address for address in addresses if addresses.count(address) > 1), None):
        raise UserError(f"TF_CONFIG names {twice} twice: every worker has an address of its own")
    places = [(job, number) for job, number, _ in members]
    mine = (task["type"], int(task["index"]))
    if mine not in places:
        known = ", ".join(f"{job} {number}" for job, number in places)
        raise UserError(f"TF_CONFIG says that this is {mine[0]} {mine[1]}, and its cluster has {known}")
    return Cluster(tuple(f"{job} {number}" for job, number in places), addresses, places.index(mine))


def _digits(value):
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        raise ValueError("a whole number")


def _address(value):
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 2**16 and value.isprintable()):
        raise ValueError('an address such as "host:2222"')


def meet(cluster, facts, log=print, patience=PATIENCE):
    """Waits until all workers are there, and sees to it that they train the same.

    Args:
        cluster: the `Cluster`.
        facts: what must be equal, strings `name = value`.
        log: called with a line once this process has waited for `patience` seconds, and when others are missing than then.

    Raises:
        UserError: two workers differ, said by every one of them; or this worker's port is taken.
    """
    if len(cluster.names) == 1:
        return
    waiting = _Waiting(cluster.name, log, patience)
    refusal = _lead(cluster, facts, waiting) if cluster.index == 0 else _follow(cluster, facts, waiting)
    if refusal:
        raise UserError(refusal)


class _Waiting:
    """Says for whom a worker waits, once it has waited long enough."""

    def __init__(self, name, log, patience):
        self._name, self._log = name, log
        self._due, self._said = time.monotonic() + patience, None

    def on(self, missing):
        if time.monotonic() >= self._due and missing and missing != self._said:
            self._log(f"{self._name} waits for {missing}: each worker is started by a command of its own")
            self._said = missing


def _lead(cluster, facts, waiting):
    """Hears what every other worker trains, and answers all; returns why they cannot train together, or None."""
    reported = {cluster.name: sorted(facts)}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_listening(cluster.addresses[0], cluster.name))
        workers = {}
        while len(reported) < len(cluster.names):
            waiting.on(_named(cluster, set(cluster.names) - set(reported)))
            if not _readable(server, 0.2):
                continue
            connection = stack.enter_context(server.accept()[0])
            connection.settimeout(5.0)
            with contextlib.suppress(OSError, UserError):
                said = parse_json(_line(connection.makefile("rb")), {"worker": str, "facts": [str]}, "a worker's facts")
                if said["worker"] in cluster.names[1:]:
                    reported[said["worker"]], workers[said["worker"]] = said["facts"], connection
            missing = _named(cluster, set(cluster.names) - set(reported))
            for worker in workers.values():
                _send(worker, {"missing": missing})
        refusal = _difference(reported)
        for worker in workers.values():
            _send(worker, {"agreed": refusal is None, "refusal": refusal})
    return refusal


def _follow(cluster, facts, waiting):
    """Tells the first worker what this one trains, and waits for its answer; returns it, None where all agree."""
    first = f"{cluster.names[0]} at {cluster.addresses[0]}"
    host, _, port = cluster.addresses[0].rpartition(":")
    answers = {"missing": Maybe(str), "agreed": Maybe(bool), "refusal": Maybe(str)}
    while True:
        waiting.on(first)
        with (
            contextlib.suppress(OSError, UserError),
            socket.create_connection((host.strip("[]"), int(port)), 2.0) as connection,
        ):
            _send(connection, {"worker": cluster.name, "facts": sorted(facts)})
            lines, missing = connection.makefile("rb"), first
            while True:
                if not _readable(connection, 0.2):
                    waiting.on(missing)
                    continue
                answer = parse_json(_line(lines), answers, first)
                if answer.get("agreed") is not None:
                    return answer.get("refusal")
                missing = answer.get("missing") or missing
        time.sleep(0.2)


def _listening(address, name):
    host, _, port = address.rpartition(":")
    server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((host.strip("[]"), int(port)))
        except socket.gaierror as error:
            raise UserError(f"{name} cannot listen at {address}: {error.strerror}") from error
        except OSError as error:
            if host in ("127.0.0.1", "localhost") or "in use" in str(error):
                raise
            server.bind(("", int(port)))  # the name of this machine as others know it, behind a translated address
        server.listen()
        return server
    except OSError as error:
        server.close()
        raise UserError(f"{name} cannot listen at {address}: {error.strerror}") from error


def _readable(connection, seconds):
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def _send(connection, message):
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _line(lines):
    line = lines.readline(MOST_BYTES)
    if not line:
        raise UserError("the connection ended")
    return line


def _named(cluster, names):
    addresses = dict(zip(cluster.names, cluster.addresses, strict=True))
    return ", ".join(f"{name} at {addresses[name]}" for name in cluster.names if name in names)


def _difference(reported):
    """A line on the first worker that trains something else than the first one; None where all train the same."""
    (first, expected), *others = reported.items()
    for name, facts in others:
        mine, theirs = set(expected) - set(facts), set(facts) - set(expected)
        if mine or theirs:
            return f"the workers do not train the same: {_having(first, mine)}; {_having(name, theirs)}"
    return None


def _having(name, facts):
    some = [fact if len(fact) <= 100 else f"{fact[:100]}..." for fact in sorted(facts)[:3]]
    return f"{name} has {', '.join(some) or 'nothing like it'}"
