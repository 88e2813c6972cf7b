"""Text, numbers and dates as a reader sees them."""

from wijkkit.language.glossary import glossary
from wijkkit.language.messages import text
from wijkkit.language.numbers import day, interval, number, percentage, points, signed

__all__ = ["day", "glossary", "interval", "number", "percentage", "points", "signed", "text"]
