"""The words of the pages."""

from __future__ import annotations

from wijkkit.language import absence, number, text


def say(key: str, language: str, **fields: object) -> str:
    """Return a message of the pages."""
    return text(f"live.{key}", language, **fields)


def days_word(days: float, language: str) -> str:
    """Return a number of days in words."""
    return say(f"days.{'one' if days == 1 else 'other'}", language, n=number(days, language))


def absent(status: str, language: str) -> str:
    """Return the words for a number that is absent."""
    return absence(status, language)
