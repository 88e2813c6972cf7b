"""One source of area figures: its rows of the study's areas, and its cells as numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.areas import area_names
from wijkkit.loaders.cbs_values import cbs_number, find_column
from wijkkit.loaders.cells import Mistake, written
from wijkkit.loaders.odata import read_odata
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import SourceTable, rows_text
from wijkkit.study import Study
from wijkkit.study.settings.sources import AreaFigureSource


def read_area_source(study: Study, source: AreaFigureSource) -> SourceTable:
    """Return the cells of a file, a StatLine download or an OData table."""
    if source.kind == "odata":
        return read_odata(study, source, list(area_names(study, source.level)))
    if source.kind == "statline":
        source = source.model_copy(update={"separator": ";"})
    return read_source(study.path(source.path), source, f"sources.area_figures.{source.id}")


def find_columns(
    source: AreaFigureSource, table: SourceTable
) -> tuple[dict[str, str], list[Problem]]:
    """Return the source's own name of each column that study.yml names, and what is not there."""
    wanted = [source.code_column, *source.filters, *source.figures.values()]
    if source.name_column:
        wanted.append(source.name_column)
    found = {name: find_column(name, table.cells.columns) for name in wanted}
    place = f"study.yml, sources.area_figures.{source.id}"
    problems = [
        Problem(
            item.what,
            file=table.file,
            place=place,
            found=item.found,
            expected=item.expected,
            remedy=item.remedy,
        )
        for item in found.values()
        if isinstance(item, Problem)
    ]
    return found, problems


def filtered_rows(
    source: AreaFigureSource, table: SourceTable, columns: dict[str, str]
) -> pd.DataFrame:
    """Return the rows that the filters of study.yml leave."""
    cells = table.cells
    for name, value in source.filters.items():
        rows = cells[columns[name]].map(written)
        if not rows.eq(value).any():
            raise DataError(
                "a filter that leaves no rows",
                file=table.file,
                place=f"study.yml, sources.area_figures.{source.id}.filters.{name}",
                found=value,
                expected=", ".join(rows.unique()[:12]),
                remedy="Use one of these values.",
            )
        cells = cells[rows.eq(value)]
    return cells


def published_values(cells: pd.Series, table: SourceTable) -> tuple[pd.Series, list[Problem]]:
    """Return a column as numbers, missing where nothing was published, and its mistakes."""
    values = [cbs_number(raw, table) for raw in cells]
    problems = []
    kinds: dict[Mistake, list[int]] = {}
    for position, value in enumerate(values):
        if isinstance(value, Mistake):
            kinds.setdefault(replace(value, found=""), []).append(position)
    for mistake, wrong in kinds.items():
        problems.append(
            Problem(
                mistake.what,
                file=table.file,
                place=f"column '{cells.name}', {rows_text(list(cells.index[wrong]))}",
                found=", ".join(
                    dict.fromkeys(repr(written(cells.iloc[at]))[:40] for at in wrong[:5])
                ),
                expected=mistake.expected,
                remedy=mistake.remedy,
            )
        )
    numbers = [
        math.nan if value is None or isinstance(value, Mistake) else value for value in values
    ]
    return pd.Series(numbers, dtype=float), problems
