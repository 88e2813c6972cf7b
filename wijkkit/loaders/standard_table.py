"""A table of another kind than the survey, read by a codebook of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.recode import check_columns, recode
from wijkkit.loaders.source_file import read_source
from wijkkit.loaders.source_table import rows_text
from wijkkit.study import Study
from wijkkit.study.codebook import Column
from wijkkit.study.guard import require_sources
from wijkkit.study.settings.sources import TableSource


def read_standard_table(
    study: Study,
    source: TableSource,
    place: str,
    columns: Mapping[str, Column],
    present: Collection[str] = (),
) -> pd.DataFrame:
    """Read the `columns` (name -> where and what) of a table; those in `present` must be there."""
    require_sources(source.path)
    table = read_source(study.path(source.path), source, place)
    problems: list[Problem] = []
    found: dict[str, pd.Series] = {}
    sound = []
    for name, column in columns.items():
        written = str(column.source)
        if written in table.cells:
            found[name], mistakes = recode(table, written, column)
            problems.extend(mistakes)
            sound += [] if mistakes else [name]
        elif column.required or name in present:
            there, remedy = ", ".join(table.cells.columns[:20]), "Add it, or correct its name."
            what = f"column '{written}' is missing"
            problems.append(Problem(what, table.file, "", there, written, remedy))
        else:
            numeric = column.type in ("integer", "number")
            found[name] = pd.Series(float("nan") if numeric else None, index=table.cells.index)
    names = {name: str(column.source) for name, column in columns.items()}
    problems += check_columns(pd.DataFrame(found)[sound], columns, names, table.file)
    DataError.raise_for(problems)
    return pd.DataFrame(found, columns=list(columns))


def wijk_slugs(study: Study, values: pd.Series) -> pd.Series:
    """Return the key of each wijk named in `values`, missing for an area outside the study."""
    slugs = {wijk.casefold(): wijk for wijk in study.neighbourhoods}
    slugs |= {
        neighbourhood.name.casefold(): wijk for wijk, neighbourhood in study.neighbourhoods.items()
    }
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
    expected, remedy = ", ".join(known[:20]), "Correct it, or add it to the study."
    return [Problem(f"unknown {what}", file, place, ", ".join(strange[:8]), expected, remedy)]


def _twice(
    table: pd.DataFrame, by: list[str], what: str, file: str, column: str, remedy: str
) -> Iterator[Problem]:
    """Yield a problem where rows have the same values in some columns."""
    twice = table.index[table.duplicated(by, keep=False)]
    if len(twice):
        yield Problem(what, file, f"column '{column}', {rows_text(list(twice))}", remedy=remedy)


# The catalogue of interventions a network may choose from.

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
    DataError.raise_for(_problems(table, [goal.id for goal in study.goals], source.path))
    return table.reset_index(drop=True)


def _keys(cell: object) -> tuple[str, ...]:
    if pd.isna(cell):
        return ()
    return tuple(key.strip() for key in str(cell).split(";") if key.strip())


def _problems(table: pd.DataFrame, goals: list[str], file: str) -> Iterator[Problem]:
    what, remedy = "an intervention is there more than once", "Keep one row for each."
    yield from _twice(table, ["intervention"], what, file, "intervention", remedy)
    for column, known in (
        ("goals", goals),
        ("strengthens", list(table["intervention"])),
        ("overlaps", list(table["intervention"])),
    ):
        for row, keys in table[column].items():
            strangers = [key for key in keys if key not in known]
            if strangers:
                yield Problem(
                    f"unknown {'goal' if column == 'goals' else 'intervention'}",
                    file=file,
                    place=f"column '{column}', row {row}",
                    found=", ".join(strangers),
                    expected=", ".join(known[:20]),
                    remedy="Use the keys of study.yml or of the catalogue.",
                )


# Interviews with key figures: one row per person and wave, one column per item.


def load_key_figures(study: Study) -> pd.DataFrame:
    """Load the key-figure interviews of a study (``sources.key_figures``).

    Returns
    -------
    DataFrame
        ``respondent, wijk, wave, role, arm, pair`` and one float column per item of the scales
        in ``process.key_figures``; an item that was not answered is missing. Empty without a
        source.

    Raises
    ------
    DataError
        The file cannot be read, an answer is out of its scale's range, a wijk or wave is none
        of the study's, or a person is there twice in one wave.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> wk.load_key_figures(study)["wave"].unique().tolist()
    ['2018', '2021']
    """
    names = study.settings.process.key_figures
    columns = {
        "respondent": Column(source=names.respondent, type="code", required=True),
        "wijk": Column(source=names.wijk, type="text", required=True),
        "wave": Column(source=names.wave, type="code", required=True),
        "role": Column(source=names.role, type="text"),
    }
    items = [item for scale in names.scales.values() for item in scale.items]
    for scale in names.scales.values():
        about: dict[str, Any] = {"minimum": scale.minimum, "maximum": scale.maximum}
        about |= {"type": "number", "missing": names.missing}
        columns |= {item: Column(source=item, **about) for item in scale.items}
    source = study.settings.sources.key_figures
    if source is None:
        return pd.DataFrame(columns=[*columns, "arm", "pair"])
    table = read_standard_table(study, source, "sources.key_figures", columns, present=items)
    slugs = wijk_slugs(study, table["wijk"])
    known = [wave.id for wave in study.waves]
    waves = table["wave"].where(table["wave"].isin(known))
    place = source.path, "key-figure interviews"
    problems = [
        *unknown_values(table["wijk"], slugs, "wijk", list(study.neighbourhoods), *place),
        *unknown_values(table["wave"], waves, "wave", known, *place),
    ]
    what, remedy = "a person is there twice in one wave", "Keep one interview per person and wave."
    by = ["respondent", "wave"]
    problems += _twice(table, by, what, source.path, names.respondent, remedy)
    DataError.raise_for(problems)
    return add_arm(study, table.assign(wijk=slugs))
