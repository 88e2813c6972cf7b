"""The cells of a release: each estimate with its counts, checked."""

from __future__ import annotations

import pandas as pd

from wijkkit.disclosure.policy import Policy
from wijkkit.errors import DisclosureError, Problem
from wijkkit.tables import AREA_LEVELS, ESTIMATE_KEYS

_KEYS = list(ESTIMATE_KEYS)


def cells_of(estimates: pd.DataFrame, counts: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return one row per estimate that has respondents, with its counts.

    Parameters
    ----------
    estimates, counts : DataFrame
        See `wijkkit.disclosure.release`.
    policy : Policy

    Returns
    -------
    DataFrame
        Key columns, `x`, `n`, `unit`, `value`, `lower`, `upper`, `stated` (the status it came
        with), `largest_share` where the counts have it, and `row`: its position in `estimates`.

    Raises
    ------
    DisclosureError
        Names every estimate without usable counts: nothing is released unchecked.
    """
    problems = _duplicates(estimates, "estimates") + _duplicates(counts, "counts")
    if problems:
        raise DisclosureError(problems)
    asked = estimates.reset_index(drop=True).rename_axis("row").reset_index()
    asked = asked[~asked["status"].isin(["missing", "not_asked"])]
    asked = asked[[*_KEYS, "unit", "value", "lower", "upper", "status", "row"]]
    cells = asked.rename(columns={"status": "stated"}).merge(
        _numbers(counts), on=_KEYS, how="left", validate="one_to_one"
    )
    problems = _unusable(cells, policy)
    if problems:
        raise DisclosureError(problems)
    return cells


def name_of(row: object) -> str:
    """Return a cell's name for a message: its keys, no number."""
    group = f", {row.group_by} {row.group}" if row.group_by else ""
    return f"{row.indicator}, {row.area_level} {row.area}, {row.wave}{group}"


def _numbers(counts: pd.DataFrame) -> pd.DataFrame:
    columns = [column for column in ("x", "n", "largest_share") if column in counts]
    table = counts[[*_KEYS, *columns]].copy()
    table[columns] = table[columns].astype(float)
    return table if "x" in table else table.assign(x=float("nan"))


def _duplicates(table: pd.DataFrame, name: str) -> list[Problem]:
    twice = table[table.duplicated(_KEYS)]
    return [
        Problem(
            "a cell is there twice", file=name, place=name_of(row), remedy="Keep one row per key."
        )
        for row in twice.itertuples()
    ]


def _unusable(cells: pd.DataFrame, policy: Policy) -> list[Problem]:
    percent = cells["unit"] == "percent"
    x, n = cells["x"], cells["n"]
    checks = {
        "no counts for this estimate": n.isna() | (percent & x.isna()),
        "counts are whole numbers, x between 0 and n": (n < 0)
        | (n % 1 != 0)
        | (x < 0)
        | (x > n)
        | (x % 1 > 0),
        "an area level nobody knows": ~cells["area_level"].isin(AREA_LEVELS),
    }
    if policy.max_dominance is not None:
        known = cells["largest_share"].notna() if "largest_share" in cells else False
        checks["no largest_share for a rule of dominance"] = x.isna() & ~known & (n > 0)
    return [
        Problem(
            what,
            file="counts",
            place=name_of(row),
            remedy="Give the counts the estimate was made from.",
        )
        for what, wrong in checks.items()
        for row in cells[wrong].itertuples()
    ]
