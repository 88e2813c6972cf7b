"""The fork server: one thread, warm children, nothing shared, nothing left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from making import notebook

from tests.studies import replace, write_study
from wijkkit.batch.engine import kernel
from wijkkit.batch.engine.client import ForkServer, choose_engine
from wijkkit.batch.engine.task import Task
from wijkkit.batch.work import PRELOAD
from wijkkit.errors import ParameterError
from wijkkit.reports import quarto

CODE = "import pandas as pd, matplotlib.pyplot as plt, seaborn, random, numpy as np\nplt.plot([1]);\nrandom.random(), np.random.rand()"


@pytest.fixture(scope="module")
def server(pytestconfig):
    """A server that has loaded what the project's own notebooks use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "7")
        with ForkServer(PRELOAD) as running:
            yield running


def task(*cells: str) -> Task:
    return Task(nbformat.writes(notebook(cells)), {}, ".", "wijk")


def test_the_server_loads_everything_and_keeps_one_thread(server):
    assert server.not_loaded == ()
    for _ in range(3):
        assert server.run(task(CODE)).status == "ok"
    status = Path(f"/proc/{server.pid}/status").read_text()
    assert "Threads:\t1\n" in status


def test_a_notebook_counts_with_one_thread_whatever_its_environment_said(server):
    outcome = server.run(task("import os\nos.environ['OPENBLAS_NUM_THREADS']"))
    (output,) = nbformat.reads(outcome.notebook, 4).cells[0].outputs
    assert output.data["text/plain"] == "'1'"


def test_children_are_warm_and_draw_their_own_random_numbers(server):
    outcomes = [server.run(task(CODE)) for _ in range(2)]
    assert [outcome.cold for outcome in outcomes] == [(), ()]
    values = [
        nbformat.reads(o.notebook, 4).cells[0].outputs[0].data["text/plain"] for o in outcomes
    ]
    assert values[0] != values[1]


def test_nothing_is_said_on_the_terminal_whatever_library_is_loaded(capfd):
    with ForkServer(("cbsodata",)) as server:  # loading it sets logging up
        assert server.not_loaded == ()
        assert server.run(task("1")).status == "ok"
    assert capfd.readouterr() == ("", "")


def test_children_begin_with_the_study_read_and_see_what_has_changed_since(tmp_path):
    folder = write_study(tmp_path)
    ask = task(
        "from wijkkit.study import files, open_study",
        f"name = open_study({str(folder)!r}).neighbourhood('noord').name",
        "name, files._opened.cache_info().misses",
    )
    with ForkServer(("wijkkit.study",), str(folder)) as server:
        before = server.run(ask)
        replace(folder, "wijken/noord.yml", "Noord", "Noorb")
        after = server.run(ask)
    shown = [
        nbformat.reads(outcome.notebook, 4).cells[-1].outputs[0].data["text/plain"]
        for outcome in (before, after)
    ]
    assert shown == ["('Noord', 1)", "('Noorb', 2)"]


def test_closing_the_server_ends_what_runs():
    with ForkServer() as server:
        started = time.monotonic()
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(server.run, task("import time; time.sleep(600)"))
            time.sleep(1)
            server.close()
            assert future.result(20).status == "killed"
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("code", ["subprocess.run(['cat'])", "print(repr(sys.stdin.read()))"])
def test_what_reads_its_input_finds_none_and_does_not_wait(server, code):
    started = time.monotonic()
    assert server.run(task("import subprocess, sys", code)).status == "ok"
    assert time.monotonic() - started < 60


@pytest.fixture
def windows(monkeypatch):
    """What Python lacks on Windows."""
    for name in ("fork", "killpg", "setsid"):
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(sys, "platform", "win32")


def test_without_fork_notebooks_run_with_papermill_and_fork_is_refused(windows):
    assert choose_engine("auto") == "papermill"
    with pytest.raises(ParameterError, match="cannot fork"):
        choose_engine("fork")


def test_on_macos_notebooks_run_with_papermill(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert choose_engine("auto") == "papermill"


@pytest.mark.parametrize("end", [kernel._stop, quarto._end])
def test_a_process_ends_where_there_are_no_groups_of_processes(windows, end):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    end(process)
    assert process.returncode not in (None, 0)
    end(process)  # one that has ended already is no error
