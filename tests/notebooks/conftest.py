"""A copy of the executed demo, shared by the tests of notebooks and of the whole chain."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wijkkit.batch import RunResult, run


@pytest.fixture(scope="package")
def project(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(demo_run, tmp_path_factory.mktemp("notebooks") / "project")


@pytest.fixture(scope="package")
def result(project: Path) -> RunResult:
    """The result of a run that finds everything done."""
    return run(project / "parameters", notebooks=project / "notebooks", jobs=2)
