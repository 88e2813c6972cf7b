"""Everything that is wrong or missing in a study, in order of what to do first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from wijkkit.errors import Problem, StudyError, WijkkitError
from wijkkit.indicators import check_indicators
from wijkkit.loaders import load_area_figures, load_borders
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.study import Study, open_study
from wijkkit.study.opening import find_study
from wijkkit.study.unfinished import unfinished


def validate(folder: str | Path) -> Study:
    """Open a study and read every source; raise everything that is wrong at once.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    Study

    Raises
    ------
    WijkkitError
        Of the first kind of problem, with all problems of all sources.
    """
    # A proposed study that is not filled in would only be wrong in ways that say less.
    still_open = unfinished(find_study(folder))
    if still_open:
        raise StudyError(still_open)
    study = open_study(folder)
    errors = list(_errors(study))
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        raise type(errors[0])(problems)
    return study


def missing_parts(study: Study) -> list[Problem]:
    """Return what a study could have and has not; none of it stops a run."""
    sources = study.settings.sources
    wanted = {
        "sources.survey": (bool(sources.survey), "without a survey there are no goals to measure"),
        "sources.area_figures": (bool(sources.area_figures), "the profile of a wijk stays empty"),
        "sources.borders": (bool(sources.borders), "there are no maps"),
        "goals": (bool(study.goals), "there is nothing to evaluate"),
        "groupings": (bool(study.groupings), "gaps between groups are not shown"),
    }
    return [
        Problem(f"not there: {why}", file="study.yml", place=place, remedy="Add it when you can.")
        for place, (there, why) in wanted.items()
        if not there
    ]


def _errors(study: Study) -> Iterator[WijkkitError]:
    problems = check_indicators(study)
    if problems:
        yield StudyError(problems)
        return
    readers: list[Callable[[], object]] = [lambda: load_area_figures(study)]
    if study.settings.sources.survey:
        readers.insert(0, lambda: load_respondents(study))
    for source in study.settings.sources.borders:
        readers.append(lambda level=source.level: load_borders(study, level))
    for read in readers:
        try:
            read()
        except WijkkitError as error:
            yield error
