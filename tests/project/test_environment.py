"""The ways to install the project say the same."""

from __future__ import annotations

import re
import tomllib

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
