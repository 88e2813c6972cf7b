"""Which outcomes, waves, wijken and groups are compared, and their arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError, Problem
from wijkkit.estimates.design import once
from wijkkit.evaluation.effect.sample import Floats, NotEstimable
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator
from wijkkit.study.settings.evaluation import Method
from wijkkit.tables import ARMS

# What an evaluation was asked for, where that is not what study.yml says.

#: The arguments of an evaluation, in the order in which pages name them.
ARGUMENTS = ("method", "covariates", "without", "pole")


def as_asked(
    study: Study,
    columns: Sequence[str],
    method: str = "",
    covariates: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    pole: str = "",
) -> Study:
    """Return the study with other arguments of its evaluation; itself where none differs.

    Raises EstimationError: An argument names what is not there.
    """
    settings = study.settings.evaluation
    method = method or settings.method
    # What the study names may be absent in these data: then there is no effect, with the reason.
    columns = list(dict.fromkeys([*columns, *settings.covariates]))
    covariates = tuple(settings.covariates if covariates is None else covariates)
    without = tuple(settings.without if without is None else without)
    problems = [
        Problem(f"unknown {what}", place=place, found=name, expected=", ".join(map(str, known)))
        for what, place, names, known in (
            ("method", "method", [method], get_args(Method)),
            ("column", "covariates", covariates, columns),
            ("wijk", "without", without, list(study.neighbourhoods)),
            ("pole", "pole", [pole], ["", "favourable", "adverse"]),
        )
        for name in names
        if name not in known
    ]
    EstimationError.raise_for(problems)
    asked = {"method": method, "covariates": covariates, "without": without}
    if any(getattr(settings, name) != value for name, value in asked.items()):
        evaluation = {"evaluation": settings.model_copy(update=asked)}
        study = replace(study, settings=study.settings.model_copy(update=evaluation))
    if pole and any(one.pole != pole for one in study.indicators.values()):
        turned = {k: one.model_copy(update={"pole": pole}) for k, one in study.indicators.items()}
        study = replace(study, indicators=turned)
    # What is compared follows from the arms: wijken that are left out are in neither.
    apart = {wijk: study.neighbourhoods[wijk] for wijk in without}
    if any(neighbourhood.arm != "none" for neighbourhood in apart.values()):
        apart = {wijk: one.model_copy(update={"arm": "none"}) for wijk, one in apart.items()}
        study = replace(study, neighbourhoods={**study.neighbourhoods, **apart})
    return study


def arguments_table(study: Study, asked: Study) -> pd.DataFrame:
    """Return the arguments of an evaluation beside those of study.yml, as it is released.

    ``argument``, ``used`` and ``planned`` (JSON), a row for each of `ARGUMENTS`.
    """
    used, planned = (
        [json.dumps(getattr(one.settings.evaluation, name)) for name in ARGUMENTS[:-1]]
        for one in (asked, study)
    )
    binary = [key for key in outcomes(study) if study.indicators[key].unit == "percent"]
    turned, own = ([one.indicators[key].pole for key in binary] for one in (asked, study))
    pole = json.dumps("" if turned == own else turned[0])
    columns = {"argument": ARGUMENTS, "used": [*used, pole], "planned": [*planned, json.dumps("")]}
    return pd.DataFrame(columns)


def as_evaluated(study: Study, arguments: pd.DataFrame) -> Study:
    """Return the study as it was evaluated, see `arguments_table`."""
    used = dict(zip(arguments["argument"], arguments["used"].map(json.loads), strict=True))
    return as_asked(study, used["covariates"], **used)


# What is compared.


def outcomes(study: Study) -> tuple[str, ...]:
    """Return the indicators whose effect is evaluated: the family, or those of the goals.

    A study without either has none.
    """
    family = study.settings.evaluation.family
    modelled = [key for key in family if study.indicators[key].source == "modelled"]
    if modelled:
        raise EstimationError(
            "modelled figures cannot be an outcome of the effect evaluation",
            file="study.yml",
            place="evaluation.family",
            found=", ".join(modelled),
            expected="indicators from a survey",
            remedy="Leave them out of the family.",
        )
    return family or tuple(dict.fromkeys(goal.indicator for goal in study.goals))


def first_waves(study: Study) -> dict[str, str]:
    """Return the first wave after each programme wijk's start; no wave, no entry."""
    found = {}
    for wijk, start in study.starts.items():
        after = [wave.id for wave in study.waves if wave.end >= start]
        if after:
            found[wijk] = after[0]
    return found


def compared_waves(study: Study) -> tuple[str, str]:
    """Return the baseline and the follow-up wave.

    By default the last wave that ended before the first wijk started, and the last wave of all,
    which has to lie after the last wijk's start.

    Raises NotEstimable: No wave ended before the programme started, or none came after it.
    """
    settings, waves = study.settings.evaluation, study.waves
    begun = study.begun
    before = [wave.id for wave in waves if begun and wave.end < min(begun)]
    after = [wave.id for wave in waves if begun and wave.end >= max(begun)]
    baseline = settings.baseline or (before[-1] if before else None)
    follow_up = settings.follow_up or (after[-1] if after else None)
    if baseline is None or follow_up is None or baseline == follow_up:
        raise NotEstimable("no_baseline")
    return baseline, follow_up


def earlier_waves(study: Study) -> tuple[str, ...]:
    """Return the waves before the baseline, the first one first."""
    baseline, _ = compared_waves(study)
    order = [wave.id for wave in study.waves]
    return tuple(order[: order.index(baseline)])


def covariate_columns(rows: pd.DataFrame, covariates: Iterable[str]) -> dict[str, Floats]:
    """Return the covariates as numbers: standardised, or a dummy per category but the first.

    Columns that do not vary are left out; missing is NaN.

    >>> rows = pd.DataFrame({"wave": ["a", "a", "b"], "sex": ["boy", "girl", "boy"]})
    >>> covariate_columns(rows, ["sex"])
    {'sex=girl': array([0., 1., 0.])}
    """
    found = {}
    for name in covariates:
        if name not in rows or not rows[name].notna().groupby(rows["wave"]).any().all():
            raise NotEstimable("covariate_missing")
        values = rows[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            number = values.astype(float)
            spread = number.std(ddof=0)
            if spread > 0:
                found[name] = ((number - number.mean()) / spread).to_numpy()
            continue
        text = values.astype("object").where(values.notna(), None)
        for level in sorted(text.dropna().unique(), key=str)[1:]:
            dummy = text.eq(level).astype(float)
            found[f"{name}={level}"] = dummy.where(text.notna(), np.nan).to_numpy()
    return found


def is_turned(indicator: Indicator) -> bool:
    """Return whether the modelled pole is the complement of the indicator.

    An indicator of which more is better is turned round for the adverse pole, so that an odds
    ratio below one is favourable; a score stays as it is.
    """
    favourable = indicator.direction == "higher"
    return indicator.unit == "percent" and favourable != (indicator.pole == "favourable")


def in_comparison(
    study: Study, respondents: pd.DataFrame, outcome: str, waves: tuple[str, ...]
) -> pd.DataFrame:
    """Return the rows of both arms in these waves who were eligible for the outcome."""
    settings, grouping = study.settings.evaluation, study.gap_grouping
    rows = respondents["arm"].isin(ARMS) & respondents["wave"].isin(waves)
    rows &= ~respondents["wijk"].isin(settings.without)
    rows &= eligible(respondents, study.indicators[outcome])
    used = {"arm", "wave", "wijk", "pair", "weight", outcome, *settings.covariates}
    used |= {grouping.column} if grouping else set()
    return respondents.loc[rows.astype(bool), respondents.columns.isin(used)].reset_index(drop=True)


def eligible(rows: pd.DataFrame, indicator: Indicator) -> pd.Series:
    """Return who is of the ages that an indicator is about; everybody where these are not known."""
    if not indicator.ages or "age" not in rows:
        return pd.Series(True, rows.index)
    return rows["age"].ge(indicator.ages[0]) & rows["age"].lt(indicator.ages[1])


@once
def arrays_of(
    study: Study,
    respondents: pd.DataFrame,
    outcome: str,
    waves: tuple[str, ...],
    group: str | None = None,
) -> dict[str, Any]:
    """Return the arguments of `did` for one outcome: its arrays, complete or not.

    `waves`: In order of time; the last one is after the start. Raises NotEstimable: The outcome or
    a covariate was not asked, or holds modelled figures; or an arm has nobody.
    """
    indicator, settings = study.indicators[outcome], study.settings.evaluation
    _require_asked(indicator, respondents, outcome, waves)
    rows = in_comparison(study, respondents, outcome, waves)
    apart = respondents["wijk"].isin(settings.without)
    if not set(ARMS) <= set(respondents.loc[~apart, "arm"].unique()):
        raise NotEstimable("no_arms")
    least = _group_flag(study, rows, group)
    if least is not None and group != "*":
        rows, least = rows[least.eq(1)].reset_index(drop=True), None
    value = rows[outcome].astype(float)
    value = 1 - value if is_turned(indicator) else value
    _require_respondents(indicator, rows, value)
    wave = rows["wave"].map({wave: order for order, wave in enumerate(waves)})
    grouped_by = study.gap_grouping.column if group and study.gap_grouping else None
    covariates = covariate_columns(rows, [one for one in settings.covariates if one != grouped_by])
    pair = (
        rows["pair"].astype("object").where(rows["pair"].notna(), None) if "pair" in rows else None
    )
    return {
        "outcome": value.to_numpy(),
        "treated": rows["arm"].eq("programme").to_numpy(bool),
        "post": rows["wave"].eq(waves[-1]).to_numpy(bool),
        "cluster": rows["wijk"].to_numpy(str),
        "wave": wave.to_numpy(int),
        "weight": rows["weight"].to_numpy(float) if "weight" in rows else np.ones(len(rows)),
        "covariates": np.array([*covariates.values()]).reshape(-1, len(rows)).T,
        "group": None if least is None else least.to_numpy(float),
        "pair": None if pair is None else pair.to_numpy(object),
        "family": "linear" if indicator.unit == "score" else "logistic",
    }


def _require_asked(
    indicator: Indicator, respondents: pd.DataFrame, outcome: str, waves: tuple[str, ...]
) -> None:
    if indicator.source == "modelled":
        raise NotEstimable("modelled_figures")
    if indicator.waves and not set(waves) <= set(indicator.waves):
        raise NotEstimable("not_asked")
    known = outcome in respondents and respondents.loc[respondents[outcome].notna(), "wave"]
    if known is False or not set(waves) <= set(known.unique()):
        raise NotEstimable("no_outcome")


def _require_respondents(indicator: Indicator, rows: pd.DataFrame, value: pd.Series) -> None:
    """Refuse an area figure that was joined to respondents: constant in every cluster-wave."""
    if value.notna().sum() == 0:
        raise NotEstimable("no_outcome")
    if indicator.unit != "score":
        return
    cells = value.groupby([rows["wijk"], rows["wave"]])
    many = cells.count() > 1
    if many.any() and not cells.nunique()[many].gt(1).any():
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
