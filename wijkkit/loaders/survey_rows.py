"""Whether rows are respondents of one wave each, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.loaders.source_table import rows_text
from wijkkit.study.settings.sources import SurveySource

KEY = ["wave", "respondent"]


def check_wave_column(
    table: pd.DataFrame, source: SurveySource, names: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield rows without a wave, and rows of another wave than study.yml says the file is.

    Parameters
    ----------
    table : DataFrame
        Standard columns of one file, before the wave of study.yml is added.
    names : mapping of str to str
        Standard column -> the file's own name for it.
    """
    if "wave" not in table:
        if source.wave is None:
            yield Problem(
                "no wave for this file",
                file="study.yml",
                place=f"sources.survey.{source.id}",
                expected="a wave, or a column 'wave' of this file in the codebook",
                remedy="Add wave: <id>.",
            )
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
        yield Problem(
            what,
            file=source.path,
            place=f"column '{names['wave']}', {rows_text(list(table.index[wrong]))}",
            found=", ".join(waves[wrong].dropna().unique()[:5]),
            expected=source.wave or "a wave in every row",
            remedy=remedy,
        )


def check_respondents(
    table: pd.DataFrame, source: SurveySource, names: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield respondents that one file has more than once in a wave."""
    known = table[table["respondent"].notna()]
    double = known[known.duplicated(KEY, keep=False)]
    if len(double):
        yield Problem(
            "the same respondent more than once",
            file=source.path,
            place=f"column '{names['respondent']}', {rows_text(list(double.index))}",
            found=", ".join(double["respondent"].unique()[:5]),
            expected="one row per respondent and wave",
            remedy="Keep one row per respondent.",
        )


def check_files(rows: pd.DataFrame, files: Sequence[str]) -> Iterator[Problem]:
    """Yield respondents of one wave that are in more than one file.

    Parameters
    ----------
    rows : DataFrame
        All files, with the number of the `file` each row comes from.
    files : sequence of str
        Their names.
    """
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
