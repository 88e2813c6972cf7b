"""The normal engine: papermill with a real kernel, where fork is not available or not wanted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import nbformat

from wijkkit.batch.engine.child import parametrised
from wijkkit.batch.engine.task import TOO_LONG, Outcome, Task
from wijkkit.study.guard import STAGE


def run_with_kernel(task: Task) -> Outcome:
    """Run one task with papermill in a process of its own, which starts a kernel."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "wijkkit.batch.engine.kernel"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=task.folder,
        env={**os.environ, STAGE: task.stage, **task.environment},
        start_new_session=True,
    )
    try:
        answer, _ = process.communicate(task.to_json().encode(), task.limits.notebook_seconds)
    except subprocess.TimeoutExpired:
        found: dict[str, Any] = {"status": "timeout", "message": TOO_LONG}
    else:
        message = f"its process ended with exit code {process.returncode}"
        ended = {"status": "killed", "message": message}
        found = ended if process.returncode else json.loads(answer)
    finally:
        _stop(process)
    return Outcome(**found, seconds=time.monotonic() - started)


def _stop(process: subprocess.Popen) -> None:
    """End the process; its kernel ends itself when it is alone."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _execute(task: Task) -> dict:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import NBClientEngine

    notebook = parametrised(task.notebook, task.parameters)
    result = {"status": "ok", "message": "", "cell": None}
    try:
        NBClientEngine.execute_notebook(
            notebook,
            "python3",
            progress_bar=False,
            execution_timeout=int(task.limits.cell_seconds) or 1,
            allow_stdin=False,
        )
    except CellTimeoutError:
        result |= {"status": "timeout", "message": TOO_LONG}
    except DeadKernelError:
        result |= {"status": "killed", "message": "its kernel died"}
    code = [(at, cell) for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    said = {at: cell.metadata.get("papermill", {}) for at, cell in code}
    if result["status"] != "ok":
        return result | {
            "cell": max((at for at in said if said[at].get("start_time")), default=None)
        }
    failed = next((at for at in said if said[at].get("exception")), None)
    status = "ok" if failed is None else "failed"
    return result | {"status": status, "cell": failed, "notebook": nbformat.writes(notebook)}


def main() -> None:
    answer = os.dup(1)
    os.dup2(2, 1)
    result = _execute(Task.from_json(sys.stdin.read()))
    with os.fdopen(answer, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
