"""Every package that the code imports is declared, and every declared one is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: Needed without an import: run as a program, or loaded by name.
BY_NAME = {
    "cloudpickle",
    "formulaic",
    "jinja2",
    "jupyter-server",
    "tornado",
    "jupyterlab",
    "ipykernel",
    "nbstripout",
    "pyogrio",
    "babel",
    "quarto-cli",
    "nbval",
}


def plain(name: str) -> str:
    return re.split(r"[\[<>=!~ ;]", name, maxsplit=1)[0].lower().replace("_", "-")


def imported(folder: str) -> dict[str, str]:
    """Return the packages from elsewhere that a folder's modules import, and where."""
    found = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                found.setdefault(name.split(".")[0], path.relative_to(ROOT).as_posix())
    own = {"wijkkit", "tests", *sys.stdlib_module_names}
    return {name: path for name, path in found.items() if name not in own}


#: By the name that is imported; it takes a look at every installed file.
_installed = cache(packages_distributions)


def distributions(name: str) -> set[str]:
    return {plain(found) for found in _installed().get(name, [name])}


def declared(*extras: str) -> set[str]:
    optional = PROJECT["optional-dependencies"]
    return {plain(item) for item in PROJECT["dependencies"]} | {
        plain(item) for extra in extras for item in optional[extra]
    }


def test_every_import_of_the_package_is_declared():
    extras = [name for name in PROJECT["optional-dependencies"] if name not in ("test", "dev")]
    known = declared(*extras)
    missing = {
        name: path for name, path in imported("wijkkit").items() if not distributions(name) & known
    }
    assert missing == {}


def test_every_dependency_of_the_package_is_imported_or_named():
    used = {found for name in imported("wijkkit") for found in distributions(name)}
    assert declared() - used - BY_NAME == set()
