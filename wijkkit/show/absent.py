"""Numbers that are not there: one sentence per reason, with what it concerns."""

from __future__ import annotations

from collections.abc import Iterable

from wijkkit.language import listed, text
from wijkkit.released import CityView

#: Why a number is not there, in the order of the sentences.
REASONS = ("large_share", "too_few", "hidden", "missing", "not_asked")


def absent_sentences(view: CityView, absent: Iterable[tuple[str, str]]) -> list[str]:
    """Return a sentence per reason that occurs.

    Parameters
    ----------
    view : CityView
    absent : iterable of (str, str)
        Why a number is not there (one of `REASONS`), and what it is about, as Markdown.
    """
    names: dict[str, list[str]] = {reason: [] for reason in REASONS}
    for reason, name in absent:
        names[reason].append(name)
    return [
        text(f"show.absent.{reason}", view.language, names=listed(found, view.language))
        for reason, found in names.items()
        if found
    ]
