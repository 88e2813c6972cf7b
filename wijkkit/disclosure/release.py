"""Release a table of estimates: what may not be shown is removed, the rest protects it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.disclosure.audit import audit
from wijkkit.disclosure.cells import cells_of
from wijkkit.disclosure.composition import Composition
from wijkkit.disclosure.earlier import read_ledger, settle, write_ledger
from wijkkit.disclosure.links import links_of
from wijkkit.disclosure.numbers import released_numbers
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.primary import ABOVE, reasons_by_figure
from wijkkit.disclosure.protect import protect
from wijkkit.disclosure.rounding import publish
from wijkkit.showing import ShowsItself
from wijkkit.tables import ESTIMATE_KEYS, tidy


@dataclass(frozen=True, slots=True, repr=False)
class Release(ShowsItself):
    """Released estimates.

    Parameters
    ----------
    table : DataFrame
        Tidy; numbers that are hidden are absent, the others computed from blurred counts.
    hidden : DataFrame
        Key columns, `reason` (`wijkkit.disclosure.primary.REASONS`), and `above`: what a reader
        may be told that the percentage is above (90.0 under `ggd`); absent for other reasons.
    audit : mapping
        What the audit attacked and how wide the narrowest interval was.
    policy : Policy
    """

    table: pd.DataFrame
    hidden: pd.DataFrame
    audit: Mapping[str, float]
    policy: Policy = field(repr=False)


def release(
    estimates: pd.DataFrame,
    counts: pd.DataFrame,
    *,
    areas: pd.DataFrame,
    policy: Policy,
    ledger: Path | None = None,
    composition: Composition | None = None,
) -> Release:
    """Release estimates: apply the policy to all of them at once, and audit the result.

    Parameters
    ----------
    estimates : DataFrame
        Tidy estimate table.
    counts : DataFrame
        The same key columns, `x` (respondents in the category; absent for scores) and `n`,
        unweighted. Under a policy with a rule of dominance also `largest_share`.
    areas : DataFrame
        Columns `wijk`, `district`, `arm`: how areas nest (`study.areas()`).
    policy : Policy
    ledger : Path, optional
        File with what earlier releases published; what is released now is added to it.
    composition : Composition, optional
        Indicators and groups that are made of others.

    Returns
    -------
    Release

    Raises
    ------
    DisclosureError
        The counts do not fit the estimates, hiding an indicator as a whole does not protect it,
        or the audit could derive what must stay hidden.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> key = {"indicator": "play", "area_level": "wijk", "wave": "1", "group_by": "",
    ...        "group": "all"}
    >>> counts = pd.DataFrame([key | {"area": "a", "x": 20, "n": 41},
    ...                        key | {"area": "b", "x": 3, "n": 52}])
    >>> estimates = tidy(counts.assign(value=100 * counts["x"] / counts["n"], lower=30.0,
    ...                                upper=60.0, unit="percent"))
    >>> areas = pd.DataFrame({"wijk": ["a", "b"], "district": "d", "arm": "none"})
    >>> release(estimates, counts, areas=areas, policy=GGD).table[["area", "value", "n", "status"]]
      area  value     n  status
    0    a   53.0  40.0      ok
    1    b    NaN   NaN  hidden
    """
    composition = composition or Composition()
    cells = cells_of(estimates, counts, policy)
    shown = publish(cells["x"].to_numpy(float), cells["n"].to_numpy(float), policy)
    earlier = read_ledger(ledger)
    shown, reasons, slack = settle(cells, shown, earlier, policy)
    reasons = reasons_by_figure(reasons, cells, policy)
    systems = _systems(cells, composition)

    def settled(at: np.ndarray) -> np.ndarray:
        links = links_of(cells.iloc[at], areas, composition)
        return protect(cells.iloc[at], shown.at(at), reasons[at], slack[at], links, policy)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for at, protected in zip(systems, pool.map(settled, systems), strict=True):
            reasons[at] = protected
    table = _table(estimates, cells, released_numbers(cells, shown, policy), reasons)
    hidden = _hidden(cells, reasons, policy)
    summary = audit(
        table, hidden, counts, areas=areas, policy=policy, earlier=earlier, composition=composition
    )
    if ledger is not None:
        write_ledger(ledger, cells, shown, reasons, policy)
    return Release(table, hidden, summary, policy)


def _systems(cells: pd.DataFrame, composition: Composition) -> list[np.ndarray]:
    """Return the positions of cells that are linked: one wave of an indicator and its parts."""
    family = cells["indicator"].map(composition.family)
    return list(cells.groupby([family, cells["wave"]], sort=False).indices.values())


def _hidden(cells: pd.DataFrame, reasons: np.ndarray, policy: Policy) -> pd.DataFrame:
    """Return what is hidden and why: what is published of it."""
    which = reasons != ""
    above = np.where(np.isin(reasons[which], ABOVE), 100 * policy.max_share, np.nan)
    hidden = cells.loc[which, list(ESTIMATE_KEYS)]
    return hidden.assign(reason=reasons[which], above=above).reset_index(drop=True)


def _table(
    estimates: pd.DataFrame,
    cells: pd.DataFrame,
    numbers: Mapping[str, np.ndarray],
    reasons: np.ndarray,
) -> pd.DataFrame:
    """Return the tidy table with released numbers only."""
    table = estimates.reset_index(drop=True).copy()
    at = cells["row"].to_numpy()
    status = table["status"].to_numpy(object).copy()
    status[at] = np.select([reasons == "", reasons == "too_few"], ["ok", "too_few"], "hidden")
    table["status"] = status
    for column in ("value", "lower", "upper", "n"):
        released = np.full(len(table), np.nan)
        released[at] = numbers[column]
        table[column] = released
    return tidy(table)
