"""Which tests look at a module, and running them on a changed copy of the tree, in processes forked from one parent."""

import ast
import collections
import contextlib
import inspect
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

LEFT_OUT = {".git", ".venv", "runs", "build", "__pycache__"}
SLOW_FIXTURES = {"browser", "resumes_exactly", "texts_travel"}
PROCESSES = {"processes", "subprocess"}  # modules by which tests, or fixtures, start processes of their own
SLOW = 8.0  # seconds: a test that takes longer waits for the second pass
PATIENCE = 45.0  # seconds that a test may take beside five times of what it took before
UNKNOWN = 30.0  # seconds that are taken for those of a test which never ran


class TestsOf:
    """Which test files look at a module.

    Args:
        root: of the tree.
        package: the package's name.
    """

    def __init__(self, root, package):
        self.root, self.package = root, package
        # Names that a package offers lazily: where they are defined.
        self.defined = collections.defaultdict(set)
        for path in (root / package).rglob("*.py"):
            module = module_of(str(path.relative_to(root)))
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    for depth in range(1, module.count(".") + 1):
                        self.defined[f"{module.rsplit('.', depth)[0]}.{node.name}"].add(module)
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
        for name in list(names):
            names.update(self.defined.get(name, ()))
        return {name: count for name, count in names.items() if name.split(".")[0] == self.package}

    def direct(self, file):
        """Test files that mirror the module or import it, the mirror first, then the small ones: they are soon done."""
        mirror = Path("tests", *Path(file).parts[1:-1], f"test_{Path(file).name}")
        module = module_of(file)
        named = [test for test, names in self.tests.items() if module in names or Path(test) == mirror]
        return sorted(named, key=lambda test: (Path(test) != mirror, (self.root / test).stat().st_size, test))

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


def names_in(function):
    """The global names that a function uses, those of functions within it too."""
    codes, names = [getattr(inspect.unwrap(function), "__code__", None)], set()
    while codes:
        if code := codes.pop():
            names |= set(code.co_names)
            codes += [constant for constant in code.co_consts if inspect.iscode(constant)]
    return names


class Plugin:
    """What the forked process tells its parent: a line a test; and which tests it leaves out.

    Args:
        events: path of the file that the lines go to.
        slow: whether slow tests run: "no", "only" they, "both" kinds; "none" of either is collected and none run.
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
            definitions = [found[-1].func for found in item._fixtureinfo.name2fixturedefs.values()]
            called = {name for f in [item.function, *definitions] for name in names_in(f)}
            known = self.durations.get(item.nodeid, 0) > SLOW
            return bool(marked or known or called & PROCESSES or SLOW_FIXTURES & set(item.fixturenames))

        kept = [item for item in items if item.nodeid not in self.excluded and self.slow != "none"]
        if self.slow in ("no", "only"):
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
        tests = [test for test in tests if test not in self.facts["broken"]]
        if not tests:
            return "passed", None
        events = self.tree / "events.jsonl"
        events.unlink(missing_ok=True)
        sys.stdout.flush()
        child = os.fork()
        if not child:
            self._child(tests, slow, events)
        try:
            return self._watch(child, events, deadline)
        finally:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.killpg(child, signal.SIGKILL)  # and what its tests left running
                os.waitpid(child, 0)
            shutil.rmtree(self.tree / ".temporary", ignore_errors=True)

    def _watch(self, child, events, deadline):
        """Reads what the child tells until it is decided; (outcome, test) as of `run`."""
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
        (self.tree / ".temporary").mkdir(exist_ok=True)  # a killed process leaves files behind
        tempfile.tempdir = str(self.tree / ".temporary")
        os.environ |= {"PYTHONPATH": str(self.tree), "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": tempfile.tempdir}
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
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
                broken = [file for file in tests if self.run([file], "none")[0] != "passed"]
                if not broken:
                    return "killed", test
                self.facts["broken"] += broken
                tests = [file for file in tests if file not in broken]
                continue
            patience, known = self._patience(test), test in self.facts["durations"]
            if outcome == "timeout" or not known:
                if self.run([test], "both")[0] != "passed":
                    self.facts["broken"].append(test)  # it fails by itself, or takes too long: not this mutant's doing
                    continue
                if outcome == "timeout" and self._patience(test) > 1.2 * patience:
                    continue  # alone it took longer than was known: what it sets up counts too
            return "killed", f"{test} ({outcome})" if outcome == "timeout" else test
