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
    places = [(view.name, period, _by_figure(own)) for period in periods]
    places.append((view.study.settings.city.name, periods[-1], _by_figure(city)))
    rows = []
    for figure, label in dict(zip(own["figure"], own["label"], strict=True)).items():
        cells = {text("show.head.figure", language): label}
        for name, period, figures in places:
            head = f"{name} {period}" if several else name
            cells[head] = _shown(figures.get((figure, period)), language)
        rows.append(cells)
    sources = text("show.profile.sources", language, names=", ".join(own["source"].unique()))
    return ShownTable(pd.DataFrame(rows), f"{caption}. {sources}")


def _by_figure(table: pd.DataFrame) -> dict[tuple[str, str], tuple]:
    """Return the first row of each figure and period."""
    first = table.drop_duplicates(["figure", "period"])
    return {(row.figure, row.period): row for row in first.itertuples(index=False)}


def _shown(row, language: str) -> str:
    if row is None or row.status != "ok" or pd.isna(row.value):
        return text(
            f"show.status.{'missing' if row is None or row.status == 'ok' else row.status}",
            language,
        )
    decimals = 0 if float(row.value).is_integer() else 1
    unit = {"percent": "%", "": "", "count": ""}.get(row.unit, f" {row.unit}")
    return f"{number(row.value, language, decimals)}{unit}"
