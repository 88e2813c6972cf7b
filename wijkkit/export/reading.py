"""How to read a tables book: what stands in it, what is absent and why, and how it was asked."""

from __future__ import annotations

from wijkkit.export.book import MARKS, Book
from wijkkit.language import absence, day, text

_REASONS = ("hidden", "too_few", "not_asked", "missing")


def reading(book: Book) -> list[tuple[str, str]]:
    """Return heads and texts, in the language of the study."""
    language, study = book.study.language, book.study
    rows = [
        (text(f"export.reading.{key}", language), text(f"export.reading.{key}_text", language, **words))
        for key, words in _parts(book).items()
    ]  # fmt: skip
    rows += [
        (absence(key, language), text(f"export.reading.{key}_text", language)) for key in _REASONS
    ]
    rows += [
        (book.labels.wave(wave.id), f"{day(wave.start, language)} – {day(wave.end, language)}")
        for wave in study.waves
    ]
    keys = [key for indicators in book.themes.values() for key in indicators]
    return [*rows, *((book.labels.indicator(key), book.labels.about(key)) for key in keys)]


def _parts(book: Book) -> dict[str, dict[str, object]]:
    city = book.labels.city
    return {
        "what": {"study": book.study.text(book.study.settings.title)},
        "numbers": {},
        "mark": {"higher": MARKS[1], "lower": MARKS[-1], "city": city},
        "city": {"city": city, "wijken": len(book.study.neighbourhoods)},
    }
