"""Release counts of people that are no survey estimates: who took part, who was invited."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy
from wijkkit.errors import DisclosureError


def release_counts(table: pd.DataFrame, columns: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Return `table` with its counts of people rounded, and small ones absent.

    Each count is rounded to the nearest multiple of the policy's base, and absent below the
    policy's `min_count`; that includes zero, or an absent count would say that there is someone.
    Every row is rounded for itself. Totals of such a table are open by at least the width of
    the rounding for each of their parts, so a hidden count does not follow from the others.

    Parameters
    ----------
    table : DataFrame
        One row per intervention, wijk or group.
    columns : tuple of str
        The counts of people. Counts of meetings or hours tell nothing of a person and stay.
    policy : Policy

    Returns
    -------
    DataFrame
        With a column `<count>_status` (``ok``, ``hidden``, ``missing``) after each count.

    Examples
    --------
    >>> from wijkkit.disclosure.policy import GGD
    >>> table = pd.DataFrame({"wijk": ["a", "b"], "reached": [23, 3]})
    >>> release_counts(table, ("reached",), GGD)
      wijk  reached reached_status
    0    a     25.0             ok
    1    b      NaN         hidden
    """
    missing = [column for column in columns if column not in table]
    if missing:
        raise DisclosureError(
            "no such column of counts",
            place="release_counts",
            found=", ".join(missing),
            expected=", ".join(map(str, table.columns)),
            remedy="Name the columns that count people.",
        )
    out = {}
    for column in table:
        if column not in columns:
            out[column] = table[column]
            continue
        counts = table[column].astype(float)
        few = counts < policy.min_count
        rounded = np.floor(counts / policy.count_base + 0.5) * policy.count_base
        out[column] = rounded.where(~few & counts.notna())
        out[f"{column}_status"] = np.select([counts.isna(), few], ["missing", "hidden"], "ok")
    return pd.DataFrame(out, index=table.index)
