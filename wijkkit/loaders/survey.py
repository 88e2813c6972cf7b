"""The survey: its files, read through codebook.yml, as one table of respondents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from wijkkit.errors import DataError, Problem, did_you_mean, first_of
from wijkkit.loaders import survey_rows
from wijkkit.loaders.areas import (
    area_account,
    check_codes,
    check_waves,
    place_respondents,
    with_wijk,
)
from wijkkit.loaders.recode import check_columns, holds_text, recode
from wijkkit.loaders.source_file import question_rows, read_source
from wijkkit.loaders.source_table import SourceTable, read_each, rows_text
from wijkkit.study import Study
from wijkkit.study.codebook import Codebook, Column
from wijkkit.study.guard import require_sources
from wijkkit.study.settings.sources import ReferencePopulation, SurveySource

FIRST = ("respondent", "wave", "wijk", "district", "arm", "pair", "age", "weight")


def load_survey(study: Study) -> pd.DataFrame:
    """Read the survey of a study.

    Returns
    -------
    DataFrame
        One row per respondent of one wave: `respondent, wave, wijk, district, arm, pair, age,
        weight` and every other standard column of the codebook. Text columns hold text, numbers
        are floats; a column that a file did not ask is missing for its rows; weights are 1.0
        where the codebook names none, and those of the file that ``weights`` of a source names
        instead of the survey file's own. ``attrs["dropped"]`` counts, per wave, the respondents
        whose area is unknown or none of the study's; ``attrs["account"]`` says what became of
        every row, see `row_account`, and ``attrs["cells"]`` which cells were read in another way
        than they stand. A study without a survey has no rows. Who has only another weight of the
        codebook's design than ``weight`` has 0 there: no estimate that uses it counts them.

    Raises
    ------
    DataError
        With everything that is wrong in all files: missing and unreadable files, unknown columns,
        values the codebook does not know, labels in the place of codes, decimal commas, numbers
        out of range, impossible weights, double respondents, mistyped area codes, waves without
        respondents.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> wk.load_survey(study).groupby("wave").size().gt(0).to_dict()
    {'2018': True, '2021': True}
    """
    require_sources("survey")
    sources = study.settings.sources.survey
    read = read_each(sources, lambda source: _standard(study, source, "weight"))
    rows = _together(study, [table for table, _, _ in read]) if read else _nobody(study.codebook)
    respondents, dropped = place_respondents(study, rows)
    rest = [column for column in study.codebook.columns if column in respondents]
    order = dict.fromkeys([*FIRST, *rest])
    respondents = respondents[[column for column in order if column in respondents]]
    respondents.attrs["dropped"] = dropped
    respondents.attrs["cells"] = _Shared(problem for _, _, seen in read for problem in seen)
    kept = [count for _, counts, _ in read for count in counts]
    respondents.attrs["account"] = _Shared([*kept, *area_account(rows)])
    return respondents


class _Shared(tuple):
    """A tuple that is not copied with every table that pandas makes of another."""

    def __deepcopy__(self, memo: object) -> _Shared:
        return self


def load_reference(study: Study, reference: ReferencePopulation) -> pd.DataFrame:
    """Read the respondents of a population above the study, with a weight, in the study's waves."""
    require_sources("survey")
    book = study.codebook
    columns = {name: column for name, column in book.columns.items() if name != "area"}
    drop = book.design.model_copy(
        update={"missing_weights": "drop", "zero_weights": "drop", "weights": ()}
    )
    study = replace(study, codebook=Codebook(columns=columns, design=drop))
    weight = reference.weight
    read = read_each(reference.survey, lambda one: _standard(study, one, weight, whole=False))
    rows = pd.concat([table for table, _, _ in read], ignore_index=True)
    rows = rows[rows["wave"].isin([wave.id for wave in study.waves])]
    if rows.empty:
        what = "nobody of the study's waves"
        file = ", ".join(source.path for source in reference.survey)
        place, expected = f"references.{reference.id}", ", ".join(wave.id for wave in study.waves)
        remedy = "Name the wave of each file (wave:), or leave the reference out."
        raise DataError(what, file=file, place=place, expected=expected, remedy=remedy)
    nowhere = pd.Series(None, index=rows.index, dtype="str")
    places = dict.fromkeys(("wijk", "district", "arm", "pair"), nowhere)
    return rows.assign(**places).reset_index(drop=True)


def _together(study: Study, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all files; raise what is wrong in them together."""
    rows = pd.concat(tables, keys=range(len(tables)), names=["file", "row"]).reset_index("file")
    rows = with_wijk(study, rows)
    DataError.raise_for(
        [
            *check_waves(study, rows),
            *check_codes(study, rows),
            *survey_rows.check_files(
                rows, [source.path for source in study.settings.sources.survey]
            ),
        ]
    )
    sources = [source.id for source in study.settings.sources.survey]
    return rows.assign(source=[sources[number] for number in rows["file"]]).drop(columns="file")


def _nobody(codebook: Codebook) -> pd.DataFrame:
    """Return the standard columns without a row."""
    types = {name: _dtype(column) for name, column in codebook.columns.items()}
    types |= {"respondent": "str", "wave": "str", "weight": "float64", "area": "str"}
    types |= {"source": "str", "wijk": "str", "age": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def column_names(codebook: Codebook, source: str) -> dict[str, str]:
    """Return standard column -> the name it has in a source, for the columns it asked."""
    names = {
        name: column.source if isinstance(column.source, str) else column.source.get(source)
        for name, column in codebook.columns.items()
    }
    return {name: own for name, own in names.items() if own is not None}


def _standard(
    study: Study, source: SurveySource, weight: str, whole: bool = True
) -> tuple[pd.DataFrame, list[survey_rows.AccountRow], list[Problem]]:
    raw = read_source(study.path(source.path), source, f"sources.survey.{source.id}")
    texts = question_rows(raw.cells)
    if texts:
        raise DataError(_question_texts(texts, source))
    names = column_names(study.codebook, source.id)
    if not whole:
        names = {name: own for name, own in names.items() if own in raw.cells}
        _require_weight(study.codebook, source, weight, names)
    DataError.raise_for(
        [
            _no_column(own, name, raw, names.values())
            for name, own in names.items()
            if own not in raw.cells.columns
        ]
    )
    raw, counts = survey_rows.selected_rows(raw, source)
    problems: list[Problem] = []
    columns = {}
    for name, own in names.items():
        columns[name], wrong = recode(raw, own, study.codebook.columns[name])
        problems.extend(wrong)
    if "wave" in names and study.codebook.columns["wave"].type == "date":
        columns["wave"], wrong = survey_rows.waves_of(columns["wave"], study.waves, names, source)
        problems.extend(wrong)
    table = pd.DataFrame(columns, index=raw.cells.index)
    besides = pd.Series(False, index=table.index)
    if weight in table:
        table["weight"] = table[weight]
        table, without, besides = survey_rows.weighted_rows(table, study.codebook.design, source)
        counts += without
    bad = {problem.place.partition(",")[0] for problem in problems}
    sound = [name for name, own in names.items() if f"column '{own}'" not in bad]
    table, wrong = _checked(table, besides, sound, study.codebook, names, source)
    problems += wrong
    if "wave" in sound or "wave" not in names:
        problems += survey_rows.check_wave_column(table, source, names)
    complete = _complete(table, study.codebook, source)
    column = study.codebook.columns.get("weight")
    maximum = column.maximum if column else None
    if source.weights:
        complete = survey_rows.with_weights(complete, study.path(source.weights), maximum)
    problems += survey_rows.check_respondents(complete, source, names)
    DataError.raise_for(problems)
    large = survey_rows.weight_remarks(complete[complete["weight"].ne(0)], source, names, maximum)
    return complete, counts, [*survey_rows.cell_remarks(raw, names.values()), *large]


def _checked(
    table: pd.DataFrame,
    besides: pd.Series,
    sound: list[str],
    codebook: Codebook,
    names: Mapping[str, str],
    source: SurveySource,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return what does not fit the codebook; who has another weight only gets a weight of 0."""
    unweighted = [name for name in sound if name != "weight"]
    problems: list[Problem] = []
    for part in (table.loc[~besides, sound], table.loc[besides, unweighted]):
        problems += check_columns(part, codebook.columns, names, source.path)
    if besides.any():
        table = table.assign(weight=table["weight"].mask(besides, 0.0))
    return table, problems


def _require_weight(
    codebook: Codebook, source: SurveySource, weight: str, names: Mapping[str, str]
) -> None:
    """Refuse a file without its weights: it would be another population, unweighted."""
    if weight in codebook.columns and weight not in names:
        what = f"no column '{codebook.columns[weight].source}', which holds the weights"
        expected = f"codebook.yml, columns.{weight}"
        remedy = "Add it to the file, or name another (weight: of this reference in study.yml)."
        raise DataError(what, file=source.path, expected=expected, remedy=remedy)


def _complete(table: pd.DataFrame, codebook: Codebook, source: SurveySource) -> pd.DataFrame:
    """Return the table with every standard column, the wave and a number per respondent."""
    usual: dict[str, tuple[Any, str]] = {
        name: (None, _dtype(column)) for name, column in codebook.columns.items()
    }
    usual["respondent"] = [f"{source.id}-{row}" for row in table.index], "str"
    usual |= {"age": (float("nan"), "float64"), "weight": (1.0, "float64")}
    added = {
        name: pd.Series(value, index=table.index, dtype=dtype)
        for name, (value, dtype) in usual.items()
        if name not in table
    }
    if source.wave is not None:
        added["wave"] = pd.Series(source.wave, index=table.index, dtype="str")
    kept = table.drop(columns=[name for name in added if name in table])
    return pd.concat([kept, pd.DataFrame(added)], axis=1)


def _dtype(column: Column) -> str:
    if column.type == "date":
        return "datetime64[ns]"
    return "str" if holds_text(column) else "float64"


def _question_texts(rows: list[int], source: SurveySource) -> Problem:
    numbers = ", ".join(map(str, rows))
    what, place = "texts of questions where respondents begin", rows_text(rows)
    expected = "one row per respondent"
    remedy = f"Say skip_rows: [{numbers}] of this survey in study.yml."
    return Problem(what, file=source.path, place=place, expected=expected, remedy=remedy)


def _no_column(own: str, name: str, raw: SourceTable, used: Collection[str]) -> Problem:
    known = [str(column) for column in raw.cells.columns]
    free = [column for column in known if column not in used]
    remedy = did_you_mean(own, free, "Correct its source in codebook.yml.")
    what, place = f"no column '{own}'", f"codebook.yml, columns.{name}.source"
    return Problem(what, raw.file, place, first_of(known, 12), own, remedy)
