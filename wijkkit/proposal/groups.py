"""The groups that a proposed study compares: sex, classes of age, education."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wijkkit.proposal.columns import ProposedColumn

#: What reports call standard values, in the language that a proposed study has.
_DUTCH = {"boy": "jongens", "girl": "meisjes", "man": "mannen", "woman": "vrouwen"}
_MOST_GROUPS = 6
_AGE_CLASS = re.compile(r"^\D{0,12}\d+\s*(jaar)?\s*(-|tot|t/m|tm|en ouder|of ouder|\+)")


def proposed_groupings(
    columns: Sequence[ProposedColumn], crossed: Sequence[str] | None = None
) -> list[tuple[dict[str, object], str]]:
    """Return each grouping with what is asked of it; nothing of more groups than a page can show.

    Where the columns to cross are `crossed`, these; else sex, classes of age and education.
    """
    wanted: list[tuple[str, str, bool, ProposedColumn | None]] = [
        ("sex", "geslacht", False, _of_role(columns, "sex")),
        ("age_group", "leeftijd", False, _age_classes(columns)),
        ("ses", "opleiding", True, _of_role(columns, "ses")),
    ]
    if crossed is not None:
        by_source = {column.source: column for column in columns}
        own = [by_source[source] for source in crossed if source in by_source]
        wanted = [
            (column.name, _short(column.label) or column.source, False, column) for column in own
        ]
    found = []
    for grouping, label, ordered, column in wanted:
        if column is None:
            continue
        groups = [
            {"id": value, "label": _DUTCH.get(value, _short(name))}
            for value, name in column.names.items()
        ]
        if not 2 <= len(groups) <= _MOST_GROUPS:
            continue
        entry: dict[str, object] = {"id": grouping, "label": label, "column": column.name}
        entry |= {"groups": groups} if ordered else {"ordered": False, "groups": groups}
        asked = "the least advantaged group first, or another division" if ordered else ""
        found.append((entry, asked))
    return found


def _short(name: str) -> str:
    return re.sub(r"(?<=\S)\s*\(.*", "", name)


def _of_role(columns: Sequence[ProposedColumn], name: str) -> ProposedColumn | None:
    return next((c for c in columns if c.name == name and c.type == "category"), None)


def _age_classes(columns: Sequence[ProposedColumn]) -> ProposedColumn | None:
    """Return the column with the most classes of age that a page can show."""
    classes = [
        column
        for column in columns
        if 2 <= len(column.names) <= _MOST_GROUPS
        and all(_AGE_CLASS.match(name.lower()) for name in column.names.values())
    ]
    return max(classes, key=lambda column: len(column.names), default=None)
