"""JupyterLab and the live pages as a user starts them, on a free port of this machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def lab(port: int, token: str) -> list[str]:
    """Return the arguments that start JupyterLab as the project does."""
    return [
        "wijkkit",
        "lab",
        "--",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--IdentityProvider.token={token}",
    ]


def dashboard(study: str, port: int) -> list[str]:
    """Return the arguments that start the live pages of a study."""
    return ["wijkkit", "dashboard", "--study", study, "--no-browser", "--port", str(port)]


def token_of(log: Path) -> str:
    """Return the token that a server wrote in its log."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := re.search(r"token=(\w+)", log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.2)
    raise RuntimeError("the server wrote no token")


@contextmanager
def serving(
    folder: Path, arguments: Sequence[str], port: int, working: Path | None = None
) -> Iterator[str]:
    """Start ``python -m <arguments>`` and yield its address.

    Its home and its log are in `folder`; it works in `working`, or there as well.
    """
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = {
        **{key: os.environ[key] for key in ("LANG", "TMPDIR", "PYTHONPATH") if key in os.environ},
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    log = folder / "server.log"
    with log.open("w") as file:
        command = [sys.executable, "-m", *arguments]
        server = subprocess.Popen(
            command, cwd=working or folder, env=environment, stdout=file, stderr=file
        )
    try:
        _wait(port, server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    """Return a port of this machine that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int, server: subprocess.Popen, log: Path) -> None:
    """Wait until something answers; any answer will do."""
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/none", timeout=60):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
