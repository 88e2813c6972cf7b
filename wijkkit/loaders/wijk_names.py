"""The wijk that a process table names, by its slug or its name."""

from __future__ import annotations

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.study import Study


def wijk_slugs(study: Study, values: pd.Series) -> pd.Series:
    """Return the slug of each wijk named in `values`, missing where it is none of the study's."""
    slugs = {slug.casefold(): slug for slug in study.neighbourhoods}
    slugs |= {hood.name.casefold(): slug for slug, hood in study.neighbourhoods.items()}
    named = values.astype("string").str.strip().str.casefold()
    return named.map(slugs).astype("string")


def add_arm(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with the `arm` and `pair` of its `wijk`, missing without a wijk."""
    areas = study.areas()[["wijk", "arm", "pair"]].astype("string")
    return table.drop(columns=["arm", "pair"], errors="ignore").merge(areas, on="wijk", how="left")


def unknown_values(
    values: pd.Series, found: pd.Series, what: str, known: list[str], file: str, place: str
) -> list[Problem]:
    """Return a problem for the `values` that were given but not `found`."""
    strange = sorted(set(values[values.notna() & found.isna()].astype(str)))
    if not strange:
        return []
    return [
        Problem(
            f"unknown {what}",
            file=file,
            place=place,
            found=", ".join(strange[:8]),
            expected=", ".join(known[:20]),
            remedy="Correct it, or add it to the study.",
        )
    ]
