"""Everything that is wrong or missing in a study, in order of what to do first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd

from wijkkit.disclosure.policy import Policy, policy_for
from wijkkit.errors import Problem, StudyError, WijkkitError
from wijkkit.estimates import weight_report
from wijkkit.indicators.functions import check_indicators
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.areas import row_account
from wijkkit.loaders.borders import load_borders
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.loaders.standard_table import load_catalogue, load_key_figures
from wijkkit.pipeline.earlier import known_elsewhere, public_figures
from wijkkit.pipeline.estimation import estimate
from wijkkit.pipeline.process.evaluate import judged_on
from wijkkit.pipeline.respondents import load_respondents
from wijkkit.registry import open_registry
from wijkkit.registry.store import is_kept
from wijkkit.study import Study, open_study
from wijkkit.study.checks import NO_WAVE, unfinished
from wijkkit.study.files import find_study


def validate(folder: str | Path) -> Study:
    """Open a study and read every source; raise everything that is wrong at once."""
    return checked(folder)[0]


def checked(
    folder: str | Path,
) -> tuple[Study, pd.DataFrame | None, dict[str, pd.DataFrame]]:
    """Return a sound study with its respondents and those of its references, read once.

    There are no respondents where it has no survey.
    """
    # A proposed study that is not filled in would only be wrong in ways that say less.
    still_open = unfinished(find_study(folder))
    if still_open:
        raise StudyError(still_open)
    study = open_study(folder)
    _check_settings(study)
    errors: list[WijkkitError] = []
    references: dict[str, pd.DataFrame] = {}

    def read(load: Callable[..., Any], *more: object) -> Any:
        try:
            return load(study, *more)
        except WijkkitError as error:
            errors.append(error)

    sources = study.settings.sources
    respondents = read(load_respondents) if sources.survey else None
    if study.settings.references:
        from wijkkit.pipeline.references import estimate_references

        read(estimate_references, references)
    if (policy := read(policy_for)) is not None:
        read(_check_public, policy, respondents)
    for load in (load_area_figures, load_catalogue, load_key_figures, load_group_interviews):
        read(load)
    if study.settings.process.quotes is not None:
        from wijkkit.evaluation.process.interviews import chosen_quotes

        read(chosen_quotes)
    for source in sources.borders:
        read(load_borders, source.level)
    read(_check_asked)
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        raise type(errors[0])(problems)
    return study, respondents, references


def missing_parts(study: Study) -> list[Problem]:
    """Return what a study could have and has not, in its own nouns; none of it stops a run."""
    nouns = study.nouns("en")
    wanted = {
        "sources.survey": "without a survey there are no goals to measure",
        "sources.area_figures": f"the profile of {nouns.a_unit} stays empty",
        "sources.borders": "there are no maps",
        "goals": "there is nothing to evaluate",
        "groupings": "gaps between groups are not shown",
        "sources.catalogue": "there are no interventions to choose from",
        "sources.key_figures": "their scales are not shown",
        "sources.group_interviews": "they explain nothing",
        "process.children_figure": f"which share of {nouns.the_persons} took part is not known",
        "process.representativeness": f"whether {nouns.respondents} are like their {nouns.unit} "
        "cannot be said",
    }
    missing = [
        Problem(f"not there: {why}", file="study.yml", place=place, remedy="Add it when you can.")
        for place, why in wanted.items()
        if not attrgetter(place)(study.settings)
    ]
    if not study.starts:
        missing.append(
            Problem(
                f"not there: {nouns.no_unit} has the programme, so there is no effect and no process",
                file=study.file_of(),
                place="arm",
                remedy="Give those that have it the arm 'programme'.",
            )
        )
    return missing


def remarks(study: Study, respondents: pd.DataFrame | None = None) -> list[Problem]:
    """Return what is wrong in a sound study's sources but leaves the rest of them usable."""
    if respondents is None and study.settings.sources.survey:
        respondents = load_respondents(study)
    return [
        *([] if respondents is None else _without_respondents(study, respondents)),
        *([] if respondents is None else _without_answers(study, respondents)),
        *_without_figures(study),
        *_without_borders(study),
        *load_group_interviews(study).problems,
        *_unserved_factors(study),
        *_registered_later(study),
    ]


def _without_respondents(study: Study, respondents: pd.DataFrame) -> Iterator[Problem]:
    """Yield the wijken that no respondent lives in: their code may be another than the survey's."""
    outside = sum(respondents.attrs["dropped"].values())
    there = {(wave, wijk) for _, wave, wijk, why, _ in respondents.attrs["account"] if not why}
    for neighbourhood in study.neighbourhoods.values():
        without = [w.id for w in study.waves if (w.id, neighbourhood.wijk) not in there]
        if len(without) == len(study.waves):
            yield Problem(
                f"no respondent lives here; {outside} live in {study.nouns('en').no_unit} of the study",
                file=study.file_of(neighbourhood.wijk),
                place="code",
                found=neighbourhood.code,
                remedy="Write the code as the survey does.",
            )
            continue
        for wave in without:
            # That it was no part of a wave may be said, and is then no remark.
            if neighbourhood.codes_in(wave):
                yield Problem(
                    f"no respondent of wave '{wave}' lives here",
                    file=study.file_of(neighbourhood.wijk),
                    place="codes",
                    found=", ".join(neighbourhood.codes_in(wave)),
                    remedy=f"If it had another code then, say "
                    f"{study.codes_written(neighbourhood.wijk, wave, '...')}; if it was no part "
                    f"of that wave, {study.codes_written(neighbourhood.wijk, wave)}.",
                )
    yield from respondents.attrs["cells"]


def _without_answers(study: Study, respondents: pd.DataFrame) -> Iterator[Problem]:
    """Yield the indicators that nobody of a wave has: pages would say that it is missing."""
    waves = set(respondents["wave"])
    for key, indicator in study.indicators.items():
        asked = [w.id for w in study.waves if w.id in waves and w.id in (indicator.waves or waves)]
        answered = set(respondents.loc[respondents[key].notna(), "wave"])
        if silent := [wave for wave in asked if wave not in answered]:
            rest = ", ".join(f"'{wave}'" for wave in asked if wave in answered)
            yield Problem(
                f"no respondent of wave {', '.join(silent)} has an answer",
                file="indicators.yml",
                place=key,
                remedy=f"If it was not asked then, say waves: [{rest}]."
                if rest
                else "Check its columns, and their codes in codebook.yml.",
            )


def _without_figures(study: Study) -> Iterator[Problem]:
    """Yield the wijken that a source of area figures has no value of at all."""
    figures = load_area_figures(study)
    figures = figures[figures["area_level"].eq("wijk")]
    for (source, area), rows in figures.groupby(["source", "area"], sort=False):
        if rows["status"].eq("missing").all():
            yield Problem(
                f"no figure of '{area}'",
                file=source,
                found=study.neighbourhoods[area].code,
                remedy="If the source has it under another code, write it as the source does.",
            )


def _without_borders(study: Study) -> Iterator[Problem]:
    """Yield the wijken that the borders do not have, where there are any."""
    there = set(load_borders(study, "wijk")["code"])
    for wijk in study.neighbourhoods.values():
        if there and wijk.code not in there:
            yield Problem(
                f"no borders of '{wijk.wijk}', so that it is not on the map",
                file="study.yml",
                place="sources.borders",
                found=wijk.code,
                remedy="Add its shape under this code.",
            )


def _unserved_factors(study: Study) -> Iterator[Problem]:
    """Yield factors of a wijk on which nothing in the catalogue works: perhaps they are misspelt."""
    candidates = load_catalogue(study)
    served = sorted({factor for factors in candidates["factors"] for factor in factors})
    for wijk, factors in study.settings.choice.factors.items():
        for factor in factors:
            if served and factor not in served:
                yield Problem(
                    "no intervention of the catalogue works on this factor",
                    file="study.yml",
                    place=f"choice.factors.{wijk}",
                    found=factor,
                    expected=", ".join(served[:20]),
                    remedy="Check the spelling; otherwise it weighs on no ranking.",
                )


def _registered_later(study: Study) -> Iterator[Problem]:
    """Yield that all activities lie after the day on which reports judge the process."""
    if not is_kept(study):
        return
    with open_registry(study) as registry:
        begins = registry.table("activities")["period_start"]
    at = judged_on(study)
    if len(begins) and begins.gt(pd.Timestamp(at)).all():
        yield Problem(
            "every activity in the registry begins after the day on which reports judge the process",
            file="study.yml",
            place="process.as_of",
            found=str(at),
            remedy="Give process.as_of a later day to count them.",
        )


def _check_settings(study: Study) -> None:
    problems = [*([] if study.waves else [NO_WAVE]), *check_indicators(study)]
    model = study.settings.logic_model
    if model.elements or model.assumptions:
        # The rooms that measure take longer to load than a study without a model to check.
        from wijkkit.evaluation.logic_model.boxes import check_measures

        problems += check_measures(study)
    StudyError.raise_for(problems)


def _check_asked(study: Study) -> None:
    if study.settings.sources.survey and not study.indicators:
        raise StudyError(
            "a survey, and no indicator to estimate from it",
            file="indicators.yml",
            expected="at least one indicator",
            remedy="Add one; docs/howto/add_an_indicator.md shows how.",
        )


def _check_public(study: Study, policy: Policy, respondents: pd.DataFrame | None) -> None:
    if public_figures(study, policy) and respondents is not None:
        known_elsewhere(study, estimate(study, respondents).estimates.table, policy)


# The design of a survey in words and numbers.


def design_lines(
    study: Study, respondents: pd.DataFrame, references: Mapping[str, pd.DataFrame] | None = None
) -> Iterator[str]:
    """Yield the design as the command line says it, per wave, of each population above as well.

    Weights of a reference are those that it names. The design effect is Kish's: how many times
    the variance of equal weights.
    """
    by = study.codebook.named("weight")
    for wave in study.waves:
        rows = respondents[respondents["wave"].eq(wave.id) & respondents["weight"].gt(0)]
        if len(rows):
            yield f"wave {wave.id}: {_design(rows, by)}"
    if again := int(respondents.groupby("respondent")["wave"].nunique().gt(1).sum()):
        yield (
            f"{again:,} respondent numbers are in several waves: waves count as separate samples, "
            "so that in a cohort the margins of changes are wider than they need be"
        )
    for choice in study.codebook.design.weights:
        parts = [choice.level or "", ", ".join(choice.indicators), ", ".join(choice.waves)]
        said = "; ".join(p for p in parts if p) or "everything"
        there = respondents[respondents[choice.weight].gt(0)]
        if choice.waves:
            there = there[there["wave"].isin(choice.waves)]
        alone = int(there["weight"].eq(0).sum())
        yield (
            f"weighted by {study.codebook.named(choice.weight)}: {said}; {len(there):,} respondents, {alone:,} of them "
            f"without {by or 'another weight'}"
        )
    for reference in study.settings.references:
        people = (references or {}).get(reference.id)
        if people is None:
            yield f"reference {reference.id}: published figures"
            continue
        for wave in study.waves:
            rows = people[people["wave"].eq(wave.id)]
            if len(rows):
                by = study.codebook.named(reference.weight)
                yield f"reference {reference.id}, wave {wave.id}: {_design(rows, by)}"


def _design(rows: pd.DataFrame, by: str) -> str:
    weight = rows["weight"].to_numpy(dtype=float)
    if weight.min() < weight.max():
        weights = (
            f"weighted by {by}, mean {weight.mean():.4g}, {weight.min():.4g} to "
            f"{weight.max():.4g}, design effect {weight_report(weight).design_effect:.2f}"
        )
    else:
        weights = f"not weighted: all weights of {by} are equal" if by else "not weighted"
    unit = rows["psu"] if "psu" in rows else pd.Series(range(len(rows)), index=rows.index)
    strata, drawn = "no strata", unit.nunique()
    if "stratum" in rows and rows["stratum"].notna().any():
        sizes = unit.groupby(rows["stratum"].fillna("").to_numpy()).nunique()
        strata = f"{len(sizes)} strata, {int(sizes.eq(1).sum())} with one unit"
        drawn = int(sizes.sum())
    units = f"{drawn} sampling units" if drawn < len(rows) else "each respondent drawn"
    return f"{len(rows):,} respondents; {weights}; {strata}; {units}"


def account_text(study: Study, respondents: pd.DataFrame) -> str:
    """Return what became of the rows of a survey as lines of text, see `row_account`."""
    table = row_account(respondents.attrs["account"])
    table = table.rename(columns={"wijk": study.nouns("en").unit})
    return table.to_string(index=False) if len(table) else "no rows"
