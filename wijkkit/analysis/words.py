"""A result in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.analysis.domains import AREA_COLUMNS
from wijkkit.analysis.drawing import names, plain_term
from wijkkit.language import listed, number, text
from wijkkit.language.numbers import shown_p
from wijkkit.show.output import ShownTable
from wijkkit.show.values import difference, shown_interval
from wijkkit.tables import STATUSES

if TYPE_CHECKING:
    from wijkkit.analysis.model import Model
    from wijkkit.analysis.result import Result

#: As many rows as somebody reads in one breath; the others stand in the table.
_ROWS = 12
#: Kinds of results whose numbers have a sign.
_DIFFERENCES = ("change", "gap", "did")
_HEADS = ("wijk", "district", "arm", "wave", "method", "scale", "term")


def sentences(result: Result, language: str = "") -> str:
    """Return the numbers in words: what they are about, and the number of each row."""
    language = language or result.study.language
    rows = [row for _, row in result.frame.head(_ROWS).iterrows()]
    parts = [_part(result, row, language) for row in rows]
    more = len(result.frame) - len(parts)
    if more > 0:
        parts.append(text("people.more", language, count=number(more, language)))
    about = _about(result, language)
    said = text("people.sentence", language, about=about, parts="; ".join(parts))
    return _about_whom(result, said)


def _about(result: Result, language: str) -> str:
    """Return what the numbers are, and of an effect which way is better."""
    if result.kind == "model":
        return result.title
    about = text(f"people.about.{result.kind}", language, title=result.title)
    pole = result.notes.get("pole", "score")
    return about if pole == "score" else f"{about} ({text(f'people.pole.{pole}', language)})"


def caption(result: Result) -> str:
    """Return what stands beneath a result: what and when it is, of whom, and what was asked for."""
    waves = [one.label for one in result.study.waves if one.id == result.notes.get("wave")]
    title = ", ".join([_about(result, result.study.language), *map(result.study.text, waves)])
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
    where = ", ".join(names(result, one).get(str(row[one]), str(row[one])) for one in columns)
    value = _value(result, row, language)
    return text("people.part", language, where=where, value=value) if where else value


def _value(result: Result, row: pd.Series, language: str) -> str:
    status = row.get("status", "ok")
    known = {**row, "status": status if status in STATUSES else "missing"}
    return shown_interval(difference(known) if result.kind in _DIFFERENCES else known, language)


def reader_table(result: Result, language: str) -> ShownTable:
    """Return the numbers as a reader of a report reads them: a row per number, in words."""
    frame, table = result.frame, {}
    of_model = "term" in frame
    for name in _named_columns(result):
        called = names(result, name)
        cells = [called.get(str(value), str(value)) for value in frame[name]]
        table[_head(result, name)] = [plain_term(one) for one in cells] if of_model else cells
    if of_model:
        values = _estimates(result.shown, language)
    else:
        values = [_value(result, row, language) for _, row in frame.iterrows()]
    table[text("people.head.value", language)] = values
    if "p" in frame:
        table[text("people.head.p", language)] = [shown_p(p, language) for p in frame["p"]]
    if "n" in frame:
        whole = ["" if pd.isna(n) else number(n, language) for n in frame["n"]]
        table[text("people.head.n", language)] = whole
    return ShownTable(pd.DataFrame(table), caption(result))


def _estimates(terms: pd.DataFrame, language: str) -> list[str]:
    """Return the estimates of a model's terms with their intervals."""
    numbers = terms.iloc[:, 1:4].set_axis(["value", "lower", "upper"], axis=1)
    rows = numbers.assign(unit="ratio", status="ok").to_dict("records")
    return [shown_interval(row, language) for row in rows]


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


def model_sentence(model: Model, language: str = "") -> str:
    """Return the terms of a model in words, without its constant."""
    language = language or model.study.language
    rows = model.shown[model.shown["term"].ne("Intercept")].head(_ROWS)
    shown = zip(map(plain_term, rows["term"]), _estimates(rows, language), strict=True)
    parts = [f"{term} {estimate}" for term, estimate in shown]
    unit = text(f"people.unit.{'odds_ratio' if 'odds_ratio' in rows else 'score'}", language)
    about = text("people.about.model", language, title=model.title, unit=unit)
    said = text("people.sentence", language, about=about, parts="; ".join(parts))
    return _about_whom(model, said)
