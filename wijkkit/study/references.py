"""Names in a study's files that must be the name of something else in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from wijkkit.errors import Problem

if TYPE_CHECKING:
    from wijkkit.study.study import Study


class Reference(NamedTuple):
    """A place where names stand, and the names that may stand there."""

    what: str
    names: Iterable[str | None]
    known: Iterable[str]
    place: str
    file: str = "study.yml"


def unknown_names(study: Study) -> Iterator[Problem]:
    """Yield every name that nothing has."""
    for read in (_sources, _codebook, _groups, _goals, _indicators, _evaluation, _process):
        for what, names, known, place, file in read(study):
            choices = list(dict.fromkeys(known))
            for name in names:
                if name is not None and name not in choices:
                    yield _unknown(what, name, choices, place, file)


def _unknown(what: str, name: str, known: list[str], place: str, file: str) -> Problem:
    close = difflib.get_close_matches(name, known, n=1)
    remedy = "Use one of these." if known else "There is none: add it, or leave this out."
    return Problem(
        f"unknown {what} '{name}'",
        file=file,
        place=place,
        found=name,
        expected=", ".join(known[:12]),
        remedy=f"Did you mean '{close[0]}'?" if close else remedy,
    )


def _waves(study: Study) -> list[str]:
    return [wave.id for wave in study.waves]


def _sources(study: Study) -> Iterator[Reference]:
    for source in study.settings.sources.survey:
        yield Reference("wave", [source.wave], _waves(study), f"sources.survey.{source.id}.wave")
    columns = (*study.codebook.columns, "weight")
    for reference in study.settings.references:
        place = f"references.{reference.id}"
        yield Reference("column", [reference.weight], columns, f"{place}.weight")
        waves = [source.wave for source in reference.survey]
        yield Reference("wave", waves, _waves(study), f"{place}.survey")


def _codebook(study: Study) -> Iterator[Reference]:
    above = [source.id for one in study.settings.references for source in one.survey]
    sources = [*(source.id for source in study.settings.sources.survey), *above]
    for name, column in study.codebook.columns.items():
        if isinstance(column.source, dict):
            place = f"columns.{name}.source"
            yield Reference("survey source", column.source, sources, place, "codebook.yml")


def _groups(study: Study) -> Iterator[Reference]:
    """A column, and groups that somebody can be in: the codebook has such a value."""
    for grouping in study.groupings:
        place = f"groupings.{grouping.id}"
        yield Reference("column", [grouping.column], study.codebook.columns, f"{place}.column")
        column = study.codebook.columns.get(grouping.column)
        if column is not None and (column.values or column.labels):
            known = [str(value) for value in (*column.values.values(), *column.labels.values())]
            groups = [group.id for group in grouping.groups]
            yield Reference("group", groups, known, place)


def _goals(study: Study) -> Iterator[Reference]:
    for goal in study.goals:
        place = f"goals.{goal.id}"
        yield Reference("indicator", [goal.indicator], study.indicators, f"{place}.indicator")
        if goal.target:
            yield Reference("wave", [goal.target.wave], _waves(study), f"{place}.target.wave")


def _indicators(study: Study) -> Iterator[Reference]:
    goals, file = [goal.id for goal in study.goals], "indicators.yml"
    for key, indicator in study.indicators.items():
        yield Reference("goal", [indicator.goal], goals, f"{key}.goal", file)
        yield Reference("wave", indicator.waves, _waves(study), f"{key}.waves", file)
        for argument, columns in indicator.columns.items():
            names = [columns] if isinstance(columns, str) else columns
            place = f"{key}.columns.{argument}"
            yield Reference("column", names, study.codebook.columns, place, file)


def _evaluation(study: Study) -> Iterator[Reference]:
    found, place = study.settings.evaluation, "evaluation"
    groupings = [grouping.id for grouping in study.groupings]
    yield Reference("indicator", found.family, study.indicators, f"{place}.family")
    yield Reference("column", found.covariates, study.codebook.columns, f"{place}.covariates")
    yield Reference("grouping", [found.grouping], groupings, f"{place}.grouping")
    yield Reference("wave", [found.baseline], _waves(study), f"{place}.baseline")
    yield Reference("wave", [found.follow_up], _waves(study), f"{place}.follow_up")


def _process(study: Study) -> Iterator[Reference]:
    found, place = study.settings.process, "process"
    sources = [s for s in study.settings.sources.area_figures if s.level == "wijk"]
    figures = [figure for source in sources for figure in source.figures]
    for key in ("participation", "moved"):
        yield Reference("indicator", [getattr(found, key)], study.indicators, f"{place}.{key}")
    yield Reference("indicator", found.service_use, study.indicators, f"{place}.service_use")
    yield Reference("area figure", [found.children_figure], figures, f"{place}.children_figure")
    compared, place = found.representativeness, f"{place}.representativeness"
    yield Reference("group", compared, study.group_names, place)
    yield Reference("area figure", compared.values(), figures, place)
    for key, scale in found.key_figures.scales.items():
        place = f"process.key_figures.scales.{key}.reverse"
        yield Reference("item", scale.reverse, scale.items, place)
    for slug, hood in study.neighbourhoods.items():
        yield Reference("wave", hood.codes, _waves(study), "codes", f"wijken/{slug}.yml")
    design = study.codebook.design
    for choice in design.weights:
        place = "design.weights"
        columns, file = study.codebook.columns, "codebook.yml"
        yield Reference("column", [choice.weight], columns, place, file)
        yield Reference("indicator", choice.indicators, study.indicators, place, file)
        yield Reference("wave", choice.waves, _waves(study), place, file)
    yield Reference("wijk", study.settings.choice.factors, study.neighbourhoods, "choice.factors")
