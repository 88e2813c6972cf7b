"""Hold a study's files against each other."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wijkkit.errors import Problem
from wijkkit.study.model import Grouping

if TYPE_CHECKING:
    from wijkkit.study.study import Study

REQUIRED_COLUMNS = ("area", "age")

#: Tables and maps of areas can do without a wave; the notebooks cannot.
NO_WAVE = Problem(
    "there is no wave",
    file="study.yml",
    place="waves",
    expected="at least one, with the first and the last day of its field work",
    remedy="Say of when the figures are; without a survey, of when the registry is.",
)


def check_study(study: Study) -> list[Problem]:
    """Return everything in which the study's files contradict each other."""
    checks = (
        _waves,
        _sources,
        _codebook,
        _groupings,
        _goals,
        _indicators,
        _neighbourhoods,
        _evaluation,
    )
    return [problem for check in checks for problem in check(study)]


def _unknown(what: str, value: str, known: Iterable[str], file: str, place: str) -> Problem:
    known = list(known)
    close = difflib.get_close_matches(value, known, n=1)
    remedy = f"Did you mean '{close[0]}'?" if close else "Use one of these."
    return Problem(
        f"unknown {what} '{value}'",
        file=file,
        place=place,
        found=value,
        expected=", ".join(known[:12]),
        remedy=remedy,
    )


def _twice(values: Iterable[str], what: str, file: str, place: str) -> Iterator[Problem]:
    for value, times in Counter(values).items():
        if times > 1:
            yield Problem(
                f"{what} '{value}' is there {times} times",
                file=file,
                place=place,
                remedy="Give each its own.",
            )


def _waves(study: Study) -> Iterator[Problem]:
    waves = study.waves
    if not waves and (study.settings.sources.survey or study.goals):
        yield NO_WAVE
    yield from _twice((wave.id for wave in waves), "wave", "study.yml", "waves")
    for wave in waves:
        if wave.end < wave.start:
            yield Problem(
                "a wave ends before it starts",
                file="study.yml",
                place=f"waves.{wave.id}",
                found=f"{wave.start} to {wave.end}",
                remedy="Correct the dates.",
            )
    for earlier, later in zip(waves, waves[1:], strict=False):
        if later.start <= earlier.end:
            yield Problem(
                "waves overlap or are not in order",
                file="study.yml",
                place=f"waves.{later.id}",
                found=f"starts {later.start}",
                expected=f"after {earlier.end}",
                remedy="Put the waves in order of time.",
            )


def _sources(study: Study) -> Iterator[Problem]:
    sources = study.settings.sources
    waves = [wave.id for wave in study.waves]
    yield from _twice(
        (source.id for source in sources.survey), "survey source", "study.yml", "sources.survey"
    )
    yield from _twice(
        (source.id for source in sources.area_figures),
        "source",
        "study.yml",
        "sources.area_figures",
    )
    for source in sources.survey:
        if source.wave is None and "wave" not in study.codebook.columns:
            yield Problem(
                "no wave for this file",
                file="study.yml",
                place=f"sources.survey.{source.id}",
                expected="a wave, or a column 'wave' in the codebook",
                remedy="Add wave: <id>.",
            )
        elif source.wave is not None and source.wave not in waves:
            yield _unknown(
                "wave", source.wave, waves, "study.yml", f"sources.survey.{source.id}.wave"
            )
    for source in sources.area_figures:
        if (source.path is None) == (source.kind != "odata") or (source.table is None) == (
            source.kind == "odata"
        ):
            yield Problem(
                "a path or a table",
                file="study.yml",
                place=f"sources.area_figures.{source.id}",
                expected="path for a file or StatLine download, table for OData",
                remedy="Give the one that belongs to its kind.",
            )
    for source in sources.borders:
        if (source.path is None) == (source.url is None):
            yield Problem(
                "a path or a url",
                file="study.yml",
                place=f"sources.borders.{source.level}",
                expected="one of the two",
                remedy="Give one.",
            )


def _codebook(study: Study) -> Iterator[Problem]:
    sources = [source.id for source in study.settings.sources.survey]
    for name in REQUIRED_COLUMNS:
        if name not in study.codebook.columns:
            yield Problem(
                f"column '{name}' is missing",
                file="codebook.yml",
                place="columns",
                expected=", ".join(REQUIRED_COLUMNS),
                remedy="Add it.",
            )
    for name, column in study.codebook.columns.items():
        if isinstance(column.source, dict):
            for source in column.source:
                if source not in sources:
                    yield _unknown(
                        "survey source", source, sources, "codebook.yml", f"columns.{name}.source"
                    )


def _groupings(study: Study) -> Iterator[Problem]:
    yield from _twice(
        (grouping.id for grouping in study.groupings), "grouping", "study.yml", "groupings"
    )
    for grouping in study.groupings:
        place = f"groupings.{grouping.id}"
        if grouping.column not in study.codebook.columns:
            yield _unknown(
                "column", grouping.column, study.codebook.columns, "study.yml", f"{place}.column"
            )
        yield from _twice((group.id for group in grouping.groups), "group", "study.yml", place)
        yield from _empty_groups(study, grouping)


def _empty_groups(study: Study, grouping: Grouping) -> Iterator[Problem]:
    """Yield groups that nobody can be in: the codebook has no such value."""
    column = study.codebook.columns.get(grouping.column)
    if column is None or not (column.values or column.labels):
        return
    known = [str(value) for value in (*column.values.values(), *column.labels.values())]
    for group in grouping.groups:
        if group.id not in known:
            yield _unknown(
                "group", group.id, dict.fromkeys(known), "study.yml", f"groupings.{grouping.id}"
            )


def _goals(study: Study) -> Iterator[Problem]:
    waves = [wave.id for wave in study.waves]
    yield from _twice((goal.id for goal in study.goals), "goal", "study.yml", "goals")
    for goal in study.goals:
        if goal.indicator not in study.indicators:
            yield _unknown(
                "indicator",
                goal.indicator,
                study.indicators,
                "study.yml",
                f"goals.{goal.id}.indicator",
            )
        if goal.target and goal.target.wave and goal.target.wave not in waves:
            yield _unknown(
                "wave", goal.target.wave, waves, "study.yml", f"goals.{goal.id}.target.wave"
            )


def _indicators(study: Study) -> Iterator[Problem]:
    goals = [goal.id for goal in study.goals]
    waves = [wave.id for wave in study.waves]
    for key, indicator in study.indicators.items():
        if key in study.codebook.columns:
            yield Problem(
                "an indicator has the name of a column",
                file="indicators.yml",
                place=key,
                expected="a name that codebook.yml does not use",
                remedy="Rename one of the two.",
            )
        if indicator.goal is not None and indicator.goal not in goals:
            yield _unknown("goal", indicator.goal, goals, "indicators.yml", f"{key}.goal")
        for wave in indicator.waves:
            if wave not in waves:
                yield _unknown("wave", wave, waves, "indicators.yml", f"{key}.waves")
        for argument, columns in indicator.columns.items():
            for column in [columns] if isinstance(columns, str) else columns:
                if column not in study.codebook.columns:
                    yield _unknown(
                        "column",
                        column,
                        study.codebook.columns,
                        "indicators.yml",
                        f"{key}.columns.{argument}",
                    )


def _neighbourhoods(study: Study) -> Iterator[Problem]:
    hoods = study.neighbourhoods.values()
    yield from _twice((hood.code for hood in hoods), "code", "wijken/", "code")
    arms = {hood.arm for hood in hoods}
    if "programme" in arms and "comparator" not in arms:
        yield Problem(
            "programme wijken without any comparator",
            file="wijken/",
            place="arm",
            expected="at least one wijk with arm: comparator",
            remedy="Say which wijken the programme is compared with.",
        )
    pairs = Counter((hood.pair, hood.arm) for hood in hoods if hood.pair)
    for pair in sorted({pair for pair, _ in pairs}):
        if pairs[pair, "programme"] < 1 or pairs[pair, "comparator"] < 1:
            yield Problem(
                f"pair '{pair}' is not a pair",
                file="wijken/",
                place="pair",
                expected="at least one programme and one comparator wijk",
                remedy="Complete the pair, or leave pair out.",
            )


def _evaluation(study: Study) -> Iterator[Problem]:
    evaluation = study.settings.evaluation
    waves = [wave.id for wave in study.waves]
    for indicator in evaluation.family:
        if indicator not in study.indicators:
            yield _unknown(
                "indicator", indicator, study.indicators, "study.yml", "evaluation.family"
            )
    for column in evaluation.covariates:
        if column not in study.codebook.columns:
            yield _unknown(
                "column", column, study.codebook.columns, "study.yml", "evaluation.covariates"
            )
    if evaluation.grouping and evaluation.grouping not in [g.id for g in study.groupings]:
        yield _unknown(
            "grouping",
            evaluation.grouping,
            [g.id for g in study.groupings],
            "study.yml",
            "evaluation.grouping",
        )
    for key in ("baseline", "follow_up"):
        wave = getattr(evaluation, key)
        if wave is not None and wave not in waves:
            yield _unknown("wave", wave, waves, "study.yml", f"evaluation.{key}")
