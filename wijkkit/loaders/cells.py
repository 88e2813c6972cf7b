"""What stands in one cell: as the codebook writes it, as a number, as a date, or a mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd

from wijkkit.loaders.source_table import SourceTable

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_OTHER_DECIMAL = {".": (",", "a decimal comma"), ",": (".", "a decimal point")}
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([.,' ]\d{3})+([.,]\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a raw value is no standard value; a reader of files may put one in the cell itself."""

    what: str
    expected: str
    remedy: str
    found: str = ""


def written(raw: object) -> str:
    """Return a cell as codebook.yml writes it: whole numbers without decimals, text stripped.

    Examples
    --------
    >>> written(2.0), written(0.5), written(" BU0599 "), written(True)
    ('2', '0.5', 'BU0599', 'TRUE')
    """
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, Mistake):
        return raw.found
    if isinstance(raw, bool | np.bool_):
        return str(raw).upper()
    if isinstance(raw, int | np.integer):
        return str(int(raw))
    if isinstance(raw, float | np.number | Decimal):
        number = float(raw)
        return str(int(number)) if number.is_integer() else repr(number)
    if isinstance(raw, datetime) and raw.time() == datetime.min.time():
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    return str(raw).strip()


def is_number(text: str) -> bool:
    """Return whether a text is a number with a decimal point and nothing else."""
    return _NUMBER.fullmatch(text) is not None


def parse_number(raw: object, table: SourceTable) -> float | Mistake:
    """Return a cell as a number by the table's decimal sign, or what stands there instead."""
    if isinstance(raw, date):
        return Mistake(
            "a date where a number was expected", "a number", "Give the column another format."
        )
    if isinstance(raw, int | float | np.number | Decimal):
        return float(raw)
    text = str(raw).strip()
    if _OTHER_DECIMAL[table.decimal][0] in text:
        return _not_a_number(text, table.decimal)
    if table.ambiguous and re.fullmatch(r"[-+]?[1-9]\d{0,2}\.\d{3}", text):
        return _two_readings(text, ".")
    plain = text.replace(table.decimal, ".")
    if not _NUMBER.fullmatch(plain):
        return _not_a_number(text, table.decimal)
    return float(plain)


def _not_a_number(text: str, decimal: str) -> Mistake:
    other, name = _OTHER_DECIMAL[decimal]
    if _THOUSANDS.fullmatch(text) and (decimal in text or text.count(other) > 1 or " " in text):
        return Mistake("a number with thousand separators", "digits only", "Export it without.")
    if _THOUSANDS.fullmatch(text) and text.count(other) == 1:
        return _two_readings(text, other)
    if _NUMBER.fullmatch(text.replace(other, ".", 1)) and text.count(other) == 1:
        return Mistake(
            name,
            f"'{decimal}' as the decimal sign",
            f"Set decimal: '{other}' in study.yml, or export the file again.",
        )
    return Mistake(
        "text where a number was expected",
        "a number",
        "Correct the cell, or list it in codebook.yml (missing:) if it means missing.",
    )


def _two_readings(text: str, sign: str) -> Mistake:
    return Mistake(
        "a number that can be read in two ways",
        f"digits without '{sign}', or the decimal sign said",
        f"If '{sign}' parts thousands, export the file without it; if it is the decimal sign, "
        f"say decimal: '{sign}' in study.yml.",
    )


def parse_date(raw: object) -> pd.Timestamp | Mistake:
    """Return a cell as a day, or what stands there instead; text must be year-month-day."""
    if isinstance(raw, date):
        return pd.Timestamp(raw)
    try:
        return pd.Timestamp(date.fromisoformat(str(raw).strip()))
    except ValueError:
        return Mistake("not a date", "year-month-day, as 2021-04-30", "Export dates that way.")
