"""The page of one wijk: what was planned, done, reached and decided."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import pandas as pd

from wijkkit.evaluation.learning.questions import questions
from wijkkit.evaluation.logic_model.boxes import box_findings, element_state
from wijkkit.language import absence, day, text
from wijkkit.language.numbers import as_set
from wijkkit.live import progress
from wijkkit.live.interventions import intervention_rows
from wijkkit.live.snapshot import Snapshot, Source, say
from wijkkit.released.goals import target_state
from wijkkit.released.outcomes import trend
from wijkkit.show.values import difference, shown_interval, shown_value

# The goals of a wijk and its logic model: where it began, where it is, where it wants to be.

#: States of an element of which its figures say enough.
_UNJUDGED = ("known", "measured", "not_measured")


def goal_rows(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the goals that a wijk set itself; figures are the released ones."""
    goals = snapshot.facts.records("goals", wijk)
    return [_row(snapshot, wijk, goal) for goal in goals if goal["status"] != "dropped"]


def _row(snapshot: Snapshot, wijk: str, goal: Mapping) -> SimpleNamespace:
    study, language = snapshot.study, snapshot.language
    gone, key = absence("missing", language), snapshot.facts.indicator_of(goal)
    indicator = study.indicators[key] if key else None
    levels = snapshot.facts.estimate(key, wijk).to_dict("records") if key else []
    asked = [level for level in levels if level["status"] != "not_asked"]
    last = asked[-1] if asked else None
    state = target_state(last, goal["target"], indicator.direction) if indicator else "no_figure"
    if indicator and pd.isna(goal["target"]):
        state = "no_target"
    waves = {wave.id: study.text(wave.label) for wave in study.waves}
    unit = indicator.unit if indicator else "percent"
    label = study.text(indicator.label) if indicator else say("goal.no_indicator", language)
    return SimpleNamespace(
        name=goal["name"],
        indicator=label,
        baseline=_registered(goal["baseline"], unit, language),
        first=shown_value(asked[0], language) if len(asked) > 1 else gone,
        last=shown_interval(last, language),
        wave=waves.get(last["wave"], "") if last is not None else "",
        change=_change(snapshot, wijk, key) if key else gone,
        target=_registered(goal["target"], unit, language),
        state=state,
        verdict=text(f"show.target_state.{state}", language),
    )


def _registered(value: float, unit: str, language: str) -> str:
    return say("not_registered", language) if pd.isna(value) else as_set(value, unit, language)


def _change(snapshot: Snapshot, wijk: str, indicator: str) -> str:
    """Return the change and its verdict as the report of the wijk has them."""
    language, row = snapshot.language, snapshot.facts.change(indicator, wijk)
    change = shown_value(None if row is None else difference(row), language)
    if row is None or row["status"] != "ok":
        return change
    verdict = trend(row, snapshot.study.indicators[indicator].direction)
    verdict = "unjudged" if verdict == "unknown" else verdict
    return f"{change}, {text(f'show.trend.{verdict}', language)}"


def model_boxes(snapshot: Snapshot, wijk: str) -> list[SimpleNamespace]:
    """Return the logic model of a wijk; nothing where it carries no programme out."""
    if wijk not in snapshot.study.starts:
        return []
    language = snapshot.language
    findings = box_findings(snapshot.facts, wijk)
    return [
        SimpleNamespace(
            name=text(f"logic_model.box.{box}", language),
            elements=[_element(rows, language) for _, rows in mine.groupby("element", sort=False)],
        )
        for box, mine in findings.groupby("box", sort=False)
    ]


def _element(rows: pd.DataFrame, language: str) -> SimpleNamespace:
    state = element_state(rows)
    judged = "" if state in _UNJUDGED else text(f"logic_model.state.{state}", language)
    return SimpleNamespace(
        label=rows["label"].iloc[0],
        known=state != "not_measured",
        judged=judged,
        words=list(rows["words"]),
    )


def wijk_page(snapshot: Snapshot, wijk: str) -> SimpleNamespace:
    """Return the page of a wijk."""
    neighbourhood, language = snapshot.study.neighbourhood(wijk), snapshot.language
    last, old = progress.freshness(snapshot, wijk)
    registered = (
        say("registered.nothing", language)
        if pd.isna(last)
        else say("registered.last", language, day=day(last, language))
    )
    return SimpleNamespace(
        slug=neighbourhood.wijk,
        name=neighbourhood.name,
        arm=neighbourhood.arm,
        as_of=day(snapshot.facts.as_of, language),
        registered=registered,
        old=old,
        steps=progress.step_marks(snapshot, wijk),
        interventions=intervention_rows(snapshot, wijk),
        decisions=progress.decisions(snapshot, wijk),
        meeting=progress.meeting_sentence(snapshot, wijk),
        clashes=progress.open_clashes(snapshot, wijk),
        solved=progress.solved_clashes(snapshot, wijk),
        goals=goal_rows(snapshot, wijk),
        completeness=progress.completeness(snapshot, wijk),
        contradictions=progress.contradictions(snapshot, wijk),
        questions=list(questions(snapshot.facts, wijk)["question"]),
        model=model_boxes(snapshot, wijk),
    )


def current_page(source: Source, language: str, wijk: str) -> SimpleNamespace:
    """Return the page of a wijk as it is now; made again only when something changed."""
    now = source.now()
    return source.cached(
        ("page", language, wijk),
        now.of(wijk),
        lambda: wijk_page(source.snapshot(now, language, wijk), wijk),
    )
