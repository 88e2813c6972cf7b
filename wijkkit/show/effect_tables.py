"""The effect evaluation as tables: what could have been found, and what the checks say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.language import number, percentage, points, text
from wijkkit.language.messages import catalogue
from wijkkit.released import CityView
from wijkkit.show.output import ShownTable, empty_table


def detectable_table(view: CityView) -> ShownTable:
    """Return the smallest effect that this design can be expected to find, per outcome.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.detectable_table(view)
    Uitkomst Bij ...
    """
    language, table = view.language, view.table("detectable")
    caption = text("effect_show.detectable_caption", language)
    if table.empty:
        return empty_table(text("effect_show.no_outcome", language), caption)
    keys = ("outcome", "baseline", "smallest", "clusters", "respondents")
    heads = [text(f"effect_show.head.{key}", language) for key in keys]
    cells = []
    for row in table.itertuples():
        label = view.study.text(view.study.indicators[row.outcome].label)
        if row.status != "ok":
            cells.append([label, text(f"effect.reason.{row.reason}", language), "", "", ""])
            continue
        cells.append(
            [
                label,
                difference(row.baseline, row.scale, language, signed=False),
                difference(row.detectable, row.scale, language, signed=False),
                _whole(row.clusters_needed, language),
                _whole(row.respondents_needed, language),
            ]
        )
    return ShownTable(pd.DataFrame(cells, columns=heads), caption)


def effect_assumptions_table(view: CityView) -> ShownTable:
    """Return what the data say of the design's assumptions, per outcome.

    Parameters
    ----------
    view : CityView
        Of the city, or of one wijk.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_city("parameters")
    >>> wk.show.effect_assumptions_table(view)
    Uitkomst Toets ...
    """
    language, table = view.language, view.table("effect_assumptions")
    caption = text("effect_show.assumptions_caption", language)
    if table.empty:
        return empty_table(text("effect_show.no_outcome", language), caption)
    keys = ("outcome", "check", "item", "estimate_plain", "remark")
    heads = [text(f"effect_show.head.{key}", language) for key in keys]
    cells = [
        [
            view.study.text(view.study.indicators[row.outcome].label),
            text(f"effect.check.{row.check}", language),
            _item(view, str(row.item)),
            _with_interval(row, language),
            text(f"effect.reason.{row.reason}", language) if row.reason else "",
        ]
        for row in table.itertuples()
    ]
    return ShownTable(pd.DataFrame(cells, columns=heads), caption)


def difference(value: float, scale: str, language: str, signed: bool = True) -> str:
    """Return a difference on its scale: percentage points, points of a score, or sd.

    Examples
    --------
    >>> difference(4.25, "points", "nl")
    '+4 procentpunt'
    """
    if pd.isna(value):
        return ""
    if scale == "points":
        return points(value, language) if signed else percentage(value, language)
    return number(value, language, 2)


def _with_interval(row, language: str) -> str:
    if row.status != "ok":
        return ""
    value = difference(row.estimate, row.scale, language)
    if pd.isna(row.lower) or pd.isna(row.upper):
        return value
    decimals = 0 if row.scale == "points" else 1
    lower, upper = (number(limit, language, decimals) for limit in (row.lower, row.upper))
    return text("show.value_with_interval", language, value=value, lower=lower, upper=upper)


def _whole(value: float, language: str) -> str:
    if pd.isna(value):
        return ""
    if np.isinf(value):
        return text("effect_show.out_of_reach", language)
    return number(value, language)


def _item(view: CityView, item: str) -> str:
    if item in view.study.neighbourhoods:
        return view.study.neighbourhood(item).name
    words = catalogue("effect", view.language)["item"]
    return words.get(item, item)
