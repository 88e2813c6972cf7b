"""Read a survey file of which nothing was said: how it is written is seen, said and written down."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_file import SEPARATORS, question_rows, read_source
from wijkkit.loaders.source_table import SourceTable, rows_text
from wijkkit.loaders.workbook import UNREADABLE, check_archive
from wijkkit.study.settings.sources import SurveySource

#: What a problem of reading the file is about -> the option that mends it; the first that fits.
_OPTIONS = {
    "missing": "--survey", "encoding": "--encoding", "separator": "--separator",
    "cells": "--separator", "sheet": "--sheet",
}  # fmt: skip
_LINES_SEEN = 500


@dataclass(frozen=True, slots=True)
class Read:
    """A survey file that was read, what study.yml is to say of it, and in words what was seen."""

    table: SourceTable
    source: SurveySource
    seen: list[str] = field(default_factory=list)


def read_survey_file(survey: Path, source: SurveySource, said: Mapping[str, str | None]) -> Read:
    """Read a survey file as said, or as it shows itself; DataErrors name the option that helps."""
    given = {name: value for name, value in said.items() if value is not None}
    seen: list[str] = []
    if survey.suffix.lower() == ".csv" and survey.is_file():
        given |= _written_as(survey, given, seen)
    source = source.model_copy(update=given)
    table = _read(survey, source)
    rows = question_rows(table.cells)
    if rows:
        seen.append(f"{rows_text(rows)}: question texts, left out")
        texts = table.cells.loc[rows[0]]
        titles = {str(name): str(text).strip() for name, text in texts.items()}
        source = source.model_copy(update={"skip_rows": tuple(rows)})
        table = replace(table, cells=table.cells.drop(index=rows), titles=titles)
    return Read(table, source, seen)


def _written_as(survey: Path, given: Mapping[str, str], seen: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    content = survey.read_bytes()
    encoding = given.get("encoding")
    if encoding is None:
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
                found["encoding"] = encoding = "windows-1252"
                seen.append("the file is not UTF-8; it was read as Windows-1252 (--encoding)")
    try:
        text = content.decode(encoding or "utf-8-sig", errors="replace")
    except LookupError:
        return found
    separator = given.get("separator") or _separator(text)
    if "separator" not in given and separator != ",":
        found["separator"] = separator
        shown = {"\t": "tabs"}.get(separator, f"'{separator}'")
        seen.append(f"cells are separated by {shown} (--separator)")
    if "decimal" not in given and separator != "," and _has_decimal_commas(text, separator):
        found["decimal"] = ","
        seen.append("the decimal sign is a comma (--decimal)")
    return found


def _separator(text: str) -> str:
    """Return the sign that parts all first lines into the same number of cells, and most of them."""
    best, most = ",", 1
    for separator in SEPARATORS:
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
            widths = [len(row) for row in islice(lines, 20) if any(row)]
        except csv.Error:
            continue
        if widths and min(widths) == max(widths) > most:
            best, most = separator, widths[0]
    return best


def _has_decimal_commas(text: str, separator: str) -> bool:
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        cells = [cell.strip() for row in islice(rows, 1, _LINES_SEEN) for cell in row]
    except csv.Error:
        return False
    commas = any(re.fullmatch(r"-?\d+,\d+", cell) for cell in cells)
    return commas and not any(re.fullmatch(r"-?\d+\.\d+", cell) for cell in cells)


def _read(survey: Path, source: SurveySource) -> SourceTable:
    """Read the file; there is no study.yml yet to correct, so messages name the options."""
    try:
        return read_source(survey, source.model_copy(update={"path": str(survey)}), "--survey")
    except DataError as error:
        raise DataError(map(_by_option, error.problems)) from None


def _by_option(problem: Problem) -> Problem:
    if "study.yml" not in problem.remedy:
        return problem
    what = problem.what.replace("than study.yml says", "than the option says")
    everything = ", ".join(dict.fromkeys([*_OPTIONS.values(), "--decimal"]))
    about = f"{problem.what} {problem.expected} {problem.remedy}"
    option = next((name for word, name in _OPTIONS.items() if word in about), everything)
    return replace(problem, what=what, remedy=f"Correct {option}.")


# The configuration workbook of a GGD tables book, as far as a study can take it over.

#: Column of sheet ``datasets`` -> role; its first filled row that fits the file counts.
_ROLES = {"jaarvariabele": "wave", "weegfactor": "weight", "stratum": "stratum", "fpc": "fpc"}
_QUESTIONS = ("var", "nvar", "vraag")

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TablesBook:
    """What a configuration says of one survey file.

    `roles`: Role -> column of the file. `groupings`: The columns that its tables are crossed with
    (sheet ``crossings``). `questions`: The columns that it has a row of, in its order (sheet
    ``indeling_rijen``). `labels`: Column -> label that it corrects (sheet ``labelcorrectie``).
    `absent`: What it names and the file has not.
    """

    roles: dict[str, str]
    groupings: tuple[str, ...]
    questions: tuple[str, ...]
    labels: dict[str, str]
    absent: tuple[str, ...]


def read_tables_book(path: Path, columns: Collection[str]) -> TablesBook:
    """Read a configuration, of its datasets the one that fits best; DataError where it is none."""
    sheets = _sheets(path)
    if "datasets" not in sheets:
        what, found = "no sheet 'datasets'", ", ".join(sheets)
        expected, remedy = "the configuration workbook of a tables book", "Correct --tables."
        raise DataError(what, file=path.name, found=found, expected=expected, remedy=remedy)
    roles = _roles(sheets["datasets"], columns)
    subsets = [str(r.get("subset") or "") for r in sheets.get("onderdelen", [])]
    area = next((name for name in subsets if name in columns), None)
    if area is not None:
        roles["area"] = area
    rows = [r for r in sheets.get("indeling_rijen", []) if r.get("type") in _QUESTIONS]
    named = list(dict.fromkeys(str(r["inhoud"]) for r in rows if r.get("inhoud")))
    crossed = [str(r["crossing"]) for r in sheets.get("crossings", []) if r.get("crossing")]
    labels = {
        str(r["var"]): str(r["var_label"])
        for r in sheets.get("labelcorrectie", [])
        if r.get("var") and r.get("var_label") and r["var"] in columns
    }
    return TablesBook(
        roles,
        tuple(name for name in crossed if name in columns),
        tuple(name for name in named if name in columns),
        labels,
        tuple(name for name in (*named, *crossed) if name not in columns),
    )


def _roles(datasets: Rows, columns: Collection[str]) -> dict[str, str]:
    fitting = [
        {role: str(row[own]) for own, role in _ROLES.items() if row.get(own) in columns}
        for row in datasets
    ]
    nobody: dict[str, str] = {}
    return max(fitting, key=len, default=nobody)


def _sheets(path: Path) -> dict[str, Rows]:
    try:
        check_archive(path, path.name)
        book = load_workbook(path, data_only=True)
        return {sheet.title: list(_rows(list(sheet.values))) for sheet in book.worksheets}
    except UNREADABLE:
        what, expected = "the configuration cannot be read", "an .xlsx workbook"
        remedy = "Correct --tables."
        raise DataError(what, file=path.name, expected=expected, remedy=remedy) from None


def _rows(cells: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    if not cells:
        return
    heads = [str(cell).strip() for cell in cells[0]]
    for row in cells[1:]:
        filled = {h: c for h, c in zip(heads, row, strict=False) if h and c not in ("", None)}
        if filled:
            yield filled
