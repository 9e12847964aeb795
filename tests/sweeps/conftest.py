"""A PostgreSQL of the tests' own."""

import contextlib
import glob
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgresql():
    """The URL of an empty database of a server that ends with the tests; without one the test is skipped."""
    pytest.importorskip("psycopg", reason="psycopg, the driver of PostgreSQL, is not installed")
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    directory = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path has 107 bytes at most
    as_user = []
    if os.getuid() == 0:  # PostgreSQL refuses to be started as root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(directory, "postgres")

    def run(program, *arguments):
        command = [*as_user, f"{programs[-1]}/{program}", *map(str, arguments)]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "-D", directory / "data", "-U", "postgres", "-A", "trust", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories={directory} -c fsync=off"
        run("pg_ctl", "-D", directory / "data", "-l", directory / "log", "-o", settings, "-w", "start")
        try:
            run("createdb", "-h", directory, "-U", "postgres", "sweeps")
            yield f"postgresql://postgres@/sweeps?host={directory}"
        finally:
            with contextlib.suppress(AssertionError):
                run("pg_ctl", "-D", directory / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
