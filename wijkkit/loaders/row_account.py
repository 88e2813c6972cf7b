"""What became of every row of a survey: used, or left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.cells import is_number, written
from wijkkit.loaders.source_table import SourceTable
from wijkkit.study import Study
from wijkkit.study.codebook import Design
from wijkkit.study.settings.sources import SurveySource

#: Source, wave (empty where it is not known yet), wijk or area code, why left out (empty where
#: used), rows.
AccountRow = tuple[str, str, str, str, int]

#: Why a row is left out, in the order in which it is decided.
FILTER, NO_WEIGHT, ZERO_WEIGHT = "not in the selection", "no weight", "weight 0"
NO_AREA, NO_WIJK = "no area", "in no wijk of the study"


def selected_rows(table: SourceTable, source: SurveySource) -> tuple[SourceTable, list[AccountRow]]:
    """Return the rows that `rows` of a source selects, and how many it leaves out."""
    chosen = pd.Series(True, index=table.cells.index)
    for column, values in source.rows.items():
        if column not in table.cells:
            raise DataError(
                f"no column '{column}'",
                file=source.path,
                place=f"sources.survey.{source.id}.rows",
                found=", ".join(map(str, table.cells.columns[:12])),
                remedy="Correct its name in study.yml.",
            )
        chosen &= table.cells[column].map(written).isin(values)
    if chosen.all():
        return table, []
    left = int((~chosen).sum())
    kept = replace(table, cells=table.cells[chosen])
    return kept, [(source.id, source.wave or "", "", FILTER, left)]


def weighted_rows(
    table: pd.DataFrame, design: Design, source: SurveySource
) -> tuple[pd.DataFrame, list[AccountRow]]:
    """Return the rows with a weight, where the design says that others are left out."""
    waves = table["wave"] if "wave" in table else pd.Series(source.wave or "", index=table.index)
    counts: list[AccountRow] = []
    keep = pd.Series(True, index=table.index)
    for policy, wrong, why in (
        (design.missing_weights, table["weight"].isna(), NO_WEIGHT),
        (design.zero_weights, table["weight"].eq(0), ZERO_WEIGHT),
    ):
        if policy == "drop" and wrong.any():
            keep &= ~wrong
            by_wave = waves[wrong].fillna("").value_counts(sort=False)
            counts += [(source.id, str(w), "", why, int(n)) for w, n in by_wave.items()]
    return table[keep], counts


def cell_remarks(table: SourceTable, used: Iterable[str]) -> Iterator[Problem]:
    """Yield the columns of a workbook with percentages, or with text among numbers."""
    for column in used:
        if column in table.percentages:
            yield Problem(
                f"{table.percentages[column]} cells show a percentage and are read as they show",
                file=table.file,
                place=f"column '{column}'",
                found="0.125 shown as 12.5%",
                expected="12.5",
                remedy="Write numbers if something else is meant.",
            )
        cells = table.cells[column]
        if table.written or cells.dtype != object:
            continue
        texts = [isinstance(c, str) and is_number(c.strip()) for c in cells]
        if any(texts) and any(isinstance(c, int | float) and c == c for c in cells):
            yield Problem(
                f"{sum(texts)} numbers stand as text among numbers",
                file=table.file,
                place=f"column '{column}'",
                found=repr(cells[texts].iloc[0]),
                remedy="They are read as numbers; check that this is meant.",
            )


def area_account(study: Study, rows: pd.DataFrame) -> list[AccountRow]:
    """Return how many rows of each source and wave each wijk has, and each code that is in none."""
    if not len(rows):
        return []
    wijken = study.wijk_of_code()
    keys = list(zip(rows["wave"], rows["area"], strict=True))
    wijk = pd.Series([wijken.get(key, "") for key in keys], index=rows.index)
    area = rows["area"].fillna("").astype(str)
    why = np.select([wijk.ne(""), area.eq("")], ["", NO_AREA], NO_WIJK)
    table = pd.DataFrame(
        {"source": rows["source"], "wave": rows["wave"].fillna(""), "why": why}
    ).assign(place=np.where(wijk.ne(""), wijk, area))
    sizes = table.groupby(["source", "wave", "place", "why"], sort=True).size()
    return [(*key, int(n)) for key, n in sizes.items()]


def row_account(account: Sequence[AccountRow]) -> pd.DataFrame:
    """Return one table of what became of the rows of a survey.

    Parameters
    ----------
    account : sequence of (str, str, str, str, int)
        ``attrs["account"]`` of the respondents.

    Returns
    -------
    DataFrame
        ``source, wave, wijk, read, used, dropped, why``: one row per wijk of a source and wave,
        and one per reason for what was left out. `read` is `used` and `dropped` together.

    Examples
    --------
    >>> row_account([("s", "2021", "noord", "", 60), ("s", "2021", "", "no weight", 3)])
      source  wave   wijk  read  used  dropped        why
    0      s  2021  noord    60    60        0
    1      s  2021            3     0        3  no weight
    """
    rows = [
        {
            "source": source,
            "wave": wave,
            "wijk": place,
            "read": count,
            "used": 0 if why else count,
            "dropped": count if why else 0,
            "why": why,
        }
        for source, wave, place, why, count in account
    ]
    columns = ["source", "wave", "wijk", "read", "used", "dropped", "why"]
    return pd.DataFrame(rows, columns=columns)
