"""A small study with an empty registry, on each database."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.postgresql import empty, execute, server
from tests.registry.workbooks import small_workbook
from tests.studies import write_study
from wijkkit.registry import KINDS, Registry, open_registry
from wijkkit.registry.workbook import export_workbook, import_workbook
from wijkkit.study import Study, open_study

#: The database of the test server that tests share; each begins with it empty.
READY = "registry_ready"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    with server() as folder:
        yield folder


@pytest.fixture(scope="session")
def ready_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store with all migrations applied, to copy."""
    study = open_study(write_study(tmp_path_factory.mktemp("ready") / "study"))
    open_registry(study).close()
    return study.folder / "registry.sqlite"


@pytest.fixture(scope="session")
def ready_postgresql(postgresql: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server, with a store in its database `READY`."""
    execute(postgresql, f"CREATE DATABASE {READY}")
    study = postgresql_study(tmp_path_factory.mktemp("ready") / "study", postgresql, READY)
    open_registry(study).close()
    return postgresql


@pytest.fixture
def study(tmp_path: Path, ready_sqlite: Path) -> Study:
    """The study with an empty registry in a SQLite file."""
    folder = write_study(tmp_path / "study")
    shutil.copy(ready_sqlite, folder)
    return open_study(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    """The study with an empty registry in either database."""
    if request.param == "sqlite":
        return request.getfixturevalue("study")
    host = request.getfixturevalue("ready_postgresql")
    empty(host, READY, [*KINDS, "history"])
    return postgresql_study(tmp_path / "study", host, READY)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_study(request: pytest.FixtureRequest, tmp_path: Path) -> Study:
    """The study with nothing where its registry is to be made."""
    if request.param == "sqlite":
        return open_study(write_study(tmp_path / "study"))
    host, name = request.getfixturevalue("postgresql"), f"registry_{uuid.uuid4().hex[:8]}"
    execute(host, f"CREATE DATABASE {name}")
    return postgresql_study(tmp_path / "study", host, name)


def postgresql_study(folder: Path, host: Path, name: str) -> Study:
    """Write a study that keeps its registry in a database of the test server."""
    write_study(folder)
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
