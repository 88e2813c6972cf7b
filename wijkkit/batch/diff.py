"""Which published numbers differ between two runs, and by how much."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from wijkkit.batch.manifest import kept_runs
from wijkkit.errors import BatchError
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS

COLUMNS = ("table", "where", "column", "before", "after", "change")


def changed_numbers(before: Path, after: Path) -> pd.DataFrame:
    """Return the numbers that differ between two folders of released tables.

    Returns
    -------
    DataFrame
        Columns ``table, where, column, before, after, change``: one row per number that differs,
        appeared (``before`` is absent) or disappeared. `where` holds the values of the text
        columns that name the row.
    """
    names = sorted({path.stem for folder in (before, after) for path in folder.glob("*.parquet")})
    parts = []
    for name in names:
        one, two = (_long(folder / f"{name}.parquet") for folder in (before, after))
        both = pd.concat([one.rename("before"), two.rename("after")], axis=1)
        same = both["before"].eq(both["after"]) | both.isna().all(axis=1)
        differing = both[~same].reset_index()
        differing.insert(0, "table", name)
        parts.append(differing)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS[:5])
    table["change"] = table["after"] - table["before"]
    return table[list(COLUMNS)]


def _long(path: Path) -> pd.Series:
    """Return a table's numbers, indexed by the row they are in (in words) and their column."""
    empty = pd.MultiIndex.from_arrays([[], [], []], names=["where", "repeat", "column"])
    if not path.is_file():
        return pd.Series([], index=empty, dtype=float).droplevel("repeat")
    table = pq.read_table(path, partitioning=None).to_pandas()
    numbers = [c for c in table if pd.api.types.is_numeric_dtype(table[c]) and c != "status"]
    keys = [key for key in ESTIMATE_KEYS if key in table] or [
        column for column in table if column not in numbers and column != "geometry"
    ]
    if not numbers or not len(table):
        return pd.Series([], index=empty, dtype=float).droplevel("repeat")
    where = (
        table[keys].astype(str).fillna("").agg(" | ".join, axis=1)
        if keys
        else pd.Series("", table.index)
    )
    repeat = where.groupby(where).cumcount()
    where = where.where(repeat.eq(0), where + " #" + (repeat + 1).astype(str))
    long = table[numbers].astype(float).set_axis(where, axis=0).rename_axis(index="where")
    return long.rename_axis(columns="column").stack(future_stack=True)


def run_tables(study: Study, run: str) -> Path:
    """Return the folder of a run's released tables.

    Raises
    ------
    BatchError
        There is no such run, or more than one.
    """
    if Path(run).is_dir():
        folder = Path(run)
        return folder / "released" if (folder / "released").is_dir() else folder
    kept = kept_runs(study.runs)
    named = {"last": kept[-1:], "previous": kept[-2:-1]}
    found = named.get(run, [name for name in kept if name.startswith(run)])
    if len(found) != 1:
        raise BatchError(
            f"{'more than one run' if found else 'no run'} is called '{run}'",
            found=run,
            expected=", ".join([*kept[-10:], *(name for name in named if named[name])]),
            remedy="Give the name of one of these runs.",
        )
    return study.runs / "history" / found[0] / "released"
