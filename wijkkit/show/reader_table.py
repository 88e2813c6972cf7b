"""A frame as a table: heads, numbers and states in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.language import day, number, percentage, text
from wijkkit.language.messages import catalogue
from wijkkit.registry.faults import shown as worded
from wijkkit.registry.tables import KINDS
from wijkkit.released.store import number_at
from wijkkit.show.output import Nothing, ShownTable, language_of, nothing
from wijkkit.show.values import p_about, shown_interval, shown_p, why_absent

#: Columns whose values are keys; where their words stand in the catalogues.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "verdict": ("show.alike", "logic_model.verdict", "explanations.verdict"),
    "key": ("effect_show.glance.verdict",),
    "alike": ("show.alike",),
    "trend": ("show.trend",),
    "position": ("show.funnel.position",),
    "state": ("show.target_state", "process.state", "logic_model.state"),
    "against_plan": ("process.against_plan",),
    "method": ("effect.method",),
    "reason": ("effect.reason",),
    "check": ("effect.check",),
    "arm": ("show.role",),
    "role": ("show.role",),
    "box": ("logic_model.box",),
    "measure": ("process.measure",),
    "aspect": ("learning.quality.aspect", "explanations.aspect"),
    "judgement": ("learning.quality.judgement",),
    "criterion": ("choice.criterion",),
    "explanation": ("explanations.explanation",),
    "kind": ("show.timeline",),
    "theme": ("show.theme",),
    "domain": ("show.theme",),
    "target_of": ("show.target_of",),
}
#: Columns of the registry's interventions, whose words the registry has.
_REGISTERED = ("evidence", "scope", "procured_by", "status")
#: Columns of plain numbers that are percentages, and those with more decimals.
_PERCENT = (
    *("target", "registered_baseline", "dose", "reach_of_plan", "low_ses_reached", "adoption"),
    *("frequency", "maintenance", "baseline", "first_share", "registered"),
)
_DECIMALS = {"odds_ratio": 2, "lowest_alpha": 2, "difference": 2}


def table(
    frame: pd.DataFrame,
    columns: Sequence[str] | Mapping[str, str],
    caption: str = "",
    links: Mapping[str, str] | None = None,
    across: str = "",
) -> ShownTable | Nothing:
    """Return a frame as a table for readers.

    Parameters
    ----------
    frame : DataFrame
        As a view gives it, or one of your own. A frame without rows is left out of a report.
    columns : sequence of str, or mapping of str to str
        Which columns, or column -> head. The name of a number (``own`` for ``own_value``,
        ``own_lower``, ...) gives it with its interval or the word for why it is absent; ``value``
        the number without prefix. ``city`` brings the populations above the study with it.
    caption : str
        That of the frame by default.
    links : mapping of str to str, optional
        A text of the first column -> the page it leads to.
    across : str, optional
        A column of which each value becomes a column with the last of `columns` in it.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"label": ["Sport"], "own_value": [41.0], "own_lower": [31.0],
    ...                       "own_upper": [53.0], "own_status": ["ok"], "own_unit": ["percent"]})
    >>> table(frame, {"label": "Indicator", "own": "Ankerveld"}).data.values.tolist()
    [['Sport', '41% (31–53)']]
    """
    if frame.empty:
        return nothing(frame)
    language = language_of(frame)
    named = _with_references(
        frame, columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    )
    heads = {name: head or _head(name, frame) for name, head in named.items()}
    cells = {head: _column(frame, name, language) for name, head in heads.items()}
    data = pd.DataFrame(cells, index=range(len(frame)))
    if across:
        heads_across = _column(frame, across, language)
        order = sorted(heads_across) if across == "wave" else heads_across
        data = _across(data, heads_across, order)
    return ShownTable(data, caption or frame.attrs.get("caption", ""), dict(links or {}))


def _with_references(frame: pd.DataFrame, named: Mapping[str, str]) -> dict[str, str]:
    """Return the columns with those of the populations above the study after all wijken."""
    found: dict[str, str] = {}
    for name, head in named.items():
        found[name] = head
        if name == "city" and "city_value" in frame:
            above = frame.attrs.get("references", {})
            found |= {
                prefix: label for prefix, label in above.items() if f"{prefix}_value" in frame
            }
    return found


def _across(data: pd.DataFrame, heads: list[str], order: list[str]) -> pd.DataFrame:
    """Return the last column of a table as one column per head."""
    *index, cell = data.columns
    keys = pd.MultiIndex.from_frame(data[index])
    rows = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    wide = pd.DataFrame("", index=range(len(rows)), columns=[*index, *dict.fromkeys(order)])
    for key, head, words in zip(keys, heads, data[cell], strict=True):
        wide.loc[rows[key], index] = list(key)
        wide.loc[rows[key], head] = words
    return wide


def _head(name: str, frame: pd.DataFrame) -> str:
    language = language_of(frame)
    known = catalogue("show", language)["head"]
    words = frame.attrs.get("heads", {}).get(name) or known.get(name, name.replace("_", " "))  # type: ignore[attr-defined]
    return words.format(
        name=frame.attrs.get("name", ""), everywhere=frame.attrs.get("everywhere", "")
    )


def _column(frame: pd.DataFrame, name: str, language: str) -> list[str]:
    """Return a column in words."""
    if f"{name}_value" in frame:
        return [shown_interval(number_at(row, name), language) for _, row in frame.iterrows()]
    if name == "value" and "status" in frame:
        return [shown_interval(row, language) for _, row in frame.iterrows()]
    show = _words_of(name, language)
    cells = [show(value) for value in frame[name]]
    if name == "p" and "p_below" in frame:
        pairs = zip(cells, frame["p_below"], strict=True)
        cells = [cell if pd.isna(below) else p_about(below, language) for cell, below in pairs]
    if f"{name}_status" in frame:
        return [
            cell if status == "ok" else why_absent(status, language)
            for cell, status in zip(cells, frame[f"{name}_status"], strict=True)
        ]
    return cells


def _words_of(name: str, language: str) -> Callable[[Any], str]:
    """Return how a column with this name is said."""
    if name in ("p", "floor"):
        return lambda value: shown_p(value, language)
    if name in _REGISTERED:
        column = KINDS["interventions"][name]
        absent = text("process.not_registered", language)
        return lambda value: absent if pd.isna(value) else worded(column, value, language)
    groups = [_group(key, language) for key in _WORDS.get(name, ())]
    if name == "reason":
        # The number itself says so already.
        groups.insert(0, {"hidden": ""})

    def show(value: Any) -> str:
        if isinstance(value, str):
            return next((group[value] for group in groups if value in group), value)
        return _plain(value, name, language)

    return show


def _plain(value: Any, name: str, language: str) -> str:
    """Return a value that is no text as readers see it."""
    if isinstance(value, bool | np.bool_):
        return text(f"show.boolean.{bool(value)}", language)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return day(value.date(), language)
    if name in _PERCENT:
        return percentage(value, language)
    if np.isinf(value):
        return text("effect_show.out_of_reach", language)
    return number(value, language, _DECIMALS.get(name, 0))


def _group(key: str, language: str) -> Mapping[str, str]:
    """Return the messages under `key`, by their last part."""
    concern, *parts = key.split(".")
    found: Any = catalogue(concern, language)
    for part in parts:
        found = found.get(part, {})
    return found
