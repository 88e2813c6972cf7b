"""The registry asks only what is shown: each column reaches a page, a figure or a check."""

from __future__ import annotations

import ast

from tests.conftest import ROOT
from wijkkit.registry import KINDS

PACKAGE = ROOT / "wijkkit"
#: Rooms that only pass columns on: the store and its workbook, the demo, words.
PASSING = ("registry", "demo", "language")
#: What a keeper writes for the own use; it is in the form and never in a report.
OWN = {"contact", "reference", "note"}


def read_columns() -> set[str]:
    """Return every name that code outside the passing rooms reads as a text or an attribute."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in PASSING or path.name == "form_fields.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def test_every_column_is_read_somewhere():
    read = read_columns()
    columns = [(kind.name, column) for kind in KINDS.values() for column in kind.columns]
    unread = [(kind, one.name) for kind, one in columns if one.name not in read | OWN]
    assert unread == []
    assert {one.name for _, one in columns if not one.released} <= OWN | {"person"}
