"""Populations above the study, such as the region: from a survey or from published figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy, percent_step, policy_for, score_step
from wijkkit.disclosure.release import release_estimates, shown
from wijkkit.errors import DataError, Problem
from wijkkit.estimates.grid import estimate_grid
from wijkkit.indicators import compute
from wijkkit.loaders.standard_table import read_standard_table
from wijkkit.loaders.survey import load_reference
from wijkkit.pipeline.respondents import in_population, sample_of
from wijkkit.study import Study
from wijkkit.study.codebook import Column
from wijkkit.study.settings.sources import ReferencePopulation
from wijkkit.tables import ESTIMATE_COLUMNS, EVERYBODY, tidy

#: The level of these rows; they are no area of the study.
LEVEL = "reference"

_FIGURES = {
    "indicator": Column(source="indicator", type="code", required=True),
    "wave": Column(source="wave", type="code", required=True),
    "value": Column(source="value", type="number", required=True),
    "lower": Column(source="lower", type="number"),
    "upper": Column(source="upper", type="number"),
    "n": Column(source="n", type="number", minimum=0),
    "source": Column(source="source", type="text", required=True),
}


def estimate_references(study: Study, read: dict[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Return every indicator of each population above the study, in every wave, for everybody.

    Tidy, `area` the reference's id and `area_level` ``reference``; with `x`, and `allowed` and
    `coarse`, the status and step that disclosure control gives the population by itself. Figures
    that others published are as they stand. Raises DataError: Everything wrong in the files of the
    references.
    """
    policy, parts = policy_for(study), []
    problems: list[Problem] = []
    for reference in study.settings.references:
        try:
            if reference.survey:
                people = in_population(study, compute(study, load_reference(study, reference)))
                if read is not None:
                    read[reference.id] = people
                parts.append(_surveyed(study, reference, people, policy))
            else:
                parts.append(_published(study, reference))
        except DataError as error:
            problems.extend(error.problems)
    DataError.raise_for(problems)
    none = tidy(pd.DataFrame()).assign(x=np.nan, allowed="", coarse=np.nan)
    return pd.concat(parts, ignore_index=True) if parts else none


def _surveyed(
    study: Study, reference: ReferencePopulation, people: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    waves = [wave.id for wave in study.waves]
    grid = estimate_grid(people, study.indicators, waves, {}, areas=_NOWHERE,
                         lonely_psu=study.codebook.design.lonely_psu)  # fmt: skip
    cells = pd.MultiIndex.from_frame(grid.table[["indicator", "wave"]])
    status = grid.table["status"].mask(cells.isin(_unasked(study, people)), "not_asked")
    grid = replace(grid, table=grid.table.assign(status=status))
    sample = sample_of(study, people, {}, _NOWHERE)
    alone = release_estimates(grid, sample, policy).table
    return _named(grid.table, reference).assign(
        x=grid.counts["x"].to_numpy(float),
        allowed=alone["status"].to_numpy(),
        coarse=alone["step"].to_numpy(float),
    )


#: No wijk: a population above the study is one whole.
_NOWHERE = pd.DataFrame({"wijk": [], "district": [], "arm": []}, dtype="str")


def _unasked(study: Study, people: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the indicators and waves of which the file has no column."""
    found = []
    for key, indicator in study.indicators.items():
        names = [n for c in indicator.columns.values() for n in ([c] if isinstance(c, str) else c)]
        for wave in study.waves:
            rows = people[people["wave"].eq(wave.id)]
            if rows.empty or any(rows[name].isna().all() for name in names):
                found.append((key, wave.id))
    return found


def _published(study: Study, reference: ReferencePopulation) -> pd.DataFrame:
    assert reference.figures is not None
    place = f"references.{reference.id}.figures"
    table = read_standard_table(study, reference.figures, place, _FIGURES)
    problems = [
        Problem(
            f"unknown {what}",
            file=reference.figures.path,
            place=f"column '{what}'",
            found=", ".join(sorted(set(table[what]) - set(known))[:8]),
            expected=", ".join(known[:20]),
            remedy="Write it as the study does, or leave the row out.",
        )
        for what, known in (
            ("indicator", list(study.indicators)),
            ("wave", [wave.id for wave in study.waves]),
        )
        if set(table[what]) - set(known)
    ]
    twice = table[table.duplicated(["indicator", "wave"])]
    problems += [
        Problem("a figure more than once", file=reference.figures.path, place=f"row {row}",
                found=f"{cells['indicator']}, {cells['wave']}", remedy="Keep one of them.")
        for row, cells in twice.iterrows()
    ]  # fmt: skip
    DataError.raise_for(problems)
    units = {key: indicator.unit for key, indicator in study.indicators.items()}
    rows = pd.DataFrame(
        [(key, wave.id) for key in units for wave in study.waves], columns=["indicator", "wave"]
    ).merge(table, on=["indicator", "wave"], how="left")
    status = np.where(rows["value"].notna(), "ok", "missing")
    rows = rows.assign(
        group_by="", group=EVERYBODY, method="published", status=status,
        unit=rows["indicator"].map(units), source=rows["source"].fillna(""),
    )  # fmt: skip
    return _named(tidy(rows), reference).assign(x=np.nan, allowed="published", coarse=np.nan)


def _named(table: pd.DataFrame, reference: ReferencePopulation) -> pd.DataFrame:
    return table.assign(area=reference.id, area_level=LEVEL)


def release_references(
    references: pd.DataFrame, counts: pd.DataFrame, released: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Return the references as they may be shown.

    What is left when the wijken together, or another reference, are taken from a population may
    not be a small group either; where nobody is left it shows no more than they do.
    """
    surveyed = references["allowed"].ne("published")
    status = references["allowed"].where(surveyed, references["status"])
    inner = counts.assign(status=released["status"].to_numpy())
    inner = inner[inner["area_level"].eq("city") & inner["group_by"].eq("")]
    for position in np.flatnonzero(surveyed & status.eq("ok")):
        row = references.iloc[position]
        beside = references[surveyed & references["area"].ne(row["area"])]
        others = [
            *inner[_same(inner, row)][["x", "n", "status"]].itertuples(index=False),
            *beside[_same(beside, row)][["x", "n", "allowed"]].itertuples(index=False),
        ]
        if any(_tells(row, x, n, other, policy) for x, n, other in others):
            status.iloc[position] = "hidden"
    finest = np.where(references["unit"].eq("score"), score_step(policy), percent_step(policy))
    step = references["coarse"].fillna(pd.Series(finest, index=references.index))
    table = references[list(ESTIMATE_COLUMNS)]
    return shown(table, status.to_numpy(str), step.to_numpy(float), policy)


def _same(rows: pd.DataFrame, row: pd.Series) -> pd.Series:
    return rows["indicator"].eq(row["indicator"]) & rows["wave"].eq(row["wave"])


def _tells(row: pd.Series, x: float, n: float, status: str, policy: Policy) -> bool:
    """Return whether a population and a part of it that has `x` of `n` tell of a small rest."""
    rest, with_it = row["n"] - n, row["x"] - x
    if not rest > 0:
        return bool(rest == 0) and status != "ok"
    few = rest < policy.min_n
    if row["unit"] == "percent" and 0 <= with_it <= rest:
        few |= with_it < policy.min_count or rest - with_it < policy.min_count
    return bool(few)
