"""Mutation testing of the package: how many small changes of the code do the tests notice, by room?

    python tests/tools/mutate.py --count 200 --out mutation            # takes hours; the same command resumes it
    python tests/tools/mutate.py --rooms metrics,data --count 40
    python tests/tools/mutate.py --out mutation --thorough             # survivors again, by the slow tests too
    python tests/tools/mutate.py --out mutation --report

Mutants are drawn by a seed, from every room (a package below the root package, or its top level) by its size. Each runs in
a copy of the tree, against the tests that mirror its module or import it, until one fails. Heavy libraries are imported
once, in a parent from which each mutant's process is forked. OUT holds `results.jsonl`, a line a mutant, and, after the
run, `report.json` and `report.md`. `equivalent.toml` beside this file lists changes that no test can see, with the reason.
"""

import argparse
import ast
import collections
import hashlib
import importlib
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mutants import mutants_of

PRELOAD = "numpy,scipy.stats,scipy.optimize,sklearn.neighbors,PIL.Image,click,rich,tensorflow,keras,tensorflow_datasets"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
LEFT_OUT = {".git", ".venv", "runs", "build", "__pycache__"}
SLOW_FIXTURES = {"isolated", "command", "two_replicas_equal_one", "resumes_exactly", "texts_travel", "browser"}
DIRECT_FILES, INDIRECT_FILES = 6, 3  # test files of the fast pass: that name the module, that name one which imports it
SLOW = 8.0  # seconds: a test that takes longer waits for the second pass
PATIENCE = 45.0  # seconds that a test may take beside five times of what it took before
UNKNOWN = 30.0  # seconds that are taken for those of a test which never ran


# Which mutants.


def drawn(mutants, count, seed, floor=6):
    """`count` of the mutants, stratified by room: each room's share is its size's, but `floor` of every room at least.

    Within a room rare kinds of change weigh more, by the square root. A mutant's place in the order hangs on the seed and
    its key alone: a larger count keeps what a smaller one had, and so does other code that comes or goes.
    """
    rooms = collections.defaultdict(list)
    for mutant in mutants:
        rooms[room_of(mutant.file)].append(mutant)
    sizes, floor = {room: len(group) for room, group in rooms.items()}, min(floor, count // max(len(rooms), 1))
    shares = {room: min(size, max(floor, round(count * size / sum(sizes.values())))) for room, size in sizes.items()}
    while sum(shares.values()) > count:
        shares[max(shares, key=shares.get)] -= 1
    chosen = []
    for room, group in sorted(rooms.items()):
        kinds = collections.Counter(mutant.kind for mutant in group)

        def rank(mutant, kinds=kinds):
            digest = hashlib.sha256(f"{seed} {mutant.key}".encode()).digest()
            uniform = (int.from_bytes(digest[:8]) + 1) / 2**64
            return -math.log(uniform) * math.sqrt(kinds[mutant.kind])

        chosen += sorted(group, key=rank)[: shares[room]]
    return sorted(chosen, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.key}".encode()).digest())


def room_of(file):
    """The package below the root package, or "top level"."""
    parts = Path(file).parts
    return parts[1] if len(parts) > 2 else "top level"


def all_mutants(root, package):
    """Every mutant of the package's files, but those known to be equivalent."""
    known = tomllib.loads(EQUIVALENT.read_text())["mutant"] if EQUIVALENT.exists() else []
    known = {(entry["file"], entry["before"], entry["after"]) for entry in known}
    found = []
    for path in sorted((root / package).rglob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            found += mutants_of(str(path.relative_to(root)), path.read_text())
    return [m for m in found if (m.file, " ".join(m.before.split()), " ".join(m.after.split())) not in known]


# Which tests.


class TestsOf:
    """Which test files look at a module.

    Args:
        root: of the tree.
        package: the package's name.
    """

    def __init__(self, root, package):
        self.root, self.package = root, package
        self.tests = {str(p.relative_to(root)): self._imports(p) for p in sorted((root / "tests").rglob("test_*.py"))}
        self.importers = collections.defaultdict(set)
        for path in (root / package).rglob("*.py"):
            for name in self._imports(path):
                self.importers[name].add(module_of(str(path.relative_to(root))))

    def _imports(self, path):
        names = collections.Counter()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    names[node.module] += 1
                    names[f"{node.module}.{alias.name}"] += 1
            elif isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
        return {name: count for name, count in names.items() if name.split(".")[0] == self.package}

    def direct(self, file):
        """Test files that mirror the module or import it, the mirror first, then those of its room."""
        mirror = Path("tests", *Path(file).parts[1:-1], f"test_{Path(file).name}")
        module = module_of(file)
        named = [test for test, names in self.tests.items() if module in names or Path(test) == mirror]
        return sorted(named, key=lambda test: (Path(test) != mirror, Path(test).parent != mirror.parent, test))

    def indirect(self, file):
        """Test files that import a module which imports this one, those of its room first."""
        direct, room = set(self.direct(file)), Path("tests", *Path(file).parts[1:-1])
        counts = collections.Counter()
        for module in self.importers[module_of(file)]:
            for test in set(self.direct(f"{module.replace('.', '/')}.py")) - direct:
                counts[test] += 1
        return sorted(counts, key=lambda test: (Path(test).parent != room, -counts[test], test))


def module_of(file):
    """The dotted name of a file's module."""
    return ".".join(Path(file).with_suffix("").parts).removesuffix(".__init__")


# Running them.


class Plugin:
    """What the forked process tells its parent: a line a test; and which tests it leaves out.

    Args:
        events: path of the file that the lines go to.
        slow: whether slow tests run; they alone if "only".
        durations: seconds that tests are known to take, by node id.
        excluded: node ids that fail without any change.
    """

    def __init__(self, events, slow, durations, excluded):
        self.events, self.slow, self.durations, self.excluded = events, slow, durations, excluded

    def say(self, *what):
        with open(self.events, "a") as stream:
            stream.write(json.dumps([time.monotonic(), *what]) + "\n")

    def pytest_collection_modifyitems(self, config, items):
        def is_slow(item):
            marked = any(item.get_closest_marker(name) for name in ("slow", "strategy", "subprocess"))
            return bool(marked or SLOW_FIXTURES & set(item.fixturenames) or self.durations.get(item.nodeid, 0) > SLOW)

        kept = [item for item in items if item.nodeid not in self.excluded]
        if self.slow != "both":
            kept = [item for item in kept if is_slow(item) == (self.slow == "only")]
        files = list(dict.fromkeys(item.path for item in items))
        items[:] = sorted(kept, key=lambda i: (files.index(i.path), self.durations.get(i.nodeid, 1.0)))

    def pytest_runtest_logstart(self, nodeid, location):
        self.say("start", nodeid)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.say("fail", report.nodeid)
        elif report.when == "teardown":
            self.say("end", report.nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            self.say("fail", f"collecting {report.nodeid}")


class Runner:
    """Runs tests in forked processes, in a copy of the tree.

    Args:
        root: of the tree that is copied.
        package: the package's name.
        facts: what is known of tests, a dict of `durations` and `broken`; it learns.
    """

    def __init__(self, root, package, facts):
        self.tree = Path(tempfile.mkdtemp(prefix="mutation-"))
        self.facts = facts
        for path in root.iterdir():
            if path.name in (package, "tests"):
                shutil.copytree(path, self.tree / path.name, ignore=shutil.ignore_patterns("__pycache__"))
            elif path.name not in LEFT_OUT and not path.name.endswith(".egg-info"):
                (self.tree / path.name).symlink_to(path)

    def close(self):
        shutil.rmtree(self.tree, ignore_errors=True)

    def run(self, tests, slow, deadline=math.inf):
        """Runs tests until one fails.

        Args:
            tests: files or node ids.
            slow: as of `Plugin`.
            deadline: seconds after which no further test is waited for.

        Returns:
            (outcome, test): "passed", "failed" or "timeout", and the test that decided it.
        """
        if not tests:
            return "passed", None
        events = self.tree / "events.jsonl"
        events.unlink(missing_ok=True)
        sys.stdout.flush()
        child = os.fork()
        if not child:
            self._child(tests, slow, events)
        began, running, seen, outcome = time.monotonic(), None, 0, None
        while outcome is None:
            ended, status = os.waitpid(child, os.WNOHANG)
            lines = events.read_text().splitlines() if events.exists() else []
            for at, what, test in map(json.loads, lines[seen:]):
                if what == "start":
                    running = test, at
                elif what == "end" and running:
                    longest = max(self.facts["durations"].get(test, 0.0), at - running[1])
                    self.facts["durations"][test] = round(longest, 2)
                    running = None
                elif what == "fail":
                    outcome = "failed", test
            seen, now = len(lines), time.monotonic()
            if outcome is None and running and now - running[1] > self._patience(running[0]):
                outcome = "timeout", running[0]
            elif outcome is None and ended:
                passed = os.waitstatus_to_exitcode(status) in (0, 5)
                outcome = ("passed", None) if passed else ("failed", running[0] if running else "collecting")
            elif outcome is None and now - began > deadline:
                outcome = "passed", "deadline"
            if outcome is None:
                time.sleep(0.05)
        if not ended:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
        return outcome

    def _patience(self, test):
        return PATIENCE + 5 * self.facts["durations"].get(test, UNKNOWN)

    def _child(self, tests, slow, events):
        os.setsid()
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        os.chdir(self.tree)
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(self.tree))
        os.environ |= {"PYTHONPATH": str(self.tree), "PYTHONDONTWRITEBYTECODE": "1"}
        code = 3
        try:
            import pytest

            plugin = Plugin(events, slow, self.facts["durations"], set(self.facts["broken"]))
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", str(self.tree / ".pytest")]
            code = pytest.main([*options, "--rootdir", str(self.tree), *tests], plugins=[plugin])
        finally:
            os._exit(code)

    def judge(self, mutant, tests, slow, deadline=math.inf):
        """Runs tests on a mutant; a failure counts if the test passes without the change.

        Returns:
            (status, test): "killed" or "survived", and the test that killed it.
        """
        path = self.tree / mutant.file
        source = path.read_bytes()
        while True:
            path.write_bytes(mutant.apply(source))
            try:
                outcome, test = self.run(tests, slow, deadline)
            finally:
                path.write_bytes(source)
            if outcome == "passed":
                return "survived", test
            if test.startswith("collecting"):
                return "killed", test
            patience, known = self._patience(test), test in self.facts["durations"]
            if outcome == "timeout" or not known:
                if self.run([test], "both")[0] != "passed":
                    self.facts["broken"].append(test)  # it fails by itself, or takes too long: not this mutant's doing
                    continue
                if outcome == "timeout" and self._patience(test) > 1.2 * patience:
                    continue  # alone it took longer than was known: what it sets up counts too
            return "killed", f"{test} ({outcome})" if outcome == "timeout" else test


def examine(runner, tests_of, mutant, thorough, deadline):
    """What becomes of a mutant: a record for `results.jsonl`."""
    began = time.monotonic()
    direct, indirect = tests_of.direct(mutant.file), tests_of.indirect(mutant.file)
    passes = [(direct[:DIRECT_FILES], "no"), (indirect[:INDIRECT_FILES], "no")]
    if not direct:
        passes = [(indirect[: DIRECT_FILES + INDIRECT_FILES], "no")]
    if thorough:
        passes = [(direct, "only"), (direct[DIRECT_FILES:], "no"), (indirect[: 3 * INDIRECT_FILES], "both")]
    status, test = "survived", None
    for files, slow in passes:
        left = deadline - (time.monotonic() - began)
        status, test = runner.judge(mutant, files, slow, max(left, 10.0))
        if status == "killed":
            break
    record = {"key": mutant.key, "room": room_of(mutant.file), "file": mutant.file, "line": mutant.line, "kind": mutant.kind}
    record |= {"before": mutant.before, "after": mutant.after, "status": status, "by": test, "mirror": bool(direct)}
    return record | {"thorough": thorough, "seconds": round(time.monotonic() - began, 1)}


# The report.


def report(results):
    """The table and the survivors, as a dict and as Markdown lines."""
    rooms = collections.defaultdict(collections.Counter)
    for record in results:
        rooms[record["room"]][record["status"]] += 1
    rows = {room: {"mutants": sum(counts.values()), "survived": counts["survived"]} for room, counts in sorted(rooms.items())}
    total = {name: sum(row[name] for row in rows.values()) for name in ("mutants", "survived")}
    rows |= {"all": total}
    for row in rows.values():
        row["share"] = round(row["survived"] / max(row["mutants"], 1), 4)
    survivors = [record for record in results if record["status"] == "survived"]
    lines = ["| room | mutants | survived | share |", "|---|---|---|---|"]
    lines += [f"| {room} | {row['mutants']} | {row['survived']} | {row['share']:.1%} |" for room, row in rows.items()]
    lines += ["", *(line_of(record) for record in sorted(survivors, key=lambda r: (r["file"], r["line"])))]
    return {"rooms": rows, "survivors": survivors}, lines


def line_of(record):
    """A mutant in one line."""
    before, after = (" ".join(record[name].split()) for name in ("before", "after"))
    return f"{record['file']}:{record['line']} {before} -> {after}"


def read(path):
    """The latest record of each mutant, by key."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {record["key"]: record for record in map(json.loads, lines)}


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="of the tree")
    parser.add_argument("--package", default="ganzoo", help="that is changed; its tests are in tests/")
    parser.add_argument("--count", type=int, default=200, help="mutants")
    parser.add_argument("--seed", type=int, default=0, help="by which they are drawn")
    parser.add_argument("--rooms", default="", help="these rooms alone, separated by commas")
    parser.add_argument("--out", type=Path, default=Path("mutation"), help="directory of the results")
    parser.add_argument("--deadline", type=float, default=150.0, help="seconds for the tests of one mutant")
    parser.add_argument("--hours", type=float, default=math.inf, help="after which the run stops, to be resumed")
    parser.add_argument("--preload", default=PRELOAD, help="modules imported once, separated by commas")
    parser.add_argument("--list", action="store_true", help="only list the mutants")
    parser.add_argument("--thorough", action="store_true", help="run the survivors of OUT again, by the slow tests")
    parser.add_argument("--report", action="store_true", help="only write the report of OUT")
    return parser.parse_args(argv)


def main(argv=None):
    options = arguments(argv)
    root, path = options.root.resolve(), options.out / "results.jsonl"
    rooms = set(filter(None, options.rooms.split(",")))
    mutants = [m for m in all_mutants(root, options.package) if not rooms or room_of(m.file) in rooms]
    done = read(path)
    if options.thorough:
        mutants = [m for m in mutants if done.get(m.key, {}).get("status") == "survived" and not done[m.key]["thorough"]]
    else:
        mutants = drawn(mutants, options.count, options.seed)
    if options.list:
        print("\n".join(map(str, mutants)))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.report:
        run(options, root, path, mutants if options.thorough else [m for m in mutants if m.key not in done])
    facts, lines = report(list(read(path).values()))
    (options.out / "report.json").write_text(json.dumps(facts, indent=1) + "\n")
    (options.out / "report.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def run(options, root, path, mutants):
    """Examines mutants one by one and appends a line for each to the results."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in filter(None, options.preload.split(",")):
        importlib.import_module(name)
    knowledge = options.out / "tests.json"
    facts = json.loads(knowledge.read_text()) if knowledge.exists() else {"durations": {}, "broken": []}
    tests_of, runner, began = TestsOf(root, options.package), Runner(root, options.package, facts), time.monotonic()
    try:
        for number, mutant in enumerate(mutants, 1):
            if time.monotonic() - began > 3600 * options.hours:
                break
            record = examine(runner, tests_of, mutant, options.thorough, options.deadline)
            with path.open("a") as stream:
                stream.write(json.dumps(record) + "\n")
            knowledge.write_text(json.dumps(facts))
            passed = time.monotonic() - began
            left = passed / number * (len(mutants) - number) / 60
            print(
                f"{number}/{len(mutants)} {record['status']} {record['seconds']} s, {left:.0f} min left: {mutant}", flush=True
            )
    finally:
        runner.close()


if __name__ == "__main__":
    main()
