"""The ways to install the project say the same."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import yaml

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def plain_name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def version(requirement: str) -> str:
    found = re.search(r"[<>=!~].*", requirement)
    return found.group().strip() if found else ""


def conda_requirements() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    flat = [item for item in listed if isinstance(item, str)]
    flat += [item for part in listed if isinstance(part, dict) for item in part["pip"]]
    return {plain_name(item): version(item) for item in flat if not item.startswith("--")}


def test_environment_yml_holds_every_dependency_with_its_bound():
    conda = conda_requirements()
    for requirement in PROJECT["dependencies"]:
        assert conda.get(plain_name(requirement)) == version(requirement), requirement


def test_environment_yml_holds_nothing_that_the_project_does_not_use():
    known = {plain_name(item) for item in PROJECT["dependencies"]}
    known |= {
        plain_name(item) for extra in PROJECT["optional-dependencies"].values() for item in extra
    }
    assert set(conda_requirements()) - known == {"python", "pip", "quarto"}


def test_the_lock_pins_every_dependency_and_names_no_host():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {
        plain_name(line) for line in lock.splitlines() if "==" in line and not line.startswith(" ")
    }
    wanted = {plain_name(item) for item in PROJECT["dependencies"]}
    assert wanted <= pinned
    assert "://" not in lock


#: Modules of Python that Windows lacks.
POSIX_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))


def hosted_paths() -> list[Path]:
    """Return what the hosted workflow tests on Windows and macOS."""
    steps = WORKFLOW["jobs"]["elsewhere"]["steps"]
    command = next(step["run"] for step in steps if "pytest" in step.get("run", ""))
    return [ROOT / word for word in command.split() if word.startswith("tests/")]


def imported_at_once(path: Path) -> set[str]:
    """Return the modules that importing a file imports: not those inside functions."""
    found: set[str] = set()
    nodes = list(ast.parse(path.read_text(encoding="utf-8")).body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return found


def test_what_the_hosted_workflow_runs_is_there_and_imports_without_posix():
    paths = hosted_paths()
    assert paths and all(path.exists() for path in paths)
    files = [
        *(ROOT / "tests").glob("*.py"),
        *(ROOT / "wijkkit").rglob("*.py"),
        ROOT / "conftest.py",
    ]
    files += [file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))]
    found = {
        str(file.relative_to(ROOT)): both
        for file in files
        if (both := imported_at_once(file) & POSIX_MODULES)
    }
    assert not found
