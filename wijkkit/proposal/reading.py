"""Read a survey file of which nothing was said: how it is written is seen, said and written down."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.csv_file import SEPARATORS
from wijkkit.loaders.source_file import question_rows, read_source
from wijkkit.loaders.source_table import SourceTable
from wijkkit.study.settings.sources import SurveySource

#: What a problem of reading the file is about -> the option that mends it; the first that fits.
_OPTIONS = {
    "missing": "--survey",
    "encoding": "--encoding",
    "separator": "--separator",
    "cells": "--separator",
    "sheet": "--sheet",
}
_LINES_SEEN = 500


@dataclass(frozen=True, slots=True)
class Read:
    """A survey file that was read.

    Parameters
    ----------
    source : SurveySource
        What study.yml is to say of the file.
    seen : list of str
        What nobody said and was seen in the file, in words.
    """

    table: SourceTable
    source: SurveySource
    seen: list[str] = field(default_factory=list)


def read_survey_file(survey: Path, source: SurveySource, said: Mapping[str, str | None]) -> Read:
    """Read a survey file as its options say, and as the file shows where they say nothing.

    Raises
    ------
    DataError
        The file cannot be read; the remedy names the option that mends it.
    """
    given = {name: value for name, value in said.items() if value is not None}
    seen: list[str] = []
    if survey.suffix.lower() == ".csv" and survey.is_file():
        given |= _written_as(survey, given, seen)
    source = source.model_copy(update=given)
    table = _read(survey, source)
    rows = question_rows(table.cells)
    if rows:
        seen.append(f"rows {', '.join(map(str, rows))} hold question texts and are left out")
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
