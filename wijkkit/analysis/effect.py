"""The effect of the programme by difference-in-differences, one argument at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from wijkkit.analysis.domains import (
    AREA_COLUMNS,
    CELL_COLUMNS,
    Outcome,
    counted,
    grouped,
    outcome_of,
    sample_of,
)
from wijkkit.analysis.result import Result
from wijkkit.evaluation.effect.did import did as estimate_did
from wijkkit.evaluation.effect.did import unavailable
from wijkkit.evaluation.effect.outcomes import arguments_table, arrays_of, as_asked, compared_waves
from wijkkit.evaluation.effect.sample import NotEstimable
from wijkkit.released.effects import said_arguments
from wijkkit.study import Study
from wijkkit.study.indicators import Indicator
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


def did(
    people: People,
    outcome: str,
    *,
    method: str | list[str] = "",
    covariates: list[str] | None = None,
    without: list[str] | None = None,
    group: str = "",
    pole: Literal["", "favourable", "adverse"] = "",
    waves: tuple[str, ...] = (),
) -> Result:
    """Return the effect of the programme by difference-in-differences.

    Parameters
    ----------
    outcome : str
    method : str or list of str
        Keys of `wijkkit.evaluation.effect.did.METHODS`; that of the study where empty.
    covariates, without : list of str, optional
        Columns, and wijken that are left out; those of the study where absent.
    group : str
        Only this group of the study's grouping; ``*`` for the difference between the ends.
    pole : {"favourable", "adverse"}
        Which answer is modelled as 1; the indicator's own where empty.
    waves : tuple of str
        In order of time; the study's baseline and follow-up where empty.
    """
    frame, chosen = people.frame, people.chosen
    methods = [method] if isinstance(method, str) else list(method)
    asked = outcome_of(people.study, frame, outcome)
    known, columns = _with_outcome(people.study, asked), list(map(str, frame.columns))
    for name in methods or [""]:
        study = as_asked(known, columns, name, covariates, without, pole)
    settings = study.settings.evaluation
    methods = [name or settings.method for name in methods]
    try:
        waves = waves or compared_waves(study)
        arrays = arrays_of(study, frame, outcome, waves, group or None)
        rows = estimate_did(**arrays, methods=methods, settings=settings)
    except NotEstimable as error:
        contrast = "ddd" if group == "*" else "did"
        rows = unavailable(contrast, error.reason, asked.unit == "percent", methods)
    indicator, apart = study.indicators[outcome], ", ".join(settings.without)
    pole_said = indicator.pole if indicator.unit == "percent" else "score"
    rows = rows.assign(
        outcome=outcome,
        group=group or EVERYBODY,
        pole=pole_said,
        without=apart,
        covariates=", ".join(settings.covariates),
        unit=rows["scale"],
        step=np.nan,
    ).rename(columns={"estimate": "value"})
    compared = people.only(~frame["wijk"].isin(settings.without), chosen)
    cells = _cells(compared, asked, waves, ("programme", "comparator"), "arm", len(rows))
    left_out = _cells(people, asked, waves, settings.without, "wijk", len(rows))
    cells = pd.concat([cells, left_out], ignore_index=True)
    notes: dict[str, Any] = {"waves": "-".join(waves), "methods": methods, "pole": pole_said}
    notes |= {"without": apart} if apart else {}
    notes |= {"among": chosen} if chosen else {}
    # Each row names its method.
    asked_for = arguments_table(people.study, study).query("argument != 'method'")
    differing = asked_for[asked_for["used"].ne(asked_for["planned"])]
    notes |= {"evaluated": said_arguments(study, differing)} if len(differing) else {}
    first = ["outcome", "group", "contrast", "method", "scale"]
    rows = rows[list(dict.fromkeys([*first, *rows]))]
    return Result("did", asked.label, ("method", "scale"), rows, cells, study, notes)


def _with_outcome(study: Study, asked: Outcome) -> Study:
    """Return the study with a column of one's own as an indicator."""
    if asked.key in study.indicators:
        return study
    nowhere: dict[str, Any] = {"function": "", "columns": {}, "question_version": ""}
    ways: dict[str, Any] = {"direction": "higher", "pole": "favourable"}
    made = Indicator(label=asked.label, unit=asked.unit, **nowhere, **ways)
    return replace(study, indicators={**study.indicators, asked.key: made})


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
    study, frame = people.study, people.frame
    inside = frame["wave"].isin(waves) & frame[column].isin(areas)
    if not inside.any():
        return pd.DataFrame(columns=list(CELL_COLUMNS))
    compared = people.only(inside, people.chosen)
    group_by, group = grouped(study, compared.frame, [], people.chosen)
    there = study.areas()[column].unique()
    known = frame.loc[inside, "wave"].unique()
    keys = product(
        [asked.key],
        sorted(area for area in areas if area in there),
        [AREA_COLUMNS[column]],
        [wave.id for wave in study.waves if wave.id in known],
        [group_by],
        ["selected" if group_by else EVERYBODY],
        range(rows),
    )
    wanted = pd.DataFrame(keys, columns=[*ESTIMATE_KEYS, "row"])
    return counted(wanted, sample_of(compared, asked, group_by, group))
