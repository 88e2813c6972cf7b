"""Editors complete names without running anything."""

from __future__ import annotations

import ast
import importlib

import jedi
import pytest

import wijkkit as wk
from tests.conftest import ROOT


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
