"""The audit: attack a release with everything it publishes, and refuse it where that works.

Nothing here is shared with the code that chose what to hide, but the policy and the names of
the columns.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from wijkkit.disclosure.audit_attack import attack_on, questions
from wijkkit.disclosure.audit_evidence import evidence
from wijkkit.disclosure.audit_sums import Sums, sums
from wijkkit.disclosure.composition import Composition
from wijkkit.disclosure.policy import Policy
from wijkkit.errors import DisclosureError, Problem
from wijkkit.tables import ESTIMATE_KEYS

_KEYS = list(ESTIMATE_KEYS)
_NUMBERS = ["value", "lower", "upper", "n"]


def audit(
    table: pd.DataFrame,
    hidden: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    areas: pd.DataFrame,
    policy: Policy,
    earlier: pd.DataFrame | None = None,
    composition: Composition | None = None,
) -> dict[str, float]:
    """Attack a released table; return what was attacked.

    For each hidden count, linear programs give the interval that anyone could derive from the
    released numbers, the reasons that are given for what is hidden, the sums among areas and
    groups and the rules of the policy.

    Parameters
    ----------
    table : DataFrame
        Released, tidy.
    hidden : DataFrame
        Key columns and `reason` of what is hidden, as it is published.
    counts : DataFrame
        The true counts: key columns, `x`, `n`.
    areas : DataFrame
        Columns `wijk`, `district`, `arm`.
    policy : Policy
    earlier : DataFrame, optional
        What earlier releases published (`wijkkit.disclosure.earlier.read_ledger`).
    composition : Composition, optional
        Indicators and groups that are made of others.

    Returns
    -------
    dict
        `cells`, `hidden`, `attacked` (intervals), `narrowest` (respondents; NaN when nothing is
        hidden).

    Raises
    ------
    DisclosureError
        Names every cell that is shown against the policy, that is hidden for a reason which is
        not true, or whose interval is too narrow.
    """
    composition = composition or Composition()
    cells = audited_cells(table, hidden, counts)
    unmarked = table.loc[table["status"] != "ok", [*_KEYS, *_NUMBERS]].dropna(
        subset=_NUMBERS, how="all"
    )
    problems = [_problem(row, "hidden, yet a number is there") for row in unmarked.itertuples()]
    cells = cells.assign(**_before(cells, earlier))
    known, added = evidence(cells, policy), sums(cells, areas, composition)
    problems += _against_rules(cells, policy) + _untrue(cells, known)
    families = cells.groupby([_family(cells["indicator"], composition), "wave"], sort=False)
    systems = [at for at in families.indices.values() if (cells["status"].iloc[at] != "ok").any()]

    def attacked(at: np.ndarray) -> tuple[list[Problem], np.ndarray]:
        return _attack(
            cells.iloc[at].reset_index(drop=True), known.iloc[at], added.among(at), policy
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(attacked, systems))
    problems += [problem for narrow, _ in found for problem in narrow]
    widths = np.concatenate([np.empty(0), *(of_one for _, of_one in found)])
    if problems:
        raise DisclosureError(problems)
    return {
        "cells": len(cells),
        "hidden": int((cells["status"] != "ok").sum()),
        "attacked": len(widths),
        "narrowest": float(widths.min()) if len(widths) else float("nan"),
    }


def audited_cells(table: pd.DataFrame, hidden: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the released rows that have respondents, with `reason`, true `x` and `respondents`."""
    truth = counts[[*_KEYS, *(["x"] if "x" in counts else []), "n"]]
    cells = table.merge(truth.rename(columns={"n": "respondents"}), on=_KEYS)
    cells = cells.merge(hidden[[*_KEYS, "reason"]], on=_KEYS, how="left").fillna({"reason": ""})
    cells = cells[~cells["status"].isin(["missing", "not_asked"])].reset_index(drop=True)
    return cells.assign(x=cells["x"] if "x" in cells else np.nan)


def _problem(row: object, what: str) -> Problem:
    place = f"{row.indicator}, {row.area_level} {row.area}, {row.wave}"
    return Problem(
        what,
        file="release",
        place=place + (f", {row.group_by} {row.group}" if row.group_by else ""),
        remedy="Do not publish this release; hide more, or pool areas, groups or waves.",
    )


def _before(cells: pd.DataFrame, earlier: pd.DataFrame | None) -> dict[str, list[bool]]:
    """Return which cells repeat an earlier release, whose rules they then follow.

    `public` shows the n of then, `repeated` is hidden for the reason of then.
    """
    rows = [] if earlier is None else earlier.to_dict("records")
    last = {tuple(row[key] for key in _KEYS): row for row in rows}
    nothing = {"reason": None, "shown_n": None}
    pairs = [
        (row, last.get(tuple(row[key] for key in _KEYS), nothing))
        for row in cells.to_dict("records")
    ]
    return {
        "public": [was["reason"] == "" and was["shown_n"] == row["n"] for row, was in pairs],
        "repeated": [row["reason"] != "" and was["reason"] == row["reason"] for row, was in pairs],
    }


def _against_rules(cells: pd.DataFrame, policy: Policy) -> list[Problem]:
    shown = cells["status"] == "ok"
    x, n = cells["x"], cells["respondents"]
    share = x / n.where(n > 0)
    most = policy.max_share
    new = shown & ~cells["public"]
    rules = {
        "shown with too few respondents": new & (n < policy.min_n),
        "shown with too few in the category": new & (x < policy.min_count),
        "shown with too few outside the category": new & (n - x < policy.min_count),
        "shown with too large a share": new & (share > most),
        "shown with too large a rest": new & policy.max_share_both & (1 - share > most),
        "shown without a number": shown & cells["value"].isna(),
        "n is finer than the policy": shown & _off(cells["n"], policy.count_base),
    }
    percent = cells["unit"] == "percent"
    step = np.where(percent, policy.percent_step, policy.mean_step)
    for name in ("value", "lower", "upper"):
        rules[f"{name} is finer than the policy"] = shown & _off(cells[name], step)
    return [
        _problem(row, what) for what, wrong in rules.items() for row in cells[wrong].itertuples()
    ]


def _untrue(cells: pd.DataFrame, known: pd.DataFrame) -> list[Problem]:
    """Return the hidden cells of which the counts are not what the published reason says."""
    given = cells["status"].map({"ok": "", "too_few": "too_few"})
    agrees = np.where(
        given.isna(), ~cells["reason"].isin(["", "too_few"]), cells["reason"] == given
    )
    x, n = known["x"], known["respondents"]
    inside = x.between(known["x_min"], known["x_max"])
    inside &= (n - x).between(known["rest_min"], known["rest_max"])
    inside &= x.between(
        known["share_min"] * n - known["slack"] - 1e-6,
        known["share_max"] * n + known["slack"] + 1e-6,
    )
    true = n.between(known["n_min"], known["n_max"]) & (inside | x.isna())
    wrong = ~agrees | ((cells["status"] != "ok") & ~true)
    return [_problem(row, "the reason given is not true") for row in cells[wrong].itertuples()]


def _off(values: pd.Series, step: float | np.ndarray) -> pd.Series:
    steps = values / step
    return (steps - steps.round()).abs() > 1e-6


def _family(indicator: pd.Series, composition: Composition) -> pd.Series:
    family = {name: name for name in indicator.unique()}
    for whole, of in composition.indicators.items():
        joined = {family.get(name, name) for name in (whole, *of)}
        family = {name: whole if at in joined else at for name, at in family.items()}
    return indicator.map(family)


def _attack(
    system: pd.DataFrame, known: pd.DataFrame, added: Sums, policy: Policy
) -> tuple[list[Problem], np.ndarray]:
    """Attack one system; return what gives way, and the widths of all intervals."""
    asked = questions(system, policy)
    found = attack_on(system, known, added).widths(asked, policy.protection)
    narrow = np.unique(asked.cell[found < policy.protection - 1e-4])
    problems = [
        _problem(row, "can be derived from what is published")
        for row in system.loc[narrow].itertuples()
    ]
    return problems, found
