"""Place respondents in the study's wijken and waves: codes that only seem others, what became of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from wijkkit.errors import Problem
from wijkkit.loaders.areas import plain_code
from wijkkit.loaders.survey_rows import AccountRow
from wijkkit.study import Study
from wijkkit.study.model import Neighbourhood

NO_AREA, NO_WIJK = "no area", "in no area of the study"
#: Codes of an area that differ in at most this many characters may be one area in two divisions.
_LIKENESS = 2
#: Codes of another length are alike where this share of their signs agrees: a lost zero.
_RATIO = 0.9


def with_wijk(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the `wijk` of their `area` in their `wave`, missing where it is none."""
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
        yield Problem(
            "unknown wave",
            file="codebook.yml",
            place="columns.wave",
            found=", ".join(unknown[:12]),
            expected=", ".join(known),
            remedy="Recode it in codebook.yml (values:).",
        )
    reached = set(rows["wave"][rows["wijk"].notna()])
    for wave in known:
        if wave not in reached:
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
    codes = {code: slug for (_, code), slug in study.wijk_of_code().items()}
    found = set(rows["area"].dropna())
    plain = {plain_code(code): code for code in codes}
    waves = {wave: set(part["area"].dropna()) for wave, part in rows.groupby("wave")}
    for area in sorted(found - set(codes)):
        meant = plain.get(plain_code(area))
        if meant is not None:
            hood = study.neighbourhoods[codes[meant]]
            where = next((w for w in waves if area in waves[w] and meant not in waves[w]), None)
            if where is not None:
                yield _renumbered(hood, where, [area])
            else:
                yield _code_problem(area, hood.wijk, meant)
    for wave in waves:
        yield from _lost(study, wave, waves, set(codes), plain)


def _lost(
    study: Study, wave: str, waves: dict[str, set[str]], codes: set[str], plain: dict[str, str]
) -> Iterator[Problem]:
    """Yield the wijken in which nobody of a wave lives while a code that may be theirs is new."""
    others = set().union(*(areas for other, areas in waves.items() if other != wave))
    lost = [
        hood
        for hood in study.neighbourhoods.values()
        if wave not in hood.codes
        and not waves[wave] & set(hood.codes_in(wave))
        and others & set(hood.codes_in(None))
    ]
    new = [area for area in waves[wave] - others - codes if plain_code(area) not in plain]
    alike = {hood.wijk: [area for area in new if _alike(area, hood.code)] for hood in lost}
    rest = [area for area in new if not any(area in found for found in alike.values())]
    for hood in lost:
        # As many new codes as lost wijken or fewer: each of them may be any of these.
        candidates = alike[hood.wijk] or (rest if len(new) <= len(lost) else [])
        if candidates:
            yield _renumbered(hood, wave, sorted(candidates, key=_likeness(hood.code)))


def _likeness(code: str) -> Callable[[str], float]:
    return lambda other: -SequenceMatcher(None, plain_code(code), plain_code(other)).ratio()


def _renumbered(hood: Neighbourhood, wave: str, alike: list[str]) -> Problem:
    return Problem(
        f"no respondent of wave '{wave}' lives in '{hood.wijk}', and a code that may be its own is new there",
        file=f"wijken/{hood.wijk}.yml",
        place="codes",
        found=", ".join(alike[:5]),
        expected=hood.code,
        remedy=f"If this is the same area, say codes: {{'{wave}': '{alike[0]}'}}; if it was not "
        f"in this wave, codes: {{'{wave}': []}}.",
    )


def _code_problem(area: str, slug: str, code: str) -> Problem:
    return Problem(
        "an area code written in another way",
        file=f"wijken/{slug}.yml",
        place="code",
        found=area,
        expected=code,
        remedy=f"Recode it in codebook.yml (columns.area.values), or correct wijken/{slug}.yml.",
    )


def _alike(one: str, other: str) -> bool:
    """Return whether two codes may be one area: renumbered, or of a merged municipality.

    CBS keeps the last digits of a buurt and changes those of its municipality.
    """
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
    """Return one table of what became of the rows of a survey.

    ``source, wave, wijk, read, used, dropped, why``: one row per wijk of a source and wave, and one
    per reason for what was left out. `read` is `used` and `dropped` together.
    """
    rows = [
        {
            "source": source,
            "wave": wave,
            "wijk": place,
            "read": count,
            "used": 0 if why else count,
            "dropped": count if why else 0,
            "why": why,
        }
        for source, wave, place, why, count in account
    ]
    columns = ["source", "wave", "wijk", "read", "used", "dropped", "why"]
    return pd.DataFrame(rows, columns=columns)
