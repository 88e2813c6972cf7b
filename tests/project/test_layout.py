"""A project of one's own: laid out once, found from any folder, brought up to date with care."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from wijkkit.errors import StudyError
from wijkkit.project import layout as layout_module
from wijkkit.project.layout import find_part, lay_out, upgrade
from wijkkit.study.files import find_study
from wijkkit.workbench.lab import lab_command, set_git_filter

NOTEBOOK = "notebooks/wijk/5_resultaten.ipynb"


@pytest.fixture
def project(tmp_path) -> Path:
    folder = tmp_path / "mystudy"
    lay_out(folder)
    (folder / "study.yml").write_text("title: x\n")
    return folder


def never(difference):
    raise AssertionError(f"asked about {difference.name}")


@pytest.fixture
def newer(monkeypatch):
    """A newer version of wijkkit, of which one notebook and one new file differ."""

    def bring(changed: bytes):
        before = list(layout_module.brought("mystudy"))
        files = [(name, changed if name == NOTEBOOK else content) for name, content in before]
        monkeypatch.setattr(
            "wijkkit.project.layout.brought", lambda _: [*files, ("reports/new.qmd", b"new\n")]
        )

    return bring


def test_the_project_holds_notebooks_reports_and_what_git_and_make_need(project):
    there = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    for part in ("notebooks", "reports"):
        source = {
            f"{part}/{path.relative_to(ROOT / part).as_posix()}"
            for path in (ROOT / part).rglob("*")
            if path.is_file() and not {"_site", ".ipynb_checkpoints"} & set(path.parts)
        }
        assert source <= there
    assert {"Makefile", "README.md", ".gitignore", ".gitattributes", "requirements.txt"} <= there


def test_what_a_killed_run_left_beside_the_site_belongs_to_no_project(tmp_path, monkeypatch):
    left = tmp_path / "reports" / "._site-a" / "assets"
    left.mkdir(parents=True)
    for path in (left / "report.css", tmp_path / "reports" / "wijk.qmd"):
        path.write_text("x")
    monkeypatch.setattr(layout_module, "packaged", lambda part: tmp_path / part)
    names = [name for name, _ in layout_module.brought("mystudy") if name.startswith("reports")]
    assert names == ["reports/wijk.qmd"]


def test_what_is_there_already_is_left_alone(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    lay_out(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


def test_own_notebooks_belong_to_that_project_only(project, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    assert find_part(project, "notebooks") == project / "notebooks"
    assert find_part(other, "notebooks") == layout_module.packaged("notebooks")


@pytest.mark.parametrize("place", [".", "notebooks/stad", "reports"])
def test_the_study_is_found_from_any_folder_of_its_project(project, place, monkeypatch):
    monkeypatch.chdir(project / place)
    assert find_study("parameters") == project


def test_upgrade_replaces_what_was_not_changed_and_adds_what_is_new(project, newer):
    newer(b"newer\n")
    replaced, left = upgrade(project, never)
    assert (replaced, left) == ([NOTEBOOK, "reports/new.qmd"], [])
    assert (project / NOTEBOOK).read_bytes() == b"newer\n"
    assert upgrade(project, never) == ([], [])


@pytest.mark.parametrize("accepted", [True, False])
def test_upgrade_asks_about_what_both_sides_changed_and_loses_nothing(project, newer, accepted):
    own = json.loads((project / NOTEBOOK).read_text())
    own["cells"][0]["source"] = ["# Own title"]
    (project / NOTEBOOK).write_text(json.dumps(own))
    mine = (project / NOTEBOOK).read_bytes()
    newer(mine.replace(b"# Own title", b"# Newer title"))
    asked = []

    def ask(difference):
        asked.append(difference.lines())
        return accepted

    replaced, left = upgrade(project, ask)
    assert "-# Own title\n+# Newer title" in asked[0]
    kept = project / (f"{NOTEBOOK}.own" if accepted else NOTEBOOK)
    assert kept.read_bytes() == mine
    assert (NOTEBOOK in replaced, NOTEBOOK in left) == (accepted, not accepted)


def test_a_file_that_was_changed_while_nothing_newer_came_is_not_asked_about(project):
    (project / NOTEBOOK).write_text("{}")
    assert upgrade(project, never) == ([], [])
    assert (project / NOTEBOOK).read_text() == "{}"


def test_a_file_that_its_owner_deleted_stays_deleted(project, newer):
    (project / NOTEBOOK).unlink()
    newer(b"newer\n")
    assert upgrade(project, never)[1] == [NOTEBOOK]
    assert not (project / NOTEBOOK).exists()


def test_upgrade_says_where_nothing_was_laid_out(tmp_path):
    with pytest.raises(StudyError, match="nothing to upgrade"):
        upgrade(tmp_path, never)


def test_the_lab_opens_the_projects_own_notebooks(project):
    command, folder = lab_command(project)
    assert folder == project
    assert "--LabApp.default_url=/lab/tree/notebooks/index.ipynb" in command


def test_git_commits_notebooks_without_their_outputs(project):
    def git(*words):
        return subprocess.run(
            ["git", "-C", str(project), "-c", "user.name=x", "-c", "user.email=x@x", *words],
            check=True,
            capture_output=True,
            text=True,
            timeout=600,
        ).stdout

    git("init", "--quiet")
    assert set_git_filter(project)
    git("add", ".gitattributes", NOTEBOOK)
    git("commit", "--quiet", "--message", "start")
    path = project / NOTEBOOK
    content = json.loads(path.read_text())
    cell = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["84 percent"]}]
    cell["execution_count"] = 7
    path.write_text(json.dumps(content))
    git("add", NOTEBOOK)
    assert git("diff", "--cached", "--stat") == ""


def test_outside_a_repository_no_filter_is_set(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert not set_git_filter(tmp_path)
