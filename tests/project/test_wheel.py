"""The wheel is enough to work: installed alone, it makes a study, runs it and reports it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.studies import keep

SHORT = ["--wijk", "ankerveld"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder with the package as its wheel installs it, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-index", "--quiet"]
    build = [*pip, "wheel", *options, "--no-build-isolation", "-w", str(folder), str(_copy(folder))]
    subprocess.run(build, check=True, timeout=300)
    (wheel,) = folder.glob("wijkkit-*.whl")
    target = ["--no-compile", "--target", str(folder / "site"), str(wheel)]
    subprocess.run([*pip, "install", *options, *target], check=True, timeout=300)
    return folder / "site"


def _copy(folder: Path) -> Path:
    """The sources as git knows them: a build leaves files behind."""
    names = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    return folder / "source"


def wijkkit(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-m", "wijkkit", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=1000,
    )


def test_every_file_of_the_package_is_in_the_wheel(installed):
    kept = {".pyc", ".pyo"}
    there = {p.relative_to(installed).as_posix() for p in installed.rglob("*") if p.is_file()}
    for path in (ROOT / "wijkkit").rglob("*"):
        if path.is_file() and path.suffix not in kept:
            assert path.relative_to(ROOT).as_posix() in there


def test_a_study_is_made_run_and_reported_with_the_wheel_alone(installed, tmp_path):
    for words in (["demo"], ["check"], ["run", *SHORT], ["report", *SHORT]):
        done = wijkkit(installed, tmp_path, *words)
        if words == ["demo"]:
            keep(tmp_path / "parameters", {"sport"}, {"ses"})
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    assert (tmp_path / "reports" / "_site" / "ankerveld.html").is_file()


def test_new_lays_out_a_project_with_the_wheel_alone(installed, tmp_path):
    (tmp_path / "survey.csv").write_text("wijk,leeftijd,sport\n" + "noord,7,ja\nzuid,8,nee\n" * 20)
    done = wijkkit(installed, tmp_path, "new", "mystudy", "--survey", "survey.csv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mystudy" / "notebooks" / "stad" / "1_schattingen.ipynb").is_file()
    assert (tmp_path / "mystudy" / "reports" / "wijk.qmd").is_file()
