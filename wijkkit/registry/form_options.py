"""What can be chosen in the forms."""

from __future__ import annotations

from wijkkit.registry.definition import Column, Kind
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import KINDS
from wijkkit.registry.wording import row_label, with_label


def row_options(registry: Registry, kind: Kind, wijk: str) -> list[tuple[str, str]]:
    """Return the rows of a kind in a wijk: label and key."""
    language = registry.study.language
    return [
        (with_label(row["key"], row_label(kind, row, language)), row["key"])
        for row in registry.table(kind.name, wijk).to_dict("records")
    ]


def column_options(registry: Registry, column: Column, wijk: str) -> list[tuple[str, str]]:
    """Return what a reference, or a list of the study, can be: label and key."""
    study = registry.study
    if column.listed_in == "goals":
        return [(study.text(goal.label), goal.id) for goal in study.goals]
    if column.listed_in == "indicators":
        return [(study.text(item.label), key) for key, item in study.indicators.items()]
    return row_options(registry, KINDS[column.refers_to], wijk) if column.refers_to else []
