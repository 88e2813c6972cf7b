"""What a measure of the logic model is found to be: indicators, gaps and scales of survey and interviews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.language import interval, number, percentage, points, signed, text

State = Literal["better", "same", "worse", "mixed", "measured", "not_measured"]
Support = Literal["for", "against", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the data of one wijk say of one measure.

    Parameters
    ----------
    measure : str
        Its key.
    state : str
        ``better``, ``same`` (no clear change), ``worse``, ``measured`` (known, without an
        earlier value to compare with) or ``not_measured``.
    words : str
        The same for a reader, with the figures.
    support : str
        Whether it speaks ``for`` or ``against`` the next box being reached.
    """

    measure: str
    state: State
    words: str
    support: Support = "unknown"


#: Verdict on a change -> the state of what changed.
STATE_OF_VERDICT: dict[str, State] = {
    "better": "better",
    "worse": "worse",
    "not_distinguishable": "same",
    "unknown": "measured",
}


def together(states: Iterable[str]) -> State:
    """Return the state of several measures at once.

    Measures that are not measured say nothing. Better and worse at once is ``mixed``.

    >>> together(["better", "same", "not_measured"]), together(["better", "worse"]), together([])
    ('better', 'mixed', 'not_measured')
    """
    known = set(states) - {"not_measured"}
    if not known:
        return "not_measured"
    if "mixed" in known or {"better", "worse"} <= known:
        return "mixed"
    order: tuple[State, ...] = ("better", "worse", "same", "measured")
    return next(state for state in order if state in known)


def indicator_finding(facts: Facts, wijk: str, indicator: str) -> Finding:
    """Return how an indicator changed in a wijk since its first wave.

    Only an indicator of a goal is judged, together with the other goals.
    """
    definition = facts.study.indicators[indicator]
    language = facts.study.language
    label = facts.study.text(definition.label)
    row = facts.change(indicator, wijk)
    if row is not None and row["status"] == "ok":
        judged = facts.goal_change(indicator, wijk)
        return _judged("changed", indicator, row, judged, language, label=label)
    levels = facts.estimate(indicator, wijk)
    known = levels[levels["status"].eq("ok")] if len(levels) else levels
    if known.empty:
        return Finding(indicator, "not_measured", _say("unmeasured", language, label=label))
    last = known.iloc[-1]
    value = (
        percentage(last["value"], language)
        if last["unit"] == "percent"
        else number(last["value"], language, 1)
    )
    words = _say("once", language, label=label, value=value, wave=last["wave"])
    return Finding(indicator, "measured", words)


def gap_finding(facts: Facts, wijk: str, indicator: str) -> Finding:
    """Return whether the gap of a goal's indicator became smaller in a wijk; better is smaller."""
    language = facts.study.language
    measure = f"gap:{indicator}"
    grouping = facts.study.gap_grouping
    fields = {"label": facts.study.text(facts.study.indicators[indicator].label)}
    fields["grouping"] = "" if grouping is None else facts.study.text(grouping.label)
    row = None if grouping is None else facts.gap_change(grouping.id, indicator, wijk)
    if grouping is None or row is None or row["status"] != "ok":
        key = "gap_unmeasured" if grouping else "gap_no_grouping"
        return Finding(measure, "not_measured", _say(key, language, **fields))
    judged = facts.goal_change(indicator, wijk, grouping.id)
    return _judged("gap_changed", measure, row, judged, language, **fields)


def _judged(
    key: str,
    measure: str,
    row: pd.Series,
    judged: pd.Series | None,
    language: str,
    **fields: object,
) -> Finding:
    """Return the finding of a change with the verdict of the goals; a measured one without."""
    if judged is None:
        words = _changed(f"{key}_no_goal", row, "measured", language, **fields)
        return Finding(measure, "measured", words)
    state = STATE_OF_VERDICT[judged["verdict"]]
    words = _changed(key, row, state, language, **fields, n=int(judged["looked_at"]))
    return Finding(measure, state, words)


def scale_finding(facts: Facts, key: str) -> Finding:
    """Return how a key-figure scale changed in the programme wijken against the comparators."""
    language = facts.study.language
    scales = facts.study.settings.process.key_figures.scales
    measure = f"scale:{key}"
    if key not in scales:
        label = text(f"logic_model.scale.{key}", language) if key in METHOD_SCALES else key
        return Finding(measure, "not_measured", _say("unmeasured", language, label=label))
    label = facts.study.text(scales[key].label)
    rows = facts.scales[facts.scales["scale"].eq(key)] if len(facts.scales) else facts.scales
    if rows.empty or rows["status"].iloc[0] != "ok":
        return Finding(measure, "not_measured", _say("unmeasured", language, label=label))
    row = rows.iloc[0]
    state = STATE_OF_VERDICT[row["verdict"]]
    words = _changed("scale_changed", row, state, language, label=label, n=int(row["looked_at"]))
    return Finding(measure, state, words)


#: Scales of the method's own logic model.
METHOD_SCALES = ("coordination", "partners", "strategy", "collaboration")


def _changed(key: str, row: pd.Series, state: State, language: str, **fields: object) -> str:
    in_points = row["unit"] == "points"
    change = points(row["value"], language) if in_points else signed(row["value"], language, 1)
    fields |= {"change": change, "state": text(f"logic_model.state.{state}", language)}
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        plain = key.removesuffix("_no_goal")
        return _say(f"{plain}_without_interval", language, **fields)
    limits = interval(row["lower"], row["upper"], language, 0 if in_points else 1)
    return _say(key, language, **fields, interval=limits)


def _say(key: str, language: str, **fields: object) -> str:
    return text(f"logic_model.finding.{key}", language, **fields)
