"""Text, numbers and dates as a reader sees them."""

from wijkkit.language.messages import glossary, text
from wijkkit.language.numbers import (
    absence,
    counted,
    day,
    in_words,
    interval,
    large_first,
    listed,
    number,
    percentage,
    points,
    signed,
    small_first,
)

__all__ = [
    "absence",
    "counted",
    "day",
    "glossary",
    "in_words",
    "interval",
    "large_first",
    "listed",
    "number",
    "percentage",
    "points",
    "signed",
    "small_first",
    "text",
]
