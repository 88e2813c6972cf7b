"""How large groups are among the respondents, against how large they are in the wijken."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts


def respondent_share(facts: Facts, level: str, area: str, key: str) -> float:
    """Return a group's percentage of the respondents whose group is known, last wave.

    Parameters
    ----------
    facts : Facts
    level, area : str
        An area of the estimates.
    key : str
        ``GROUPING.GROUP``.

    Returns
    -------
    float
        Of the indicator that most respondents answered; absent where a number is hidden.
    """
    name, _, group = key.partition(".")
    grouping = next(item for item in facts.study.groupings if item.id == name)
    rows = facts.estimates
    if rows.empty:
        return float("nan")
    mine = rows["area_level"].eq(level) & rows["area"].eq(area) & rows["group_by"].eq(name)
    mine &= rows["wave"].eq(facts.study.waves[-1].id)
    table = rows[mine].pivot(index="indicator", columns="group", values="n")
    table = table.reindex(columns=[item.id for item in grouping.groups]).dropna()
    if table.empty:
        return float("nan")
    largest = table.loc[table.sum(axis=1).idxmax()]
    return 100 * float(largest[group]) / float(largest.sum())


def study_shares(facts: Facts) -> dict[str, tuple[float, float]]:
    """Return each group's percentage of all respondents, and of all children of the wijken.

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
        shares = respondent_share(facts, "city", "city", key), (weights * there).sum(skipna=False)
        if not any(map(pd.isna, shares)):
            found[key] = shares
    return found
