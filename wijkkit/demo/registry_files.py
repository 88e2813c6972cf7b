"""Write what the wijken did: a workbook per wijk, and two tables that a city keeps itself."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pandas as pd

from wijkkit.demo.registry_rows import registry_rows
from wijkkit.files import write_whole
from wijkkit.registry import write_workbook

#: Kinds that come as one csv file of all wijken rather than in the workbooks.
AS_CSV = ("stakeholders", "steps")


def write_registry(city: pd.DataFrame, folder: Path, seed: int) -> None:
    """Write ``<wijk>.xlsx`` per wijk, ``stakeholders.csv``, ``steps.csv`` and ``catalogue.csv``.

    The workbooks are those that `wijkkit registry import` reads.
    """
    content = (files("wijkkit.demo") / "content" / "catalogue.csv").read_text(encoding="utf-8")
    write_whole(folder / "catalogue.csv", content)
    catalogue = pd.read_csv(
        folder / "catalogue.csv", dtype="str", keep_default_na=False, index_col="intervention"
    )
    rows = registry_rows(city, catalogue, seed)
    for wijk, kinds in rows.items():
        sheets = {kind: table for kind, table in kinds.items() if kind not in AS_CSV}
        write_workbook(folder / f"{wijk}.xlsx", wijk, sheets)
    for kind in AS_CSV:
        parts = [kinds[kind].assign(wijk=wijk) for wijk, kinds in rows.items() if kind in kinds]
        table = pd.concat(parts, ignore_index=True)
        table = table[["wijk", *(column for column in table if column != "wijk")]]
        text = table.to_csv(sep=";", index=False, lineterminator="\n")
        write_whole(folder / f"{kind}.csv", text)
