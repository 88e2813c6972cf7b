"""Earlier releases count too: the ledger of what was published, and what it asks of a new one.

Two releases of nearly the same respondents give away the few in whom they differ. So a cell
whose counts may still be those of an earlier release keeps the blurred counts it had, and a cell
that was hidden stays hidden, for the same reason while that may still hold. The ledger holds what
was published, never the true counts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.disclosure.ledger_file import append_rows, read_rows
from wijkkit.disclosure.policy import Policy
from wijkkit.disclosure.primary import REASONS, primary_reasons
from wijkkit.disclosure.rounding import Published, publish
from wijkkit.disclosure.told import told
from wijkkit.tables import ESTIMATE_KEYS

_KEYS = list(ESTIMATE_KEYS)
_COLUMNS = [*_KEYS, "reason", "count", "shown_n"]
#: Ledgers once held a status in the place of the reason. Why a cell was hidden is not known then:
#: it gets the reason that stays, whatever the counts are, and says nothing of them.
_OF_STATUS = {"ok": "", "too_few": "too_few", "hidden": "together"}


def read_ledger(path: Path | None) -> pd.DataFrame:
    """Return the last that was published of each cell: keys, `reason`, `count`, `shown_n`.

    The reason is empty where the cell was shown. Where a ledger of an earlier version does not
    give it, it is the one that says nothing (``together``), and the cell stays hidden.

    Raises
    ------
    DisclosureError
        The file is not a ledger; nothing is released without knowing what was.
    """
    return read_rows(path, _KEYS, _COLUMNS, _with_reason)


def _with_reason(row: dict[str, object]) -> dict[str, object]:
    """Return a row of any version of the ledger as one of this version."""
    reason = row["reason"] if "reason" in row else _OF_STATUS[row["status"]]
    if reason not in ("", *REASONS):
        raise ValueError(f"no such reason: {reason}")
    return row | {"reason": reason}


def write_ledger(
    path: Path, cells: pd.DataFrame, shown: Published, reasons: np.ndarray, policy: Policy
) -> None:
    """Append to the ledger what is published now and was not before, whole or not at all."""
    ok = reasons == ""
    table = cells[_KEYS].assign(
        reason=reasons,
        count=np.where(ok, shown.count, np.nan),
        shown_n=np.where(ok, shown.n, np.nan),
    )
    append_rows(path, table, _KEYS)


def settle(
    cells: pd.DataFrame, shown: Published, earlier: pd.DataFrame, policy: Policy
) -> tuple[Published, np.ndarray, np.ndarray]:
    """Return what is published of each cell, given earlier releases.

    Returns
    -------
    shown : Published
    reasons : ndarray of str
        Why it is hidden; empty where no rule asks for it.
    slack : ndarray
        By how many respondents that reason may be off.
    """
    reasons = primary_reasons(cells, policy).to_numpy(object)
    stated = cells["stated"].isin(["hidden", "too_few"]).to_numpy()
    reasons[stated & (reasons == "")] = "stated"
    before = cells[_KEYS].merge(earlier, on=_KEYS, how="left")
    old_reason = before["reason"].fillna("unknown").to_numpy(object)
    count, shown_n = (before[name].to_numpy(float) for name in ("count", "shown_n"))
    x, n = cells["x"].to_numpy(float), cells["n"].to_numpy(float)

    was_hidden = ~np.isin(old_reason, ["", "unknown"])
    margin = np.full(len(n), float(policy.protection))
    still = was_hidden & told(old_reason, np.isnan(x), policy, margin).fits(x, n)
    reasons = np.where(still, old_reason, reasons)
    doubled = (old_reason == "too_few") & (n >= 2 * policy.min_n)
    reasons[was_hidden & ~doubled & (reasons == "")] = "earlier"

    old = _dilated(publish(np.where(np.isnan(x), x, count), shown_n, policy), policy)
    was_shown = old_reason == ""
    same = was_shown & _fits(x, n, old)
    allowed = primary_reasons(
        cells.assign(x=np.where(np.isnan(x), x, count), n=shown_n), policy
    ).eq("")
    reasons[same & ~stated] = np.where(allowed, "", reasons)[same & ~stated]
    reasons[was_shown & ~same & _tells(shown, old, policy) & (reasons == "")] = "earlier"
    kept = {
        name: np.where(same, getattr(old, name), getattr(shown, name))
        for name in Published.__slots__
    }
    return replace(shown, **kept), reasons, np.where(still, margin, 0.0)


def _dilated(old: Published, policy: Policy) -> Published:
    """Return earlier classes widened by as many respondents as may have come or gone."""
    change = policy.protection
    with np.errstate(invalid="ignore", divide="ignore"):
        margin = 2 * change / old.n
    return replace(
        old,
        n_low=old.n_low - change,
        n_high=old.n_high + change,
        share_low=np.clip(old.share_low - margin, 0, 1),
        share_high=np.clip(old.share_high + margin, 0, 1),
        limit=np.zeros(len(old.n)),
        public=np.ones(len(old.n), bool),
    )


def _fits(x: np.ndarray, n: np.ndarray, old: Published) -> np.ndarray:
    in_n = (n >= old.n_low) & (n <= old.n_high)
    in_x = (x >= old.share_low * n) & (x <= old.share_high * n)
    return in_n & (in_x | np.isnan(x))


def _tells(shown: Published, old: Published, policy: Policy) -> np.ndarray:
    """Return where the difference with an earlier release leaves little open.

    An attacker who knows that the one release is a part of the other knows that the count of
    those in whom they differ lies between zero and their number.
    """
    more = shown.n >= old.n
    sign = np.where(more, 1.0, -1.0)
    most = sign * (shown.n - old.n) + 2 * policy.blur
    spread = 2 * policy.count_class
    difference = sign * (shown.count - old.count)
    low, high = np.maximum(difference - spread / 2, 0), np.minimum(difference + spread / 2, most)
    return high - low < policy.protection
