"""What the interventions of a wijk are: goals, evidence, city-wide or local, who buys them."""

from __future__ import annotations

import pandas as pd

from wijkkit.language import text
from wijkkit.registry.tables import GOAL_COLUMNS, KINDS
from wijkkit.registry.wording import column_label
from wijkkit.registry.wording import shown as worded
from wijkkit.released import WijkView
from wijkkit.show.output import ShownTable, empty_table

_KIND = KINDS["interventions"]
_COLUMNS = ("evidence", "scope", "procured_by", "status")


def interventions_table(view: WijkView) -> ShownTable:
    """Return each intervention of this wijk with its goals, evidence, scope and buyer.

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
    >>> wk.show.interventions_table(view)
    Interventie Doel ...
    """
    language, table = view.language, view.own("interventions")
    caption = text("show.interventions.caption", language, name=view.name)
    if table.empty:
        return empty_table(text("show.delivery.none", language), caption)
    goals = view.own("goals")
    names = dict(zip(goals["key"], goals["name"], strict=True))
    absent = text("process.not_registered", language)
    cells = {"name": table["name"].fillna(absent)}
    cells["goal"] = [
        "; ".join(names[key] for key in row if key in names) or absent
        for row in table[list(GOAL_COLUMNS)].itertuples(index=False)
    ]
    for name in _COLUMNS:
        column = _KIND[name]
        cells[name] = [
            absent if pd.isna(value) else worded(column, value, language) for value in table[name]
        ]
    heads = {name: column_label(_KIND, _KIND[name], language) for name in cells}
    return ShownTable(pd.DataFrame(cells).rename(columns=heads), caption)
