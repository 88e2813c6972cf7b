"""The catalogue of interventions a network may choose from."""

from __future__ import annotations

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.source_table import rows_text
from wijkkit.loaders.standard_table import read_standard_table
from wijkkit.study import Study
from wijkkit.study.codebook import Column

#: Columns of a catalogue file. Several goals, factors or interventions are separated by ``;``.
CATALOGUE_COLUMNS = {
    "intervention": Column(source="intervention", type="code", required=True),
    "name": Column(source="name", type="text", required=True),
    "goals": Column(source="goals", type="text", required=False),
    "factors": Column(source="factors", type="text", required=False),
    "evidence": Column(source="evidence", type="integer", minimum=0, maximum=4),
    "reach": Column(source="reach", type="number", minimum=0, maximum=100),
    "reach_low_ses": Column(source="reach_low_ses", type="number", minimum=0, maximum=100),
    "cost": Column(source="cost", type="number", minimum=0),
    "strengthens": Column(source="strengthens", type="text"),
    "overlaps": Column(source="overlaps", type="text"),
    "description": Column(source="description", type="text"),
}

_LISTS = ("goals", "factors", "strengthens", "overlaps")


def load_catalogue(study: Study) -> pd.DataFrame:
    """Load the catalogue of a study (``sources.catalogue``), or an empty one without it.

    Returns
    -------
    DataFrame
        One row per intervention: ``intervention`` (its key), ``name``, ``goals``, ``factors``,
        ``strengthens``, ``overlaps`` (tuples of keys), ``evidence`` (0 none to 4 strong, missing
        where not known), ``reach`` and ``reach_low_ses`` (expected percentage of the target
        group, and of families with a low SES in it, 0-100), ``cost`` (euros a year, per wijk),
        ``description``.

    Raises
    ------
    DataError
        The file cannot be read, an intervention is there twice, or goals are not the study's.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> len(wk.load_catalogue(study)) > 0
    True
    """
    source = study.settings.sources.catalogue
    if source is None:
        return pd.DataFrame(columns=list(CATALOGUE_COLUMNS))
    columns = CATALOGUE_COLUMNS
    table = read_standard_table(study, source, "sources.catalogue", columns, present=["goals"])
    for column in _LISTS:
        table[column] = [_keys(cell) for cell in table[column]]
    problems = _problems(table, [goal.id for goal in study.goals], source.path)
    if problems:
        raise DataError(problems)
    return table.reset_index(drop=True)


def _keys(cell: object) -> tuple[str, ...]:
    if pd.isna(cell):
        return ()
    return tuple(key.strip() for key in str(cell).split(";") if key.strip())


def _problems(table: pd.DataFrame, goals: list[str], file: str) -> list[Problem]:
    problems = []
    twice = table.index[table["intervention"].duplicated(keep=False)]
    if len(twice):
        problems.append(
            Problem(
                "an intervention is there more than once",
                file=file,
                place=f"column 'intervention', {rows_text(list(twice))}",
                remedy="Keep one row for each.",
            )
        )
    for column, known in (
        ("goals", goals),
        ("strengthens", list(table["intervention"])),
        ("overlaps", list(table["intervention"])),
    ):
        for row, keys in table[column].items():
            strangers = [key for key in keys if key not in known]
            if strangers:
                problems.append(
                    Problem(
                        f"unknown {'goal' if column == 'goals' else 'intervention'}",
                        file=file,
                        place=f"column '{column}', row {row}",
                        found=", ".join(strangers),
                        expected=", ".join(known[:20]),
                        remedy="Use the keys of study.yml or of the catalogue.",
                    )
                )
    return problems
