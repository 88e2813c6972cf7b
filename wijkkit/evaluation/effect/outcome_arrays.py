"""From a study's respondents to the arrays of one outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.covariates import covariate_matrix
from wijkkit.evaluation.effect.reasons import NotEstimable
from wijkkit.evaluation.effect.sample import Floats
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator


def modelled_outcome(indicator: Indicator, value: pd.Series) -> pd.Series:
    """Return an indicator with its modelled pole as 1; a score stays as it is.

    Examples
    --------
    An indicator of which more is better is turned round for the adverse pole, so that an odds
    ratio below one is favourable.
    """
    return 1 - value if is_turned(indicator) else value


def is_turned(indicator: Indicator) -> bool:
    """Return whether the modelled pole is the complement of the indicator."""
    favourable = indicator.direction == "higher"
    return indicator.unit == "percent" and favourable != (indicator.pole == "favourable")


def in_comparison(
    study: Study, respondents: pd.DataFrame, outcome: str, waves: tuple[str, ...]
) -> pd.DataFrame:
    """Return the rows of both arms in these waves who were eligible for the outcome."""
    indicator = study.indicators[outcome]
    rows = respondents["arm"].isin(["programme", "comparator"]) & respondents["wave"].isin(waves)
    if indicator.ages and "age" in respondents:
        first, end = indicator.ages
        rows &= respondents["age"].ge(first) & respondents["age"].lt(end)
    return respondents[rows.astype(bool)].reset_index(drop=True)


def arrays_of(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    waves: tuple[str, ...],
    group: str | None = None,
) -> dict[str, Any]:
    """Return the arguments of `did` for one outcome: its arrays, complete or not.

    Parameters
    ----------
    study : Study
    respondents : DataFrame
        With a column per indicator.
    outcome : str
    waves : tuple of str
        In order of time; the last one is after the start.
    group : str, optional
        Only this group; ``*`` for the triple difference between the outermost groups.

    Raises
    ------
    NotEstimable
        The outcome or a covariate was not asked, or holds modelled figures; or an arm has nobody.
    """
    indicator = study.indicators[outcome]
    _require_asked(indicator, respondents, outcome, waves)
    if not {"programme", "comparator"} <= set(respondents["arm"]):
        raise NotEstimable("no_arms")
    rows = in_comparison(study, respondents, outcome, waves)
    least = _group_flag(study, rows, group)
    if least is not None and group not in (None, "*"):
        rows, least = rows[least.eq(1)].reset_index(drop=True), None
    value = modelled_outcome(indicator, rows[outcome].astype(float))
    _require_respondents(indicator, rows, value)
    wave = rows["wave"].map({wave: order for order, wave in enumerate(waves)})
    grouping = study.gap_grouping if group else None
    return {
        "outcome": value.to_numpy(),
        "treated": rows["arm"].eq("programme").to_numpy(bool),
        "post": rows["wave"].eq(waves[-1]).to_numpy(bool),
        "cluster": rows["wijk"].to_numpy(str),
        "wave": wave.to_numpy(int),
        "weight": _weight(rows),
        "covariates": covariate_matrix(
            rows, study.settings.evaluation.covariates, grouping.column if grouping else None
        ),
        "group": None if least is None else least.to_numpy(float),
        "pair": _pair(rows),
        "family": "linear" if indicator.unit == "score" else "logistic",
    }


def _require_asked(
    indicator: Indicator, respondents: pd.DataFrame, outcome: str, waves: tuple[str, ...]
) -> None:
    if indicator.source == "modelled":
        raise NotEstimable("modelled_figures")
    if indicator.waves and not set(waves) <= set(indicator.waves):
        raise NotEstimable("not_asked")
    if outcome not in respondents:
        raise NotEstimable("no_outcome")
    known = respondents.loc[respondents[outcome].notna(), "wave"]
    if not set(waves) <= set(known.unique()):
        raise NotEstimable("no_outcome")


def _require_respondents(indicator: Indicator, rows: pd.DataFrame, value: pd.Series) -> None:
    """Refuse an area figure that was joined to respondents: constant in every cluster-wave."""
    if value.notna().sum() == 0:
        raise NotEstimable("no_outcome")
    cells = value.groupby([rows["wijk"], rows["wave"]])
    many = cells.count() > 1
    if indicator.unit == "score" and many.any() and not cells.nunique()[many].gt(1).any():
        raise NotEstimable("modelled_figures")


def _group_flag(study: Study, rows: pd.DataFrame, group: str | None) -> pd.Series | None:
    """Return 1 for the asked (or least advantaged) group, 0 for the other, NaN for neither."""
    if group is None:
        return None
    grouping = study.gap_grouping
    if grouping is None or grouping.column not in rows or not rows[grouping.column].notna().any():
        raise NotEstimable("no_groups")
    values = rows[grouping.column].astype("object")
    first, last = grouping.groups[0].id, grouping.groups[-1].id
    flag = values.map({first: 1.0, last: 0.0} if group == "*" else {group: 1.0})
    return flag.astype(float)


def _weight(rows: pd.DataFrame) -> Floats:
    if "weight" not in rows:
        return np.ones(len(rows))
    return rows["weight"].to_numpy(float)


def _pair(rows: pd.DataFrame) -> np.ndarray | None:
    if "pair" not in rows:
        return None
    return rows["pair"].astype("object").where(rows["pair"].notna(), None).to_numpy(object)
