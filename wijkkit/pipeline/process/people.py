"""Small numbers of people do not leave the process evaluation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy

#: Measures that count people; a small number of them is not shown.
OF_PEOPLE = ("reach", "reach_of_plan", "low_ses_reached", "equity")


def without_small_counts(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return a table of `implementation` that may be shown.

    Numbers of people are removed; what is computed from them is in whole percents, and
    ``too_few`` where fewer people are behind it than the policy asks. Sessions, partners and
    costs tell nothing of a person and stay.

    Parameters
    ----------
    table : DataFrame
        From `implementation` or `implementation_by_wijk`.
    policy : Policy
    """
    people = table["measure"].isin(OF_PEOPLE)
    counts = table[["numerator", "denominator"]].astype(float)
    few = counts["numerator"].lt(policy.min_count) | counts["denominator"].lt(policy.min_n)
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
