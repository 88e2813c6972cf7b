"""The functions that indicators.yml may name: the built-in ones and a study's own."""

from __future__ import annotations

import difflib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from wijkkit.errors import Problem, StudyError
from wijkkit.indicators.answers import answer_at_least, answer_in, answer_value
from wijkkit.indicators.outdoor_play import (
    outdoor_play_days,
    outdoor_play_hours,
    outdoor_play_week,
)
from wijkkit.indicators.sdq import sdq_elevated, sdq_total
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator

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

    Returns
    -------
    list[Problem]
        Nothing where all is well.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.indicators import check_indicators
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
        for problem in _misfits(key, definition, functions)
    ]


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
