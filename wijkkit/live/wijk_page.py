"""The page of one wijk: what was planned, done, reached and decided."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from wijkkit.evaluation.learning.questions import questions
from wijkkit.language import day
from wijkkit.live.decisions import (
    ClashRow,
    Decisions,
    decisions,
    meeting_sentence,
    open_clashes,
    solved_clashes,
)
from wijkkit.live.goals import GoalRow, ModelBox, goal_rows, model_boxes
from wijkkit.live.interventions import InterventionRow, intervention_rows
from wijkkit.live.progress import (
    Completeness,
    StepMark,
    completeness,
    contradictions,
    freshness,
    step_marks,
)
from wijkkit.live.snapshot import Snapshot, Source
from wijkkit.live.words import say


@dataclass(frozen=True, slots=True)
class WijkPage:
    """Everything that the page of a wijk shows, in words."""

    slug: str
    name: str
    arm: str
    as_of: str
    registered: str
    old: bool
    steps: list[StepMark]
    interventions: list[InterventionRow]
    decisions: Decisions
    meeting: str
    clashes: list[ClashRow]
    solved: list[ClashRow]
    goals: list[GoalRow]
    completeness: Completeness
    contradictions: list[str]
    questions: list[str]
    model: list[ModelBox]


def wijk_page(snapshot: Snapshot, wijk: str) -> WijkPage:
    """Return the page of a wijk."""
    hood, language = snapshot.study.neighbourhood(wijk), snapshot.language
    last, old = freshness(snapshot, wijk)
    registered = (
        say("registered.nothing", language)
        if pd.isna(last)
        else say("registered.last", language, day=day(last, language))
    )
    return WijkPage(
        slug=hood.wijk,
        name=hood.name,
        arm=hood.arm,
        as_of=day(snapshot.facts.as_of, language),
        registered=registered,
        old=old,
        steps=step_marks(snapshot, wijk),
        interventions=intervention_rows(snapshot, wijk),
        decisions=decisions(snapshot, wijk),
        meeting=meeting_sentence(snapshot, wijk),
        clashes=open_clashes(snapshot, wijk),
        solved=solved_clashes(snapshot, wijk),
        goals=goal_rows(snapshot, wijk),
        completeness=completeness(snapshot, wijk),
        contradictions=contradictions(snapshot, wijk),
        questions=list(questions(snapshot.facts, wijk)["question"]),
        model=model_boxes(snapshot, wijk),
    )


def current_page(source: Source, language: str, wijk: str) -> WijkPage:
    """Return the page of a wijk as it is now; made again only when something changed."""
    now = source.now()
    return source.kept(
        ("page", language, wijk),
        now.of(wijk),
        lambda: wijk_page(source.snapshot(now, language, wijk), wijk),
    )
