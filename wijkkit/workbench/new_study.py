"""Start a study from a survey file."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wijkkit.errors import DataError, Problem, StudyError
from wijkkit.files import write_whole
from wijkkit.loaders.cells import written
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import SourceTable
from wijkkit.study.model import SurveySource
from wijkkit.study.unfinished import unfinished
from wijkkit.workbench.answers import key
from wijkkit.workbench.proposal import ProposedColumn, propose_columns
from wijkkit.workbench.study_files import codebook_text, indicators_text, study_text, wijk_text

#: More areas than a city has wijken: the column is something else, such as a postcode.
MAXIMUM_WIJKEN = 1000
#: What a problem of reading the file is about -> the option that mends it; the first that fits.
_OPTIONS = {
    "missing": "--survey",
    "separator": "--separator",
    "cells": "--separator",
    "sheet": "--sheet",
}


def new_study(
    folder: str | Path,
    survey: str | Path,
    *,
    separator: str = ",",
    decimal: str = ".",
    sheet: str | None = None,
) -> list[Problem]:
    """Propose a study for a survey file and write its files.

    Nothing of the respondents is written but the values that a column has.

    Parameters
    ----------
    folder : str or Path
        The new study's folder; it must not exist, or be empty.
    survey : str or Path
        SPSS, Stata, csv, Excel or parquet.
    separator, decimal : str
        How a csv file is written.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    list of Problem
        What could not be guessed, by file and line: what to fill in next.

    Raises
    ------
    StudyError
        There is something in the folder already.
    DataError
        The survey file is missing or cannot be read.

    Examples
    --------
    >>> import wijkkit as wk
    >>> open_points = wk.new_study("mystudy", "data/survey/kindmonitor_2021.sav")
    >>> open_points[0].file
    'study.yml'
    """
    folder, survey = Path(folder), Path(survey)
    _refuse_to_overwrite(folder)
    source = SurveySource(
        id=key(survey.stem, "-"),
        path=os.path.relpath(survey.resolve(), folder.resolve()),
        separator=separator,
        decimal=decimal,
        sheet=sheet,
    )
    _write(folder, _files(_read(survey, source), source, survey.stem))
    return unfinished(folder)


def _files(table: SourceTable, source: SurveySource, stem: str) -> dict[str, str]:
    columns = propose_columns(table)
    by_name = {column.name: column for column in columns}
    waves = _values(table, by_name.get("wave")) or re.findall(r"(?:19|20)\d\d", stem)[:1]
    if "wave" not in by_name:
        source = source.model_copy(update={"wave": (waves or ["wave-1"])[0]})
    files = {
        "study.yml": study_text(source, columns, waves),
        "codebook.yml": codebook_text(columns),
        "indicators.yml": indicators_text(columns),
    }
    area = by_name.get("area")
    names = _labels(table, area)
    codes = _values(table, area)
    if len(codes) > MAXIMUM_WIJKEN:
        raise DataError(
            "more areas than a city has wijken",
            file=table.file,
            place=f"column '{area.source}'",
            found=str(len(codes)),
            expected=f"at most {MAXIMUM_WIJKEN}",
            remedy="Is it a postcode? Leave the column out, or give it another name.",
        )
    for code in codes:
        slug = key(names.get(code, code), "-")
        if f"wijken/{slug}.yml" in files:
            slug = f"{slug}-{key(code, '-')}"
        files[f"wijken/{slug}.yml"] = wijk_text(slug, code, names.get(code, ""))
    return files


def _values(table: SourceTable, column: ProposedColumn | None) -> list[str]:
    if column is None:
        return []
    found = {written(value) for value in table.cells[column.source].dropna().unique()}
    return sorted(found - {""} - set(column.missing))


def _labels(table: SourceTable, column: ProposedColumn | None) -> Mapping[str, str]:
    if column is None:
        return {}
    return {written(raw): label for raw, label in table.labels.get(column.source, {}).items()}


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            "there is something here already",
            file=str(folder),
            expected="a folder that does not exist yet, or is empty",
            remedy="Name another folder; nothing was written.",
        )


def _read(survey: Path, source: SurveySource) -> SourceTable:
    """Read the file; there is no study.yml yet to correct, so messages name the options."""
    try:
        return read_source(survey, source.model_copy(update={"path": str(survey)}), "--survey")
    except DataError as error:
        raise DataError(
            replace(
                problem, what=_without_study(problem.what), remedy=f"Correct {_option(problem)}."
            )
            if "study.yml" in problem.remedy
            else problem
            for problem in error.problems
        ) from None


def _without_study(what: str) -> str:
    return what.replace("than study.yml says", "than the option says")


def _option(problem: Problem) -> str:
    everything = ", ".join(dict.fromkeys(["--survey", "--decimal", *_OPTIONS.values()]))
    return next((name for word, name in _OPTIONS.items() if word in problem.what), everything)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files to a folder beside it and put that in place: a whole study or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            write_whole(temporary / name, content)
        temporary.chmod(0o755)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
