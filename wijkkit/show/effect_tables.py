"""The effect evaluation as tables: what could have been found, and what the checks say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.evaluation.effect.outcome_arrays import is_turned
from wijkkit.evaluation.effect.verdicts import to_favourable
from wijkkit.language import number, percentage, points, signed, text
from wijkkit.language.messages import catalogue, filled
from wijkkit.released import CityView
from wijkkit.show.output import ShownTable, empty_table
from wijkkit.study.indicators import Indicator


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
    icc = number(view.study.settings.evaluation.icc, language, 3)
    caption = text("effect_show.detectable_caption", language, icc=icc)
    if table.empty:
        return empty_table(text("effect_show.no_outcome", language), caption)
    keys = ("outcome", "baseline", "smallest", "clusters", "respondents")
    heads = [text(f"effect_show.head.{key}", language) for key in keys]
    cells = []
    for row in table.itertuples():
        indicator = view.study.indicators[row.outcome]
        label = view.study.text(indicator.label)
        if row.status != "ok":
            cells.append([label, text(f"effect.reason.{row.reason}", language), "", "", ""])
            continue
        cells.append(
            [
                label,
                _level(row, indicator, language),
                _size(row.detectable, row.scale, language),
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
            view.study.text(view.study.indicators[row["outcome"]].label),
            text(f"effect.check.{row['check']}", language),
            _item(view, row),
            _with_interval(row, view.study.indicators[row["outcome"]], language),
            _remark(row, language),
        ]
        for _, row in table.iterrows()
    ]
    return ShownTable(pd.DataFrame(cells, columns=heads), caption)


def difference(value: float, scale: str, language: str) -> str:
    """Return a difference on its scale: percentage points, points of a score, or sd.

    Examples
    --------
    >>> difference(4.25, "points", "nl")
    '+4 procentpunt'
    """
    return points(value, language) if scale == "points" else signed(value, language, 2)


def _level(row, indicator: Indicator, language: str) -> str:
    """Return the level at baseline as the outcome's name has it, whichever pole is modelled."""
    if row.scale != "points":
        return number(row.baseline, language, 2)
    return percentage(100 - row.baseline if is_turned(indicator) else row.baseline, language)


def _size(value: float, scale: str, language: str) -> str:
    """Return a difference without its direction."""
    if scale == "points":
        return text("common.points", language, value=number(value, language))
    return number(value, language, 2)


def _with_interval(row: pd.Series, indicator: Indicator, language: str) -> str:
    if row["status"] != "ok":
        return ""
    ends = [row["estimate"], row["lower"], row["upper"]]
    if row["scale"] != "sd":
        ends = to_favourable(row, indicator)
    value = difference(ends[0], row["scale"], language)
    if pd.isna(ends[1]) or pd.isna(ends[2]):
        return value
    decimals = 0 if row["scale"] == "points" else 2
    lower, upper = (signed(end, language, decimals) for end in ends[1:])
    return text("effect_show.interval", language, value=value, lower=lower, upper=upper)


def _remark(row: pd.Series, language: str) -> str:
    if not row["reason"]:
        return text("effect_show.in_sd", language) if row["scale"] == "sd" else ""
    return text(f"effect.reason.{row['reason']}", language)


def _whole(value: float, language: str) -> str:
    if pd.isna(value):
        return ""
    if np.isinf(value):
        return text("effect_show.out_of_reach", language)
    return number(value, language)


def _item(view: CityView, row: pd.Series) -> str:
    """Return what within a check a row is about: a wijk or pair, a share, a characteristic."""
    language, item = view.language, str(row["item"])
    if item in view.study.neighbourhoods:
        return view.study.neighbourhood(item).name
    if row["check"] == "contamination" and row["status"] == "ok":
        share = percentage(100 * float(item), language)
        return text("effect_show.reached", language, share=share)
    words = catalogue("effect", language)["item"]
    if item in words:
        return filled(words[item], language)
    if row["check"] == "leave_one_out":
        return text("effect_show.pair", language, pair=item)
    return _characteristic(view, item)


def _characteristic(view: CityView, item: str) -> str:
    """Return a covariate's name, or the label of the group that it tells apart."""
    column, _, group = item.partition("=")
    labels = {
        (
            grouping.column,
            one.id,
        ): f"{view.study.text(grouping.label)}: {view.study.text(one.label)}"
        for grouping in view.study.groupings
        for one in grouping.groups
    }
    return labels.get((column, group), item)
