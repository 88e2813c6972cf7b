"""A result in words."""

from __future__ import annotations

import pandas as pd

from wijkkit.analysis.division import AREA_COLUMNS
from wijkkit.analysis.drawing import names
from wijkkit.analysis.result import Result
from wijkkit.language import interval, number, percentage, points, text

#: As many rows as somebody reads in one breath; the others stand in the table.
_ROWS = 12


def sentences(result: Result, language: str) -> str:
    """Return a result as a sentence: what it is about, and the number of each row."""
    rows = [row for _, row in result.frame.head(_ROWS).iterrows()]
    parts = [_part(result, row, language) for row in rows]
    more = len(result.frame) - len(parts)
    if more > 0:
        parts.append(text("people.more", language, count=number(more, language)))
    about = text(f"people.about.{result.kind}", language, title=result.title)
    return text("people.sentence", language, about=about, parts="; ".join(parts))


def _part(result: Result, row: pd.Series, language: str) -> str:
    places = [name for name in AREA_COLUMNS if name in result.by]
    columns = [*places, *(name for name in result.by if name not in ("scale", *places))]
    if "wave" not in columns and "wave" in row and result.frame["wave"].nunique() > 1:
        columns.append("wave")
    where = [names(result, name).get(str(row[name]), str(row[name])) for name in columns]
    value = _value(row, language)
    return text("people.part", language, where=", ".join(where), value=value) if where else value


def _value(row: pd.Series, language: str) -> str:
    if row.get("status", "ok") != "ok" or pd.isna(row["value"]):
        return text("people.absent", language)
    unit = row.get("unit", row.get("scale", "score"))
    decimals = {"percent": 0, "points": 0, "count": 0}.get(unit, 1 if unit == "score" else 2)
    if unit == "percent":
        said = percentage(row["value"], language)
    elif unit == "points":
        said = points(row["value"], language)
    else:
        said = number(row["value"], language, decimals)
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return said
    limits = interval(row["lower"], row["upper"], language, decimals)
    return text("people.with_interval", language, value=said, interval=limits)
