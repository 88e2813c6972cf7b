"""Numbers and dates in the reader's notation, through Babel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from wijkkit.language.messages import catalogue, text

MINUS = "\N{MINUS SIGN}"
#: Units whose numbers stand in two decimals, and in none; the others in one.
TWO_DECIMALS, _WHOLE = ("sd", "ratio", "odds_ratio"), ("percent", "points", "count")

#: A p-value is given in three digits: never as zero.
_SMALLEST_P = 0.001
#: The largest threshold that a p-value is said to be below.
_LARGEST_P = 0.05


def number(value: float, language: str, decimals: int = 0) -> str:
    """Return a number in the language's notation, halves rounded away from zero.

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
    rounded = rounded or abs(rounded)
    return format_decimal(rounded, format=pattern, locale=language).replace("-", MINUS)


def percentage(value: float, language: str, decimals: int = 0) -> str:
    """Return a percentage on the scale 0-100 with its sign.

    >>> percentage(41.4, "nl")
    '41%'
    """
    return f"{number(value, language, decimals)}%"


def as_set(value: float, unit: str, language: str) -> str:
    """Return a value that somebody set, such as a target, with the decimals that it was given.

    >>> as_set(65.0, "percent", "nl"), as_set(12.5, "percent", "nl"), as_set(7.5, "score", "nl")
    ('65%', '12,5%', '7,5')
    """
    decimals = next(places for places in (0, 1, 2) if places == 2 or round(value, places) == value)
    return (percentage if unit == "percent" else number)(value, language, decimals)


def about(shown: str, row: Any, language: str, key: str = "about") -> str:
    """Return a number in words with ``ongeveer`` where its row says that it is rounded further.

    >>> about("41%", {"step": 5.0}, "nl"), about("41%", {"step": 5.0}, "nl", "about_short")
    ('ongeveer 41%', 'ca. 41%')
    >>> about("1,40", {"step": 0.05, "unit": "ratio"}, "nl")
    'ongeveer 1,40'
    """
    step = row.get("step")
    finest = 10.0 ** -decimals_of(row.get("unit", "percent"))
    coarse = step is not None and not math.isnan(step) and step > finest
    return text(f"show.{key}", language, value=shown) if coarse else shown


def decimals_of(unit: str) -> int:
    """Return in how many decimals a number of this unit stands."""
    return 0 if unit in _WHOLE else 2 if unit in TWO_DECIMALS else 1


def points(value: float, language: str, decimals: int = 0) -> str:
    """Return a difference in percentage points, always with its sign.

    >>> points(-3.2, "nl", 1)
    '−3,2 procentpunt'
    """
    return text("common.points", language, value=signed(value, language, decimals))


def signed(value: float, language: str, decimals: int = 0) -> str:
    """Return a number with its sign; one that is shown as zero has none.

    >>> signed(0.26, "nl", 1), signed(-0.04, "nl", 1)
    ('+0,3', '0,0')
    """
    shown = number(abs(value), language, decimals)
    if float(f"{abs(value):.{decimals}f}") == 0:
        return shown
    return f"{'+' if value > 0 else MINUS}{shown}"


def over_zero(
    clear: bool, lower: float, upper: float, language: str, key: str = "over_zero"
) -> str:
    """Return, after a space, that the margin of a clear difference holds zero, where it does.

    Only because its limits were rounded outwards for a release.

    >>> over_zero(True, -10, 30, "en", "before_rounding"), over_zero(True, 2, 30, "en")
    (' (as seen before rounding)', '')
    """
    return f" {text(f'show.{key}', language)}" if clear and lower <= 0 <= upper else ""


def shown_p(p: float, language: str) -> str:
    """Return a p-value in three decimals."""
    if p is None or math.isnan(p):
        return ""
    small = p < _SMALLEST_P
    return f"{'< ' if small else ''}{number(max(p, _SMALLEST_P), language, 3)}"


def p_about(below: float, language: str) -> str:
    """Return below which threshold a p-value is, where nothing else is shown of it; 1 for none.

    >>> p_about(0.05, "nl"), p_about(1.0, "nl")
    ('< 0,05', '≥ 0,05')
    """
    sign, at = ("<", below) if below < 1 else ("≥", _LARGEST_P)
    return f"{sign} {number(at, language, 2)}"


def interval(lower: float, upper: float, language: str, decimals: int = 0) -> str:
    """Return an interval in words.

    >>> interval(36, 47, "nl")
    '36 tot 47'
    """
    return text(
        "common.interval",
        language,
        lower=number(lower, language, decimals),
        upper=number(upper, language, decimals),
    )


def local(at: datetime) -> datetime:
    """Return a time, UTC where it names no zone, as a clock in the Netherlands shows it.

    >>> from datetime import datetime
    >>> f"{local(datetime(2026, 12, 31, 23, 30)):%d-%m-%Y %H:%M}"
    '01-01-2027 00:30'
    """
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return known.astimezone(ZoneInfo("Europe/Amsterdam"))


def day(value: date, language: str) -> str:
    """Return a date in words.

    >>> from datetime import date
    >>> day(date(2021, 7, 31), "nl")
    '31 juli 2021'
    """
    return format_date(value, format="d MMMM y", locale=language)


# Counts and lists inside a sentence.


def in_words(n: int, language: str) -> str:
    """Return a small count as a word, a larger one as a number.

    >>> in_words(3, "nl"), in_words(1200, "nl")
    ('drie', '1.200')
    """
    words = catalogue("common", language)["count"]
    return words.get(str(n), number(n, language))  # type: ignore[attr-defined]


def counted(key: str, n: int, language: str, **fields: object) -> str:
    """Return the message `key` for a count: ``key.one`` for one, ``key.other`` for the rest.

    `fields`: Values for the message's other fields.

    >>> counted("common.goals", 1, "nl"), counted("common.goals", 2, "nl")
    ('één doel', 'twee doelen')
    """
    form = "one" if n == 1 else "other"
    return text(f"{key}.{form}", language, n=in_words(n, language), **fields)


def listed(
    names: Iterable[str], language: str, style: Literal["standard", "or"] = "standard"
) -> str:
    """Return names as a list inside a sentence.

    `style`: ``or`` for a choice.

    >>> listed(["Noord", "Oost", "Zuid"], "nl"), listed(["Noord", "Oost"], "nl", "or")
    ('Noord, Oost en Zuid', 'Noord of Oost')
    """
    return format_list(list(names), style=style, locale=language)


def small_first(label: str) -> str:
    """Return a label as it stands inside a sentence; an abbreviation keeps its capitals.

    >>> small_first("Lid van een sportclub"), small_first("SDQ-score")
    ('lid van een sportclub', 'SDQ-score')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def large_first(sentence: str) -> str:
    """Return a sentence that begins with a capital.

    >>> large_first("één doel is gehaald.")
    'Eén doel is gehaald.'
    """
    return f"{sentence[:1].upper()}{sentence[1:]}".replace("Éé", "Eé", 1)


# Why a number is not there, in the words that readers see everywhere.


def absence(status: str, language: str, **words: object) -> str:
    """Return why a number is absent: the one source for pages, figures, notes and files.

    `status`: ``hidden, too_few, not_asked, missing`` or ``above`` (`wijkkit.tables.STATUSES`).
    `words`: For ``above`` its `limit`, the percentage that the number is above; 90 if not given.

    >>> absence("hidden", "nl"), absence("too_few", "nl"), absence("above", "nl", limit=90.0)
    ('niet getoond (privacy)', 'te weinig kinderen', 'meer dan 90%')
    """
    if status == "above":
        words = {**words, "limit": percentage(float(str(words.get("limit", 90.0))), language)}
    return text(f"absence.{status}", language, **words)
