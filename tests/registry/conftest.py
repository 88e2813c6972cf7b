"""A small study with an empty registry, on each database."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.postgresql import execute, server
from tests.registry.workbooks import small_workbook
from tests.studies import write_study
from wijkkit.registry import Registry, export_workbook, import_workbook, open_registry
from wijkkit.study import Study, open_study


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    with server() as folder:
        yield folder


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The study with its registry in a SQLite file."""
    return open_study(write_study(tmp_path / "study"))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    """The study with its registry in either database."""
    folder = write_study(tmp_path / "study")
    if request.param == "postgresql":
        host = request.getfixturevalue("postgresql")
        name = f"registry_{uuid.uuid4().hex[:8]}"
        execute(host, f"CREATE DATABASE {name}")
        with (folder / "study.yml").open("a", encoding="utf-8") as file:
            file.write(f'registry: {{url: "postgresql://postgres@/{name}?host={host}"}}\n')
    return open_study(folder)


@pytest.fixture
def registry(study: Study) -> Iterator[Registry]:
    with open_registry(study) as opened:
        yield opened


@pytest.fixture
def any_registry(any_study: Study) -> Iterator[Registry]:
    with open_registry(any_study) as opened:
        yield opened


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small wijk's workbook, its store after import, and its export."""
    folder = tmp_path_factory.mktemp("prepared")
    study = open_study(write_study(folder / "study"))
    with open_registry(study) as registry:
        import_workbook(registry, small_workbook(folder / "workbook.xlsx"), "A")
        export_workbook(registry, "noord", folder / "export.xlsx")
    return folder


@pytest.fixture
def workbook(prepared: Path, tmp_path: Path) -> Path:
    """The small wijk's workbook."""
    return Path(shutil.copy(prepared / "workbook.xlsx", tmp_path / "w.xlsx"))


@pytest.fixture
def filled(prepared: Path, study: Study) -> Iterator[Registry]:
    """The registry after the import of the workbook by A."""
    shutil.copy(prepared / "study" / "registry.sqlite", study.folder)
    with open_registry(study) as opened:
        yield opened


@pytest.fixture
def export(prepared: Path, tmp_path: Path) -> Path:
    """The export of the filled registry."""
    return Path(shutil.copy(prepared / "export.xlsx", tmp_path / "e.xlsx"))
