"""A result in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.analysis.domains import AREA_COLUMNS
from wijkkit.analysis.drawing import names, plain_term
from wijkkit.analysis.result import Result
from wijkkit.language import absence, interval, listed, number, percentage, points, text
from wijkkit.show.output import ShownTable
from wijkkit.tables import STATUSES

if TYPE_CHECKING:
    from wijkkit.analysis.model import Model

#: As many rows as somebody reads in one breath; the others stand in the table.
_ROWS = 12
_HEADS = ("wijk", "district", "arm", "wave", "method", "scale", "term")


def sentences(result: Result, language: str) -> str:
    """Return a result as a sentence: what it is about, and the number of each row."""
    rows = [row for _, row in result.frame.head(_ROWS).iterrows()]
    parts = [_part(result, row, language) for row in rows]
    more = len(result.frame) - len(parts)
    if more > 0:
        parts.append(text("people.more", language, count=number(more, language)))
    about = text(f"people.about.{result.kind}", language, title=result.title)
    return _about_whom(
        result, text("people.sentence", language, about=about, parts="; ".join(parts))
    )


def caption(result: Result) -> str:
    """Return what stands beneath a result: what and when it is, of whom, and what was asked for."""
    waves = [one.label for one in result.study.waves if one.id == result.notes.get("wave")]
    title = ", ".join([result.title, *map(result.study.text, waves)])
    said = _about_whom(result, title if "among" not in result.notes else f"{title}.")
    return ". ".join(filter(None, (said.removesuffix("."), result.notes.get("evaluated", ""))))


def _about_whom(result: Result, said: str) -> str:
    """Return what is said with who was chosen, where that is not everybody of the study."""
    chosen, study = result.notes.get("among"), result.study
    if not chosen:
        return said
    parts = []
    for part in chosen.split(", "):
        column, _, values = part.partition("=")
        if not values:
            # How many they are is a count that nothing has controlled.
            parts.append(text("people.some", study.language))
            continue
        known = {**study.column_words(column)[1], **names(result, column)}
        shown = [known.get(one, one.removesuffix(".0")) for one in values.split("+")]
        fields = {"column": _head(result, column), "values": listed(shown, study.language)}
        parts.append(text("common.where", study.language, **fields))
    return f"{said} {text('people.only', study.language, who='; '.join(parts))}"


def _part(result: Result, row: pd.Series, language: str) -> str:
    columns = [name for name in _named_columns(result) if name != "scale"]
    where = [names(result, name).get(str(row[name]), str(row[name])) for name in columns]
    value = _value(row, language)
    return text("people.part", language, where=", ".join(where), value=value) if where else value


def _value(row: pd.Series, language: str) -> str:
    status = row.get("status", "ok")
    if status == "above":
        return absence(status, language, limit=row["lower"])
    if status != "ok" or pd.isna(row["value"]):
        return absence(status if status in STATUSES and status != "ok" else "missing", language)
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


def reader_table(result: Result, language: str) -> ShownTable:
    """Return the numbers as a reader of a report reads them: a row per number, in words."""
    frame = result.frame
    columns = _named_columns(result)
    table = {}
    if isinstance(result.frame.get("term"), pd.Series):
        return _model_table(result, language)
    for name in columns:
        called = names(result, name)
        table[_head(result, name)] = [called.get(str(value), str(value)) for value in frame[name]]
    rows = [row for _, row in frame.iterrows()]
    table[text("people.head.value", language)] = [_value(row, language) for row in rows]
    for name in ("p", "n"):
        if name in frame:
            table[text(f"people.head.{name}", language)] = [
                _plain(row[name], language, 3 if name == "p" else 0) for row in rows
            ]
    return ShownTable(pd.DataFrame(table), caption(result))


def _model_table(model: Result, language: str) -> ShownTable:
    value, lower, upper, chance = (model.shown[name] for name in model.shown.columns[1:])
    shown = [
        text(
            "people.with_interval",
            language,
            value=number(one, language, 2),
            interval=interval(low, high, language, 2),
        )
        for one, low, high in zip(value, lower, upper, strict=True)
    ]
    table = {
        text("people.head.term", language): [plain_term(term) for term in model.frame["term"]],
        text("people.head.value", language): shown,
        text("people.head.p", language): [_plain(p, language, 3) for p in chance],
    }
    return ShownTable(pd.DataFrame(table), caption(model))


def _named_columns(result: Result) -> list[str]:
    places = [name for name in AREA_COLUMNS if name in result.by]
    columns = [*places, *(name for name in result.by if name not in places)]
    if "wave" not in columns and "wave" in result.frame and result.frame["wave"].nunique() > 1:
        columns.append("wave")
    return columns


def _head(result: Result, column: str) -> str:
    """Return what readers call a column."""
    if column in _HEADS:
        return text(f"people.head.{column}", result.study.language)
    return result.study.column_words(column)[0].replace("_", " ")


def _plain(value: float, language: str, decimals: int) -> str:
    if pd.isna(value):
        return ""
    if decimals == 3 and value < 0.001:
        return f"< {number(0.001, language, 3)}"
    return number(value, language, decimals)


def model_sentence(model: Model, language: str) -> str:
    """Return the terms of a model in words, without its constant."""
    value, lower, upper, _ = model.shown.columns[1:]
    rows = model.frame[model.frame["term"].ne("Intercept")].head(_ROWS)
    decimals = 2
    parts = [
        text(
            "people.with_interval",
            language,
            value=f"{plain_term(row['term'])} {number(row[value], language, decimals)}",
            interval=interval(row[lower], row[upper], language, decimals),
        )
        for _, row in rows.iterrows()
    ]
    unit = text(f"people.unit.{'odds_ratio' if value == 'odds_ratio' else 'score'}", language)
    about = text("people.about.model", language, title=model.title, unit=unit)
    return _about_whom(
        model, text("people.sentence", language, about=about, parts="; ".join(parts))
    )
