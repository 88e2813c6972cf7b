"""Areas as Statistics Netherlands (CBS) and the study name them, and respondents placed in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial

import numpy as np
import pandas as pd

from wijkkit.errors import DataError, Problem, did_you_mean, first_of
from wijkkit.loaders.source_table import SourceTable, parse_number
from wijkkit.loaders.survey_rows import AccountRow
from wijkkit.study import Study
from wijkkit.study.model import Neighbourhood

CITY = "city"


def area_names(study: Study, level: str) -> dict[str, str]:
    """Return code -> name in released tables of a level: a wijk's slug, its district, ``city``.

    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> area_names(study, "city")
    {'GM9999': 'city', 'Lindestad': 'city'}
    """
    wijken = study.neighbourhoods.values()
    if level == "wijk":
        return {one.code: one.wijk for one in wijken}
    if level == "gebied":
        return {one.district: one.district for one in wijken if one.district}
    city = study.settings.city
    return {code: CITY for code in (city.code, city.name) if code}


def check_areas(
    study: Study, level: str, codes: pd.Series, names: pd.Series | None, file: str
) -> Iterator[Problem]:
    """Yield where a source's codes, or its codes with their names, are not those of the study."""
    known = area_names(study, level)
    inside = codes.isin(list(known))
    if not inside.any():
        what = "none of the study's areas is in this source"
        found, expected = ", ".join(codes.dropna().unique()[:5]), ", ".join(list(known)[:5])
        remedy = "Check code_column, and which year's division the codes belong to."
        yield Problem(what, file=file, found=found, expected=expected, remedy=remedy)
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
            what, place = "an area code written in another way", f"area {code}"
            remedy = "Write it in the file as the study does, or the study's as the file does."
            yield Problem(what, file=file, place=place, found=other, expected=code, remedy=remedy)


def check_once(study: Study, level: str, codes: pd.Series, file: str) -> Iterator[Problem]:
    """Yield the study's areas that a source has more than once."""
    inside = codes[codes.isin(list(area_names(study, level)))]
    for code, times in inside.value_counts().items():
        if times > 1:
            place, remedy = f"area {code}", "Select one row per area with filters in study.yml."
            yield Problem("an area more than once", file, place, f"{times} rows", "1 row", remedy)


def _divisions(study: Study, codes: pd.Series, names: pd.Series, file: str) -> Iterator[Problem]:
    by_code = dict(zip(codes, names, strict=True))
    by_name = {plain_name(name): code for code, name in by_code.items()}
    for one in study.neighbourhoods.values():
        name, code = by_code.get(one.code), by_name.get(plain_name(one.name))
        remedy = "Use a source of the same year's division, or"
        if name is not None and plain_name(name) != plain_name(one.name):
            what, place = "the code belongs to an area with another name", f"area {one.code}"
            remedy = f"{remedy} leave name_column out."
            yield Problem(what, file, place, str(name).strip(), one.name, remedy)
        elif name is None and code is not None:
            what = "the area has another code here: another year's division"
            remedy = f"{remedy} correct {study.file_of(one.wijk)}."
            yield Problem(what, file, f"area '{one.name}'", code, one.code, remedy)


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
        what, expected = f"the column '{wanted}' is not unique", "one of these names in full"
        remedy = "Name it with its number in study.yml."
        return Problem(what, found=", ".join(found), expected=expected, remedy=remedy)
    remedy = did_you_mean(wanted, columns, "Correct it in study.yml.")
    known = first_of(columns, 12)
    return Problem(f"no column '{wanted}'", found=known, expected=wanted, remedy=remedy)


def find_columns(
    wanted: Iterable[str], columns: Sequence[str], file: str, place: str
) -> dict[str, str]:
    """Return the source's own name of each column that study.yml names; DataError names the others."""
    found = {name: find_column(name, columns) for name in wanted}
    problems = [item for item in found.values() if isinstance(item, Problem)]
    if problems:
        raise DataError(replace(problem, file=file, place=place) for problem in problems)
    return {name: str(column) for name, column in found.items()}


# Place respondents in the study's wijken and waves: codes that only seem others, what became of rows.

NO_AREA, NO_WIJK = "no area", "in no area of the study"
#: Codes of an area that differ in at most this many characters may be one area in two divisions.
_LIKENESS = 2
#: Codes of another length are alike where this share of their signs agrees: a lost zero.
_RATIO = 0.9


def with_wijk(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the `wijk` of their `area` in their `wave`, missing outside the study."""
    wijken = study.wijk_of_code()
    keys = pd.MultiIndex.from_frame(rows[["wave", "area"]])
    positions, places = keys.factorize()
    found = pd.array([wijken.get(place) for place in places] + [None], dtype="str")
    return rows.assign(wijk=pd.Series(found.take(positions), index=rows.index))


def place_respondents(study: Study, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the respondents of the study's wijken, and how many others each wave had."""
    areas = study.areas().drop(columns=["name", "code"])
    areas = areas.astype({"pair": "str", "district": "str"})
    outside = rows["wijk"].isna()
    dropped = {wave.id: int((outside & rows["wave"].eq(wave.id)).sum()) for wave in study.waves}
    inside = rows[~outside].merge(areas, on="wijk", how="left", validate="m:1")
    return inside.drop(columns=["area", "source"]).reset_index(drop=True), dropped


def check_waves(study: Study, rows: pd.DataFrame) -> Iterator[Problem]:
    """Yield unknown waves, and waves without a respondent in the study's wijken."""
    known = [wave.id for wave in study.waves]
    unknown = sorted(set(rows["wave"].dropna()) - set(known))
    if unknown:
        what, file = "unknown wave", "codebook.yml"
        place, found = "columns.wave", ", ".join(unknown[:12])
        expected, remedy = (
            ", ".join(known),
            "Recode it in codebook.yml (values:), or correct waves in study.yml.",
        )
        yield Problem(what, file=file, place=place, found=found, expected=expected, remedy=remedy)
    reached = set(rows["wave"][rows["wijk"].notna()])
    for wave in known:
        if wave not in reached:
            elsewhere = int(rows["wave"].eq(wave).sum())
            yield Problem(
                f"wave '{wave}' has no respondent in the study's wijken",
                file="study.yml",
                place=f"waves.{wave}",
                found=f"{elsewhere} respondents, all elsewhere" if elsewhere else "no respondent",
                expected="respondents with an area code of the study",
                remedy=f"Check the file of this wave and the codes in {study.file_of()}.",
            )


def check_codes(study: Study, rows: pd.DataFrame) -> Iterator[Problem]:
    """Yield area codes that look like a code of the study written in another way or year."""
    codes = {code: wijk for (_, code), wijk in study.wijk_of_code().items()}
    found = set(rows["area"].dropna())
    plain = {plain_code(code): code for code in codes}
    waves = {wave: set(part["area"].dropna()) for wave, part in rows.groupby("wave")}
    otherwise = {area: plain.get(plain_code(area)) for area in sorted(found - set(codes))}
    known = {area: meant for area, meant in otherwise.items() if meant is not None}
    if len(known) > 2:
        yield _all_otherwise(study, known)
        known = {}
    for area, meant in known.items():
        wijk = codes[meant]
        where = next((w for w in waves if area in waves[w] and meant not in waves[w]), None)
        if where is not None:
            yield _renumbered(study, study.neighbourhoods[wijk], where, [area])
        else:
            what, file = "an area code written in another way", study.file_of(wijk)
            remedy = f"Recode it in codebook.yml (columns.area.values), or correct {file}."
            yield Problem(what, file, "code", area, meant, remedy)
    for wave in waves:
        yield from _lost(study, wave, waves, set(codes), plain)


def _all_otherwise(study: Study, known: dict[str, str]) -> Problem:
    """Return that the survey writes many codes otherwise: a column of numbers has no zeros."""
    what, place, file = "area codes written in another way", "columns.area", study.file_of()
    found, expected = (", ".join([*side][:5]) for side in (known, known.values()))
    recode = ", ".join(f'"{area}": "{meant}"' for area, meant in [*known.items()][:2])
    remedy = f"Write them in {file} as the survey does, or recode each in codebook.yml "
    return Problem(
        what, "codebook.yml", place, found, expected, f"{remedy}(values: {{{recode}, ...}})."
    )


def _lost(
    study: Study, wave: str, waves: dict[str, set[str]], codes: set[str], plain: dict[str, str]
) -> Iterator[Problem]:
    """Yield the wijken in which nobody of a wave lives while a code that may be theirs is new."""
    others = set().union(*(areas for other, areas in waves.items() if other != wave))
    lost = [
        one
        for one in study.neighbourhoods.values()
        if wave not in one.codes
        and not waves[wave] & set(one.codes_in(wave))
        and others & set(one.codes_in(None))
    ]
    new = [area for area in waves[wave] - others - codes if plain_code(area) not in plain]
    alike = {one.wijk: [area for area in new if _alike(area, one.code)] for one in lost}
    rest = [area for area in new if not any(area in found for found in alike.values())]
    for one in lost:
        # As many new codes as lost wijken or fewer: each of them may be any of these.
        candidates = alike[one.wijk] or (rest if len(new) <= len(lost) else [])
        if candidates:
            yield _renumbered(study, one, wave, sorted(candidates, key=_likeness(one.code)))


def _likeness(code: str) -> Callable[[str], float]:
    return lambda other: -SequenceMatcher(None, plain_code(code), plain_code(other)).ratio()


def _renumbered(study: Study, neighbourhood: Neighbourhood, wave: str, alike: list[str]) -> Problem:
    said = partial(study.codes_written, neighbourhood.wijk, wave)
    return Problem(
        f"no respondent of wave '{wave}' lives in '{neighbourhood.wijk}', and a code that may be its own is new there",
        file=study.file_of(neighbourhood.wijk),
        place="codes",
        found=", ".join(alike[:5]),
        expected=neighbourhood.code,
        remedy=f"If this is the same area, say {said(alike[0])}; if it was not in this wave, "
        f"{said()}.",
    )


def _alike(one: str, other: str) -> bool:
    """Return whether two codes may be one area: renumbered, or of a merged municipality."""
    if len(one) != len(other):
        return SequenceMatcher(None, plain_code(one), plain_code(other)).ratio() >= _RATIO
    merged = one[:2].lower() == other[:2].lower() in ("bu", "wk") and one[6:] == other[6:]
    return merged or sum(a != b for a, b in zip(one, other, strict=True)) <= _LIKENESS


def area_account(rows: pd.DataFrame) -> list[AccountRow]:
    """Return how many rows of each source and wave each wijk has, and each code that is in none."""
    if not len(rows):
        return []
    wijk = rows["wijk"].fillna("")
    area = rows["area"].fillna("").astype(str)
    why = np.select([wijk.ne(""), area.eq("")], ["", NO_AREA], NO_WIJK)
    table = pd.DataFrame(
        {"source": rows["source"], "wave": rows["wave"].fillna(""), "why": why}
    ).assign(place=np.where(wijk.ne(""), wijk, area))
    sizes = table.groupby(["source", "wave", "place", "why"], sort=True).size()
    return [(*key, int(n)) for key, n in sizes.items()]


def row_account(account: Sequence[AccountRow]) -> pd.DataFrame:
    """Return ``source, wave, wijk, read, used, dropped, why``: a row per wijk or reason."""
    columns = ["source", "wave", "wijk", "why", "read"]
    table = pd.DataFrame(list(account), columns=columns).astype({"read": "int64"})
    used = table["read"].where(table["why"].eq(""), 0)
    table = table.assign(used=used, dropped=table["read"] - used)
    return table[["source", "wave", "wijk", "read", "used", "dropped", "why"]]
