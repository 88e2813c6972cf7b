"""A table of another kind than the survey, read by a codebook of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from wijkkit.errors import DataError, Problem
from wijkkit.loaders.recode import check_columns, recode
from wijkkit.loaders.source_file import read_source
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
    """Read the columns of a table as its codebook says.

    Parameters
    ----------
    place : str
        Where study.yml says so, for messages.
    columns : mapping of str to Column
        Standard name -> its column in the file, type and values. A column that is not required
        and not in the file is missing throughout.
    present : collection of str
        Columns that the file must have, although a cell may be empty.

    Returns
    -------
    DataFrame
        The columns, in order; the index holds the rows as a researcher counts them.

    Raises
    ------
    DataError
        The file cannot be read, lacks required columns, or holds values that do not fit; all of
        it is reported at once.
    DisclosureError
        A neighbourhood notebook asked for it in a batch run.
    """
    require_sources(source.path)
    table = read_source(study.path(source.path), source, place)
    problems: list[Problem] = []
    found: dict[str, pd.Series] = {}
    wrong: set[str] = set()
    for name, column in columns.items():
        written = str(column.source)
        if written in table.cells:
            found[name], mistakes = recode(table, written, column)
            problems.extend(mistakes)
            if mistakes:
                wrong.add(name)
        elif column.required or name in present:
            problems.append(
                Problem(
                    f"column '{written}' is missing",
                    file=table.file,
                    found=", ".join(table.cells.columns[:20]),
                    expected=written,
                    remedy="Add it, or correct its name.",
                )
            )
        else:
            numeric = column.type in ("integer", "number")
            found[name] = pd.Series(float("nan") if numeric else None, index=table.cells.index)
    sound = [
        name for name in found if str(columns[name].source) in table.cells and name not in wrong
    ]
    names = {name: str(column.source) for name, column in columns.items()}
    problems += check_columns(pd.DataFrame(found)[sound], columns, names, table.file)
    if problems:
        raise DataError(problems)
    return pd.DataFrame(found, columns=list(columns))


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
