"""What changed in a row: from what to what, by whom, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.language import text
from wijkkit.registry import Registry
from wijkkit.registry.definition import Column, Kind
from wijkkit.registry.validation import is_absent
from wijkkit.registry.wording import choice_labels, column_label


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row: when and by whom, and each changed column in words."""

    at: str
    who: str
    action: str
    changes: list[str]


def versions(registry: Registry, kind: Kind, wijk: str, key: str, language: str) -> list[Version]:
    """Return the versions of a row, newest first."""
    names = _names(registry, kind, wijk)
    before: Mapping[str, object] = {}
    found = []
    for row in registry.history(kind.name, wijk, key).to_dict("records"):
        changes = list(_changes(kind, before, row["content"], names, language))
        at = pd.Timestamp(row["at"]).tz_convert("Europe/Amsterdam")
        action = text(f"registry.action.{row['action']}", language)
        found.append(Version(f"{at:%d-%m-%Y %H:%M}", row["who"], action, changes))
        before = row["content"]
    return found[::-1]


def _changes(
    kind: Kind,
    before: Mapping[str, object],
    after: Mapping[str, object],
    names: Mapping[tuple[str, str], str],
    language: str,
):
    for column in kind.columns:
        old, new = (
            _shown(column, one.get(column.name), names, language) for one in (before, after)
        )
        if old == new:
            continue
        label = column_label(kind, column, language)
        key = "changed" if before else "filled"
        yield text(f"live.history.{key}", language, label=label, old=old, new=new)


def _shown(
    column: Column, value: object, names: Mapping[tuple[str, str], str], language: str
) -> str:
    if is_absent(value):
        return text("registry.import.empty", language)
    if column.refers_to:
        return names.get((column.refers_to, str(value)), str(value))
    if column.choices:
        return choice_labels(column, language).get(str(value), str(value))
    if column.type == "date":
        return f"{pd.Timestamp(value):%d-%m-%Y}"
    if isinstance(value, int | float):
        shown = f"{value:.12g}"
        return shown.replace(".", ",") if language == "nl" else shown
    return str(value)


def _names(registry: Registry, kind: Kind, wijk: str) -> dict[tuple[str, str], str]:
    """Return what other rows are called, for the columns that refer to them."""
    found: dict[tuple[str, str], str] = {}
    for other in {column.refers_to for column in kind.columns if column.refers_to}:
        rows = registry.table(other, wijk)
        words = rows.iloc[:, 2].fillna(rows["key"])
        found |= {(other, key): name for key, name in zip(rows["key"], words, strict=True)}
    return found
