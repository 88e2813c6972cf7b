"""CBS tables from OData (version 3), typed, with area codes, kept on disk."""

from __future__ import annotations

import os
from datetime import date

import cbsodata
import pandas as pd
import requests

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.cbs_values import find_column
from wijkkit.loaders.kept import keep, kept_path, read_kept
from wijkkit.loaders.source_table import SourceTable
from wijkkit.study import Study
from wijkkit.study.settings.sources import AreaFigureSource


def read_odata(study: Study, source: AreaFigureSource, codes: list[str]) -> SourceTable:
    """Return the columns that a source needs of a CBS table, from disk if it was read before.

    Parameters
    ----------
    study : Study
    source : AreaFigureSource
        With `table`, `catalogue`, `code_column`, `figures` and `filters`.
    codes : list of str
        The areas that are wanted; rows are asked for what their codes begin with alike.

    Raises
    ------
    DataError
        The table has no such columns, or is not on disk and cannot be downloaded.
    """
    prefix = os.path.commonprefix(codes)
    asked = [source.catalogue, source.code_column, source.name_column, source.figures]
    path = kept_path(study, "cbs", source.table, [*asked, source.filters, prefix])
    if not path.is_file():
        keep(path, _download(source, prefix))
    cells = pd.DataFrame(read_kept(path)["rows"], dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(f"CBS {source.table}", cells)


def _download(source: AreaFigureSource, prefix: str) -> dict[str, object]:
    """Return the rows with their keys: the client would put names in the place of codes."""
    try:
        properties = cbsodata.get_meta(source.table, "DataProperties", catalog_url=source.catalogue)
        columns = _columns(source, [item.get("Key", "") for item in properties])
        # cbsodata 1.3.5: download_data(typed=True) leaves out the typed table, get_meta does not.
        rows = cbsodata.get_meta(
            source.table,
            "TypedDataSet",
            catalog_url=source.catalogue,
            select=list(columns.values()),
            filters=_filters(source, columns, prefix),
        )
        info = cbsodata.get_info(source.table, catalog_url=source.catalogue) or {}
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"the table cannot be downloaded: {type(error).__name__}",
            file=f"CBS {source.table}",
            place=f"study.yml, sources.area_figures.{source.id}",
            expected=f"an answer of {source.catalogue}",
            remedy="Connect once, so that it is kept on disk; or save it as csv (kind: file).",
        ) from None
    return {
        "table": source.table,
        "modified": info.get("Modified", ""),
        "downloaded": date.today().isoformat(),
        "rows": rows,
    }


def _columns(source: AreaFigureSource, known: list[str]) -> dict[str, str]:
    wanted = [source.code_column, *source.filters, *source.figures.values()]
    if source.name_column:
        wanted.append(source.name_column)
    found = {name: find_column(name, known) for name in wanted}
    problems = [value for value in found.values() if isinstance(value, Problem)]
    if problems:
        raise DataError(problems)
    return found


def _filters(source: AreaFigureSource, columns: dict[str, str], prefix: str) -> str:
    conditions = [
        f"{columns[name]} eq '{_quoted(value)}'" for name, value in source.filters.items()
    ]
    if prefix:
        conditions.append(f"startswith({columns[source.code_column]},'{_quoted(prefix)}')")
    return " and ".join(conditions)


def _quoted(value: str) -> str:
    return value.replace("'", "''")
