"""A run on a real Dask cluster: a scheduler and two worker processes on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from making import project, write

from wijkkit.batch import run, status
from wijkkit.batch.runner import dask_executor
from wijkkit.errors import BatchError

distributed = pytest.importorskip("distributed")

SLOW = "import os, time\ntime.sleep(0.5)\nname"


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler, and its two worker processes."""
    file = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port",
         "0", "--no-dashboard", *options],
        **quiet,
    )  # fmt: skip
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny",
             "--no-dashboard", *options],
            cwd=tmp_path, **quiet,
        )
        for _ in range(2)
    ]  # fmt: skip
    deadline = time.monotonic() + 60
    while not file.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    with distributed.Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        yield client.scheduler.address, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_run_on_a_cluster_survives_a_killed_worker(tmp_path, cluster):
    address, workers = cluster
    study = project(tmp_path / "project")
    write(tmp_path / "project" / "notebooks" / "wijk" / "2_doelen.ipynb", [SLOW])

    def kill_one() -> None:
        log = study / "runs" / "events.jsonl"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if log.is_file() and log.read_text().count('"started"') >= 3:
                break
            time.sleep(0.05)
        workers[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    with dask_executor(address) as (executor, slots):
        result = run(
            study, notebooks=tmp_path / "project" / "notebooks", executor=executor, jobs=slots
        )
    killer.join()
    assert slots == 2
    assert workers[0].poll() is not None
    assert result.exit_code == 0, result.failed
    assert set(status(study).status) == {"ok"}
    made = study / "runs" / "wijk" / "beta" / "2_doelen.ipynb"
    assert nbformat.read(made, as_version=4).cells[-1].outputs[0].data["text/plain"] == "'Beta'"


def test_no_scheduler_is_a_message(monkeypatch):
    client = distributed.Client

    def hasty(address, timeout, **said):
        return client(address, timeout=1, **said)

    monkeypatch.setattr(distributed, "Client", hasty)
    with pytest.raises(BatchError, match="no Dask scheduler"), dask_executor("tcp://127.0.0.1:9"):
        pass


def test_workers_leave_no_fork_server(tmp_path, cluster):
    address, workers = cluster
    study = project(tmp_path / "project", ["alfa"])
    with dask_executor(address) as (executor, slots):
        run(study, notebooks=tmp_path / "project" / "notebooks", executor=executor, jobs=slots)
    for worker in workers:
        worker.kill()
        worker.wait()
    deadline = time.monotonic() + 10
    while _servers(str(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _servers(str(tmp_path))


def _servers(folder: str) -> list[str]:
    found = []
    for entry in os.listdir("/proc"):
        try:
            if os.readlink(f"/proc/{entry}/cwd").startswith(folder):
                with open(f"/proc/{entry}/cmdline", encoding="utf-8") as file:
                    found.append(file.read())
        except OSError:
            continue
    return [command for command in found if "engine.server" in command]
