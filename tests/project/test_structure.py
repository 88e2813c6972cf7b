"""Imports point one way: a room imports only rooms above it in docs/architecture.md.

The tests themselves: those of a file stay in one process.
"""

from __future__ import annotations

import ast
import os
import re

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "wijkkit"


def rooms() -> list[str]:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page[page.index("## Rooms") : page.index("## Tables between the rooms")]
    return [
        name.removesuffix(".py").removesuffix("/")
        for row in re.findall(r"^\| (`.*?) \|", table, flags=re.MULTILINE)
        for name in re.findall(r"`([a-z_.]+/?)`", row)
    ]


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wijkkit."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("wijkkit.")}
    return names


def test_every_room_is_on_the_page():
    there = {
        path.name.removesuffix(".py") for path in PACKAGE.iterdir() if path.suffix in ("", ".py")
    }
    assert there - {"__init__", "__main__", "__pycache__"} == set(rooms())


def test_no_room_imports_one_below_it():
    order = {name: number for number, name in enumerate(rooms())}
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        for other in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if order[other] > order[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {other}")
    assert wrong == []


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    (base / "made_once").touch(exist_ok=False)


@pytest.mark.parametrize("part", range(12))
def test_what_a_file_makes_is_made_once_for_all_processes(made_once, part):
    assert part in range(12)


def test_the_files_of_tests_that_come_first_are_there():
    named = re.findall(r'"(tests/[\w/]+\.py)"', (ROOT / "conftest.py").read_text("utf-8"))
    assert len(set(named)) > 8
    assert [name for name in named if not (ROOT / name).is_file()] == []
