"""Small numbers of people are not shown of the process, nor what gives them back.

The idea is that of the survey: a share that no rule forbids is the keeper's own, in whole percents;
a count below `min_count` is absent, and stays open against everything that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy, release_counts
from wijkkit.tables import rows_with

#: Measures that count people; a small number of them is not shown.
OF_PEOPLE = ("reach", "reach_of_plan", "low_ses_reached", "equity")
#: Those that are a share of people: as few may not be left outside it.
_SHARES = ("low_ses_reached", "equity")
#: Measures of people that the wijk has as well as each intervention: they add up.
_ADDED = ("reach_of_plan", "low_ses_reached")
_LIMITS = ["lower", "upper"]


def shown_registry(tables: Mapping[str, pd.DataFrame], policy: Policy) -> dict[str, pd.DataFrame]:
    """Return the registry's tables without small target groups; participants stay in them.

    Participants are shown as measures only (`shown_measures`), never row by row.
    """
    shown = dict(tables)
    if (table := tables.get("interventions")) is not None:
        counts = ("target_size", "target_low_ses")
        types = {column: table[column].dtype for column in counts}
        shown["interventions"] = release_counts(table, counts, policy)[list(table)].astype(types)
    return shown


def shown_measures(
    each: pd.DataFrame, of_wijk: pd.DataFrame, activities: pd.DataFrame, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the measures of interventions and of wijken that may be shown, exact.

    They are shown in whole numbers (`in_whole_numbers`). Of people, a measure is ``too_few`` where
    fewer than `min_count` are counted, or are left outside a share, or where a share is of fewer
    than `min_n`; the limits of a reach are absent where one of its rows is so small; and the
    measure of the wijk is ``too_few`` where it would leave a hidden number of one of its
    interventions less open than the policy's `protection`. A quality is ``too_few`` of fewer than
    `min_count` observations, and that of the wijk where what its interventions hide of it is.
    Sessions, partners and costs tell nothing of a person and stay.
    """
    few_each, few_wijk = _few(each, policy), _few(of_wijk, policy)
    judged = of_wijk["measure"].isin([*_ADDED, "quality"]) & of_wijk["status"].eq("ok") & ~few_wijk
    for at, row in of_wijk[judged].iterrows():
        parts = rows_with(each, wijk=row["wijk"], measure=row["measure"], status="ok")
        hidden = few_each[parts.index]
        if row["measure"] in _ADDED:
            few_wijk[at] = not _stays_open(row, parts, hidden, _same_counts(each, parts), policy)
        elif row["measure"] == "quality":
            left = row["numerator"] - parts.loc[~hidden, "numerator"].sum()
            few_wijk[at] = 0 < left < policy.min_count
    few = activities["participants"].astype(float).lt(policy.min_count)
    key = ["wijk", "intervention"]
    small = pd.MultiIndex.from_frame(activities.loc[few, key])
    limits = each["measure"].eq("reach") & pd.MultiIndex.from_frame(each[key]).isin(small)
    shown = each.assign(**{name: each[name].mask(limits) for name in _LIMITS})
    return _without(shown, few_each), _without(of_wijk, few_wijk)


def in_whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return measures as they are shown: halves up, as the keeper of a registry rounds them."""
    return table.assign(**np.floor(table[["value", *_LIMITS]].astype(float) + 0.5))


def _few(table: pd.DataFrame, policy: Policy) -> pd.Series:
    part, whole = table["numerator"].astype(float), table["denominator"].astype(float)
    people = table["measure"].isin(OF_PEOPLE) & part.lt(policy.min_count)
    outside = (whole - part).lt(policy.min_count) | whole.lt(policy.min_n)
    share = table["measure"].isin(_SHARES) & outside
    observed = table["measure"].eq("quality") & part.lt(policy.min_count)
    return (people | share | observed) & table["status"].eq("ok")


def _without(table: pd.DataFrame, few: pd.Series) -> pd.DataFrame:
    people = table["measure"].isin([*OF_PEOPLE, "quality"])
    counts = table[["numerator", "denominator"]].astype(float).mask(people)
    numbers = table[["value", *_LIMITS]].astype(float).mask(few)
    return table.assign(**counts, **numbers, status=table["status"].mask(few, "too_few"))


def _same_counts(each: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return the reach of these interventions, which may count the same participants."""
    named = {name: parts[name] for name in ("wijk", "intervention")}
    return rows_with(each, **named, measure="reach", status="ok")


def _stays_open(
    total: pd.Series, parts: pd.DataFrame, hidden: pd.Series, reach: pd.DataFrame, policy: Policy
) -> bool:
    """Return whether the hidden parts of a shown total stay open, for one who knows what is
    planned.

    Whole percents leave a count within half a percent of its denominator. A hidden count is
    between the least and the largest that the total and the other parts leave.
    """
    rest = float(total["numerator"] - parts["numerator"].sum())  # in no intervention
    if not hidden.any() and rest == 0:
        return True
    low: float
    high: float
    low, high = _within(total)
    most = policy.min_count - 1
    open_low, open_high = [], []
    for at, part in parts.iterrows():
        if hidden[at]:
            size, count = part["denominator"], part["numerator"]
            near_none = count <= size / 2
            open_low.append(0 if near_none else size - most)
            open_high.append(most if near_none else size)
            continue
        same = reach["intervention"].eq(part["intervention"])
        same &= reach["numerator"].eq(part["numerator"])
        ends = [_within(part), *(_within(row) for _, row in reach[same].iterrows())]
        low -= min(end for _, end in ends)
        high -= max(start for start, _ in ends)
    if 0 < rest < policy.min_count:
        open_low.append(0)
        open_high.append(most)
    else:
        low, high = low - rest, high - rest
    for at, (least, largest) in enumerate(zip(open_low, open_high, strict=True)):
        others_low = sum(open_low) - open_low[at]
        others_high = sum(open_high) - open_high[at]
        known = min(largest, high - others_low) - max(least, low - others_high)
        if known < min(policy.protection, largest - least):
            return False
    return True


def _within(row: pd.Series) -> tuple[int, int]:
    """Return the least and the largest count that a whole percentage is made of."""
    percent = np.floor(100 * row["numerator"] / row["denominator"] + 0.5)
    ends = np.round(np.array([percent - 0.5, percent + 0.5]) * row["denominator"] / 100, 9)
    return max(int(np.ceil(ends[0])), 0), int(np.ceil(ends[1])) - 1
