"""Hold a study's files against each other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wijkkit.errors import Problem, did_you_mean

if TYPE_CHECKING:
    from wijkkit.study.model import Neighbourhood
    from wijkkit.study.study import Study


# Names in a study's files that must be the name of something else in them.


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
                    remedy = (
                        "Use one of these."
                        if choices
                        else "There is none: add it, or leave this out."
                    )
                    remedy = did_you_mean(name, choices, remedy)
                    expected = ", ".join(choices[:12])
                    yield Problem(f"unknown {what} '{name}'", file, place, name, expected, remedy)


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
    yield Reference("wijk", found.without, study.neighbourhoods, f"{place}.without")
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
    for wijk, neighbourhood in study.neighbourhoods.items():
        yield Reference("wave", neighbourhood.codes, _waves(study), "codes", study.file_of(wijk))
    design = study.codebook.design
    for choice in design.weights:
        place = "design.weights"
        columns, file = study.codebook.columns, "codebook.yml"
        yield Reference("column", [choice.weight], columns, place, file)
        yield Reference("indicator", choice.indicators, study.indicators, place, file)
        yield Reference("wave", choice.waves, _waves(study), place, file)
    yield Reference("wijk", study.settings.choice.factors, study.neighbourhoods, "choice.factors")


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
    checks = (_waves_in_order, _goals_that_can_be_judged, _one_source_each, _columns, _twice_named)
    return [
        problem for check in (*checks, unknown_names, _neighbourhoods) for problem in check(study)
    ]


def _twice_named(study: Study) -> Iterator[Problem]:
    """Yield what has the same name as another of its kind."""
    sources = study.settings.sources
    neighbourhoods = study.neighbourhoods.values()
    named = [
        ("wave", [wave.id for wave in study.waves], "study.yml", "waves"),
        ("survey source", [s.id for s in sources.survey], "study.yml", "sources.survey"),
        ("reference", [r.id for r in study.settings.references], "study.yml", "references"),
        ("source", [s.id for s in sources.area_figures], "study.yml", "sources.area_figures"),
        ("grouping", [g.id for g in study.groupings], "study.yml", "groupings"),
        ("goal", [goal.id for goal in study.goals], "study.yml", "goals"),
        ("code", [neighbourhood.code for neighbourhood in neighbourhoods], study.file_of(), "code"),
    ]
    for grouping in study.groupings:
        groups = [group.id for group in grouping.groups]
        named.append(("group", groups, "study.yml", f"groupings.{grouping.id}"))
    for what, names, file, place in named:
        for name, times in Counter(names).items():
            if times > 1:
                what_else = f"{what} '{name}' is there {times} times"
                yield Problem(what_else, file=file, place=place, remedy="Give each its own.")


def _wrong(
    what: str, place: str, remedy: str, found: str = "", expected: str = "", file: str = "study.yml"
) -> Problem:
    return Problem(what, file, place, found, expected, remedy)


def _waves_in_order(study: Study) -> Iterator[Problem]:
    waves = study.waves
    if not waves and (study.settings.sources.survey or study.goals):
        yield NO_WAVE
    for wave in waves:
        if wave.end < wave.start:
            what, found = "a wave ends before it starts", f"{wave.start} to {wave.end}"
            yield _wrong(what, f"waves.{wave.id}", "Correct the dates.", found)
    for earlier, later in itertools.pairwise(waves):
        if later.start <= earlier.end:
            what, remedy = "waves overlap or are not in order", "Put the waves in order of time."
            found, expected = f"starts {later.start}", f"after {earlier.end}"
            yield _wrong(what, f"waves.{later.id}", remedy, found, expected)


def _goals_that_can_be_judged(study: Study) -> Iterator[Problem]:
    for goal in study.goals:
        indicator = study.indicators.get(goal.indicator)
        if indicator is not None and indicator.direction == "none":
            what, place = "a goal of which it is not said which way is better", f"goals.{goal.id}"
            remedy = f"Give '{goal.indicator}' a direction in indicators.yml."
            yield _wrong(what, place, remedy, "direction: none", "higher or lower")
        if goal.target is None or indicator is None or indicator.unit != "percent":
            continue
        value = goal.target.value
        if value and not 1 <= value <= 100:
            what, expected = "a target that is no percentage", "0, or a number from 1 to 100"
            remedy = f"Write {100 * value:g}." if 0 < value < 1 else "Correct it."
            place = f"goals.{goal.id}.target.value"
            yield _wrong(what, place, remedy, f"{value:g}", expected)


def _one_source_each(study: Study) -> Iterator[Problem]:
    sources = study.settings.sources
    for source in sources.survey:
        if source.wave is None and "wave" not in study.codebook.columns:
            place = f"sources.survey.{source.id}"
            expected = "a wave, or a column 'wave' in the codebook"
            yield _wrong("no wave for this file", place, "Add wave: <id>.", "", expected)
    for reference in study.settings.references:
        if bool(reference.survey) == (reference.figures is not None):
            place = f"references.{reference.id}"
            expected = "survey for files of respondents, figures for a table of published ones"
            yield _wrong("a survey or figures", place, "Give one of the two.", "", expected)
    for figures in sources.area_figures:
        odata = figures.kind == "odata"
        if (figures.path is None) != odata or (figures.table is None) == odata:
            place = f"sources.area_figures.{figures.id}"
            remedy = "Give the one that belongs to its kind."
            expected = "path for a file or StatLine download, table for OData"
            yield _wrong("a path or a table", place, remedy, "", expected)
    for borders in sources.borders:
        if (borders.path is None) == (borders.url is None):
            place = f"sources.borders.{borders.level}"
            yield _wrong("a path or a url", place, "Give one.", "", "one of the two")


def _columns(study: Study) -> Iterator[Problem]:
    if study.settings.sources.survey and "area" not in study.codebook.columns:
        what = "column 'area' is missing"
        yield _wrong(what, "columns", "Add it.", "", "area", "codebook.yml")
    for key in study.indicators:
        if key in study.codebook.columns:
            what = "an indicator has the name of a column"
            expected = "a name that codebook.yml does not use"
            yield _wrong(what, key, "Rename one of the two.", "", expected, "indicators.yml")


def _neighbourhoods(study: Study) -> Iterator[Problem]:
    wijken = study.neighbourhoods.values()
    for wave in study.waves:
        owners: dict[str, list[Neighbourhood]] = {}
        for one in wijken:
            for code in one.codes_in(wave.id):
                owners.setdefault(code, []).append(one)
        for code, mine in owners.items():
            if len(mine) > 1 and any(wave.id in one.codes for one in mine):
                what = f"a code of two wijken in wave '{wave.id}'"
                remedy = "Leave it out of one of them."
                found = f"{code} of {', '.join(one.wijk for one in mine)}"
                yield _wrong(what, "codes", remedy, found, "each code in one wijk", study.file_of())
    arms = {one.arm for one in wijken}
    undated = any(one.arm == "programme" and one.wijk not in study.starts for one in wijken)
    if undated or ("programme" in arms and "programme" not in study.settings.model_fields_set):
        what = "wijken that have the programme, and no programme with a start"
        remedy = "Say its name and the day it started."
        yield _wrong(what, "programme", remedy, "", "programme: {name: ..., start: ...}")
    if "programme" in arms and "comparator" not in arms:
        what = "programme wijken without any comparator"
        remedy = "Say which wijken the programme is compared with."
        expected = "at least one wijk with arm: comparator"
        yield _wrong(what, "arm", remedy, "", expected, study.file_of())
    pairs = Counter((one.pair, one.arm) for one in wijken if one.pair)
    for pair in sorted({pair for pair, _ in pairs}):
        if pairs[pair, "programme"] < 1 or pairs[pair, "comparator"] < 1:
            remedy = "Complete the pair, or leave pair out."
            expected = "at least one programme and one comparator wijk"
            what = f"pair '{pair}' is not a pair"
            yield _wrong(what, "pair", remedy, "", expected, study.file_of())


# What a proposed study still asks of the researcher: its marks, by file and line.

#: Stands in a comment of a study's file where something could not be guessed.
MARK = "# FILL IN:"


def unfinished(folder: Path) -> list[Problem]:
    """Return every mark that still stands in a study's files, study.yml first.

    What is asked in the same words in many wijken is one problem.

    >>> unfinished(Path("no such folder"))
    []
    """
    names = ["study.yml", "codebook.yml", "indicators.yml"]
    files = [folder / name for name in names]
    marks = {(at, asked, name): [name] for file in files for name, at, asked in _marks(file)}
    for file in sorted((folder / "wijken").glob("*.yml")):
        for name, at, asked in _marks(file):
            marks.setdefault((at, asked, ""), []).append(f"wijken/{name}")
    return [
        Problem(
            f"still open: {asked}",
            names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more",
            at,
            remedy="Answer it, then delete the mark.",
        )
        for (at, asked, _), names in marks.items()
    ]


def _marks(file: Path) -> list[tuple[str, str, str]]:
    """Return file, line and what is asked of each mark in a file."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return [
        (file.name, f"line {number}", line.split(MARK, 1)[1].strip())
        for number, line in enumerate(lines, start=1)
        if MARK in line
    ]
