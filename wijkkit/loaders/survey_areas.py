"""Place respondents in the study's wijken and waves, and find codes that only seem to be others."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.study import Study

#: Codes of an area that differ in at most this many characters may be one area in two divisions.
_LIKENESS = 2


def place_respondents(study: Study, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the respondents of the study's wijken, and how many others each wave had.

    Parameters
    ----------
    rows : DataFrame
        With `wave` and `area`.

    Returns
    -------
    DataFrame
        `rows` with wijk, district, arm and pair in the place of `area`.
    dict of str to int
        Wave -> respondents whose area is none of the study's, or unknown.
    """
    areas = study.areas().drop(columns="name").astype({"pair": "str", "district": "str"})
    placed = rows.merge(areas, left_on="area", right_on="code", how="left", validate="m:1")
    outside = placed["wijk"].isna()
    dropped = {wave.id: int((outside & placed["wave"].eq(wave.id)).sum()) for wave in study.waves}
    return placed[~outside].drop(columns=["area", "code"]).reset_index(drop=True), dropped


def check_waves(study: Study, rows: pd.DataFrame) -> Iterator[Problem]:
    """Yield unknown waves, and waves without a respondent in the study's wijken."""
    known = [wave.id for wave in study.waves]
    codes = {hood.code for hood in study.neighbourhoods.values()}
    unknown = sorted(set(rows["wave"].dropna()) - set(known))
    if unknown:
        yield Problem(
            "unknown wave",
            file="codebook.yml",
            place="columns.wave",
            found=", ".join(unknown[:12]),
            expected=", ".join(known),
            remedy="Recode it in codebook.yml (values:).",
        )
    inside = rows[rows["area"].isin(codes)]
    for wave in known:
        if not inside["wave"].eq(wave).any():
            yield Problem(
                f"wave '{wave}' has no respondent in the study's wijken",
                file="study.yml",
                place=f"waves.{wave}",
                found=f"{int(rows['wave'].eq(wave).sum())} respondents, all elsewhere",
                expected="respondents with an area code of wijken/",
                remedy="Check the file of this wave and the codes in wijken/.",
            )


def check_codes(study: Study, rows: pd.DataFrame) -> Iterator[Problem]:
    """Yield area codes that look like a code of the study written in another way or year."""
    codes = {hood.code: slug for slug, hood in study.neighbourhoods.items()}
    found = set(rows["area"].dropna())
    plain = {_plain(code): code for code in codes}
    for area in sorted(found - set(codes)):
        meant = plain.get(_plain(area))
        if meant is not None:
            yield _code_problem("an area code written in another way", area, codes[meant], meant)
    waves = {wave: set(part["area"].dropna()) for wave, part in rows.groupby("wave")}
    for code, slug in codes.items():
        yield from _renumbered(code, slug, waves, set(codes))


def _renumbered(
    code: str, slug: str, waves: dict[str, set[str]], codes: set[str]
) -> Iterator[Problem]:
    present = [wave for wave, areas in waves.items() if code in areas]
    before = set().union(*(waves[wave] for wave in present)) | codes
    for wave, areas in waves.items():
        if not present or wave in present:
            continue
        for area in sorted(area for area in areas - before if _alike(area, code)):
            what = f"an area code that only wave '{wave}' has, where the code of '{slug}' is absent"
            yield _code_problem(what, area, slug, code)


def _code_problem(what: str, area: str, slug: str, code: str) -> Problem:
    return Problem(
        what,
        file=f"wijken/{slug}.yml",
        place="code",
        found=area,
        expected=code,
        remedy=f"Recode it in codebook.yml (columns.area.values), or correct wijken/{slug}.yml.",
    )


def _plain(code: str) -> str:
    """Return a code without what typing adds or loses: case, letters before, zeros, signs."""
    return re.sub(r"^[a-z]*0*", "", re.sub(r"[^a-z0-9]", "", code.lower()))


def _alike(one: str, other: str) -> bool:
    return len(one) == len(other) and (
        sum(a != b for a, b in zip(one, other, strict=True)) <= _LIKENESS
    )
