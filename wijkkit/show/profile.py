"""Who lives here: area figures of this wijk beside those of the city."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, text
from wijkkit.released import WijkView
from wijkkit.show.output import ShownTable, empty_table


def profile_table(view: WijkView) -> ShownTable:
    """Return the area figures of this wijk per period, with those of the city for the last one.

    Parameters
    ----------
    view : WijkView
        As `wijkkit.open_wijk` gives it.

    Returns
    -------
    ShownTable

    Examples
    --------
    >>> import wijkkit as wk
    >>> view = wk.open_wijk("parameters", "ankerveld")
    >>> wk.show.profile_table(view)
    Kenmerk Ankerveld ...
    """
    language = view.language
    table = view.table("area_figures")
    own = table[(table["area"] == view.slug) & (table["area_level"] == "wijk")]
    caption = text("show.profile.caption", language, name=view.name)
    if own.empty:
        return empty_table(text("show.profile.none", language), caption)
    city = table[table["area_level"] == "city"]
    periods = sorted(own["period"].unique())
    several = len(periods) > 1
    rows = []
    for figure, mine in own.groupby("figure", sort=False):
        cells = {text("show.head.figure", language): mine["label"].iloc[-1]}
        for period in periods:
            head = f"{view.name} {period}" if several else view.name
            cells[head] = _cell(mine, period, language)
        name = view.study.settings.city.name
        head = f"{name} {periods[-1]}" if several else name
        cells[head] = _cell(city[city["figure"] == figure], periods[-1], language)
        rows.append(cells)
    sources = text("show.profile.sources", language, names=", ".join(own["source"].unique()))
    return ShownTable(pd.DataFrame(rows), f"{caption}. {sources}")


def _cell(table: pd.DataFrame, period: str, language: str) -> str:
    found = table[table["period"] == period]
    return _shown(next(found.itertuples(), None), language)


def _shown(row, language: str) -> str:
    if row is None or row.status != "ok" or pd.isna(row.value):
        return text(
            f"show.status.{'missing' if row is None or row.status == 'ok' else row.status}",
            language,
        )
    decimals = 0 if float(row.value).is_integer() else 1
    unit = {"percent": "%", "": "", "count": ""}.get(row.unit, f" {row.unit}")
    return f"{number(row.value, language, decimals)}{unit}"
