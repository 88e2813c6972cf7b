"""The rows of a survey: which are used, whether each is one respondent of one wave, its weight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.errors import DataError, Problem, first_of
from wijkkit.loaders.recode import check_columns, large_weights
from wijkkit.loaders.source_table import SourceTable, is_number, rows_text, written
from wijkkit.study.codebook import Column, Design
from wijkkit.study.model import Wave
from wijkkit.study.settings.sources import SurveySource

KEY = ["wave", "respondent"]
#: Columns of a file of weights.
WEIGHT_COLUMNS = ("respondent", "weight")

#: Source, wave (empty where it is not known yet), wijk or area code, why left out (empty where
#: used), rows.
AccountRow = tuple[str, str, str, str, int]

#: Why a row is left out, in the order in which it is decided.
FILTER, NO_WEIGHT, ZERO_WEIGHT = "not in the selection", "no weight", "weight 0"


def selected_rows(table: SourceTable, source: SurveySource) -> tuple[SourceTable, list[AccountRow]]:
    """Return the rows that `rows` of a source selects, and how many it leaves out."""
    chosen = pd.Series(True, index=table.cells.index)
    for column, values in source.rows.items():
        if column not in table.cells:
            what, place = f"no column '{column}'", f"sources.survey.{source.id}.rows"
            found = ", ".join(map(str, table.cells.columns[:12]))
            remedy = "Correct its name in study.yml."
            raise DataError(what, file=source.path, place=place, found=found, remedy=remedy)
        chosen &= table.cells[column].map(written).isin(values)
    if chosen.all():
        return table, []
    left = int((~chosen).sum())
    kept = replace(table, cells=table.cells[chosen])
    return kept, [(source.id, source.wave or "", "", FILTER, left)]


def weighted_rows(
    table: pd.DataFrame, design: Design, source: SurveySource
) -> tuple[pd.DataFrame, list[AccountRow], pd.Series]:
    """Return the rows with a weight as the design says, counts, and which have another weight only."""
    waves = table["wave"] if "wave" in table else pd.Series(source.wave or "", index=table.index)
    counts: list[AccountRow] = []
    keep = pd.Series(True, index=table.index)
    besides = pd.Series(False, index=table.index)
    others = [choice.weight for choice in design.weights if choice.weight in table]
    elsewhere = table[others].gt(0).any(axis=1)
    for policy, wrong, why in (
        (design.missing_weights, table["weight"].isna(), NO_WEIGHT),
        (design.zero_weights, table["weight"].eq(0), ZERO_WEIGHT),
    ):
        if policy == "drop":
            out = wrong & ~elsewhere
            keep, besides = keep & ~out, besides | (wrong & elsewhere)
            by_wave = waves[out].fillna("").value_counts(sort=False)
            counts += [(source.id, str(w), "", why, int(n)) for w, n in by_wave.items()]
    return table[keep], counts, besides[keep]


def cell_remarks(table: SourceTable, used: Iterable[str]) -> Iterator[Problem]:
    """Yield the columns of a workbook with percentages, or with text among numbers."""
    for column in used:
        if column in table.percentages:
            yield Problem(
                f"{table.percentages[column]} cells show a percentage and are read as they show",
                file=table.file,
                place=f"column '{column}'",
                found="0.125 shown as 12.5%",
                expected="12.5",
                remedy="Write numbers if something else is meant.",
            )
        cells = table.cells[column]
        if table.written or cells.dtype != object:
            continue
        texts = [isinstance(c, str) and is_number(c.strip()) for c in cells]
        if any(texts) and any(isinstance(c, int | float) and c == c for c in cells):
            what, place = f"{sum(texts)} numbers stand as text among numbers", f"column '{column}'"
            found = repr(cells[texts].iloc[0])
            remedy = "They are read as numbers; check that this is meant."
            yield Problem(what, file=table.file, place=place, found=found, remedy=remedy)


def weight_remarks(
    table: pd.DataFrame, source: SurveySource, names: Mapping[str, str], maximum: float | None
) -> Iterator[Problem]:
    """Yield a remark of weights that are large beside the others, of the survey or its own file."""
    name = "weight" if source.weights else names.get("weight", "")
    if maximum is None:
        yield from large_weights(table["weight"], source.weights or source.path, name)


def waves_of(
    days: pd.Series, waves: Sequence[Wave], names: Mapping[str, str], source: SurveySource
) -> tuple[pd.Series, list[Problem]]:
    """Return the wave in whose field work each day lies, and the days that lie in none."""
    found = pd.Series(None, index=days.index, dtype="str")
    for wave in waves:
        found[days.between(pd.Timestamp(wave.start), pd.Timestamp(wave.end))] = wave.id
    wrong = days[days.notna() & found.isna()]
    if wrong.empty:
        return found, []
    what, place = "a day in no wave", f"column '{names['wave']}', {rows_text(list(wrong.index))}"
    first = first_of([f"{day:%Y-%m-%d}" for day in wrong.unique()[:6]], 5)
    expected = ", ".join(f"{wave.start} to {wave.end} ({wave.id})" for wave in waves)
    remedy = "Correct the cells, or start and end of the waves in study.yml."
    return found, [Problem(what, source.path, place, first, expected, remedy)]


def check_wave_column(
    table: pd.DataFrame, source: SurveySource, names: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield rows without a wave, and rows of another wave than study.yml says the file is."""
    if "wave" not in table:
        if source.wave is None:
            what, place = "no wave for this file", f"sources.survey.{source.id}"
            expected = "a wave, or a column 'wave' of this file in the codebook"
            yield Problem(what, "study.yml", place, "", expected, "Add wave: <id>.")
        return
    waves = table["wave"]
    if source.wave is None:
        wrong, what = waves.isna(), "a row without a wave"
        remedy = "Complete the cells."
    else:
        wrong = waves.notna() & waves.ne(source.wave)
        what = "another wave than study.yml says the file is"
        remedy = "Correct the cells, or leave wave out of study.yml."
    if wrong.any():
        place = f"column '{names['wave']}', {rows_text(list(table.index[wrong]))}"
        found = ", ".join(waves[wrong].dropna().unique()[:5])
        expected = source.wave or "a wave in every row"
        yield Problem(what, source.path, place, found, expected, remedy)


def check_respondents(
    table: pd.DataFrame, source: SurveySource, names: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield respondents that one file has more than once in a wave."""
    known = table[table["respondent"].notna()]
    double = known[known.duplicated(KEY, keep=False)]
    if len(double):
        what, file = "the same respondent more than once", source.path
        place = f"column '{names['respondent']}', {rows_text(list(double.index))}"
        found = ", ".join(double["respondent"].unique()[:5])
        expected, remedy = "one row per respondent and wave", "Keep one row per respondent."
        yield Problem(what, file=file, place=place, found=found, expected=expected, remedy=remedy)


def check_files(rows: pd.DataFrame, files: Sequence[str]) -> Iterator[Problem]:
    """Yield respondents of one wave that are in more than one file."""
    double = rows[rows.duplicated(KEY, keep=False)]
    for wave, part in double.groupby("wave"):
        yield Problem(
            f"respondents of wave '{wave}' that are in more than one file",
            file=", ".join(
                dict.fromkeys(files[number] for number in sorted(part["file"].unique()))
            ),
            place=f"{part['respondent'].nunique()} respondents",
            found=", ".join(part["respondent"].unique()[:5]),
            expected="one row per respondent and wave",
            remedy="Leave one file out, or number the respondents of each file in its own way.",
        )


def with_weights(
    respondents: pd.DataFrame, path: Path, maximum: float | None = None
) -> pd.DataFrame:
    """Return respondents with the weights of a file instead of their own.

    `path`: A csv file with the columns ``respondent, weight``, as `wijkkit.estimates.write_weights`
    writes it. `maximum`: The largest weight that is right; less than 1,000 times the median where
    nothing is said. Raises DataError: The file cannot be read, or a respondent has no weight in it,
    two, or an impossible one.
    """
    table = _read(path)
    own = respondents["respondent"].astype(str)
    twice = int(table["respondent"].duplicated().sum())
    without = int((~own.isin(table["respondent"])).sum())
    positive = np.isfinite(table["weight"]) & (table["weight"] > 0)
    impossible = int((~positive).sum())
    if twice or without or impossible:
        raise DataError(
            "the weights do not fit the respondents",
            file=path.name,
            found=f"{without} respondents without weight, {twice} with two, "
            f"{impossible} weights that are not above 0",
            expected="one weight above 0 for every respondent",
            remedy="Use the weights that were made for these respondents.",
        )
    column = Column(source="weight", type="number", maximum=maximum)
    weights = table["weight"].set_axis(table.index + 2)
    named = {"weight": "weight"}
    DataError.raise_for(check_columns(weights.to_frame(), {"weight": column}, named, path.name))
    weight = own.map(table.set_index("respondent")["weight"])
    return respondents.assign(weight=weight.to_numpy(dtype=float))


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(
            path, usecols=list(WEIGHT_COLUMNS), dtype={"respondent": str, "weight": float}
        )
    except (OSError, ValueError) as error:
        raise DataError(
            "the file of weights cannot be read",
            file=path.name,
            found=getattr(error, "strerror", None) or str(error).splitlines()[0],
            expected=f"a csv file with the columns {', '.join(WEIGHT_COLUMNS)}",
            remedy="Correct the file, or 'weights' of this survey in study.yml.",
        ) from None
