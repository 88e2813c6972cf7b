"""Which modules a notebook's code can reach, told from the source alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

import wijkkit

PACKAGE = Path(wijkkit.__file__).parent
_NAME = PACKAGE.name

#: Its import decides on how figures are shown in the process that imports it.
_NOT_AHEAD = ("matplotlib_inline", "__future__")


@dataclass(frozen=True, slots=True)
class Reach:
    """What code can reach.

    Parameters
    ----------
    own : frozenset of str
        Modules of wijkkit.
    other : frozenset of str
        Modules of other packages.
    """

    own: frozenset[str]
    other: frozenset[str]


def code_of(text: str) -> str:
    """Return the Python of a notebook; magics are left out."""
    cells = nbformat.reads(text, as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.split("\n")]
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)


def reach(code: str) -> Reach:
    """Return the modules that `code` imports, and what these import in turn.

    Verbs taken from ``wijkkit`` itself lead to the module that defines them. A package that
    looks its names up when they are used is reached whole. Code that is no Python, or a module
    that imports by a name made while running, reaches all of wijkkit.
    """
    try:
        waiting = list(_mentioned(ast.parse(code)))
    except SyntaxError:
        waiting = list(modules())
    own: set[str] = set()
    other: set[str] = set()
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.split(".")[0] != _NAME:
            other.add(name)
            continue
        for found in set(_with_parents(name)) - own:
            own.add(found)
            waiting.extend(_imports_of(found))
    return Reach(frozenset(own), frozenset(other))


@cache
def modules() -> dict[str, Path]:
    """Return wijkkit's own modules."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = (_NAME, *path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _with_parents(name: str) -> Iterator[str]:
    """Yield a dotted name's own module and the packages around it, as far as they exist."""
    parts = name.split(".")
    yield from (
        part for n in range(1, len(parts) + 1) if (part := ".".join(parts[:n])) in modules()
    )


@cache
def _imports_of(name: str) -> tuple[str, ...]:
    """Return what one of wijkkit's modules imports."""
    path = modules()[name]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set(_mentioned(tree))
    if name != _NAME and _imports_by_name(tree):
        package = name if path.name == "__init__.py" else _NAME
        found.update(module for module in modules() if module.startswith(f"{package}."))
    return tuple(found)


def _imports_by_name(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
        for node in ast.walk(tree)
    )


def _mentioned(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that code imports, and the verbs it takes from wijkkit."""
    aliases = set()
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
            aliases.update(item.asname or _NAME for item in node.names if item.name == _NAME)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from _names_from(node)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in aliases:
                yield _verb(node.attr)


def _names_from(node: ast.ImportFrom) -> Iterator[str]:
    """Yield what ``from wijkkit... import name`` may mean: a verb or a module."""
    if node.module == _NAME:
        yield from (_verb(item.name) for item in node.names)
    elif node.module.startswith(f"{_NAME}."):
        yield from (f"{node.module}.{item.name}" for item in node.names)


def _verb(name: str) -> str:
    return wijkkit._VERBS.get(name, f"{_NAME}.{name}")


def preload(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the modules that a process should have loaded before it runs any of `codes`."""
    reached = [reach(code) for code in codes]
    names = {name for each in reached for name in (*each.own, *each.other)}
    if "matplotlib" in names:
        names.add("matplotlib.pyplot")
    return tuple(sorted(name for name in names if not name.startswith(_NOT_AHEAD)))
