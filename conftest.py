"""Fixtures of tests and of examples in docstrings."""

from __future__ import annotations

import gc
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

# As many processes as there are cores share the tests: threads within one would only wait.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import matplotlib
import pytest
from filelock import FileLock

from tests.project_folder import write_project
from tests.studies import SMALL, SMALL_MONITOR, keep, keep_wijken
from wijkkit.batch import run

ROOT = Path(__file__).parent
_MADE_OF = (
    "wijkkit",
    "notebooks",
    "parameters",
    "reports",
    "tests/project_folder.py",
    "tests/studies.py",
    "requirements.lock",
)
#: Files that take a minute and more come first, so that neither of two processes is left with one
#: at the end. The first makes the whole demo, the second the small one, and neither waits for it.
_LONG = (
    "tests/notebooks/test_chain.py",
    "tests/notebooks/test_nbval.py",
    "tests/docs/test_code.py",
    "tests/project/test_wheel.py",
    "tests/disclosure/test_earlier.py",
    "tests/batch/test_runs.py",
    "tests/analysis/test_publish.py",
    "tests/real/test_growth.py",
    "tests/notebooks/test_english.py",
    "tests/notebooks/test_nouns.py",
)
#: Of these, the file whose tests share little: any process takes the next test.
_SPREAD = "tests/docs/test_code.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="only tests that need no run of the demo")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        items[:] = [item for item in items if not _needs_demo(item)]
    places = {file: i for i, file in enumerate(_LONG)}
    items.sort(key=lambda item: places.get(_file(item.nodeid), len(places)))
    # What was collected and imported stays till the end.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep the tests of a file in one process, with what its modules made.

    ``--dist loadgroup`` wants its groups in the private name of a test, where this pytest does not
    look: it deals the tests out one by one, and each process makes every fixture again.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if _file(nodeid) == _SPREAD else _file(nodeid)

    config.option.loadscopereorder = False
    return ByFile(config, log)


def _file(nodeid: str) -> str:
    return nodeid.split("::", 1)[0]


def _needs_demo(item: pytest.Item) -> bool:
    return "demo_run" in getattr(item, "fixturenames", ()) or '"parameters"' in _sources(item)


def _sources(item: pytest.Item) -> str:
    """Return the code of an example in a docstring."""
    return "".join(e.source for e in getattr(getattr(item, "dtest", None), "examples", ()))


@cache
def _digest() -> str:
    """Return the content that a demo is made of, in this run of the tests or before."""
    digest = hashlib.sha256(sys.version.encode())
    for part in _MADE_OF:
        place = ROOT / part
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and "_site" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:20]


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder in which the demo has run, made once for all processes: copy it to use it.

    It is kept by the content that it was made of: who changes a test only does not wait for it.
    """
    return _ran("demo_run", tmp_path_factory, write_project)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `demo_run`, of two indicators, for what runs or releases again: that costs by the cell.

    Its youth monitor, which it does not use itself, is one of three wijken.
    """

    def write(folder: Path) -> None:
        write_project(folder)
        keep(folder / "parameters", *SMALL)
        keep_wijken(folder / "data" / "survey" / "jeugdmonitor.sav", SMALL_MONITOR)

    return _ran("small_run", tmp_path_factory, write)


def _ran(name: str, factory: pytest.TempPathFactory, write: Callable[[Path], object]) -> Path:
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / name, base / f"{name}.done"
    with FileLock(base / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            kept = ROOT / ".cache" / name / _digest()
            if kept.is_dir():
                shutil.copytree(kept, folder, symlinks=True)
            else:
                folder.mkdir()
                write(folder)
                made = run(folder / "parameters", notebooks=folder / "notebooks", jobs=2)
                assert made.failed == ()
                _keep(folder, kept)
            done.touch()
    return folder


def _keep(folder: Path, kept: Path) -> None:
    """Keep a demo that ran in the place of older ones."""
    shutil.rmtree(kept.parent, ignore_errors=True)
    shutil.copytree(folder, kept.with_suffix(".part"), symlinks=True)
    kept.with_suffix(".part").rename(kept)


@pytest.fixture(scope="session")
def example_project(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(demo_run, tmp_path_factory.mktemp("examples") / "project")


@pytest.fixture(autouse=True)
def _project_of_an_example(request, monkeypatch) -> None:
    """An example that opens ``"parameters"`` or reads ``data/`` runs where the demo has run.

    One that publishes or releases has a copy of its own: it changes what the notebooks read.
    """
    sources = _sources(request.node)
    if '"parameters"' in sources or '"data/' in sources:
        matplotlib.use("agg")
        if re.search(r"wk\.(publish|release)\(", sources):
            small = request.getfixturevalue("small_run")
            folder = shutil.copytree(small, request.getfixturevalue("tmp_path") / "project")
        else:
            folder = request.getfixturevalue("example_project")
        monkeypatch.chdir(folder)
