"""The glossary: words that need an explanation, from one catalogue for all who show them."""

from __future__ import annotations

from wijkkit.language.messages import catalogue


def glossary(language: str, part: str = "report") -> dict[str, str]:
    """Return term -> meaning, in alphabetical order.

    Parameters
    ----------
    part : {"report", "project"}
        Words that readers of a report meet, or words of the documentation only.

    Returns
    -------
    dict of str to str
        A term may hold several words, with commas between them.

    Examples
    --------
    >>> glossary("en", "project")["fidelity"]
    'How far delivery followed the plan.'
    """
    entries = catalogue("glossary", language)[part].values()
    return dict(sorted(((e["term"], e["meaning"]) for e in entries), key=lambda e: e[0].casefold()))
