"""The documented tables are the tables there are."""

from __future__ import annotations

from pathlib import Path

from wijkkit.registry import KINDS
from wijkkit.registry.tables import Column, Kind

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "registry.md"
MARK = "<!-- tables -->\n"


def described(column: Column) -> str:
    name = f"`{column.name}`" if column.released else f"*`{column.name}`*"
    kind = f"{column.type} of {column.refers_to}" if column.refers_to else column.type
    if column.choices:
        kind = ", ".join(f"`{choice}`" for choice in column.choices)
    if column.listed_in:
        kind = f"one of the study's {column.listed_in}"
    needed = "yes" if column.required else ""
    return f"| {name} | {kind} | {needed} | {column.meaning} |"


def table(kind: Kind) -> str:
    lines = [f"### {kind.name}", "", "| column | type | required | meaning |", "|---|---|---|---|"]
    lines += [described(column) for column in kind.columns]
    if kind.unique:
        lines += ["", f"Once per {' and '.join(kind.unique)}."]
    return "\n".join(lines)


def test_the_document_describes_every_column():
    said = DOCUMENT.read_text(encoding="utf-8").split(MARK)[1]
    assert said == "\n" + "\n\n".join(table(kind) for kind in KINDS.values()) + "\n"
