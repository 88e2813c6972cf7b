"""Fill the demo's registry from its files, as a municipality would."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wijkkit.demo.registry_files import AS_CSV
from wijkkit.loaders.standard_table import read_standard_table
from wijkkit.registry import COLUMNS, KINDS, Registry, import_workbook, open_registry
from wijkkit.study import Study
from wijkkit.study.codebook import Column

#: In the history of the registry.
WHO = "demo"

_TYPES = {"integer": "integer", "number": "number", "date": "date"}


def fill_registry(study: Study, folder: Path) -> None:
    """Store the csv tables row by row, then import each wijk's workbook.

    Parameters
    ----------
    study : Study
    folder : Path
        Where the workbooks are.
    """
    with open_registry(study) as registry:
        for kind in AS_CSV:
            _store_table(registry, kind)
        for wijk in study.neighbourhoods:
            import_workbook(registry, folder / f"{wijk}.xlsx", WHO)


def _store_table(registry: Registry, kind: str) -> None:
    source = getattr(registry.study.settings.sources, kind)
    types = {column.name: _TYPES.get(column.type, "code") for column in KINDS[kind].columns}
    columns = {
        name: Column(source=name, type=types.get(name, "code"))
        for name in COLUMNS[kind]
        if name in ("wijk", "key", *types)
    }
    table = read_standard_table(registry.study, source, f"sources.{kind}", columns)
    for row in table.to_dict("records"):
        registry.save(kind, {name: _plain(value) for name, value in row.items()}, WHO)


def _plain(value: object) -> object:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return int(value) if isinstance(value, float) and value.is_integer() else value
