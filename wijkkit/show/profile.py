"""Who lives here: area figures of this wijk beside those of the city."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import absence, number, text
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
    places = [(view.name, period, _by_figure(own)) for period in periods]
    places.append((view.study.settings.city.name, periods[-1], _by_figure(city)))
    rows = []
    for figure, label in dict(zip(own["figure"], own["label"], strict=True)).items():
        cells = {text("show.head.figure", language): label}
        found = [figures.get((figure, period)) for _, period, figures in places]
        decimals = max(map(_decimals, found))
        for (name, period, _), row in zip(places, found, strict=True):
            head = f"{name} {period}" if several else name
            cells[head] = _shown(row, decimals, language)
        rows.append(cells)
    sources = text("show.profile.sources", language, names=", ".join(own["source"].unique()))
    return ShownTable(pd.DataFrame(rows), f"{caption}. {sources}")


def _by_figure(table: pd.DataFrame) -> dict[tuple[str, str], tuple]:
    """Return the first row of each figure and period."""
    first = table.drop_duplicates(["figure", "period"])
    return {(row.figure, row.period): row for row in first.itertuples(index=False)}


def _known(row) -> bool:
    return row is not None and row.status == "ok" and not pd.isna(row.value)


def _decimals(row) -> int:
    return int(_known(row) and not float(row.value).is_integer())


def _shown(row, decimals: int, language: str) -> str:
    if not _known(row):
        return absence("missing" if row is None or row.status == "ok" else row.status, language)
    unit = {"percent": "%", "": "", "count": ""}.get(row.unit, f" {row.unit}")
    return f"{number(row.value, language, decimals)}{unit}"
