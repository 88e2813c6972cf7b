"""Every command and every line of code in the README runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BASH = re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for block in BASH for line in block.splitlines() if line.strip()]
#: Serve until stopped (tested in a browser), or need a file of the user's own (tested below).
OTHERWISE = ("wijkkit dashboard", "wijkkit new mystudy --survey FILE")
COMMANDS += re.findall(r"`((?:wijkkit|papermill|make) [^`]+)`", README)
PYTHON = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def run_wijkkit(command: str, folder) -> subprocess.CompletedProcess:
    code = "import sys; from wijkkit.cli import main; sys.argv = sys.argv[1:]; main()"
    words = shlex.split(command)
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.startswith("wijkkit") and c not in OTHERWISE]
)
def test_a_wijkkit_command_succeeds(command, project, result):
    done = run_wijkkit(command, project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_study_starts_from_a_survey_file(project, result):
    (command,) = [c for c in COMMANDS if c.startswith("wijkkit new")]
    survey = next((project / "data" / "survey").glob("*2021.sav"))
    done = run_wijkkit(command.replace("FILE", str(survey)), project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "mystudy" / "study.yml").is_file()


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make")])
def test_a_make_command_is_a_target(command):
    done = subprocess.run(
        [*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_papermill_command_runs(project, result):
    (command,) = [c for c in COMMANDS if c.startswith("papermill")]
    slug = next(iter((project / "parameters" / "wijken").glob("*.yml"))).stem
    words = shlex.split(command.replace("<slug>", slug))[1:]
    done = subprocess.run(
        [sys.executable, "-m", "papermill", *words],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "unknown parameter" not in done.stderr


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_code_runs(code, project, result, monkeypatch):
    monkeypatch.chdir(project)
    exec(compile(code, "README.md", "exec"), {})


def test_files_that_the_readme_links_to_are_there():
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link
