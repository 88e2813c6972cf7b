"""How large groups are among the respondents, against how large they are in the wijken."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts


def respondent_share(facts: Facts, level: str, area: str, key: str) -> float:
    """Return a group's percentage of the respondents, see `share_and_number`."""
    return share_and_number(facts, level, area, key)[0]


def share_and_number(facts: Facts, level: str, area: str, key: str) -> tuple[float, float]:
    """Return a group's percentage of the respondents whose group is known, and their number.

    Parameters
    ----------
    facts : Facts
    level, area : str
        An area of the estimates.
    key : str
        ``GROUPING.GROUP``.

    Returns
    -------
    tuple of float
        Of the indicator that most respondents answered, last wave; absent where a number is hidden.
    """
    name, _, group = key.partition(".")
    grouping = next(item for item in facts.study.groupings if item.id == name)
    rows = facts.estimates
    if rows.empty:
        return float("nan"), 0.0
    mine = rows["area_level"].eq(level) & rows["area"].eq(area) & rows["group_by"].eq(name)
    mine &= rows["wave"].eq(facts.study.waves[-1].id)
    table = rows[mine].pivot(index="indicator", columns="group", values="n")
    table = table.reindex(columns=[item.id for item in grouping.groups]).dropna()
    if table.empty:
        return float("nan"), 0.0
    largest = table.loc[table.sum(axis=1).idxmax()]
    n = float(largest.sum())
    return 100 * float(largest[group]) / n, n


def study_shares(facts: Facts) -> dict[str, tuple[float, float, float]]:
    """Return each group's percentage of all respondents and of all children, and respondents.

    Wijken count by their number of children. Empty unless the study says which area figures
    count the children and the groups, and these are known of every wijk.

    Parameters
    ----------
    facts : Facts
    """
    settings = facts.study.settings.process
    wijken = list(facts.study.neighbourhoods)
    children = pd.Series([facts.figure(settings.children_figure, wijk) for wijk in wijken])
    weights = children / children.sum(skipna=False)
    found = {}
    for key, figure in settings.representativeness.items():
        there = pd.Series([facts.figure(figure, wijk) for wijk in wijken])
        share, n = share_and_number(facts, "city", "city", key)
        shares = share, (weights * there).sum(skipna=False)
        if not any(map(pd.isna, shares)):
            found[key] = (*shares, n)
    return found
