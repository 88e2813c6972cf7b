"""Editors complete names without running anything."""

from __future__ import annotations

import ast
import importlib
import json
import shutil
import subprocess
import sys

import jedi
import pytest

import wijkkit as wk
from tests.conftest import ROOT

PEOPLE = "import wijkkit as wk\npeople = wk.people('parameters')\n"


@pytest.fixture(scope="module")
def project() -> jedi.Project:
    return jedi.Project(ROOT, sys_path=[str(ROOT)])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import wijkkit as wk\nwk.surv", {"survey_mean", "survey_proportion"}),
        ("import wijkkit as wk\nwk.show.int", {"intervals"}),
        ("import wijkkit as wk\nwk.people('parameters').prop", {"proportion"}),
        ("import wijkkit as wk\nwk.open_city('parameters').outc", {"outcomes"}),
        (f"{PEOPLE}people[girls].assign(a=1).ch", {"change"}),
        (f"{PEOPLE}people.did('sport').", {"frame", "plot", "sentence", "to_excel"}),
        (f"{PEOPLE}people.model('sport ~ ses').", {"frame", "plot"}),
        (f"{PEOPLE}people.did('sport', cov", {"covariates="}),
        ("import wijkkit as wk\nwk.evaluate_effect(a, b, with", {"without="}),
    ],
)
def test_names_are_completed(project, code, expected):
    found = {name.name for name in jedi.Script(code, project=project).complete()}
    assert expected <= found


@pytest.mark.parametrize("package", ["wijkkit", "wijkkit.show"])
def test_every_name_of_a_stub_is_there(package):
    folder = ROOT.joinpath(*package.split("."))
    tree = ast.parse((folder / "__init__.pyi").read_text(encoding="utf-8"))
    module = importlib.import_module(package)
    names = [
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    assert sorted(names) == sorted(module.__all__)
    for name in names:
        assert getattr(module, name) is not None


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "wijkkit" / "py.typed").is_file()
    assert callable(wk.people)


def test_pyright_knows_what_each_step_gives(tmp_path):
    """What VS Code completes with; where it is not installed, jedi's names above."""
    if (pyright := shutil.which("pyright")) is None:
        pytest.skip("pyright is not installed")
    steps = {
        "people.proportion('sport')": "Result",
        "people[people.sex == 'girl'].assign(a=1)": "People",
        "people.did('sport', covariates=['age']).frame": "DataFrame",
        "people.model('sport ~ ses')": "Model",
        "wk.publish(people.gap('sport'), 'fig-sport')": "Published",
        "wk.publish(people.gap('sport'))": "Result",
        "wk.evaluate_effect(study, people.frame, method='cr2').effects": "DataFrame",
        "wk.open_city(study).effects()": "DataFrame",
    }
    code = [
        PEOPLE,
        "study = wk.open_study('parameters')",
        *(f"reveal_type({one})" for one in steps),
    ]
    (tmp_path / "steps.py").write_text("\n".join([*code, "wk.not_there"]))
    paths = {"extraPaths": [str(ROOT)], "venvPath": sys.prefix, "venv": "."}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(paths))
    found = subprocess.run([pyright, "--outputjson"], cwd=tmp_path, capture_output=True, text=True)
    said = [one["message"] for one in json.loads(found.stdout)["generalDiagnostics"]]
    given = [one.rpartition(" is ")[2].strip('"') for one in said[: len(steps)]]
    assert given == list(steps.values())
    assert len(said) == len(steps) + 1 and "not_there" in said[-1]
