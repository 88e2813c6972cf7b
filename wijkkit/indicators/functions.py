"""The functions that indicators.yml may name: the built-in ones and a study's own."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from wijkkit.errors import EstimationError, Problem, StudyError
from wijkkit.indicators.sdq import sdq_elevated, sdq_total
from wijkkit.study import Study
from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator

# Indicators that rest on one answer: sport, general health, parenting support and the like.


def numbers_within(
    answer: pd.Series, lowest: float = -np.inf, highest: float = np.inf
) -> pd.Series:
    """Return answers as numbers, missing as ``nan``.

    Raises EstimationError: An answer is no number, or outside the range: mostly a code of "don't
    know" that the codebook does not name.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_within(pd.Series([5, None]), 0, 7).tolist()
    [5.0, nan]
    """
    numbers = pd.to_numeric(answer, errors="coerce").astype(float)
    wrong = answer[answer.notna() & ~numbers.between(lowest, highest)]
    if len(wrong):
        raise EstimationError(
            "an answer that cannot be counted",
            place=f"column '{answer.name}'",
            found=str(wrong.iloc[0]),
            expected="numbers" if np.isinf(highest) else f"numbers from {lowest:g} to {highest:g}",
            remedy="Name it in the column's 'missing' in codebook.yml, or recode it there.",
        )
    return numbers


def answer_in(answer: pd.Series, values: Sequence[str | int | float]) -> pd.Series:
    """Return whether an answer is one of `values`; missing where there is no answer.

    Serves sport (member of a club), general health (very good or good) and informal parenting
    support (help from family or friends), whose answers are codes of the codebook.

    Parameters
    ----------
    answer : Series
        Standard values of the codebook.
    values : sequence
        The answers that count.

    Raises
    ------
    EstimationError
        All answers are words and all values numbers, or the other way round: none could count.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_in(pd.Series([1, 2, 3, None]), [1, 2]).tolist()
    [1.0, 1.0, 0.0, nan]
    """
    given = answer.dropna().unique()
    if len(given) and {isinstance(v, str) for v in given}.isdisjoint(
        {isinstance(v, str) for v in values}
    ):
        raise EstimationError(
            "values of another kind than the answers",
            place=f"column '{answer.name}'",
            found=", ".join(map(repr, list(values)[:5])),
            expected=f"such as {given[0]!r}",
            remedy="Write words in quotes and numbers without.",
        )
    return answer.isin(list(values)).astype(float).where(answer.notna())


def answer_at_least(answer: pd.Series, minimum: float) -> pd.Series:
    """Return whether a number is `minimum` or more; missing where there is none.

    Parameters
    ----------
    answer : Series
        Numbers.
    minimum : float
        The least that counts.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_at_least(pd.Series([17.9, 18.0]), 18).tolist()
    [0.0, 1.0]
    """
    answer = numbers_within(answer)
    return (answer >= minimum).astype(float).where(answer.notna())


def answer_value(answer: pd.Series) -> pd.Series:
    """Return the answer itself, as a score.

    Parameters
    ----------
    answer : Series
        Numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> answer_value(pd.Series([3, 4])).tolist()
    [3.0, 4.0]
    """
    return numbers_within(answer)


# Outdoor play, in the three definitions in use.
#
# Definitions and question wordings differ between surveys, which is the largest trap when areas are
# compared; a figure therefore always names its definition. Banded answers (less than 30 minutes ...)
# become minutes in the codebook, not here.

SCHOOL_DAYS, WEEKEND_DAYS = 5, 2
MINUTES_PER_DAY = 24 * 60


def outdoor_play_days(days: pd.Series, minimum_days: int = 6) -> pd.Series:
    """Return whether a child plays outside at least one hour on enough days of the week.

    The definition of the Kindmonitor studies of the Mulier Instituut: 6 or 7 days a week.

    Parameters
    ----------
    days : Series
        Days per week (0-7) with at least one hour of outdoor play.
    minimum_days : int
        The least that is enough.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_days(pd.Series([5, 6, None])).tolist()
    [0.0, 1.0, nan]
    """
    days = numbers_within(days, 0, SCHOOL_DAYS + WEEKEND_DAYS)
    return (days >= minimum_days).astype(float).where(days.notna())


def outdoor_minutes_per_week(school_day: pd.Series, weekend_day: pd.Series) -> pd.Series:
    """Return minutes of outdoor play in a week: five school days and two weekend days.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_minutes_per_week(pd.Series([45]), pd.Series([90])).tolist()
    [405.0]
    """
    school, weekend = (
        numbers_within(minutes, 0, MINUTES_PER_DAY) for minutes in (school_day, weekend_day)
    )
    return SCHOOL_DAYS * school + WEEKEND_DAYS * weekend


def outdoor_play_week(
    school_day: pd.Series, weekend_day: pd.Series, more_than_hours: float = 7
) -> pd.Series:
    """Return whether a child plays outside more than a number of hours a week.

    Parameters
    ----------
    school_day, weekend_day : Series
        Minutes of outdoor play on such a day.
    more_than_hours : float
        More than this a week counts.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_week(pd.Series([45, 90]), pd.Series([90, 90])).tolist()
    [0.0, 1.0]
    """
    minutes = outdoor_minutes_per_week(school_day, weekend_day)
    return (minutes > 60 * more_than_hours).astype(float).where(minutes.notna())


def outdoor_play_hours(school_day: pd.Series, weekend_day: pd.Series) -> pd.Series:
    """Return the mean hours of outdoor play per day (a score, as in Buitenspelen in Kaart).

    Parameters
    ----------
    school_day, weekend_day : Series
        Minutes of outdoor play on such a day.

    Examples
    --------
    >>> import pandas as pd
    >>> outdoor_play_hours(pd.Series([60]), pd.Series([60])).tolist()
    [1.0]
    """
    return outdoor_minutes_per_week(school_day, weekend_day) / 60 / (SCHOOL_DAYS + WEEKEND_DAYS)


IndicatorFunction = Callable[..., pd.Series]

BUILT_IN: Mapping[str, IndicatorFunction] = {
    function.__name__: function
    for function in (
        answer_at_least,
        answer_in,
        answer_value,
        outdoor_play_days,
        outdoor_play_hours,
        outdoor_play_week,
        sdq_elevated,
        sdq_total,
    )
}


def indicator(function: IndicatorFunction) -> IndicatorFunction:
    """Mark a function of a study's own ``indicators.py`` as one that indicators.yml may name.

    The function gets the columns as keyword arguments (a Series for one column, a DataFrame for
    several) and the options beside them; it returns a float Series: 0.0/1.0 or a score, missing
    where the indicator is absent.

    Parameters
    ----------
    function : callable

    Returns
    -------
    IndicatorFunction
        The same function, marked.

    Examples
    --------
    >>> @indicator
    ... def body_mass_index(height, weight):
    ...     return weight / (height / 100) ** 2
    """
    function.is_indicator = True  # type: ignore[attr-defined]
    return function


def functions_of(study: Study) -> dict[str, IndicatorFunction]:
    """Return the functions the study may use, by name; its own come before the built-in ones."""
    path = study.folder / "indicators.py"
    if not path.is_file():
        return dict(BUILT_IN)
    spec = importlib.util.spec_from_file_location("study_indicators", path)
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    try:
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    except Exception as error:
        raise StudyError(
            f"the file cannot be run: {type(error).__name__}: {error}",
            file="indicators.py",
            remedy="Correct the code.",
        ) from error
    own = {
        name: value for name, value in vars(module).items() if getattr(value, "is_indicator", False)
    }
    return {**BUILT_IN, **own}


def check_indicators(study: Study) -> list[Problem]:
    """Return everything in indicators.yml that does not fit the functions it names.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.indicators.functions import check_indicators
    >>> check_indicators(study)
    []
    """
    try:
        functions = functions_of(study)
    except StudyError as error:
        return list(error.problems)
    return [
        problem
        for key, definition in study.indicators.items()
        for problem in (
            *_misfits(key, definition, functions),
            *_no_answers(key, definition, study.codebook),
        )
    ]


def _no_answers(key: str, definition: Indicator, codebook: Codebook) -> Iterator[Problem]:
    """Yield values that count and that nobody can have answered."""
    name = definition.columns.get("answer")
    column = codebook.columns.get(str(name))
    if definition.function != "answer_in" or column is None or column.type != "category":
        return
    known = [*column.values.values(), *column.labels.values()]
    # A question that does not apply can count as an answer.
    there = {*known, column.empty, *((0, "not_applicable") if column.not_applicable else ())}
    said = definition.options.get("values", ())
    for value in said if isinstance(said, list | tuple) else [said]:
        if value not in there:
            yield Problem(
                f"no answer of column '{name}'",
                file="indicators.yml",
                place=f"{key}.options.values",
                found=repr(value),
                expected=", ".join(map(repr, dict.fromkeys(known))),
                remedy="Write the standard values of codebook.yml, words in quotes.",
            )


def _misfits(
    key: str, definition: Indicator, functions: Mapping[str, IndicatorFunction]
) -> Iterator[Problem]:
    if definition.function not in functions:
        close = difflib.get_close_matches(definition.function, functions, n=1)
        yield Problem(
            f"unknown function '{definition.function}'",
            file="indicators.yml",
            place=f"{key}.function",
            found=definition.function,
            expected=", ".join(functions),
            remedy=f"Did you mean '{close[0]}'?"
            if close
            else "Use one of these, or write it in indicators.py.",
        )
        return
    parameters = inspect.signature(functions[definition.function]).parameters
    for part in ("columns", "options"):
        for argument in getattr(definition, part):
            if argument not in parameters:
                yield Problem(
                    f"{definition.function} has no '{argument}'",
                    file="indicators.yml",
                    place=f"{key}.{part}",
                    found=argument,
                    expected=", ".join(parameters),
                    remedy="Use one of these.",
                )
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in {
            **definition.columns,
            **definition.options,
        }:
            yield Problem(
                f"{definition.function} needs '{name}'",
                file="indicators.yml",
                place=key,
                expected=name,
                remedy="Add it to columns or options.",
            )
