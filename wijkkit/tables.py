"""The tables that pass between the rooms."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

#: Columns of a tidy estimate table: one row per number, always these, in this order.
ESTIMATE_COLUMNS = tuple(
    "indicator area area_level wave group_by group value lower upper n unit method source "
    "status step".split()
)

#: Columns that name one number; together they are unique in a tidy table.
ESTIMATE_KEYS = ESTIMATE_COLUMNS[:6]

#: Why a number is there or absent. A number that is not ``ok`` is absent, not flagged; of one
#: that is ``above``, `lower` says what it is above.
STATUSES = ("ok", "above", "hidden", "too_few", "missing", "not_asked")

#: Levels of area, from small to large. ``arm`` pools the programme or the comparator wijken.
AREA_LEVELS = ("wijk", "gebied", "arm", "city")
#: The arms that are compared.
ARMS = ("programme", "comparator")

#: The group that stands for everybody, where ``group_by`` is empty.
EVERYBODY = "all"

#: The group of those who are in none of a division, or were not chosen.
REST = "others"


def rows_with(table: pd.DataFrame, **values: str | Iterable[str]) -> pd.DataFrame:
    """Return the rows of a table in which each column has its value, or one of several.

    >>> table = pd.DataFrame({"area": ["a", "b", "c"], "wave": ["2018", "2021", "2021"]})
    >>> rows_with(table, area=("a", "b"), wave="2021")["area"].tolist()
    ['b']
    """
    kept = pd.Series(True, table.index)
    for name, value in values.items():
        kept &= table[name].eq(value) if isinstance(value, str) else table[name].isin(list(value))
    return table[kept]


def first_absence(statuses: Iterable[str]) -> str:
    """Return the first status that is not ``ok``; ``ok`` where all are."""
    return next((status for status in statuses if status != "ok"), "ok")


_NUMBERS = ("value", "lower", "upper", "n", "step")


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` as a tidy estimate table: all columns, in order, numbers absent unless ok.

    Columns of `rows` that are no estimate columns are dropped; text columns that are missing
    are empty, numbers that are missing are absent, `status` is ``ok`` where it is not given.
    `step` is what a released number is rounded to, absent before the release.

    >>> import pandas as pd
    >>> table = tidy(pd.DataFrame({"indicator": ["play"], "area": ["a"], "value": [0.4],
    ...                            "status": ["hidden"]}))
    >>> table.loc[0, ["area", "status"]].tolist(), bool(table["value"].isna().all())
    (['a', 'hidden'], True)
    """
    out = {}
    for column in ESTIMATE_COLUMNS:
        if column in rows:
            out[column] = rows[column]
        elif column in _NUMBERS:
            out[column] = float("nan")
        else:
            out[column] = "ok" if column == "status" else ""
    table = pd.DataFrame(out, index=rows.index).reset_index(drop=True)
    numbers = list(_NUMBERS)
    table[numbers] = table[numbers].astype(float)
    limit = table["lower"].where(table["status"].eq("above"))
    table[numbers] = table[numbers].where(table["status"].eq("ok"))
    table["lower"] = table["lower"].fillna(limit)
    return table
