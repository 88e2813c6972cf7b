"""One run of the demo study, shared by the tests of notebooks and of the whole chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project_folder import write_project
from wijkkit.batch import RunResult, run


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="package")
def result(project: Path) -> RunResult:
    return run(project / "parameters", notebooks=project / "notebooks", jobs=2)
