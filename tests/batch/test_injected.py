"""Failures inside notebooks, injected for real: each ends in a true status and spoils nothing."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from injected import IN_NOTEBOOK
from making import project, write

from wijkkit.batch import run, status
from wijkkit.study import open_study

LEAKS = "import os, pandas as pd, random\n(os.environ.get('LEAK'), pd.get_option('display.max_rows'), callable(print))"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """One run of one neighbourhood with a notebook per failure, and one that must not notice."""
    root = tmp_path_factory.mktemp("map met spaties en ë")
    study = project(root, ["alfa"])
    settings = (study / "study.yml").read_text()
    (study / "study.yml").write_text(settings.replace("cell_seconds: 60", "cell_seconds: 6"))
    city = root / "notebooks" / "stad"
    tables = (
        "import pandas as pd\nimport wijkkit as wk\nfrom wijkkit.released.store import write_released\n"
        "opened = wk.open_study(study)\n"
        "for name in ('other', 'broken'):\n"
        "    write_released(opened, name, pd.DataFrame({'wijk': ['alfa']}))\n"
        "path = opened.runs / 'released' / 'broken.parquet'\n"
        "path.write_bytes(path.read_bytes()[:-20])"
    )
    write(city / "2_other.ipynb", [tables])
    for name, injected in IN_NOTEBOOK.items():
        path = root / "notebooks" / "wijk" / f"{name}.ipynb"
        write(path, injected.cells)
    write(root / "notebooks" / "wijk" / "z_after.ipynb", [LEAKS])
    opened = open_study(study)
    result = run(opened, notebooks=root / "notebooks", jobs=2)
    return opened, result


def job_of(ran, name):
    return next(job for job in ran[1].jobs if job.notebook == name)


@pytest.mark.parametrize("name", IN_NOTEBOOK)
def test_ends_in_a_true_status(name, ran):
    job, injected = job_of(ran, name), IN_NOTEBOOK[name]
    assert (job.kind or job.status) == injected.kind, job
    assert injected.says in job.message
    logged = status(ran[0]).set_index(["scope", "notebook"]).loc[("alfa", name)]
    assert (logged.status, logged.kind, logged.message) == (job.status, job.kind, job.message)


@pytest.mark.parametrize("name", IN_NOTEBOOK)
def test_only_a_success_has_a_notebook_at_its_final_path(name, ran):
    path = ran[0].runs / "wijk" / "alfa" / f"{name}.ipynb"
    assert path.is_file() == (IN_NOTEBOOK[name].kind == "ok")
    for kept in (path, ran[0].runs / "failed" / "wijk" / "alfa" / f"{name}.ipynb"):
        if kept.is_file():
            nbformat.validate(nbformat.read(kept, as_version=4))


def test_a_failure_names_its_cell(ran):
    assert job_of(ran, "error").cell == 3
    assert job_of(ran, "killed").cell == 3
    assert job_of(ran, "cell_time").cell == 3


def test_no_notebook_notices_another(ran):
    path = ran[0].runs / "wijk" / "alfa" / "z_after.ipynb"
    shown = nbformat.read(path, as_version=4).cells[-1].outputs[0].data["text/plain"]
    assert shown == "(None, 60, True)"


def test_no_process_is_left(ran):
    commands = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "sleep 4321" not in commands.stdout


def test_the_exit_code_says_that_a_limit_was_reached(ran):
    assert ran[1].exit_code == 5


def test_no_temporary_file_is_left(ran):
    assert not list(ran[0].runs.rglob("*.tmp"))


def test_executed_notebooks_hold_no_path_of_this_machine(ran):
    here = [str(ran[0].folder.parent), str(Path(__file__).parents[2]), str(Path.home())]
    for path in ran[0].runs.rglob("*.ipynb"):
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)
        assert not [part for part in here if f"{part}/" in text], path
        assert "papermill" not in json.loads(text)["metadata"]


def test_a_resume_runs_exactly_what_is_unfinished(ran):
    opened, first = ran
    folder = opened.folder.parent / "notebooks"
    for name, injected in IN_NOTEBOOK.items():
        if injected.kind != "ok":
            write(folder / "wijk" / f"{name}.ipynb", ["'repaired'"])
    with ThreadPoolExecutor(2) as pool:
        again = run(opened, notebooks=folder, executor=pool)
    unfinished = {job.notebook for job in first.jobs if job.status != "ok"}
    assert {job.notebook for job in again.jobs if job.ran} == unfinished | {"2_other"}
    assert again.exit_code == 0
