"""Which released tables this process has asked for: what a notebook's result depends on."""

from __future__ import annotations

_asked: set[str] = set()


def note(name: str, own: str = "") -> None:
    """Note that a table was asked for; `own` is the wijk whose rows alone are used."""
    _asked.add(f"{name}@{own}" if own else name)


def asked() -> tuple[str, ...]:
    """Return what was asked for: ``name``, or ``name@wijk`` for the rows of one wijk.

    Examples
    --------
    >>> note("pace", own="alfa")
    >>> "pace@alfa" in asked()
    True
    """
    return tuple(sorted(_asked))
