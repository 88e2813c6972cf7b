"""Numbers in the reader's notation, or the word for why one is absent; and tables of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.language import absence, day, listed, number, percentage, points, signed, text
from wijkkit.language.messages import catalogue
from wijkkit.language.numbers import (
    TWO_DECIMALS,
    about,
    as_set,
    decimals_of,
    over_zero,
    p_about,
    shown_p,
)
from wijkkit.registry.problems import shown as worded
from wijkkit.registry.tables import KINDS
from wijkkit.released.store import is_shown, number_at
from wijkkit.show.output import Nothing, ShownTable, language_of, nothing

#: Units of a difference, which is shown with its sign.
DIFFERENCES = ("points", "sd", "difference")
#: Columns whose values are keys; where their words stand in the catalogues.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "verdict": ("show.alike", "logic_model.verdict", "explanations.verdict"),
    "assumed": ("logic_model.verdict",),
    "key": ("effect_show.glance.verdict",),
    "alike": ("show.alike",),
    "trend": ("show.trend",),
    "position": ("show.funnel.position",),
    "state": ("show.target_state", "process.state", "logic_model.state"),
    "against_plan": ("process.against_plan",),
    "method": ("effect_show.short",),
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
#: Columns of a verdict on a difference -> the prefix of that difference.
_JUDGED = {"trend": "change_", "key": ""}
#: Columns of a verdict -> the number that it judges, where that is shown.
_NOT_JUDGED = {"trend": "change", "verdict": "own"}
#: Columns of the registry's interventions, whose words the registry has.
_REGISTERED = ("evidence", "scope", "procured_by", "status")
#: Columns of plain numbers that are percentages, and those with more decimals.
_PERCENT = (
    *("target", "registered_baseline", "dose", "reach_of_plan", "low_ses_reached", "adoption"),
    *("frequency", "maintenance", "baseline", "first_share", "registered"),
)
_DECIMALS = {"odds_ratio": 2, "lowest_alpha": 2, "difference": 2}


def shown_value(
    row: Mapping[str, Any] | pd.Series | None, language: str, rounded: str = "about"
) -> str:
    """Return the value of a row: ``41%``, or the word for its status.

    `rounded`: The message for a number in coarser steps, ``about_short`` where room is short.

    >>> shown_value({"value": 41.2, "unit": "percent", "status": "ok"}, "nl")
    '41%'
    >>> shown_value({"value": None, "unit": "percent", "status": "too_few"}, "nl")
    'te weinig kinderen'
    """
    if row is not None and row["status"] != "ok":
        if row["status"] != "hidden" and row.get("reason") in _group("effect.reason", language):
            return text("effect.not_estimable", language)
        return why_absent(row["status"], language, limit=row.get("lower", float("nan")))
    if row is None or pd.isna(row["value"]):
        return absence("missing", language)
    shown = _in_unit(row["value"], row.get("unit", "percent"), language)
    return about(shown, row, language, rounded)


def why_absent(status: str, language: str, **words: object) -> str:
    """Return why a number of a survey or of the registry is absent."""
    if status in catalogue("absence", language):
        return absence(status, language, **words)
    return text(f"process.{status}", language)


def _in_unit(value: float, unit: str, language: str) -> str:
    if np.isinf(value):
        return text("effect_show.out_of_reach", language)
    if show := {"percent": percentage, "points": points}.get(unit):
        return show(value, language)
    shown = (signed if unit in DIFFERENCES else number)(value, language, decimals_of(unit))
    bare = ("", "score", "count", *DIFFERENCES, *TWO_DECIMALS)
    return shown if unit in bare else f"{shown} {unit}"


def difference(row: Mapping[str, Any] | pd.Series) -> dict[str, Any]:
    """Return a number that is a difference: one in a score has a sign, as one in points has."""
    return {**row, "unit": "difference"} if row["unit"] == "score" else {**row}


def shown_interval(row: Mapping[str, Any] | pd.Series | None, language: str) -> str:
    """Return the value with its interval: ``41% (36–47)``; without one, the value alone.

    >>> shown_interval({"value": 41.2, "lower": 36, "upper": 47, "unit": "percent",
    ...                 "status": "ok"}, "nl")
    '41% (36–47)'
    >>> shown_interval({"value": -0.9, "lower": -1.2, "upper": -0.5, "unit": "difference",
    ...                 "status": "ok"}, "nl")
    '−0,9 (−1,2 tot −0,5)'
    """
    value = shown_value(row, language)
    if row is None or row["status"] != "ok" or pd.isna(row["value"]):
        return value
    lower, upper = row.get("lower"), row.get("upper")
    if lower is None or upper is None or not np.isfinite([lower, upper]).all():
        return value
    unit = row.get("unit", "percent")
    show = signed if unit in DIFFERENCES else number
    limits = {"lower": lower, "upper": upper}
    ends = {name: show(end, language, decimals_of(unit)) for name, end in limits.items()}
    # Between numbers below zero a dash would read as another minus.
    worded = unit in DIFFERENCES or lower < 0
    key = "difference_with_interval" if worded else "value_with_interval"
    return text(f"show.{key}", language, value=value, **ends)


def table(
    frame: pd.DataFrame,
    columns: Sequence[str] | Mapping[str, str],
    links: Mapping[str, str] | None = None,
    across: str = "",
) -> ShownTable | Nothing:
    """Return a frame as a table for readers.

    Parameters
    ----------
    frame : DataFrame
        As a view gives it, or one of your own. Without rows it is left out of a report; a column
        in which no row has anything is left out of the table.
    columns : sequence of str, or mapping of str to str
        Which columns, or column -> head. The name of a number (``own`` for ``own_value``, ...)
        gives it with its interval or the word for why it is absent; ``city`` brings the
        populations above the study with it.
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
    asked = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, "")
    named = _with_references(frame, asked)
    heads = {name: head or _head(name, frame) for name, head in named.items()}
    cells = {head: _column(frame, name, language) for name, head in heads.items()}
    if not across:
        # A column in which no row has anything says nothing; the first one names the rows.
        silent = {"", text("show.alike.unknown", language), absence("missing", language)}
        first = next(iter(cells))
        cells = {h: words for h, words in cells.items() if h == first or set(words) - silent}
    absent = frame["status"].ne("ok") if "status" in frame else pd.Series(False, frame.index)
    if across and "reason" in frame:
        whys = zip(cells[[*cells][-1]], _column(frame, "reason", language), absent, strict=True)
        cells[[*cells][-1]] = [why if why and gone else cell for cell, why, gone in whys]
    data = pd.DataFrame(cells, index=range(len(frame)))
    if across:
        heads_across = _column(frame, across, language)
        waves = frame.attrs.get("waves", {})
        places = {name: at for at, names in enumerate(waves.items()) for name in names}
        order = sorted(heads_across, key=lambda head: places.get(head, len(waves)))
        rows = [data[column].to_numpy() for column in data.columns[:-1]]
        absent = absent.groupby(rows, sort=False).all()
        empty = absence("not_asked" if across == "wave" else "missing", language)
        data = _across(data, heads_across, order, empty)
    if (together := heads.get(frame.attrs.get("together", ""), "")) in data:
        data = _together(data, together, absent.tolist(), language)
    return ShownTable(data, frame.attrs.get("caption", ""), dict(links or {}))


def _with_references(frame: pd.DataFrame, named: Mapping[str, str]) -> dict[str, str]:
    """Return the columns with those of the populations above the study after all wijken."""
    above = frame.attrs.get("references", {}) if "city_value" in frame else {}
    above = {prefix: label for prefix, label in above.items() if f"{prefix}_value" in frame}
    found: dict[str, str] = {}
    for name, head in named.items():
        found |= {name: head, **(above if name == "city" else {})}
    return found


def _together(data: pd.DataFrame, head: str, absent: Sequence[bool], language: str) -> pd.DataFrame:
    """Return rows without a number that differ in the column `head` only as one row, which lists
    it.
    """
    named: dict[Any, list[Any]] = {}
    for at, row in enumerate(data.to_dict("records")):
        said = row.pop(head)
        named.setdefault(tuple(row.values()) if absent[at] else at, [at]).append(said)
    kept = data.iloc[[first for first, *_ in named.values()]].reset_index(drop=True)
    return kept.assign(**{head: [listed(names, language) for _, *names in named.values()]})


def _across(data: pd.DataFrame, heads: list[str], order: list[str], absent: str) -> pd.DataFrame:
    """Return the last column of a table as one column per head; `absent` where there is no row."""
    *index, cell = data.columns
    keys = pd.MultiIndex.from_frame(data[index])
    rows = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    wide = pd.DataFrame(absent, index=range(len(rows)), columns=[*index, *dict.fromkeys(order)])
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
    if (numbers := _numbers(frame, name)) is not None:
        return [shown_interval(one, language) for one in numbers]
    show = _words_of("assumed" if name == "verdict" and "to_box" in frame else name, language)
    once = name == "trend" and "first_wave" in frame and frame["first_wave"].eq(frame["wave"]).all()
    cells = ["" if once else show(value) for value in frame[name]]
    if name in _NOT_JUDGED and "direction" in frame:
        unjudged = frame[name].eq("unknown") & frame[f"{_NOT_JUDGED[name]}_status"].eq("ok")
        unjudged &= frame["direction"].eq("none") | (name == "trend")
        cells = list(np.where(unjudged, text("show.trend.unjudged", language), cells))
    if name in _JUDGED and f"{_JUDGED[name]}lower" in frame:
        clear = frame[name].str.endswith(("better", "worse"))
        lower, upper = (frame[f"{_JUDGED[name]}{end}"] for end in ("lower", "upper"))
        why = map(partial(over_zero, language=language, key="before_rounding"), clear, lower, upper)
        cells = list(map(str.__add__, cells, why))
    if name == "p" and "p_below" in frame:
        pairs = zip(cells, frame["p_below"], strict=True)
        cells = [cell if pd.isna(below) else p_about(below, language) for cell, below in pairs]
        # Where the number itself is absent, so is its p-value, for the same reason.
        rows = zip(cells, frame.to_dict("records"), strict=True)
        cells = [cell if is_shown(row) else shown_value(row, language) for cell, row in rows]
    if name in ("target", "registered_baseline") and "measured_in" in frame:
        known = zip(frame[name].notna(), frame[name], frame["measured_in"], strict=True)
        cells = [as_set(value, unit, language) if there else "" for there, value, unit in known]
    if name == "target" and "target_of" in frame:
        whose = zip(cells, _column(frame, "target_of", language), strict=True)
        cells = [f"{cell} ({of})" if of else cell for cell, of in whose]
    if f"{name}_status" in frame:
        return [
            cell if status == "ok" else why_absent(status, language)
            for cell, status in zip(cells, frame[f"{name}_status"], strict=True)
        ]
    return cells


def _numbers(frame: pd.DataFrame, name: str) -> list[dict[str, Any]] | None:
    """Return the numbers in a column; None where it holds something else."""
    if f"{name}_value" in frame:
        found = [
            number_at(row, name) | {"reason": row.get("reason")} for _, row in frame.iterrows()
        ]
    elif name == "value" and "status" in frame:
        found = frame.to_dict("records")
    else:
        return None
    return [*map(difference, found)] if name in frame.attrs.get("differences", ()) else found


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
        return text("show.no_end", language) if name == "end" else ""
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
