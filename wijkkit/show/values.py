"""One released number in the reader's notation, or the word for why it is absent."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from wijkkit.language import absence, number, percentage, text


def shown_value(row: Mapping | pd.Series | None, language: str) -> str:
    """Return the value of a row of a tidy table: ``41%``, or the word for its status.

    Examples
    --------
    >>> import pandas as pd
    >>> shown_value(pd.Series({"value": 41.2, "unit": "percent", "status": "ok"}), "nl")
    '41%'
    >>> shown_value(pd.Series({"value": None, "unit": "percent", "status": "too_few"}), "nl")
    'te weinig kinderen'
    >>> shown_value(pd.Series({"lower": 90.0, "unit": "percent", "status": "above"}), "nl")
    'meer dan 90%'
    """
    if row is None:
        return absence("missing", language)
    if row["status"] != "ok":
        return absence(row["status"], language, limit=row.get("lower", float("nan")))
    if pd.isna(row["value"]):
        return absence("missing", language)
    if row["unit"] == "percent":
        value, finest = percentage(row["value"], language), 1.0
    else:
        value, finest = number(row["value"], language, 1), 0.1
    if row.get("step", float("nan")) > finest:
        return text("show.about", language, value=value)
    return value


def shown_interval(row: Mapping | pd.Series | None, language: str) -> str:
    """Return the value with its interval: ``41% (36–47)``; without one, the value alone.

    Examples
    --------
    >>> import pandas as pd
    >>> shown_interval(pd.Series({"value": 41.2, "lower": 36, "upper": 47, "unit": "percent",
    ...                           "status": "ok"}), "nl")
    '41% (36–47)'
    """
    value = shown_value(row, language)
    if row is None or row["status"] != "ok" or pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return value
    decimals = 0 if row["unit"] == "percent" else 1
    return text(
        "show.value_with_interval",
        language,
        value=value,
        lower=number(row["lower"], language, decimals),
        upper=number(row["upper"], language, decimals),
    )
