"""Released estimates as rows that a reader and a program can follow: codes, labels, numbers."""

from __future__ import annotations

import pandas as pd

from wijkkit.export.labels import Labels
from wijkkit.language import absence
from wijkkit.released import Released
from wijkkit.study import Study

#: Columns of a file of estimates, in this order.
COLUMNS = (
    "wijk",
    "area",
    "area_level",
    "theme",
    "indicator",
    "indicator_label",
    "wave",
    "group_by",
    "group",
    "group_label",
    "value",
    "lower",
    "upper",
    "n",
    "unit",
    "step",
    "status",
    "status_label",
)


def estimate_rows(study: Study, released: Released, areas: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return the released estimates of areas, all where none is named, with their labels.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; `wijk` is the name of the area.
    """
    labels, language = Labels(study), study.language
    table = released.table("estimates")
    if areas:
        table = table[table["area"].isin(areas)]
    out = table.copy()
    out["wijk"] = table["area"].map(labels.area)
    out["theme"] = table["indicator"].map(labels.theme)
    out["indicator_label"] = table["indicator"].map(labels.indicator)
    pairs = zip(table["group_by"], table["group"], strict=True)
    out["group_label"] = [labels.group(group_by, group) for group_by, group in pairs]
    above = zip(table["status"], table["lower"], strict=True)
    out["status_label"] = [
        "" if status == "ok" else absence(status, language, limit=lower)
        for status, lower in above
    ]  # fmt: skip
    return out.reindex(columns=list(COLUMNS)).reset_index(drop=True)


def harmless(value: object) -> object:
    """Return a cell of a file for spreadsheets: a text that it would run is no formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("+18 procentpunt"), harmless(-3.0)
    ("'=1+1", '+18 procentpunt', -3.0)
    """
    if not isinstance(value, str) or not value.startswith(("=", "@", "+", "-", "\t", "\r")):
        return value
    starts_as_number = value[0] in "+-" and value[1:2].isdigit()
    return value if starts_as_number else f"'{value}"
