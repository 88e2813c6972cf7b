"""Numbers and dates in the reader's notation, through Babel."""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from wijkkit.language.messages import text

MINUS = "\N{MINUS SIGN}"


def number(value: float, language: str, decimals: int = 0) -> str:
    """Return a number in the language's notation, halves rounded away from zero.

    Parameters
    ----------
    value : float
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> number(1234.56, "nl", 1), number(1234.56, "en", 1)
    ('1.234,6', '1,234.6')
    >>> number(12500.5, "nl"), number(-2.5, "nl"), number(-0.2, "nl")
    ('12.501', '−3', '0')
    """
    return _formatted(float(value), str(language), decimals)


@lru_cache(maxsize=10_000)
def _formatted(value: float, language: str, decimals: int) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    if not math.isfinite(value):
        return format_decimal(value, format=pattern, locale=language)
    # The shortest decimal that is this float: 0.15 is a half of 0.1, whatever its bits say.
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    rounded = rounded if rounded else abs(rounded)
    return format_decimal(rounded, format=pattern, locale=language).replace("-", MINUS)


def percentage(value: float, language: str, decimals: int = 0) -> str:
    """Return a percentage on the scale 0-100 with its sign.

    Parameters
    ----------
    value : float
        On the scale 0-100.
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> percentage(41.4, "nl")
    '41%'
    """
    return f"{number(value, language, decimals)}%"


def points(value: float, language: str, decimals: int = 0) -> str:
    """Return a difference in percentage points, always with its sign.

    Parameters
    ----------
    value : float
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> points(-3.2, "nl", 1)
    '−3,2 procentpunt'
    """
    return text("common.points", language, value=signed(value, language, decimals))


def signed(value: float, language: str, decimals: int = 0) -> str:
    """Return a number with its sign; one that is shown as zero has none.

    Parameters
    ----------
    value : float
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> signed(0.26, "nl", 1), signed(-0.04, "nl", 1)
    ('+0,3', '0,0')
    """
    shown = number(abs(value), language, decimals)
    if float(f"{abs(value):.{decimals}f}") == 0:
        return shown
    return f"{'+' if value > 0 else MINUS}{shown}"


def interval(lower: float, upper: float, language: str, decimals: int = 0) -> str:
    """Return an interval in words.

    Parameters
    ----------
    lower : float
    upper : float
    decimals : int
        Digits after the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> interval(36, 47, "nl")
    '36 tot 47'
    """
    return text(
        "common.interval",
        language,
        lower=number(lower, language, decimals),
        upper=number(upper, language, decimals),
    )


def day(value: date, language: str) -> str:
    """Return a date in words.

    Parameters
    ----------
    value : date

    Returns
    -------
    str

    Examples
    --------
    >>> from datetime import date
    >>> day(date(2021, 7, 31), "nl")
    '31 juli 2021'
    """
    return format_date(value, format="d MMMM y", locale=language)
