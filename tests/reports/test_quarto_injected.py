"""A Quarto that fails, warns, hangs or writes nothing: real programs on the path, no mocks.

Each ends in a true message, or in success with the warning shown; the old site stays as it was.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reports.conftest import make_study
from wijkkit.cli import app
from wijkkit.errors import ReportError
from wijkkit.reports.render import render_states
from wijkkit.study import open_study

#: Writes the report that is asked for, as Quarto does: `quarto render wijk-a.qmd ... --to html`.
WRITES = """
stem="${2%.qmd}"; form="$5"; [ "$form" = typst ] && form=pdf
mkdir -p _site "_site/site_libs"
echo "<html><main>$stem</main></html>" > "_site/$stem.$form"
"""


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A study of one wijk whose site the built-in engine made."""
    study, states = make_study(tmp_path_factory.mktemp("quarto") / "study")
    path = study.folder / "study.yml"
    path.write_text(
        path.read_text().replace('date: "2021-07-31"', 'date: "2021-07-31", quarto_seconds: 60')
    )
    study = open_study(study.folder)
    render_states(study, states, engine="builtin")
    return study, states, contents(study.site)


def hurried(study):
    """The same study, with a second for Quarto."""
    path = study.folder / "study.yml"
    said = path.read_text()
    path.write_text(said.replace("quarto_seconds: 60", "quarto_seconds: 1"))
    try:
        return open_study(study.folder)
    finally:
        path.write_text(said)


def contents(site: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def put_on_path(monkeypatch, folder: Path, script: str) -> None:
    """Put a program named quarto, and the shell's own tools, on the path."""
    program = folder / "quarto"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'ERROR: no such filter' >&2; exit 1", "ERROR: no such filter"),
        ("exit 3", "exit code 3"),
        ("kill -9 $$", "exit code -9"),
        ("exit 0", "did not write this report"),
        ("echo page > wijk-a.html", "did not write this report"),
        ("mkdir -p _site; echo page > _site/other.html", "did not write this report"),
        ("echo '\\377\\376' >&2; exit 1", "could not render"),
    ],
    ids=["fails", "silent", "killed", "nothing", "beside", "other", "no text"],
)
def test_a_quarto_that_makes_no_report_is_an_error_and_the_old_site_stays(
    old, tmp_path, monkeypatch, script, message
):
    study, states, before = old
    put_on_path(monkeypatch, tmp_path, script)
    with pytest.raises(ReportError, match=message) as error:
        render_states(study, states, engine="auto")
    assert {problem.file.partition(".")[0] for problem in error.value.problems} >= {"stad", "index"}
    assert contents(study.site) == before
    assert [p.name for p in study.site.parent.iterdir() if p.name.startswith(".site")] == []


def test_a_quarto_that_hangs_is_ended_with_what_it_started(old, tmp_path, monkeypatch):
    study, states, before = old
    put_on_path(monkeypatch, tmp_path, f"sleep 60 & echo $! >> {tmp_path}/children; wait")
    with pytest.raises(ReportError, match="took too long"):
        render_states(hurried(study), states, engine="quarto")
    assert contents(study.site) == before
    children = [int(line) for line in (tmp_path / "children").read_text().split()]
    end = time.monotonic() + 5
    while any(map(alive, children)) and time.monotonic() < end:
        time.sleep(0.05)
    assert children and not any(map(alive, children))


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_warning_of_quarto_is_shown_and_the_site_is_made(tmp_path, monkeypatch):
    study, states = make_study(tmp_path / "study")
    put_on_path(monkeypatch, tmp_path, f"{WRITES}\necho 'WARNING: old syntax in '$stem >&2")
    made = render_states(study, states, engine="auto", formats=("html", "pdf"))
    assert made.engine == "quarto"
    assert made.warnings["wijk-a"] == ("WARNING: old syntax in wijk-a",)
    assert all(path.is_file() for path in made.files)
    assert render_states(study, states, engine="auto", formats=("html", "pdf")).made == ()


def test_the_command_shows_the_warning_and_ends_well(tmp_path, monkeypatch):
    study, _ = make_study(tmp_path / "study")
    put_on_path(monkeypatch, tmp_path, f"{WRITES}\necho 'WARNING: old' >&2")
    result = CliRunner().invoke(app, ["report", "--study", str(study.folder)])
    assert "Quarto warned: stad: WARNING: old" in result.stderr


def test_without_quarto_the_built_in_engine_makes_the_site(tmp_path, monkeypatch):
    study, states = make_study(tmp_path / "study")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render_states(study, states, engine="auto").engine == "builtin"
    with pytest.raises(ReportError, match="not on the path"):
        render_states(study, states, engine="quarto")
    assert os.environ["PATH"] == str(tmp_path)
