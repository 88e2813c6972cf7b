"""Every indicator for every area, wave and group at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.display import ShowsItself
from wijkkit.errors import EstimationError
from wijkkit.estimates.design import LonelyPsu, SurveyDesign, once, survey_design
from wijkkit.estimates.interval import (
    ProportionMethod,
    check_confidence,
    check_method,
    missing,
    proportion_limits,
    t_limits,
)
from wijkkit.estimates.layout import Asked, Groupings, asked_rows, blocks, keys, not_asked
from wijkkit.estimates.linearisation import DomainMeans, domain_means, domains
from wijkkit.estimates.survey import check_binary, outcome_values
from wijkkit.tables import tidy

#: What a value on the scale 0-1 is multiplied by, per unit.
SCALE = {"percent": 100.0, "score": 1.0}

_NUMBERS = ("value", "lower", "upper", "n", "x", "se", "df")
_CELLS = (*_NUMBERS, "unit", "method", "status")


@dataclass(frozen=True, slots=True, repr=False)
class Estimates(ShowsItself):
    """What `estimate_grid` returns; the three tables have the same rows in the same order.

    Parameters
    ----------
    table : DataFrame
        Tidy estimate table. A value without interval has absent limits, and its `method` is
        ``no_interval:`` and the reason: ``one_psu, lonely_psu, no_variation, no_df``.
    counts : DataFrame
        The key columns, ``x`` (respondents with a 1, absent for a score) and ``n``,
        unweighted; absent where the question was not asked. For disclosure control only.
    precision : DataFrame
        The key columns, ``se`` (in the table's unit) and ``df``.
    """

    table: pd.DataFrame
    counts: pd.DataFrame = field(repr=False)
    precision: pd.DataFrame = field(repr=False)

    def with_precision(self) -> pd.DataFrame:
        """Return the table with the columns ``se`` and ``df``."""
        return self.table.assign(**{name: self.precision[name].to_numpy() for name in ("se", "df")})


def estimate_grid(
    respondents: pd.DataFrame,
    indicators: Mapping[str, Asked],
    waves: Sequence[str],
    groupings: Groupings,
    *,
    areas: pd.DataFrame | None = None,
    method: ProportionMethod = "logit",
    lonely_psu: LonelyPsu = "absent",
    confidence: float = 0.95,
) -> Estimates:
    """Estimate every indicator for every wijk, gebied, arm and the city, by wave and group.

    Weighted means with design-based standard errors, as `survey_proportion` and `survey_mean`
    give them one by one. Waves are separate samples: strata and sampling units are taken
    within waves.

    Parameters
    ----------
    respondents : DataFrame
        One row per respondent and wave, with columns ``wave, wijk, district, arm, age,
        weight``, where the design has them ``stratum``, ``psu`` and ``fpc``, the columns of
        the groupings and one column per indicator.
    indicators : mapping of str to Indicator
        What is estimated: the unit, and the ages and waves it was asked.
    waves : sequence of str
        The waves in order.
    groupings : mapping of str to (str, sequence of str)
        Grouping id -> its column and its groups in order, least advantaged first.
    areas : DataFrame, optional
        All wijken (columns ``wijk, district, arm``), so that one without respondents is there
        as missing.
    method : {"logit", "beta", "xlogit", "mean"}
        Interval of a percentage, see `survey_proportion`; a score has a t interval.
    lonely_psu : {"absent", "certainty", "adjust", "average"}
        What a stratum with one sampling unit adds to the variance, see `survey_design`.

    Returns
    -------
    Estimates
        Percentages on the scale 0-100. Status ``not_asked`` where the question was not asked,
        ``missing`` where nobody answered it.

    Raises
    ------
    EstimationError
        A column is missing, a weight is not positive, a percentage rests on other values than
        0 and 1, or a respondent has a wave or group that is not listed.

    Examples
    --------
    >>> from wijkkit.study.indicators import Indicator
    >>> play = Indicator(label="Play", function="f", columns={}, question_version="1",
    ...                  direction="higher", waves=("2021",))
    >>> people = pd.DataFrame({"wave": ["2018"] + ["2021"] * 4, "wijk": "a", "district": "d",
    ...     "arm": "programme", "age": 5.0, "weight": [1.0, 1, 1, 1, 3], "play": [1.0, 1, 0, 1, 1]})
    >>> table = estimate_grid(people, {"play": play}, ["2018", "2021"], {}).table
    >>> table.loc[table["area_level"] == "city", ["wave", "value", "n", "status"]]
       wave      value    n     status
    6  2018        NaN  NaN  not_asked
    7  2021  83.333333  4.0         ok
    """
    check_confidence(confidence)
    check_method(method)
    needed = ("age", "weight", *indicators)
    EstimationError.raise_for(missing(respondents, needed, "respondents"))
    design = wave_design(respondents, lonely_psu)
    divided = blocks(respondents, waves, groupings, areas=areas)
    overs = [domains(block.code, block.size, design) for block in divided]
    parts = []
    for key, indicator in indicators.items():
        asked = asked_rows(respondents, indicator)
        outcome = asked_outcome(respondents, key, indicator, asked)
        never = not_asked(divided, indicator, asked)
        for block, over in zip(divided, overs, strict=True):
            means = domain_means(outcome, over)
            skipped = np.tile(never[block.group_by], len(block.areas))
            parts.append(_cells(means, indicator, skipped, method, confidence))
    names = keys(divided, list(indicators))
    # A study without a survey has no indicator; its tables have their columns and no row.
    none = {name: np.empty(0, dtype=float if name in _NUMBERS else str) for name in _CELLS}
    numbers = {name: np.concatenate([part[name] for part in parts or [none]]) for name in _CELLS}
    rows = names.assign(**numbers, source="survey")
    return Estimates(tidy(rows), rows[[*names, "x", "n"]], rows[[*names, "se", "df"]])


@once
def wave_design(respondents: pd.DataFrame, lonely_psu: LonelyPsu = "absent") -> SurveyDesign:
    """Return the design of respondents of several waves, each wave a sample of its own.

    A wave in which ``stratum``, ``psu`` or ``fpc`` is missing throughout has one stratum, every
    respondent as its own unit, and a population without end. Where respondents are a part of
    the sample, their column ``sampled`` says how many units their stratum had.
    """
    frame, design = wave_columns(respondents)
    return survey_design(frame, **design, lonely_psu=lonely_psu)


def wave_columns(respondents: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the columns of the design of `wave_design`, and what `survey_design` calls them."""
    frame = respondents[["wave", "weight"]].copy()
    without = pd.Series(0, index=frame.index)
    row = pd.Series(range(len(frame)), index=frame.index)
    for column, fill in (("stratum", without), ("psu", row), ("fpc", np.inf)):
        if column in respondents:
            values = respondents[column]
            absent = values.isna().groupby(frame["wave"]).transform("all")
            frame[column] = values.astype("object").where(~absent, fill)
    if "sampled" in respondents:
        frame["sampled"] = respondents["sampled"]
    strata = ["wave", "stratum"] if "stratum" in frame else ["wave"]
    others = {name: name if name in frame else None for name in ("psu", "fpc", "sampled")}
    return frame, {"weight": "weight", "strata": strata, **others}


def with_sampled(respondents: pd.DataFrame) -> pd.DataFrame:
    """Return all respondents with ``sampled``, so that a part of them keeps the whole design.

    Who has a weight of 0 is no part of this sample, see `wijkkit.load_survey`.

    >>> everybody = pd.DataFrame({"wave": "2021", "weight": 1.0, "sex": ["girl", "boy", "girl"]})
    >>> girls = with_sampled(everybody)[lambda frame: frame["sex"] == "girl"]
    >>> wave_design(girls).stages[0].sampled.tolist()
    [3.0]
    """
    sample = respondents[respondents["weight"].ne(0)].drop(columns="sampled", errors="ignore")
    frame, design = wave_columns(sample)
    by = frame.groupby(design["strata"], sort=False, observed=True)
    units = by["psu"].transform("nunique") if "psu" in frame else by["wave"].transform("size")
    return respondents.assign(sampled=units.astype(float).reindex(respondents.index))


def asked_outcome(
    respondents: pd.DataFrame, key: str, indicator: Asked, asked: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return an indicator's column, absent where it was not asked; 0/1 where a percentage."""
    outcome = np.where(asked, outcome_values(respondents, key), np.nan)
    if indicator.unit == "percent":
        check_binary(key, outcome)
    return outcome


def _cells(
    means: DomainMeans,
    indicator: Asked,
    skipped: NDArray[np.bool_],
    method: ProportionMethod,
    confidence: float,
) -> dict[str, NDArray]:
    if indicator.unit == "score":
        name, x = "t", np.full(len(means.n), np.nan)
        lower, upper = t_limits(means.value, means.se, means.df, confidence)
    else:
        name, x = method, means.x
        lower, upper = proportion_limits(
            means.value, means.se, means.df, means.n, method=method, confidence=confidence
        )
    scale = SCALE[indicator.unit]
    there = means.n > 0
    label = np.where(means.reason == "", name, np.char.add("no_interval:", means.reason))
    return {
        "value": means.value * scale,
        "lower": lower * scale,
        "upper": upper * scale,
        "n": np.where(skipped, np.nan, means.n),
        "unit": np.full(len(there), indicator.unit),
        "method": np.where(there, label, ""),
        "status": np.where(skipped, "not_asked", np.where(there, "ok", "missing")),
        "x": np.where(skipped, np.nan, x),
        "se": means.se * scale,
        "df": np.where(skipped, np.nan, means.df),
    }
