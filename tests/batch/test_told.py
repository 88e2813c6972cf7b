"""What a user is told of a run: progress, failures, exit codes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time

import pytest
from making import LOAD_FEW, project, write

from wijkkit.batch.manifest import JobResult, RunResult
from wijkkit.batch.plan import Job
from wijkkit.cli.run import terminal_progress


class Terminal(io.StringIO):
    """A terminal that remembers what was shown."""

    def isatty(self) -> bool:
        return True


class Named:
    """Stands for a notebook of which only the name counts here."""

    name = "1_analyse"


def tell(file: io.StringIO, *results: JobResult) -> str:
    """What is shown of jobs that start and end in turn."""
    with terminal_progress(file) as progress:
        for result in results:
            job = Job(result.scope, Named(), {}, ())
            progress(job, None, len(results))
            progress(job, result, len(results))
    return file.getvalue()


FAILED = JobResult("beta", "1_analyse", "failed", "error", "KeyError: 'x'", cell=4)
DONE = [JobResult(f"w{n}", "1_analyse", "ok") for n in range(19)]


def test_without_a_terminal_a_line_per_failure_and_per_tenth_with_the_time_left():
    lines = tell(io.StringIO(), FAILED, *DONE).splitlines()
    assert lines[0] == "failed: beta/1_analyse, cell 4: KeyError: 'x'"
    assert [line.split(" ")[0] for line in lines[1:]] == [f"{n}/20" for n in range(2, 21, 2)]
    assert all(line.endswith(" s left") for line in lines[1:-1])
    assert not any("\x1b" in line or "\r" in line for line in lines)


def test_in_a_terminal_a_bar_says_what_is_running_and_how_long_it_takes(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    file = Terminal()
    with terminal_progress(file) as progress:
        for scope, result in (("alfa", None), ("beta", None), ("beta", FAILED)):
            progress(Job(scope, Named(), {}, ()), result, 2)
        deadline = time.monotonic() + 20
        while "1/2" not in file.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", file.getvalue())
    assert "failed: beta/1_analyse, cell 4: KeyError: 'x'" in shown
    assert re.search(r"1/2 .*:.* alfa/1_analyse", shown)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ((), 0),
        (("error", "check"), 3),
        (("error", "timeout"), 5),
        (("killed",), 5),
        (("timeout", "unwritable"), 6),
    ],
)
def test_the_exit_code_is_that_of_the_gravest_failure(kinds, code):
    jobs = (DONE[0], *(JobResult("a", "b", "failed", kind) for kind in kinds))
    assert RunResult("r", jobs, 1.0).exit_code == code


def command(study, *words: str) -> subprocess.CompletedProcess:
    code = LOAD_FEW + "from wijkkit.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *words, "--study", study],
        cwd=study.parent,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_line_names_cell_and_error_and_ends_with_its_code(tmp_path):
    study = project(tmp_path, ["alfa"])
    write(tmp_path / "notebooks" / "wijk" / "2_doelen.ipynb", ["1 / 0"])
    ran = command(study, "run")
    assert ran.returncode == 3
    assert "failed: alfa/2_doelen, cell 3: ZeroDivisionError: division by zero" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "3 notebooks ran, 0 unchanged, 1 without result" in ran.stdout
    told = command(study, "status").stdout
    assert "failed       alfa/2_doelen, cell 3: ZeroDivisionError" in told
    assert command(study, "run", "--wijk", "nosuch").returncode == 2


def test_a_run_without_changes_loads_no_large_library(tmp_path):
    study = project(tmp_path, ["alfa"])
    assert command(study, "run").returncode == 0
    code = (
        "import sys\nfrom wijkkit.batch import run\n"
        f"assert not [job for job in run({str(study)!r}).jobs if job.ran]\n"
        "large = {'IPython', 'matplotlib', 'nbformat', 'numpy', 'pandas', 'pyarrow', 'rich'}\n"
        "print(sorted(large & set(sys.modules)))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert again.stdout == "[]\n", again.stderr
