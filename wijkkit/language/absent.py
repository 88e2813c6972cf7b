"""Why a number is not there, in the words that readers see everywhere."""

from __future__ import annotations

from wijkkit.language.messages import text
from wijkkit.language.numbers import percentage


def absence(status: str, language: str, **words: object) -> str:
    """Return why a number is absent: the one source for pages, figures, notes and files.

    Parameters
    ----------
    status : str
        ``hidden, too_few, not_asked, missing`` or ``above`` (`wijkkit.tables.STATUSES`).
    **words : object
        `limit` for ``above``: the percentage that the number is above (90 where not given).

    Returns
    -------
    str

    Examples
    --------
    >>> absence("hidden", "nl"), absence("too_few", "nl"), absence("above", "nl", limit=90.0)
    ('niet getoond (privacy)', 'te weinig kinderen', 'meer dan 90%')
    """
    if status == "above":
        words = {**words, "limit": percentage(float(str(words.get("limit", 90.0))), language)}
    return text(f"absence.{status}", language, **words)
