"""The design of a survey in words and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from wijkkit.estimates import weight_report
from wijkkit.loaders.survey_areas import row_account
from wijkkit.study import Study


@dataclass(frozen=True, slots=True)
class WaveDesign:
    """The design of one wave.

    Parameters
    ----------
    n : int
        Respondents of the study's wijken.
    weighted : bool
        Whether their weights differ.
    mean, smallest, largest : float
        Of the weights.
    design_effect : float
        Kish's: how many times the variance of equal weights.
    strata, lonely : int
        Strata, and those with one sampling unit; 0 where the design has no strata.
    units : int
        Sampling units.
    """

    wave: str
    n: int
    weighted: bool
    mean: float
    smallest: float
    largest: float
    design_effect: float
    strata: int
    lonely: int
    units: int


def wave_designs(study: Study, respondents: pd.DataFrame) -> list[WaveDesign]:
    """Return the design of each wave that has respondents."""
    parts = {wave.id: respondents[respondents["wave"].eq(wave.id)] for wave in study.waves}
    return [_design(wave, rows) for wave, rows in parts.items() if len(rows)]


def _design(wave: str, rows: pd.DataFrame) -> WaveDesign:
    weight = rows["weight"].to_numpy(dtype=float)
    unit = rows["psu"] if "psu" in rows else pd.Series(range(len(rows)), index=rows.index)
    sizes = pd.Series(dtype=int)
    if "stratum" in rows and rows["stratum"].notna().any():
        sizes = unit.groupby(rows["stratum"].fillna("").to_numpy()).nunique()
    return WaveDesign(
        wave,
        len(rows),
        bool(weight.min() < weight.max()),
        float(weight.mean()),
        float(weight.min()),
        float(weight.max()),
        weight_report(weight).design_effect,
        len(sizes),
        int(sizes.eq(1).sum()),
        len(unit.groupby([rows["stratum"].fillna("").to_numpy(), unit.to_numpy()]).size())
        if "psu" in rows and len(sizes)
        else unit.nunique(),
    )


def weight_source(study: Study) -> str:
    """Return what the weights are called in the file; empty where nothing is weighted."""
    column = study.codebook.columns.get("weight")
    if column is None:
        return ""
    names = [column.source] if isinstance(column.source, str) else column.source.values()
    return ", ".join(dict.fromkeys(names))


def design_lines(study: Study, respondents: pd.DataFrame) -> Iterator[str]:
    """Yield the design as the command line says it, one line per wave."""
    by = weight_source(study)
    for found in wave_designs(study, respondents):
        if found.weighted:
            weights = (
                f"weighted by {by}, mean {found.mean:.4g}, {found.smallest:.4g} to "
                f"{found.largest:.4g}, design effect {found.design_effect:.2f}"
            )
        else:
            weights = f"not weighted: all weights of {by} are equal" if by else "not weighted"
        strata = (
            f"{found.strata} strata, {found.lonely} with one unit" if found.strata else "no strata"
        )
        units = (
            f"{found.units} sampling units" if found.units < found.n else "each respondent drawn"
        )
        yield f"wave {found.wave}: {found.n:,} respondents; {weights}; {strata}; {units}"
    for choice in study.codebook.design.weights:
        parts = [choice.level or "", ", ".join(choice.indicators), ", ".join(choice.waves)]
        yield f"weighted by {choice.weight}: {'; '.join(p for p in parts if p) or 'everything'}"


def account_text(respondents: pd.DataFrame) -> str:
    """Return what became of the rows of a survey as lines of text, see `row_account`."""
    table = row_account(respondents.attrs["account"])
    return table.to_string(index=False) if len(table) else "no rows"
