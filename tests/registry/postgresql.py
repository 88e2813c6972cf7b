"""A PostgreSQL server of the tests' own, on a temporary folder and a socket in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

#: Seconds a server may take to start.
PATIENCE = 30


@contextmanager
def server() -> Iterator[Path]:
    """Start a server and give the folder of its socket; skip with a reason where none can."""
    binaries = _binaries()
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    process = None
    try:
        if owner:
            shutil.chown(folder, owner)
        _run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-N"],
            owner,
        )
        process = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-k", folder, "-F",
             "-c", "listen_addresses="],
            user=owner, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        _wait(folder, process)
        yield folder
    finally:
        if process is not None:
            # An immediate shutdown: the data go with the folder.
            process.send_signal(signal.SIGQUIT)
            process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def execute(folder: Path, statement: str) -> None:
    """Run one statement in the server's own database."""
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as connection:
        connection.execute(statement)


def empty(folder: Path, database: str, tables: Iterable[str]) -> None:
    """Empty tables that refuse it; only the server's owner can."""
    with psycopg.connect(host=str(folder), user="postgres", dbname=database) as connection:
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def _binaries() -> Path:
    if os.name != "posix":
        pytest.skip("the server is started on a socket and as another user, which Windows lacks")
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")


def _owner() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("PostgreSQL refuses to run as root and there is no other user to run it as")


def _run(command: list[object], owner: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=owner,
        capture_output=True,
        text=True,
        cwd="/",
        timeout=120,
    )
    if done.returncode:
        pytest.skip(f"PostgreSQL cannot make a database here: {done.stderr.strip()[-300:]}")


def _wait(folder: Path, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            psycopg.connect(host=str(folder), user="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.skip("PostgreSQL did not start")
