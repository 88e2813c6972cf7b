"""Fixtures of tests and of examples in docstrings."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import matplotlib
import pytest
from filelock import FileLock

from tests.project_folder import write_project
from wijkkit.batch import run


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder in which the demo has run, made once for all processes: copy it to use it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / "demo_run", base / "demo_run.done"
    with FileLock(base / "demo_run.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            result = run(
                write_project(folder) / "parameters", notebooks=folder / "notebooks", jobs=2
            )
            assert result.failed == ()
            done.touch()
    return folder


@pytest.fixture(scope="session")
def example_project(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(demo_run, tmp_path_factory.mktemp("examples") / "project")


@pytest.fixture(autouse=True)
def _project_of_an_example(request, monkeypatch) -> None:
    """An example that opens ``"parameters"`` or reads ``data/`` runs where the demo has run.

    One that publishes or releases has a copy of its own: it changes what the notebooks read.
    """
    examples = getattr(getattr(request.node, "dtest", None), "examples", ())
    sources = "".join(e.source for e in examples)
    if '"parameters"' in sources or '"data/' in sources:
        matplotlib.use("agg")
        folder = request.getfixturevalue("example_project")
        if re.search(r"wk\.(publish|release)\(", sources):
            folder = shutil.copytree(folder, request.getfixturevalue("tmp_path") / "project")
        monkeypatch.chdir(folder)
