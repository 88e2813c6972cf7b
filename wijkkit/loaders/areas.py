"""Areas and columns as Statistics Netherlands (CBS) and the study name them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.loaders.source_table import SourceTable, parse_number
from wijkkit.study import Study

CITY = "city"


def area_names(study: Study, level: str) -> dict[str, str]:
    """Return code -> the area's name in released tables, for one level.

    A wijk is known by its code and called by its slug; a gebied is known and called by what
    `district` says; the city is known by its code or name and called ``city``.

    Parameters
    ----------
    level : {"wijk", "gebied", "city"}

    Returns
    -------
    dict[str, str]

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> area_names(study, "city")
    {'GM9999': 'city', 'Lindestad': 'city'}
    """
    hoods = study.neighbourhoods.values()
    if level == "wijk":
        return {hood.code: hood.wijk for hood in hoods}
    if level == "gebied":
        return {hood.district: hood.district for hood in hoods if hood.district}
    city = study.settings.city
    return {code: CITY for code in (city.code, city.name) if code}


def check_areas(
    study: Study, level: str, codes: pd.Series, names: pd.Series | None, file: str
) -> Iterator[Problem]:
    """Yield where the areas of a source are not those of the study.

    `names`: Names of the same areas; a code that goes with another name, and a name that goes with
    another code, are areas of another year's division.
    """
    known = area_names(study, level)
    inside = codes.isin(list(known))
    if not inside.any():
        yield Problem(
            "none of the study's areas is in this source",
            file=file,
            found=", ".join(codes.dropna().unique()[:5]),
            expected=", ".join(list(known)[:5]),
            remedy="Check code_column, and which year's division the codes belong to.",
        )
    elif names is not None and level == "wijk":
        yield from _divisions(study, codes, names, file)
    else:
        yield from _written_otherwise(known, codes, file)


def _written_otherwise(known: dict[str, str], codes: pd.Series, file: str) -> Iterator[Problem]:
    there = set(codes.dropna())
    plain = {plain_code(code): code for code in there - set(known)}
    for code in known:
        other = plain.get(plain_code(code)) if code not in there else None
        if other is not None and plain_code(code):
            yield Problem(
                "an area code written in another way",
                file=file,
                place=f"area {code}",
                found=other,
                expected=code,
                remedy="Write it in the file as the study does, or the study's as the file does.",
            )


def check_once(study: Study, level: str, codes: pd.Series, file: str) -> Iterator[Problem]:
    """Yield the study's areas that a source has more than once."""
    inside = codes[codes.isin(list(area_names(study, level)))]
    for code, times in inside.value_counts().items():
        if times > 1:
            yield Problem(
                "an area more than once",
                file=file,
                place=f"area {code}",
                found=f"{times} rows",
                expected="1 row",
                remedy="Select one row per area with filters in study.yml.",
            )


def _divisions(study: Study, codes: pd.Series, names: pd.Series, file: str) -> Iterator[Problem]:
    by_code = dict(zip(codes, names, strict=True))
    by_name = {plain_name(name): code for code, name in by_code.items()}
    for hood in study.neighbourhoods.values():
        name, code = by_code.get(hood.code), by_name.get(plain_name(hood.name))
        if name is not None and plain_name(name) != plain_name(hood.name):
            yield Problem(
                "the code belongs to an area with another name",
                file=file,
                place=f"area {hood.code}",
                found=str(name).strip(),
                expected=hood.name,
                remedy="Use a source of the same year's division, or leave name_column out.",
            )
        elif name is None and code is not None:
            yield Problem(
                "the area has another code here: another year's division",
                file=file,
                place=f"area '{hood.name}'",
                found=code,
                expected=hood.code,
                remedy=f"Use a source of the same year's division, or correct wijken/{hood.wijk}.yml.",
            )


def plain_code(code: object) -> str:
    """Return a code without what typing adds or loses: case, letters before, zeros, signs.

    >>> plain_code("BU05990110") == plain_code("bu 5990110")
    True
    """
    return re.sub(r"^[a-z]*0*", "", re.sub(r"[^a-z0-9]", "", str(code).lower()))


def plain_name(name: object) -> str:
    """Return an area's name without what differs between publications."""
    text = re.sub(r"^(wijk|buurt)\s+\d+\s+", "", str(name).strip().casefold())
    return re.sub(r"[^\w]", "", text)


#: Text that stands for a figure that is secret, unreliable or not there.
MISSING_TEXT = ("", ".", "..", "x", "X", "-", ",")
#: -99995 (not available), -99997 (secret), -99998, -99999, -99999999: every one is below this.
MISSING_BELOW = -99_990


def cbs_number(raw: object, table: SourceTable) -> float | Problem | None:
    """Return a published figure, None where it is missing: a missing figure is never 0.

    >>> import pandas as pd
    >>> table = SourceTable("kwb.csv", pd.DataFrame(), written=True)
    >>> [cbs_number(raw, table) for raw in ("  20.8", "0", ".", "-99997", -99999999, None)]
    [20.8, 0.0, None, None, None, None]
    """
    if raw is None or raw != raw or (isinstance(raw, str) and raw.strip() in MISSING_TEXT):
        return None
    number = raw if isinstance(raw, Problem) else parse_number(raw, table)
    if isinstance(number, Problem):
        if "codebook" in number.remedy:
            return replace(number, remedy="Correct the cell, or leave it empty.")
        return number
    return None if number <= MISSING_BELOW else number


def find_column(wanted: str, columns: Iterable[str]) -> str | Problem:
    """Return the column called `wanted`, or called so but for the ``_nn`` at its end.

    The number at the end of a column's name changes from year to year, so it is no part of the
    name; where two columns differ in it only, the full name is needed.

    >>> find_column("AantalInwoners", ["Codering_3", "AantalInwoners_5"])
    'AantalInwoners_5'
    >>> print(find_column("Huurwoning", ["Huurwoning_53", "Huurwoning_61"]))
    the column 'Huurwoning' is not unique (found Huurwoning_53, Huurwoning_61; ...
    """
    columns = [str(column) for column in columns]
    if wanted in columns:
        return wanted
    found = [column for column in columns if re.sub(r"_\d+$", "", column) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        return Problem(
            f"the column '{wanted}' is not unique",
            found=", ".join(found),
            expected="one of these names in full",
            remedy="Name it with its number in study.yml.",
        )
    close = difflib.get_close_matches(wanted, columns, n=1)
    return Problem(
        f"no column '{wanted}'",
        found=", ".join(columns[:12]) + (", ..." if len(columns) > 12 else ""),
        expected=wanted,
        remedy=f"Did you mean '{close[0]}'?" if close else "Correct it in study.yml.",
    )
