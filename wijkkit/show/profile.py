"""Who lives here: area figures of this wijk beside those of the city."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import number, text
from wijkkit.released import WijkView
from wijkkit.show.output import ShownTable


def profile_table(view: WijkView) -> ShownTable:
    """Return the area figures of this wijk, with those of the city where the source has them."""
    language = view.language
    table = view.table("area_figures")
    own = table[(table["area"] == view.slug) & (table["area_level"] == "wijk")]
    city = table[table["area_level"] == "city"].set_index(["figure", "period"])
    heads = [
        text("show.head.figure", language),
        view.name,
        view.study.settings.city.name,
        text("show.head.period", language),
        text("show.head.source", language),
    ]
    rows = []
    for row in own.itertuples():
        key = (row.figure, row.period)
        reference = city.loc[key] if key in city.index else None
        rows.append(
            [row.label, _shown(row, language), _shown(reference, language), row.period, row.source]
        )
    return ShownTable(
        pd.DataFrame(rows, columns=heads), text("show.profile.caption", language, name=view.name)
    )


def _shown(row, language: str) -> str:
    if row is None or row.status != "ok" or pd.isna(row.value):
        return text(
            f"show.status.{'missing' if row is None or row.status == 'ok' else row.status}",
            language,
        )
    decimals = 0 if float(row.value).is_integer() else 1
    unit = {"percent": "%", "": "", "count": ""}.get(row.unit, f" {row.unit}")
    return f"{number(row.value, language, decimals)}{unit}"
