"""What Python source means and imports, told without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import wijkkit
from wijkkit.batch.hashes import hash_of

PACKAGE = "wijkkit"

#: Stands for every module: the source imports by a name made while running, or is no Python.
EVERYTHING = "*"


def meaning(source: str) -> str:
    """Return source as what it means: without comments and layout; as it is where it is no Python.

    Examples
    --------
    >>> meaning("x = 1  # one") == meaning("x=1")
    True
    """
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return source


def mentions(source: str) -> list[str]:
    """Return the modules that source imports, and those that define the verbs it takes.

    Verbs taken from ``wijkkit`` itself lead to the module that defines them.

    Examples
    --------
    >>> mentions("import wijkkit as wk\\nwk.open_wijk()")
    ['wijkkit', 'wijkkit.released']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return [EVERYTHING]
    return sorted({*_imported(tree), *([EVERYTHING] if _imports_by_name(tree) else [])})


def described(source: str) -> dict[str, Any]:
    """Return the hash of what a module means, and what it mentions."""
    return {"means": hash_of(meaning(source)), "mentions": mentions(source)}


def _imports_by_name(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
        for node in ast.walk(tree)
    )


def _imported(tree: ast.AST) -> Iterator[str]:
    aliases = set()
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
            aliases.update(item.asname or PACKAGE for item in node.names if item.name == PACKAGE)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from _names_from(node)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in aliases:
                yield _verb(node.attr)


def _names_from(node: ast.ImportFrom) -> Iterator[str]:
    """Yield what ``from wijkkit... import name`` may mean: a verb or a module."""
    if node.module == PACKAGE:
        yield from (_verb(item.name) for item in node.names)
    elif node.module.startswith(f"{PACKAGE}."):
        yield from (f"{node.module}.{item.name}" for item in node.names)


def _verb(name: str) -> str:
    return wijkkit._VERBS.get(name, f"{PACKAGE}.{name}")
