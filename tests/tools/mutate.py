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
import collections
import hashlib
import importlib
import json
import math
import os
import signal
import sys
import time
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mutants import mutants_of
from running import Runner, TestsOf

PRELOAD = "numpy,scipy.stats,scipy.optimize,sklearn.neighbors,PIL.Image,click,rich,tensorflow,keras,tensorflow_datasets"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
DIRECT_FILES, INDIRECT_FILES = 6, 3  # test files of the fast pass: that name the module, that name one which imports it


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
    known = {(entry["file"], entry["line"], entry["after"]) for entry in known}
    found = []
    for path in sorted((root / package).rglob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            source = path.read_text()
            lines = source.splitlines()
            for mutant in mutants_of(str(path.relative_to(root)), source):
                after = " ".join(mutant.after.split())
                if (mutant.file, lines[mutant.line - 1].strip(), after) not in known:
                    found.append(mutant)
    return found


# What becomes of them.


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
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("stopped; the same command goes on"))
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
