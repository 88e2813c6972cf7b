"""Figures per area: from files, StatLine downloads and CBS OData, as one long table."""

from __future__ import annotations

import math
from pathlib import PurePath
from typing import Literal

import numpy as np
import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.areas import area_names, cbs_number, check_areas, check_once, find_columns
from wijkkit.loaders.downloads import read_odata
from wijkkit.loaders.recode import cell_problems
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import SourceTable, read_each, written
from wijkkit.study import Study
from wijkkit.study.guard import require_sources
from wijkkit.study.model import Label
from wijkkit.study.settings.sources import AreaFigureSource

KEYS = ["area", "area_level", "figure", "period"]

COLUMNS = (*KEYS[:3], "label", "period", "value", "unit", "source", "status")


def load_area_figures(study: Study) -> pd.DataFrame:
    """Read the area figures of a study.

    Returns
    -------
    DataFrame
        One row per area, figure and period: ``area, area_level, figure, label, period, value,
        unit, source, status``. `area` is a wijk's slug, a district's name, or ``city``. Every
        area of the study is there; a figure that its source hides or lacks has status
        ``missing`` and no value, never 0. Areas that are none of the study's are left out.

    Raises
    ------
    DataError
        With everything that is wrong in all sources: files and columns that are not there,
        values that are no numbers, areas more than once or of another year's division.

    Examples
    --------
    >>> import wijkkit as wk
    >>> figures = wk.load_area_figures(wk.open_study("parameters"))
    >>> sorted(figures["area_level"].unique())
    ['city', 'gebied', 'wijk']
    """
    require_sources("area figures", public=True)
    sources = study.settings.sources.area_figures
    tables = read_each(sources, lambda source: _long(study, source))
    nothing = pd.DataFrame(columns=list(COLUMNS)).astype({"value": float})
    figures = pd.concat(tables, ignore_index=True) if tables else nothing
    figures = figures.astype(dict.fromkeys(set(COLUMNS) - {"value"}, "str"))
    DataError.raise_for(_twice(figures))
    return figures


def _long(study: Study, source: AreaFigureSource) -> pd.DataFrame:
    table = read_area_source(study, source)
    place = f"study.yml, sources.area_figures.{source.id}"
    columns = find_columns(source.columns, list(table.cells), table.file, place)
    cells = filtered_rows(source, table, columns)
    codes = cells[columns[source.code_column]].map(written)
    names = cells[columns[source.name_column]] if source.name_column else None
    problems = [
        *check_areas(study, source.level, codes, names, table.file),
        *check_once(study, source.level, codes, table.file),
    ]
    known = area_names(study, source.level)
    cells = cells[codes.isin(list(known))].assign(area=codes.map(known))
    parts = []
    for figure, column in source.figures.items():
        values, wrong = published_values(cells[columns[column]], table)
        problems.extend(wrong)
        values.index = pd.Index(cells["area"])
        parts.append(_described(study, source, figure, values, table.file))
    DataError.raise_for(problems)
    return pd.concat(parts, ignore_index=True)


def _described(
    study: Study, source: AreaFigureSource, figure: str, values: pd.Series, file: str
) -> pd.DataFrame:
    areas = list(dict.fromkeys(area_names(study, source.level).values()))
    values = values.reindex(areas) if values.index.is_unique else values
    name = PurePath(file).name
    return pd.DataFrame(
        {
            "area": values.index,
            "area_level": source.level,
            "figure": figure,
            "label": study.text(_said(study, source, "labels", figure) or figure),
            "period": source.period,
            "value": values.to_numpy(),
            "unit": _said(study, source, "units", figure) or "",
            "source": f"{name} ({source.release})" if source.release else name,
            "status": values.isna().map({True: "missing", False: "ok"}).to_numpy(),
        }
    )


def _said(
    study: Study, source: AreaFigureSource, what: Literal["labels", "units"], figure: str
) -> Label | None:
    """Return a figure's label or unit, which one source may say for all."""
    for candidate in (source, *study.settings.sources.area_figures):
        if figure in (said := getattr(candidate, what)):
            return said[figure]
    return None


def _twice(figures: pd.DataFrame) -> list[Problem]:
    double = figures[figures.duplicated(KEYS, keep=False)]
    return [
        Problem(
            "a figure in two sources",
            file="study.yml",
            place="sources.area_figures",
            found=f"{figure} of {level}, {period}",
            remedy="Leave it out of one of them, or give them other names.",
        )
        for figure, level, period in double[["figure", "area_level", "period"]]
        .drop_duplicates()
        .itertuples(index=False)
    ]


def read_area_source(study: Study, source: AreaFigureSource) -> SourceTable:
    """Return the cells of a file, a StatLine download or an OData table."""
    if source.kind == "odata":
        return read_odata(study, source, list(area_names(study, source.level)))
    if source.kind == "statline":
        source = source.model_copy(update={"separator": ";"})
    place = f"sources.area_figures.{source.id}"
    return read_source(study.path(source.path or ""), source, place)


def filtered_rows(
    source: AreaFigureSource, table: SourceTable, columns: dict[str, str]
) -> pd.DataFrame:
    """Return the rows that the filters of study.yml leave."""
    cells = table.cells
    for name, value in source.filters.items():
        rows = cells[columns[name]].map(written)
        if not rows.eq(value).any():
            what = "a filter that leaves no rows"
            place = f"study.yml, sources.area_figures.{source.id}.filters.{name}"
            remedy = "Use one of these values."
            raise DataError(what, table.file, place, value, ", ".join(rows.unique()[:12]), remedy)
        cells = cells[rows.eq(value)]
    return cells


def published_values(cells: pd.Series, table: SourceTable) -> tuple[pd.Series, list[Problem]]:
    """Return a column as numbers, missing where nothing was published, and its mistakes."""
    positions, raw_values = pd.factorize(cells.astype(object))
    values = [cbs_number(raw, table) for raw in raw_values]
    found = cell_problems(cells, positions, raw_values, values, table.file, str(cells.name))
    numbers = [math.nan if isinstance(value, Problem | None) else value for value in values]
    return pd.Series(np.array([*numbers, math.nan])[positions]), list(found)
