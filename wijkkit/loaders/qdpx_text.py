"""Text positions of REFI-QDA selections: UTF-16 code units in the text as stored.

Programs do not agree on line ends, on the byte order mark, nor on what one character is. So each
source's positions are read in the way in which most of its selections give the text they are
named after, and a selection that still gives another text is reported, never quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: What became of a selection's text, see `Selection`.
CHECKS = ("match", "unverified", "mismatch", "out_of_range", "no_text")


@dataclass(frozen=True, slots=True)
class Selection:
    """The text of one selection.

    Parameters
    ----------
    text : str or None
        The text; None unless `check` is ``match`` or ``unverified``.
    check : str
        ``match``: equals the selection's name. ``unverified``: it has no name, or its name is a
        title and no quotation. ``mismatch``: its name is a quotation that stands elsewhere in
        the source, or of the same length but other words. ``out_of_range``: the positions lie
        outside the text. ``no_text``: the source's text is not in the project.
    """

    text: str | None
    check: str


def decode(content: bytes) -> str | None:
    """Return a stored text with its byte order mark, or None where it is no Unicode text.

    Examples
    --------
    >>> decode("é".encode("utf-16")), decode(b"\\xff")
    ('\\ufeffé', None)
    """
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return f"\ufeff{text}" if encoding == "utf-16" else text


def _code_units(text: str, start: int, end: int) -> str | None:
    units = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= start <= end <= len(units) // 2:
        return None
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


def _code_points(text: str, start: int, end: int) -> str | None:
    return text[start:end] if 0 <= start <= end <= len(text) else None


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def _line_feeds(text: str) -> str:
    return _without_mark(text).replace("\r\n", "\n")


def _carriage_returns(text: str) -> str:
    return _line_feeds(text).replace("\n", "\r\n")


_Reading = tuple[Callable[[str], str], Callable[[str, int, int], str | None]]

#: The ways in which positions are counted, the standard's first.
READINGS: dict[str, _Reading] = {
    "standard": (_without_mark, _code_units),
    "line_feeds": (_line_feeds, _code_units),
    "byte_order_mark": (str, _code_units),
    "carriage_returns": (_carriage_returns, _code_units),
    "code_points": (_without_mark, _code_points),
    "code_points_line_feeds": (_line_feeds, _code_points),
}


def read_selections(
    text: str | None, selections: Iterable[tuple[int, int, str]]
) -> tuple[str, list[Selection]]:
    """Read the selections of one source.

    Parameters
    ----------
    text : str or None
        The source's text as stored, None where it is missing.
    selections : iterable of (int, int, str)
        Start, end (not included) and name of each selection.

    Returns
    -------
    (str, list of Selection)
        How the positions were counted (a key of `READINGS`), and each selection's text.

    Examples
    --------
    >>> read_selections("\\ufeffja 😀 nee", [(0, 2, "ja"), (6, 9, "nee")])
    ('standard', [Selection(text='ja', check='match'), Selection(text='nee', check='match')])
    """
    selections = list(selections)
    if text is None:
        return "standard", [Selection(None, "no_text")] * len(selections)

    def read(reading: str) -> list[Selection]:
        prepare, cut = READINGS[reading]
        prepared = prepare(text)
        words = _words(prepared)
        return [_check(cut(prepared, s, e), name, words) for s, e, name in selections]

    def matches(found: list[Selection]) -> int:
        return sum(selection.check == "match" for selection in found)

    results = {reading: read(reading) for reading in READINGS}
    best = max(results, key=lambda reading: matches(results[reading]))
    return best, results[best]


def _words(text: str) -> str:
    return " ".join(text.split())


def _check(text: str | None, name: str, whole: str) -> Selection:
    if text is None:
        return Selection(None, "out_of_range")
    words = _words(text)
    quoted = _words(name)
    # Programs cut a long name off and mark that with an ellipsis.
    cut = quoted.endswith(("…", "..."))
    quoted = quoted.rstrip("….").rstrip() if cut else quoted
    if not quoted:
        return Selection(text, "unverified")
    if words == quoted or (cut and words.startswith(quoted)) or words == _words(name):
        return Selection(text, "match")
    if quoted in whole or (not cut and len(quoted) == len(words)):
        return Selection(None, "mismatch")
    return Selection(text, "unverified")
