"""What of the process evaluation becomes released tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, policy_for
from wijkkit.pipeline.process.evaluate import ProcessResults
from wijkkit.released import write_released
from wijkkit.study import Study

#: Measures that count people; a small number of them is not shown.
_OF_PEOPLE = ("reach", "reach_of_plan", "low_ses_reached", "equity")


def release_process(study: Study, results: ProcessResults) -> None:
    """Write the tables of the process evaluation to the study's released tables.

    Numbers of participants are removed; what is computed from them is shown in whole percents,
    and not at all where fewer people are behind it than the study's policy asks.
    """
    policy = policy_for(study)
    for name, table in results.tables.items():
        if name.startswith("implementation"):
            table = _without_counts(table, policy)
        write_released(study, name, table)


def _without_counts(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    people = table["measure"].isin(_OF_PEOPLE)
    counts = table[["numerator", "denominator"]].astype(float)
    few = people & (
        counts["numerator"].lt(policy.min_count) | counts["denominator"].lt(policy.min_n)
    )
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
