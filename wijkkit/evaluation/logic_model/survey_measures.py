"""What survey and interviews say: change of an indicator, of a gap, of a scale."""

from __future__ import annotations

import pandas as pd

from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.logic_model.finding import Finding, State, change_state
from wijkkit.language import interval, number, percentage, points, signed, text


def indicator_finding(facts: Facts, wijk: str, indicator: str) -> Finding:
    """Return how an indicator changed in a wijk since its first wave."""
    definition = facts.study.indicators[indicator]
    language = facts.study.language
    label = facts.study.text(definition.label)
    row = facts.change(indicator, wijk)
    if row is not None and row["status"] == "ok":
        state = change_state(row["lower"], row["upper"], definition.direction)
        return Finding(indicator, state, _changed("changed", label, row, state, language))
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
    """Return whether the gap between groups in an indicator became smaller in a wijk.

    The first ordered grouping of the study counts; better is a smaller gap.
    """
    language = facts.study.language
    definition = facts.study.indicators[indicator]
    label = facts.study.text(definition.label)
    measure = f"gap:{indicator}"
    grouping = next((item for item in facts.study.groupings if item.ordered), None)
    unmeasured = Finding(measure, "not_measured", _say("gap_unmeasured", language, label=label))
    if grouping is None:
        return unmeasured
    row = facts.gap_change(grouping.id, indicator, wijk)
    if row is None or row["status"] != "ok":
        return unmeasured
    rows = facts.gaps
    first = rows[
        rows["group_by"].eq(grouping.id)
        & rows["indicator"].eq(indicator)
        & rows["area"].eq(wijk)
        & rows["area_level"].eq("wijk")
        & rows["status"].eq("ok")
        & rows["wave"].isin([wave.id for wave in facts.study.waves])
    ]
    if first.empty:
        return unmeasured
    towards_zero = "lower" if first["value"].iloc[0] > 0 else "higher"
    state = change_state(row["lower"], row["upper"], towards_zero)
    return Finding(measure, state, _changed("gap_changed", label, row, state, language))


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
    state = change_state(row["lower"], row["upper"], "higher")
    return Finding(measure, state, _changed("scale_changed", label, row, state, language))


#: Scales of the method's own logic model.
METHOD_SCALES = ("coordination", "partners", "strategy", "collaboration")


def _changed(key: str, label: str, row: pd.Series, state: State, language: str) -> str:
    in_points = row["unit"] == "points"
    change = points(row["value"], language) if in_points else signed(row["value"], language, 1)
    fields = {
        "label": label,
        "change": change,
        "state": text(f"logic_model.state.{state}", language),
    }
    if pd.isna(row["lower"]) or pd.isna(row["upper"]):
        return _say(f"{key}_without_interval", language, **fields)
    limits = interval(row["lower"], row["upper"], language, 0 if in_points else 1)
    return _say(key, language, **fields, interval=limits)


def _say(key: str, language: str, **fields: object) -> str:
    return text(f"logic_model.finding.{key}", language, **fields)
