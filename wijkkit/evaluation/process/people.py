"""Small numbers of people do not enter the process evaluation, and do not leave it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, release_counts

#: Measures that count people; a small number of them is not shown.
OF_PEOPLE = ("reach", "reach_of_plan", "low_ses_reached", "equity")
#: Those that are a share of people: as few may not be left outside it.
_SHARES = ("low_ses_reached", "equity")
#: Counts of people by kind of registration: those that are absent where they are small, and
#: parts of them. A part that was left out would leave its whole out as well, and shift the share.
_COUNTS = {
    "activities": (("participants",), ("participants_low_ses", "participants_ses_known")),
    "interventions": (("target_size", "target_low_ses"), ()),
}


def rounded_people(tables: Mapping[str, pd.DataFrame], policy: Policy) -> dict[str, pd.DataFrame]:
    """Return the registry's tables with its counts of people rounded, row by row.

    All figures of the process are computed from these, so that no two of them differ by a small
    number of people, in whatever table or sentence they are.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Kind -> its table, see `wijkkit.registry.tables_for_release`.
    policy : Policy
    """
    return {kind: _rounded(table, kind, policy) for kind, table in tables.items()}


def _rounded(table: pd.DataFrame, kind: str, policy: Policy) -> pd.DataFrame:
    counts, parts = _COUNTS.get(kind, ((), ()))
    shown = release_counts(table, counts, policy)[list(table)]
    for column in parts:
        shown[column] = table[column].astype(float)
    return shown.astype({column: table[column].dtype for column in (*counts, *parts)})


def without_small_counts(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return a table of `implementation` that may be shown.

    Numbers of people are removed; what is computed from them is in whole percents, and
    ``too_few`` where fewer people may be behind it than the policy asks. Sessions, partners and
    costs tell nothing of a person and stay.

    Parameters
    ----------
    table : DataFrame
        From `implementation` or `implementation_by_wijk`, of rounded counts.
    policy : Policy
    """
    people = table["measure"].isin(OF_PEOPLE)
    counts = table[["numerator", "denominator"]].astype(float)
    least = policy.min_count
    few = counts["numerator"].lt(least) | counts["denominator"].lt(policy.min_n)
    few |= table["measure"].isin(_SHARES) & (counts["denominator"] - counts["numerator"]).lt(least)
    few &= people
    numbers = table[["value", "lower", "upper"]].astype(float)
    whole = np.floor(numbers + 0.5).mask(few)
    kept = counts.mask(people)
    return table.assign(
        numerator=kept["numerator"],
        denominator=kept["denominator"],
        value=whole["value"],
        lower=whole["lower"],
        upper=whole["upper"],
        status=table["status"].mask(few & table["status"].eq("ok"), "too_few"),
    )
