"""Values and column names as Statistics Netherlands (CBS) publishes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import replace

from wijkkit.errors import Problem
from wijkkit.loaders.cells import Mistake, parse_number
from wijkkit.loaders.source_table import SourceTable

#: Text that stands for a figure that is secret, unreliable or not there.
MISSING_TEXT = ("", ".", "..", "x", "X", "-", ",")
#: -99995 (not available), -99997 (secret), -99998, -99999, -99999999: every one is below this.
MISSING_BELOW = -99_990


def cbs_number(raw: object, table: SourceTable) -> float | None | Mistake:
    """Return a published figure, None where it is missing: a missing figure is never 0.

    Parameters
    ----------
    raw : object
        A cell.
    table : SourceTable
        Its table, whose decimal sign counts.

    Examples
    --------
    >>> import pandas as pd
    >>> table = SourceTable("kwb.csv", pd.DataFrame(), written=True)
    >>> [cbs_number(raw, table) for raw in ("  20.8", "0", ".", "-99997", -99999999, None)]
    [20.8, 0.0, None, None, None, None]
    """
    if raw is None or raw != raw or (isinstance(raw, str) and raw.strip() in MISSING_TEXT):
        return None
    number = raw if isinstance(raw, Mistake) else parse_number(raw, table)
    if isinstance(number, Mistake):
        if "codebook" in number.remedy:
            return replace(number, remedy="Correct the cell, or leave it empty.")
        return number
    return None if number <= MISSING_BELOW else number


def find_column(wanted: str, columns: Iterable[str]) -> str | Problem:
    """Return the column called `wanted`, or called so but for the ``_nn`` at its end.

    The number at the end of a column's name changes from year to year, so it is no part of the
    name; where two columns differ in it only, the full name is needed.

    Examples
    --------
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
