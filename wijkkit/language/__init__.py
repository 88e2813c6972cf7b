"""Text, numbers and dates as a reader sees them."""

from wijkkit.language.absent import absence
from wijkkit.language.glossary import glossary
from wijkkit.language.messages import text
from wijkkit.language.numbers import day, interval, number, percentage, points, signed
from wijkkit.language.words import counted, in_words, large_first, listed, small_first

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
