"""Release counts of people that are no survey estimates: who took part, who was invited."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy
from wijkkit.errors import DisclosureError


def release_counts(table: pd.DataFrame, columns: tuple[str, ...], policy: Policy) -> pd.DataFrame:
    """Return `table` without its small counts of people.

    A count below the policy's `min_count` is absent, and so is zero, or an absent count would say
    that there is someone. The others stand as they are.

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
    0    a     23.0             ok
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
        out[column] = counts.where(~few)
        out[f"{column}_status"] = np.select([counts.isna(), few], ["missing", "hidden"], "ok")
    return pd.DataFrame(out, index=table.index)
