"""One number of a frame in the reader's notation, or the word for why it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.language import absence, number, percentage, points, signed, text
from wijkkit.language.messages import catalogue

#: A p-value is given in three digits: never as zero.
_SMALLEST_P = 0.001
#: The largest threshold that a p-value is said to be below.
_LARGEST_P = 0.05
#: Units of a difference, which is shown with its sign.
DIFFERENCES = ("points", "sd")


def shown_value(row: Mapping[str, Any] | pd.Series | None, language: str) -> str:
    """Return the value of a row: ``41%``, or the word for its status.

    Examples
    --------
    >>> shown_value({"value": 41.2, "unit": "percent", "status": "ok"}, "nl")
    '41%'
    >>> shown_value({"value": 65, "unit": "percent", "status": "ok", "step": 5}, "nl")
    'ongeveer 65%'
    >>> shown_value({"value": None, "unit": "percent", "status": "too_few"}, "nl")
    'te weinig kinderen'
    """
    if row is None:
        return absence("missing", language)
    if row["status"] != "ok":
        return why_absent(row["status"], language, limit=row.get("lower", float("nan")))
    if pd.isna(row["value"]):
        return absence("missing", language)
    unit = row.get("unit", "percent")
    shown = _in_unit(row["value"], unit, language)
    step = row.get("step")
    finest = 1.0 if unit in ("percent", "points", "count") else 0.1
    coarse = step is not None and not pd.isna(step) and step > finest
    return text("show.about", language, value=shown) if coarse else shown


def why_absent(status: str, language: str, **words: object) -> str:
    """Return why a number of a survey or of the registry is absent."""
    if status in catalogue("absence", language):
        return absence(status, language, **words)
    return text(f"process.{status}", language)


def _in_unit(value: float, unit: str, language: str) -> str:
    if unit == "percent":
        return percentage(value, language)
    if unit == "points":
        return points(value, language)
    if unit == "sd":
        return signed(value, language, 2)
    if unit == "count":
        return number(value, language)
    if unit == "ratio":
        return number(value, language, 2)
    shown = number(value, language, 1)
    return shown if unit in ("", "score") else f"{shown} {unit}"


def shown_interval(row: Mapping[str, Any] | pd.Series | None, language: str) -> str:
    """Return the value with its interval: ``41% (36–47)``; without one, the value alone.

    Examples
    --------
    >>> shown_interval({"value": 41.2, "lower": 36, "upper": 47, "unit": "percent",
    ...                 "status": "ok"}, "nl")
    '41% (36–47)'
    >>> shown_interval({"value": -3, "lower": -8, "upper": 2, "unit": "points",
    ...                 "status": "ok"}, "nl")
    '−3 procentpunt (−8 tot +2)'
    """
    value = shown_value(row, language)
    if row is None or row["status"] != "ok" or pd.isna(row["value"]):
        return value
    lower, upper = row.get("lower"), row.get("upper")
    if lower is None or upper is None or not np.isfinite([lower, upper]).all():
        return value
    unit = row.get("unit", "percent")
    show = signed if unit in DIFFERENCES else number
    decimals = {"percent": 0, "points": 0, "sd": 2, "ratio": 2}.get(unit, 1)
    ends = {"lower": show(lower, language, decimals), "upper": show(upper, language, decimals)}
    key = "difference_with_interval" if unit in DIFFERENCES else "value_with_interval"
    return text(f"show.{key}", language, value=value, **ends)


def shown_p(p: float, language: str) -> str:
    """Return a p-value in three decimals.

    Examples
    --------
    >>> shown_p(0.0241, "nl"), shown_p(0.0002, "nl")
    ('0,024', '< 0,001')
    """
    if pd.isna(p):
        return ""
    small = p < _SMALLEST_P
    return f"{'< ' if small else ''}{number(max(p, _SMALLEST_P), language, 3)}"


def p_about(below: float, language: str) -> str:
    """Return below which threshold a p-value is, where nothing else is shown of it; 1 for none.

    Examples
    --------
    >>> p_about(0.05, "nl"), p_about(1.0, "nl")
    ('< 0,05', '≥ 0,05')
    """
    sign, threshold = ("<", below) if below < 1 else ("≥", _LARGEST_P)
    return f"{sign} {number(threshold, language, 2)}"
