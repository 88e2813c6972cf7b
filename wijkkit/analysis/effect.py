"""The effect of the programme by difference-in-differences, one argument at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wijkkit.analysis.changes import cells_of
from wijkkit.analysis.domains import CELL_COLUMNS, Outcome, outcome_of
from wijkkit.analysis.result import Result
from wijkkit.errors import EstimationError, Problem
from wijkkit.evaluation.effect.did import METHODS, Options, unavailable
from wijkkit.evaluation.effect.did import did as estimate_did
from wijkkit.evaluation.effect.outcomes import arrays_of, compared_waves
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


def did(
    people: People,
    outcome: str,
    methods: list[str],
    covariates: list[str] | None,
    without: tuple[str, ...],
    group: str,
    pole: str,
    waves: tuple[str, ...],
) -> Result:
    """Return the effect by each method, see `People.did`."""
    study, chosen = people.study, people.chosen
    _check(study, people.frame, methods, covariates or [], without)
    compared = people.only(~people.frame["wijk"].isin(without), chosen)
    frame = compared.frame
    asked = outcome_of(study, frame, outcome)
    study = _as_asked(study, asked, covariates, pole)
    try:
        waves = waves or compared_waves(study)
        arrays = arrays_of(study, frame, outcome, waves, group or None)
        rows = estimate_did(
            **arrays, methods=methods, options=Options.of(study.settings.evaluation)
        )
    except NotEstimable as error:
        contrast = "ddd" if group == "*" else "did"
        rows = unavailable(contrast, error.reason, asked.unit == "percent", methods)
    indicator = study.indicators[outcome]
    pole_said = indicator.pole if indicator.unit == "percent" else "score"
    rows = rows.assign(
        outcome=outcome, group=group or EVERYBODY, pole=pole_said, without=", ".join(without)
    )
    rows = rows.assign(covariates=", ".join(study.settings.evaluation.covariates))
    cells = _cells(compared, asked, waves, ("programme", "comparator"), "arm", len(rows))
    left_out = _cells(people, asked, waves, without, "wijk", len(rows))
    cells = pd.concat([cells, left_out], ignore_index=True)
    notes: dict[str, Any] = {"waves": "-".join(waves), "methods": methods, "pole": pole_said}
    if without:
        notes["without"] = ", ".join(without)
    if chosen:
        notes["among"] = chosen
    return Result("did", asked.label, ("method", "scale"), _numbers(rows), cells, study, notes)


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the value under the name that every result has."""
    first = ["outcome", "group", "contrast", "method", "scale"]
    rows = rows.rename(columns={"estimate": "value"}).assign(unit=rows["scale"], step=np.nan)
    return rows[[*first, *(name for name in rows if name not in first)]]


def _check(
    study: Study,
    frame: pd.DataFrame,
    methods: list[str],
    covariates: list[str],
    without: tuple[str, ...],
) -> None:
    problems = [
        Problem(f"unknown {what}", place=place, found=name, expected=", ".join(known))
        for what, place, names, known in (
            ("method", "method", methods, list(METHODS)),
            ("column", "covariates", covariates, list(map(str, frame.columns))),
            ("wijk", "without", without, list(study.neighbourhoods)),
        )
        for name in names
        if name not in known
    ]
    if problems:
        raise EstimationError(problems)


def _as_asked(study: Study, asked: Outcome, covariates: list[str] | None, pole: str) -> Study:
    """Return the study with the covariates and the pole that are asked for here."""
    known = study.indicators.get(asked.key)
    if known is None:
        known = Indicator(
            label=asked.label,
            function="",
            columns={},
            question_version="",
            unit=asked.unit,
            direction="higher",
            pole="favourable",
        )
    if pole:
        known = known.model_copy(update={"pole": pole})
    settings = study.settings
    if covariates is not None:
        evaluation = settings.evaluation.model_copy(update={"covariates": tuple(covariates)})
        settings = settings.model_copy(update={"evaluation": evaluation})
    indicators = {**study.indicators, asked.key: known}
    return replace(study, settings=settings, indicators=indicators)


def _cells(
    people: People,
    asked: Outcome,
    waves: tuple[str, ...],
    areas: tuple[str, ...],
    column: str,
    rows: int,
) -> pd.DataFrame:
    """Return the cells of these areas and waves that each row rests on.

    The effect rests on both arms; one without a wijk also on that wijk, for with and without
    together give it back.
    """
    frame = people.frame
    inside = frame["wave"].isin(waves) & frame[column].isin(areas)
    if not inside.any():
        return pd.DataFrame(columns=list(CELL_COLUMNS))
    cells = cells_of(people.only(inside, people.chosen), asked, column)
    keys = cells.asked_for(cells.grid.table)
    keys = keys.loc[keys["area"].isin(areas), list(ESTIMATE_KEYS)]
    return cells.behind(keys.merge(pd.DataFrame({"row": range(rows)}), how="cross"))
