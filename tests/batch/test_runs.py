"""Whole runs: killed, stopped, repeated, changed underneath, on other executors."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from making import LOAD_FEW, MAKE_TABLE, SHOW_WIJK, project, write

from wijkkit.batch import run, status
from wijkkit.batch.engine.client import close_fork_server
from wijkkit.errors import BatchError, ParameterError
from wijkkit.registry import open_registry
from wijkkit.study import open_study

#: A shell's background job, and what it starts, ignores the interrupt; a run in a terminal does not.
START = (
    LOAD_FEW
    + """\
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from wijkkit.cli.run import run
import typer
app = typer.Typer(); app.command()(run)
from wijkkit.errors import WijkkitError
try:
    app(sys.argv[1:])
except WijkkitError as error:
    print(error, file=sys.stderr); sys.exit(error.exit_code)
"""
)
#: Goes on when it may, so that no run ends before it is stopped.
WAITS = (
    "import time\nfrom pathlib import Path\nwhile not Path('go').exists():\n    time.sleep(0.05)"
)
SLOW = "import time\ntime.sleep(0.3)\n'slow'"


@pytest.fixture(scope="module")
def pool():
    """Threads that share one warm fork server over all runs of this module."""
    with ThreadPoolExecutor(2) as executor:
        yield executor
    close_fork_server()


@pytest.fixture
def study(tmp_path):
    return project(tmp_path)


def ran(result):
    return {(job.scope, job.notebook) for job in result.jobs if job.ran}


def go(study, pool, **options):
    folder = Path(study).parent / "notebooks"
    return run(study, notebooks=folder, executor=pool, **options)


def start(study: Path, *options: str, **environment: str) -> subprocess.Popen:
    """Start a run of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", START, "--study", str(study), *options],
        cwd=study.parent,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(study: Path, event: str, times: int = 1) -> None:
    """Wait until the event log says `event` so many times."""
    log = study / "runs" / "events.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if log.is_file() and log.read_text().count(f'"event": "{event}"') >= times:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {event} in the event log")


def orphans(mark: str) -> list[str]:
    """Processes of the batch that work for the project in `mark`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd") == mark:
                    found.append((entry / "cmdline").read_text())
            except OSError:
                continue
    return found


def assert_readable(study: Path) -> None:
    for path in (study / "runs").rglob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))


def test_a_second_run_runs_nothing_and_a_change_runs_what_depends_on_it(study, pool):
    first = go(study, pool)
    assert first.exit_code == 0, first.failed
    assert ran(go(study, pool)) == set()
    (study / "values.txt").write_text("7 2 3")
    city = study.parent / "notebooks" / "stad" / "1_schattingen.ipynb"
    write(city, [MAKE_TABLE, "'changed'"])
    again = ran(go(study, pool))
    # The city notebook that comes after it too: it shows something else now.
    assert again == {("stad", "1_schattingen"), ("stad", "4_leren"), ("alfa", "1_analyse")}


def test_a_comment_or_an_output_reruns_nothing_and_code_does(study, pool):
    go(study, pool)
    path = study.parent / "notebooks" / "wijk" / "2_doelen.ipynb"
    content = nbformat.read(path, as_version=4)
    content.cells[-1].source += "  # a comment"
    content.cells[-1].outputs = [nbformat.v4.new_output("stream", text="old")]
    nbformat.write(content, path)
    assert ran(go(study, pool)) == set()
    content.cells[-1].source += "\nname.upper()"
    nbformat.write(content, path)
    assert {notebook for _, notebook in ran(go(study, pool))} == {"2_doelen"}


def test_changed_parameters_of_one_wijk_rerun_that_wijk(study, pool):
    go(study, pool)
    path = study / "wijken" / "beta.yml"
    path.write_text(path.read_text().replace("Beta", "Bèta"))
    assert {scope for scope, _ in ran(go(study, pool))} == {"beta", "stad"}


@pytest.mark.parametrize("damage", ["truncated", "deleted", "table"])
def test_a_damaged_result_is_made_again(study, pool, damage):
    go(study, pool)
    runs = study / "runs"
    path = runs / (
        "released/estimates.parquet" if damage == "table" else "wijk/alfa/2_doelen.ipynb"
    )
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    assert ("stad", "1_schattingen") in ran(go(study, pool)) or damage != "table"
    assert_readable(study)
    assert ran(go(study, pool)) == set()


def test_what_depends_on_a_failed_city_notebook_is_skipped_not_run_on_old_tables(study, pool):
    go(study, pool)
    city = study.parent / "notebooks" / "stad" / "1_schattingen.ipynb"
    write(city, ["1 / 0"])
    result = go(study, pool)
    ended = {(job.scope, job.notebook): job for job in result.jobs}
    assert ended["stad", "1_schattingen"].status == "failed"
    assert ended["alfa", "1_analyse"].status == "skipped"
    assert "1_schattingen" in ended["alfa", "1_analyse"].message
    assert ended["alfa", "2_doelen"].status == "skipped"
    states = status(study).set_index(["scope", "notebook"]).status
    assert states["alfa", "1_analyse"] == "skipped"
    assert result.exit_code == 3


def test_fail_fast_starts_nothing_after_a_failure(study, pool):
    write(study.parent / "notebooks" / "stad" / "1_schattingen.ipynb", ["1 / 0"])
    result = go(study, pool, keep_going=False, jobs=1)
    assert {job.status for job in result.jobs} == {"failed", "skipped"}


def test_wijken_not_asked_for_become_stale_when_their_input_changed(study, pool):
    go(study, pool)
    (study / "values.txt").write_text("7 8 9")
    city = study.parent / "notebooks" / "stad" / "1_schattingen.ipynb"
    write(city, [MAKE_TABLE, "'changed'"])
    result = go(study, pool, wijken=["alfa"])
    assert {job.scope for job in result.jobs} == {"stad", "alfa"}
    states = status(study).set_index(["scope", "notebook"]).status
    assert states["beta", "1_analyse"] == "stale"
    assert states["beta", "2_doelen"] == "ok"
    assert ("beta", "1_analyse") in ran(go(study, pool))


def test_parameters_are_checked_before_anything_runs(study, pool):
    folder = study.parent / "notebooks" / "wijk"
    write(folder / "1_analyse.ipynb", [SHOW_WIJK], parameters='study = ""\nwijkk = ""')
    nbformat.write(nbformat.v4.new_notebook(), folder / "3_none.ipynb")
    two = nbformat.read(folder / "2_doelen.ipynb", as_version=4)
    two.cells.append(nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}))
    nbformat.write(two, folder / "4_two.ipynb")
    (folder / "5_broken.ipynb").write_text("{")
    with pytest.raises(ParameterError) as caught:
        go(study, pool)
    files = [problem.file for problem in caught.value.problems]
    assert files == ["wijk/3_none.ipynb", "wijk/4_two.ipynb", "wijk/5_broken.ipynb"]
    for name in ("3_none", "4_two", "5_broken"):
        (folder / f"{name}.ipynb").unlink()
    with pytest.raises(ParameterError) as caught:
        go(study, pool)
    (problem,) = caught.value.problems
    assert "no parameter 'wijk'" in problem.what and "'wijkk' misspelt" in problem.remedy
    assert not (study / "runs").exists()


def test_a_notebook_edited_during_the_run_counts_from_the_next(study, pool):
    path = study.parent / "notebooks" / "wijk" / "2_doelen.ipynb"
    edit = (
        f"from pathlib import Path\npath = Path({str(path)!r})\n"
        "path.write_text(path.read_text().replace('first version', 'second version'))"
    )
    write(study.parent / "notebooks" / "stad" / "0_edit.ipynb", [edit])
    write(path, ["'first version'"])
    assert go(study, pool).exit_code == 0
    made = study / "runs" / "wijk" / "alfa" / "2_doelen.ipynb"
    assert "first version" in made.read_text()
    assert ("alfa", "2_doelen") in ran(go(study, pool))
    assert "second version" in made.read_text()


def test_a_source_that_changes_during_the_run_is_told(study, pool):
    settings = (study / "study.yml").read_text()
    (study / "study.yml").write_text(
        settings.replace("sources: {}", "sources: {steps: {path: s.csv}}")
    )
    (study / "s.csv").write_text("a\n")
    change = "from pathlib import Path\nPath(study, 's.csv').write_text('b')"
    write(
        study.parent / "notebooks" / "stad" / "1_schattingen.ipynb",
        [MAKE_TABLE, change],
    )
    result = go(study, pool)
    first = result.jobs[0]
    assert (first.status, first.kind) == ("failed", "changed")
    assert not (study / "runs" / "stad" / "1_schattingen.ipynb").exists()


def test_a_save_in_the_registry_during_the_run_is_of_the_next_run(study, pool):
    meeting = {"wijk": "alfa", "name": "Netwerk", "date": "2021-03-01"}
    with open_registry(open_study(study)) as registry:
        registry.save("meetings", meeting, "A")
    read = "registry.table('meetings')['key'].tolist()"
    look = (
        f"import wijkkit as wk\nwith wk.open_registry(wk.open_study(study)) as registry:\n"
        f"    registry.save('meetings', {{**{meeting}, 'name': str({read})}}, 'B')\n    print({read})"
    )
    path = write(study.parent / "notebooks" / "stad" / "3_proces.ipynb", [look])
    made = study / "runs" / "stad" / path.name
    for keys in (["O01"], ["O01", "O02"]):
        assert go(study, pool).exit_code == 0
        assert nbformat.read(made, 4).cells[-1].outputs[0].text == f"{keys}\n"


def test_a_wijk_that_left_the_study_is_not_told_of(study, pool):
    go(study, pool)
    (study / "wijken" / "beta.yml").unlink()
    assert set(status(study).scope) == {"stad", "alfa", "gamma"}


def test_a_clock_set_back_changes_nothing(study, pool):
    go(study, pool)
    log = study / "runs" / "events.jsonl"
    log.write_text(log.read_text().replace('"at": "20', '"at": "29'))
    for path in (study / "runs").rglob("*.ipynb"):
        os.utime(path, (4e9, 4e9))
    assert ran(go(study, pool)) == set()
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", ["1 / 0"])
    go(study, pool)
    states = status(study).set_index(["scope", "notebook"]).status
    assert states["alfa", "2_doelen"] == "failed"


def test_a_torn_event_log_is_read_and_continued(study, pool):
    go(study, pool)
    log = study / "runs" / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    cut = next(i for i, line in reversed(list(enumerate(lines))) if b'"ok"' in line)
    torn = json.loads(lines[cut])
    log.write_bytes(b"".join(lines[:cut]) + lines[cut][:40])
    assert (
        status(study).set_index(["scope", "notebook"]).status[torn["scope"], torn["notebook"]]
        == "interrupted"
    )
    assert ran(go(study, pool)) == {(torn["scope"], torn["notebook"])}
    assert all(
        json.loads(line) for line in log.read_bytes().splitlines() if line != lines[cut][:40]
    )


def test_a_results_folder_that_cannot_be_written_is_an_error(study, pool):
    (study / "runs").write_text("a file")
    with pytest.raises(BatchError, match="cannot be written"):
        go(study, pool)


@pytest.mark.parametrize("part", ["runs", "runs/stad", "runs/released"])
def test_results_removed_during_the_run_are_told_and_made_again(study, pool, part):
    remove = f"import shutil\nshutil.rmtree(f'{{study}}/{part}', ignore_errors=True)\n1"
    path = write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [remove])
    result = go(study, pool)
    assert ("stad", "1_schattingen") in {(job.scope, job.notebook) for job in result.failed}
    assert result.exit_code == 6
    states = status(study).set_index(["scope", "notebook"]).status
    assert states["stad", "1_schattingen"] == "failed"
    write(path, ["2"])
    assert go(study, pool).exit_code == 0
    assert set(status(study).status) == {"ok"}


def test_two_runs_at_once_are_refused(study):
    write(
        study.parent / "notebooks" / "stad" / "1_schattingen.ipynb",
        [MAKE_TABLE, "import time; time.sleep(30)"],
    )
    first = start(study)
    wait_for(study, "started")
    assert set(status(study).status) == {"running"}
    with pytest.raises(BatchError, match=f"a run since .*, process {first.pid}"):
        run(study, notebooks=study.parent / "notebooks")
    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 130


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_resumes(study, pool, sent):
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [WAITS])
    process = start(study, "--jobs", "1")
    wait_for(study, "started", 3)
    process.send_signal(sent)
    assert process.wait(30) == 130
    assert orphans(str(study.parent)) == []
    states = status(study)
    assert "interrupted" in set(states.status)
    done = {(r.scope, r.notebook) for r in states.itertuples() if r.status == "ok"}
    (study.parent / "go").touch()
    again = go(study, pool)
    assert again.exit_code == 0
    assert not ran(again) & done


def _kill_somewhere(study, pool, seconds):
    process = start(study)
    try:
        wait_for(study, "started")
        time.sleep(seconds)
    finally:
        process.kill()
        process.wait()
    # It ends between two libraries that it loads; on a busy machine one takes long.
    deadline = time.monotonic() + 60
    while orphans(str(study.parent)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert orphans(str(study.parent)) == []
    assert_readable(study)
    states = status(study)
    assert set(states.status) <= {"ok", "interrupted"}
    done = {(r.scope, r.notebook) for r in states.itertuples() if r.status == "ok"}
    again = go(study, pool)
    assert again.exit_code == 0
    assert ran(again) == {(job.scope, job.notebook) for job in again.jobs} - done


@pytest.mark.parametrize("seed", range(3))
def test_a_run_killed_at_a_random_moment_resumes(study, pool, seed):
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [SLOW])
    _kill_somewhere(study, pool, random.Random(seed).uniform(0, 2))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 53))
def test_a_run_killed_at_any_of_fifty_moments_resumes(study, pool, seed):
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [SLOW])
    _kill_somewhere(study, pool, random.Random(seed).uniform(0, 3))


def test_a_full_disk_is_told_and_leaves_no_half_file(study, pool):
    big = "from IPython.display import HTML\nHTML('x' * 200_000)"
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [big])
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    process = subprocess.run(
        [sys.executable, "-c", limit + START, "--study", str(study)],
        cwd=study.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert process.returncode == 6, process.stderr
    assert "cannot be written" in process.stderr
    assert not list((study / "runs" / "wijk").rglob("*2_doelen*"))
    assert_readable(study)
    assert go(study, pool).exit_code == 0


def test_a_locale_that_is_not_utf8_changes_nothing(study):
    (study / "wijken" / "alfa.yml").write_text('wijk: alfa\nname: Ålfa\ncode: "BU0000"\n', "utf-8")
    process = start(study, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    made = nbformat.read(study / "runs" / "wijk" / "alfa" / "2_doelen.ipynb", as_version=4)
    assert made.cells[-1].outputs[0].data["text/plain"] == "'Ålfa'"


def test_a_fork_server_that_dies_costs_its_notebook_only(study, pool):
    kill = "import os, signal, time\nif wijk == 'beta':\n    os.kill(os.getppid(), signal.SIGKILL)\n    time.sleep(60)\n1"
    write(study.parent / "notebooks" / "wijk" / "2_doelen.ipynb", [kill])
    result = go(study, pool, jobs=1)
    assert {(job.scope, job.kind) for job in result.failed} == {("beta", "killed")}


def test_the_normal_engine_gives_the_same_notebooks(study, pool):
    # Each notebook has a kernel of its own.
    for name in ("stad/4_leren", "wijk/2_doelen"):
        (study.parent / "notebooks" / f"{name}.ipynb").unlink()
    go(study, pool)
    path = study / "runs" / "wijk" / "alfa" / "1_analyse.ipynb"
    ours = nbformat.read(path, as_version=4)
    result = go(study, pool, engine="papermill", wijken=["alfa"])
    assert result.exit_code == 0 and ran(result)
    assert nbformat.read(path, as_version=4) == ours
