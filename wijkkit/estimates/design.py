"""The design of a survey: weights, strata and primary sampling units."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, ParamSpec, TypedDict, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkkit.errors import EstimationError, Problem
from wijkkit.estimates.interval import none_of
from wijkkit.estimates.weighting import WeightSet, positive

#: What a stratum with one sampled unit adds to the variance. ``absent``: the standard error is
#: absent with a reason; ``certainty``: nothing; ``adjust``: its distance from the overall mean;
#: ``average``: what the other strata add on average.
LonelyPsu = Literal["absent", "certainty", "adjust", "average"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of sampling, over n rows, C units and H strata.

    `unit`, `stratum`: The unit and the stratum of each row, from 0. `stratum_of_unit`: The stratum
    of each unit. `sampled`: Number of units sampled in each stratum. `kept`: Finite population
    correction ``1 - sampled / population``; 1 without population. `chance`: Sampling fraction of
    the stages before; 1 at the first.
    """

    unit: Codes
    stratum: Codes
    stratum_of_unit: Codes
    sampled: NDArray[np.float64]
    kept: NDArray[np.float64]
    chance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SurveyDesign:
    """Weights and stages of sampling of n respondents; made by `survey_design`.

    `stages`: The stages of sampling. `lonely_psu`: The policy for strata with one unit.
    `calibrated`: The margins that the weights reproduce.
    """

    weight: NDArray[np.float64]
    stages: tuple[Stage, ...]
    lonely_psu: LonelyPsu
    calibrated: WeightSet | None


Columns = str | Sequence[str] | None


class DesignColumns(TypedDict, total=False):
    """The arguments of `survey_design` beside the respondents."""

    weight: str | WeightSet | None
    strata: Columns
    psu: Columns
    fpc: Columns
    sampled: str | None
    lonely_psu: LonelyPsu


def survey_design(
    frame: pd.DataFrame,
    *,
    weight: str | WeightSet | None = None,
    strata: Columns = None,
    psu: Columns = None,
    fpc: Columns = None,
    sampled: str | None = None,
    lonely_psu: LonelyPsu = "absent",
) -> SurveyDesign:
    """Return the design of the respondents in `frame`.

    `frame`: All respondents of the survey, one per row: the variance of an estimate for a part of
    them needs the whole design. With `sampled` a part of them will do. `weight`: Column of the
    sampling weights, positive; or the result of `poststratify` or `rake` for these rows, whose
    known margins then count in the variance. Every respondent counts 1 without. `psu`: Column of
    the primary sampling units, nested in the strata; every respondent is one without. Several
    columns are the units of successive stages. `fpc`: Per stage, the column with the number of
    units in the population of the stratum. Later stages count only where `fpc` has them; without,
    the first stage is taken as sampled with replacement. `sampled`: Column with the number of units
    that were sampled in the stratum, where `frame` holds a part of the respondents: units without a
    respondent in it count as zero. Raises EstimationError: A column is missing or holds missing
    values, a weight is not positive, or a population is smaller than the number sampled from it.
    All of them are reported at once.

    Lumley T (2010). Complex surveys. Wiley.

    >>> frame = pd.DataFrame({"school": list("aabbcc"), "w": [1.0, 1, 2, 2, 3, 3]})
    >>> design = survey_design(frame, weight="w", psu="school")
    >>> design.stages[0].sampled.tolist()
    [3.0]
    """
    strata, psu, fpc = _names(strata), _names(psu), _names(fpc)
    calibrated = weight if isinstance(weight, WeightSet) else None
    weight = None if isinstance(weight, WeightSet) else weight
    counted = () if sampled is None else (sampled,)
    problems = list(_check(frame, weight, (*strata, *psu, *fpc, *counted), lonely_psu))
    if len(fpc) > max(len(psu), 1):
        problems.append(Problem("more populations than stages", place="fpc", found=", ".join(fpc)))
    n = len(frame)
    if calibrated and len(calibrated.weight) != n:
        problems.append(Problem("the weight set is of other respondents", place="weight"))
    EstimationError.raise_for(problems)
    weights = np.ones(n) if weight is None else frame[weight].to_numpy(dtype=float)
    weights = calibrated.weight if calibrated else weights
    units = [_codes(frame, [column]) for column in psu] or [np.arange(n)]
    populations = [frame[column].to_numpy(dtype=float) for column in fpc]
    stages = _stages(_codes(frame, strata), units, populations)
    if sampled is not None:
        stages = (_whole_sample(stages[0], frame[sampled].to_numpy(float)), *stages[1:])
    return SurveyDesign(weights, stages, lonely_psu, calibrated)


def _whole_sample(stage: Stage, sampled: NDArray[np.float64]) -> Stage:
    """Return the first stage with the numbers of units of the whole sample."""
    number = np.zeros(len(stage.sampled))
    number[stage.stratum] = sampled
    if (number[stage.stratum] != sampled).any() or (number < stage.sampled).any():
        raise EstimationError(
            "the number of sampled units does not fit the strata",
            place="sampled",
            expected="one number per stratum, at least the number of units that are there",
        )
    kept = 1 - (1 - stage.kept) * number / stage.sampled
    return replace(stage, sampled=number, kept=kept)


def _names(columns: Columns) -> tuple[str, ...]:
    if columns is None:
        return ()
    return (columns,) if isinstance(columns, str) else tuple(columns)


def column_twice(frame: pd.DataFrame) -> Iterator[Problem]:
    """Yield a problem for each column name that a table has more than once."""
    for name in frame.columns[frame.columns.duplicated()].unique():
        yield Problem(
            f"column '{name}' is there more than once",
            place="frame",
            found=f"{int((frame.columns == name).sum())} columns",
            expected="one column of each name",
            remedy="Rename or drop the others.",
        )


def _check(
    frame: pd.DataFrame, weight: str | None, columns: tuple[str, ...], lonely_psu: str
) -> Iterator[Problem]:
    if twice := list(column_twice(frame)):
        yield from twice
        return
    yield from none_of(LonelyPsu, "policy", "lonely_psu", lonely_psu)
    for column in (*columns, *([weight] if weight else [])):
        if column not in frame:
            yield Problem(f"column '{column}' is missing", place="frame")
        elif frame[column].isna().any():
            yield Problem(
                "a design column has missing values",
                place=f"column '{column}'",
                found=f"{int(frame[column].isna().sum())} rows",
                remedy="Give every respondent a value, or leave these respondents out.",
            )
        elif column == weight and not positive(frame[column]):
            yield Problem(
                "a weight that is not a positive number",
                place=f"column '{column}'",
                expected="finite numbers above 0",
                remedy="Leave respondents without weight out before estimating.",
            )


def _codes(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    if not columns:
        return np.zeros(len(frame), dtype=np.int64)
    if len(columns) == 1:
        return pd.factorize(frame[columns[0]])[0].astype(np.int64)
    return frame.groupby(list(columns), sort=False, observed=True).ngroup().to_numpy(np.int64)


def _stages(
    stratum: Codes, units: list[Codes], populations: list[NDArray[np.float64]]
) -> tuple[Stage, ...]:
    stages: list[Stage] = []
    chance = np.ones(len(stratum))
    for number, unit in enumerate(units):
        if number and number >= len(populations):
            break
        unit = pairs(stratum, unit)[0]
        population = populations[number] if populations else np.full(len(stratum), np.inf)
        stage = _stage(unit, stratum, population, chance)
        stages.append(stage)
        chance = (stage.chance * (1 - stage.kept))[stratum]
        stratum = unit
    return tuple(stages)


def _stage(unit: Codes, stratum: Codes, population: NDArray, chance: NDArray) -> Stage:
    n_units = int(unit.max(initial=-1)) + 1
    n_strata = int(stratum.max(initial=-1)) + 1
    stratum_of_unit = np.zeros(n_units, dtype=np.int64)
    stratum_of_unit[unit] = stratum
    sampled = np.bincount(stratum_of_unit, minlength=n_strata).astype(float)
    whole = np.full(n_strata, np.inf)
    whole[stratum] = population
    before = np.ones(n_strata)
    before[stratum] = chance
    if (whole[stratum] != population).any() or (whole < sampled).any():
        raise EstimationError(
            "the population does not fit the strata",
            place="fpc",
            expected="one number per stratum, at least the number of units sampled from it",
            remedy="Give the number of units in the population of each stratum.",
        )
    return Stage(unit, stratum, stratum_of_unit, sampled, 1 - sampled / whole, before)


def pairs(first: Codes, second: Codes) -> tuple[Codes, Codes, Codes]:
    """Number the combinations of two codes.

    >>> code, first_of, second_of = pairs(np.array([0, 0, 1]), np.array([5, 6, 5]))
    >>> code.tolist(), first_of.tolist(), second_of.tolist()
    ([0, 1, 2], [0, 0, 1], [5, 6, 5])
    """
    width = int(second.max(initial=0)) + 1
    combined = first * width + second
    if (int(first.max(initial=0)) + 1) * width <= 2 * len(combined):
        # Few possible combinations: counting them is many times faster than sorting.
        there = np.bincount(combined) > 0
        present = np.flatnonzero(there)
        code = (np.cumsum(there) - 1)[combined]
    else:
        present, code = np.unique(combined, return_inverse=True)
    return code.astype(np.int64, copy=False), present // width, present % width


# What several estimates of one run make of the same respondents is made once.

_MADE: ContextVar[dict[Any, Any] | None] = ContextVar("made", default=None)
P = ParamSpec("P")
R = TypeVar("R")


@contextlib.contextmanager
def made_once() -> Iterator[None]:
    """Within this block a function marked `once` runs once for the same tables and settings.

    The tables may not be changed meanwhile.
    """
    token = _MADE.set({})
    try:
        yield
    finally:
        _MADE.reset(token)


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function whose result is kept within `made_once`."""

    @functools.wraps(function)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _MADE.get()
        if known is None:
            return function(*args, **kwargs)
        given = [*args, *sorted(kwargs.items())]
        key = (function, *(one if isinstance(one, str | tuple) else id(one) for one in given))
        if key not in known:
            # What was given stays with it, so that nothing else gets its number.
            known[key] = given, function(*args, **kwargs)
        return known[key][1]

    return made
