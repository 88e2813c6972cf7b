"""Columns, conditions and choices of respondents; what is missing stays missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkkit.errors import EstimationError

if TYPE_CHECKING:
    from wijkkit.analysis.people import People

#: More different values than this are not looked at to say who was chosen.
_FEW = 40


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a column in which what is missing is ``<NA>``."""
    return frame[name].convert_dtypes()


def condition(frame: pd.DataFrame, mask: Any) -> pd.Series:
    """Return which rows of `frame` a condition holds for; a missing answer is not chosen.

    Raises EstimationError: It is no series of true and false with the index of these people, or
    nobody is left.
    """
    fits = isinstance(mask, pd.Series) and pd.api.types.is_bool_dtype(mask.dtype)
    if not fits or not frame.index.isin(mask.index).all():
        raise EstimationError(
            "no condition on these people",
            found=type(mask).__name__,
            expected="a series of true and false, made of their own columns",
            remedy='Write people[people.sex == "girl"].',
        )
    kept = mask.reindex(frame.index).astype("boolean").fillna(False).astype(bool)
    if not kept.any():
        raise EstimationError(
            "nobody is left", found="0 respondents", remedy="Look at the values of the column."
        )
    return kept


def described(frame: pd.DataFrame, kept: pd.Series) -> str:
    """Return in short who was chosen: ``sex=girl``; the number of people where that fails.

    A column says it whose values are all in, or all out, of the choice.
    """
    for name, inside in _dividing(frame, kept):
        values = "+".join(sorted(map(str, inside)))
        return f"{name}={values}"
    return f"{int(kept.sum())} of {len(kept)} respondents"


def _dividing(frame: pd.DataFrame, kept: pd.Series) -> Iterator[tuple[str, set]]:
    preferred = [name for name in ("wave", "sex", "arm", "wijk", "district") if name in frame]
    for name in dict.fromkeys([*preferred, *frame.columns]):
        values = frame[name]
        if values.nunique() > _FEW:
            continue
        inside, outside = set(values[kept].dropna()), set(values[~kept].dropna())
        if inside and not inside & outside and not values[kept].isna().any():
            yield name, inside


def both(first: str, second: str) -> str:
    """Return two choices as one."""
    return ", ".join(part for part in (first, second) if part)


def assigned(frame: pd.DataFrame, columns: dict[str, Any]) -> pd.DataFrame:
    """Return `frame` with new columns, as `pandas.DataFrame.assign`."""
    kept = {"wave", "weight", "stratum", "psu", "fpc", "sampled"} & set(columns)
    if kept:
        raise EstimationError(
            f"'{min(kept)}' is part of the design",
            place="assign",
            remedy="Take another name; wk.people(study, frame) takes other weights.",
        )
    made = frame.convert_dtypes()
    for name, value in columns.items():
        made = made.assign(**{name: value})
    return frame.assign(**{name: _plain(made[name]) for name in columns})


def _plain(values: pd.Series) -> pd.Series:
    """Return a column as respondents have them: numbers with NaN, text."""
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.astype("Float64").astype(float)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    return values.astype("str").where(values.notna())


def last_wave(people: People, outcome: str) -> tuple[People, dict[str, Any]]:
    """Return the people of the last wave in which the outcome was answered."""
    frame = people.frame
    answered = set(frame.loc[frame[outcome].notna(), "wave"])
    order = [wave.id for wave in people.study.waves if wave.id in answered]
    if len(set(frame["wave"])) == 1 or not order:
        return people, {}
    return people.only(frame["wave"].eq(order[-1]), people.chosen), {"wave": order[-1]}


def design_in_words(frame: pd.DataFrame) -> Iterator[str]:
    """Yield what the design has."""
    weights = frame["weight"]
    yield "weighted" if weights.nunique() > 1 else "without weights"
    for name, words in (("stratum", "strata"), ("psu", "units"), ("fpc", "populations")):
        if name in frame and frame[name].notna().any():
            yield f"{frame[name].nunique()} {words}"
