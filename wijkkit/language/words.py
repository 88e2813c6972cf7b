"""Counts and lists inside a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list

from wijkkit.language.messages import catalogue, text
from wijkkit.language.numbers import number


def in_words(n: int, language: str) -> str:
    """Return a small count as a word, a larger one as a number.

    Parameters
    ----------
    n : int

    Returns
    -------
    str

    Examples
    --------
    >>> in_words(3, "nl"), in_words(1200, "nl")
    ('drie', '1.200')
    """
    words = catalogue("common", language)["count"]
    return words.get(str(n), number(n, language))  # type: ignore[attr-defined]


def counted(key: str, n: int, language: str, **fields: object) -> str:
    """Return the message `key` for a count: ``key.one`` for one, ``key.other`` for the rest.

    Parameters
    ----------
    key : str
        Of the two messages.
    n : int
    **fields : object
        Values for the message's other fields.

    Returns
    -------
    str

    Examples
    --------
    >>> counted("common.goals", 1, "nl"), counted("common.goals", 2, "nl")
    ('één doel', 'twee doelen')
    """
    form = "one" if n == 1 else "other"
    return text(f"{key}.{form}", language, n=in_words(n, language), **fields)


def listed(names: Iterable[str], language: str) -> str:
    """Return names as a list inside a sentence.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["Noord", "Oost", "Zuid"], "nl")
    'Noord, Oost en Zuid'
    """
    return format_list(list(names), locale=language)


def small_first(label: str) -> str:
    """Return a label as it stands inside a sentence; an abbreviation keeps its capitals.

    Parameters
    ----------
    label : str

    Returns
    -------
    str

    Examples
    --------
    >>> small_first("Lid van een sportclub"), small_first("SDQ-score")
    ('lid van een sportclub', 'SDQ-score')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def large_first(sentence: str) -> str:
    """Return a sentence that begins with a capital.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    str

    Examples
    --------
    >>> large_first("één doel is gehaald.")
    'Eén doel is gehaald.'
    """
    return f"{sentence[:1].upper()}{sentence[1:]}".replace("Éé", "Eé", 1)
