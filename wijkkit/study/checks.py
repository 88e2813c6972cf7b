"""Hold a study's files against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wijkkit.errors import Problem
from wijkkit.study.references import unknown_names

if TYPE_CHECKING:
    from wijkkit.study.study import Study

REQUIRED_COLUMNS = ("area",)

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
    checks = (_waves, _sources, _columns, _twice_named, unknown_names, _neighbourhoods)
    return [problem for check in checks for problem in check(study)]


def _twice_named(study: Study) -> Iterator[Problem]:
    """Yield what has the same name as another of its kind."""
    sources = study.settings.sources
    hoods = study.neighbourhoods.values()
    named = [
        ("wave", [wave.id for wave in study.waves], "study.yml", "waves"),
        ("survey source", [s.id for s in sources.survey], "study.yml", "sources.survey"),
        ("reference", [r.id for r in study.settings.references], "study.yml", "references"),
        ("source", [s.id for s in sources.area_figures], "study.yml", "sources.area_figures"),
        ("grouping", [g.id for g in study.groupings], "study.yml", "groupings"),
        ("goal", [goal.id for goal in study.goals], "study.yml", "goals"),
        ("code", [hood.code for hood in hoods], "wijken/", "code"),
    ]
    for grouping in study.groupings:
        groups = [group.id for group in grouping.groups]
        named.append(("group", groups, "study.yml", f"groupings.{grouping.id}"))
    for what, names, file, place in named:
        for name, times in Counter(names).items():
            if times > 1:
                what_else = f"{what} '{name}' is there {times} times"
                yield Problem(what_else, file=file, place=place, remedy="Give each its own.")


def _waves(study: Study) -> Iterator[Problem]:
    waves = study.waves
    if not waves and (study.settings.sources.survey or study.goals):
        yield NO_WAVE
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
    for source in sources.survey:
        if source.wave is None and "wave" not in study.codebook.columns:
            yield Problem(
                "no wave for this file",
                file="study.yml",
                place=f"sources.survey.{source.id}",
                expected="a wave, or a column 'wave' in the codebook",
                remedy="Add wave: <id>.",
            )
    for reference in study.settings.references:
        if bool(reference.survey) == (reference.figures is not None):
            yield Problem(
                "a survey or figures",
                file="study.yml",
                place=f"references.{reference.id}",
                expected="survey for files of respondents, figures for a table of published ones",
                remedy="Give one of the two.",
            )
    for figures in sources.area_figures:
        odata = figures.kind == "odata"
        if (figures.path is None) != odata or (figures.table is None) == odata:
            yield Problem(
                "a path or a table",
                file="study.yml",
                place=f"sources.area_figures.{figures.id}",
                expected="path for a file or StatLine download, table for OData",
                remedy="Give the one that belongs to its kind.",
            )
    for borders in sources.borders:
        if (borders.path is None) == (borders.url is None):
            yield Problem(
                "a path or a url",
                file="study.yml",
                place=f"sources.borders.{borders.level}",
                expected="one of the two",
                remedy="Give one.",
            )


def _columns(study: Study) -> Iterator[Problem]:
    for name in REQUIRED_COLUMNS if study.settings.sources.survey else ():
        if name not in study.codebook.columns:
            yield Problem(
                f"column '{name}' is missing",
                file="codebook.yml",
                place="columns",
                expected=", ".join(REQUIRED_COLUMNS),
                remedy="Add it.",
            )
    for key in study.indicators:
        if key in study.codebook.columns:
            yield Problem(
                "an indicator has the name of a column",
                file="indicators.yml",
                place=key,
                expected="a name that codebook.yml does not use",
                remedy="Rename one of the two.",
            )


def _neighbourhoods(study: Study) -> Iterator[Problem]:
    hoods = study.neighbourhoods.values()
    for wave in study.waves:
        codes = Counter(code for hood in hoods for code in hood.codes_in(wave.id))
        for code in (code for code, times in codes.items() if times > 1):
            owners = [hood.wijk for hood in hoods if code in hood.codes_in(wave.id)]
            if any(wave.id in hood.codes for hood in hoods if hood.wijk in owners):
                yield Problem(
                    f"a code of two wijken in wave '{wave.id}'",
                    file="wijken/",
                    place="codes",
                    found=f"{code} of {', '.join(owners)}",
                    expected="each code in one wijk",
                    remedy="Leave it out of one of them.",
                )
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
