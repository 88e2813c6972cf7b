"""One command at a time writes what a study makes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.studies import write_study
from wijkkit.batch import run
from wijkkit.batch.lock import RELEASE, REPORT, RUN, is_running, writing
from wijkkit.errors import BatchError, DisclosureError, ReportError
from wijkkit.pipeline.publication import publish_release
from wijkkit.reports.render import render
from wijkkit.study import open_study

#: What writes, and the error that it ends with.
WRITERS = {
    "run": (lambda study: run(study, notebooks=ROOT / "notebooks"), BatchError),
    "report": (render, ReportError),
    "release": (
        lambda study: publish_release(study, study.folder / "out", prepared_by="A"),
        DisclosureError,
    ),
}
HOLDS = """
import pathlib, sys
from wijkkit.batch.lock import writing
with writing(pathlib.Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def study(tmp_path):
    return open_study(write_study(tmp_path / "parameters"))


@pytest.fixture
def hold(study):
    """Let another process write what the study makes."""
    started = []

    def hold(what: str) -> subprocess.Popen:
        command = [sys.executable, "-c", HOLDS, str(study.runs), what]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("what", WRITERS)
def test_who_writes_is_named_to_the_second(what, study, hold):
    other = hold(REPORT)
    writes, error = WRITERS[what]
    with pytest.raises(error) as caught:
        writes(study)
    said = str(caught.value)
    assert f"{REPORT} since " in said and f"process {other.pid}" in said
    assert "Wait until it ends" in said
    assert {path.name for path in study.runs.iterdir()} == {".lock", ".writing"}


@pytest.mark.parametrize(("what", "running"), [(RUN, True), (REPORT, False)])
def test_only_a_run_is_running(what, running, study, hold):
    other = hold(what)
    assert is_running(study.runs) is running
    other.communicate("")
    assert not is_running(study.runs)


def test_a_killed_command_gives_the_lock_back(study, hold):
    hold(RUN).kill()
    with writing(study.runs, REPORT):
        assert not is_running(study.runs)


def test_a_step_of_a_command_is_part_of_it(study):
    with writing(study.runs, RELEASE):
        with writing(study.runs, REPORT):
            pass
        command = [sys.executable, "-c", HOLDS, str(study.runs), RUN]
        other = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "BatchError" in other.stderr and f"{RELEASE} since" in other.stderr
