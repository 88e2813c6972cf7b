"""How the study was set up, as tidy frames: who took part, how alike the arms were, what was when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wijkkit.language import absence, number, percentage, text
from wijkkit.tables import rows_with

if TYPE_CHECKING:
    from wijkkit.released.views import CityView


def participants(view: CityView) -> pd.DataFrame:
    """Return who took part per wave (``took_part``) and their ``share`` of the children who live
    there: in each wijk, in each arm, in all together.
    """
    table = view.table("participants")
    if table["status"].eq("missing").all():
        table = table.head(0)
    names = map(view.area_name, table["area"], table["area_level"])
    known = table["response"].notna()
    return table.assign(
        name=list(names),
        took_part_value=table["n"],
        took_part_status=table["status"],
        took_part_unit="count",
        share_value=table["response"],
        share_status=table["status"].where(known | table["status"].ne("ok"), "missing"),
        share_unit="percent",
        took_part_of=[_took_part(view, row) for row in table.itertuples()],
    )


def _took_part(view: CityView, row: Any) -> str:
    """Return who took part in words, of how many who live there where that is known."""
    if row.status != "ok":
        return absence(row.status, view.language)
    if pd.isna(row.response):
        return number(row.n, view.language)
    share = percentage(row.response, view.language)
    words = {"n": number(row.n, view.language), "children": number(row.children, view.language)}
    whole = view.study.settings.process.children_surveyed == 1
    key = "took_part" if whole else "took_part_about"
    return text(f"show.{key}", view.language, share=share, **words)


def baseline(view: CityView) -> pd.DataFrame:
    """Return programme and comparison wijken side by side at the first measurement.

    ``kind`` (indicator, grouping or covariate), ``label``, the numbers ``programme`` and
    ``comparator``, and ``difference``: the standardised difference.
    """
    table = view.table("baseline")
    table = table[table["status"].ne("missing")].reset_index(drop=True)
    unit = table["unit"].where(table["unit"].eq("percent"), "score")
    frame = table.assign(label=[_label(view, row) for row in table.itertuples()])
    for arm in ("programme", "comparator"):
        frame[f"{arm}_value"] = table[arm]
        frame[f"{arm}_status"] = table["status"]
        frame[f"{arm}_unit"] = unit
    return frame


def _label(view: CityView, row) -> str:
    """Return what readers call a characteristic."""
    if row.kind == "indicator":
        return view.study.text(view.study.indicators[row.key].label)
    if row.kind == "grouping" and (name := f"{row.key}.{row.category}") in view.study.group_names:
        return view.study.group_names[name]
    label, names = view.study.column_words(row.key)
    return f"{label}: {names.get(row.category, row.category)}" if row.category else label


def timeline(view: CityView) -> pd.DataFrame:
    """Return what happened when: the programme, the measurements and the corona measures.

    ``kind`` (programme, start, wave, corona), ``label, start, end``; the programme has no end.
    """
    table = view.table("timeline")
    if not view.programme:
        table = table[~table["kind"].isin(["programme", "start"])]
    labels = [_what(view, row.kind, row.key) for row in table.itertuples()]
    order = {"programme": 0, "start": 1, "wave": 2, "corona": 3}
    frame = table.assign(label=labels)
    return frame.sort_values("kind", key=lambda kinds: kinds.map(order), kind="stable")


def _what(view: CityView, kind: str, key: str) -> str:
    if kind == "wave":
        return next(view.study.text(wave.label) for wave in view.study.waves if wave.id == key)
    if kind == "start":
        return view.study.neighbourhood(key).name
    if kind == "corona":
        return text(f"show.timeline.{key}", view.language)
    return view.study.text(view.study.settings.programme.name)


def slopes(view: CityView) -> pd.DataFrame:
    """Return slope and relative index of inequality of each indicator with a goal.

    ``indicator, label, measure, wave`` (each wave, and the change between two) and the number:
    percentage points or a ratio, least against most advantaged; of the area of the view.
    """
    goals = dict.fromkeys(goal.indicator for goal in view.study.goals)
    grouping = view.study.gap_grouping
    place = dict(zip(("area", "area_level"), view.place, strict=True))
    between = {"group_by": grouping.id if grouping else "", "indicator": goals}
    rows = rows_with(view.table("slopes"), **place, **between)
    waves = {wave.id: view.study.text(wave.label) for wave in view.study.waves}
    change = text("show.slope.change", view.language)
    relative = rows["unit"].eq("ratio")
    measures = [
        text(f"show.slope.{'ratio' if one else 'difference'}", view.language) for one in relative
    ]
    made = rows.assign(
        label=[view.study.text(view.study.indicators[key].label) for key in rows["indicator"]],
        measure=measures,
        wave=[waves.get(wave, change) for wave in rows["wave"]],
    )
    order = {key: at for at, key in enumerate(goals)}
    return made.iloc[np.lexsort((relative, rows["indicator"].map(order)))]
