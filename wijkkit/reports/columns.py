"""Widths of the columns of a table on paper: by the words that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wijkkit.reports.pandoc import Node, plain

#: Characters that fit on a line of a page in the letters of a table.
_LINE = 82
#: A column never counts as more than this; the rest goes on next lines.
_LONGEST = 45
#: No word counts as longer; what is longer is hyphenated.
_WORD = 20
#: Space around a column, and what bold heads are wider.
_GAP = 3
#: A number and its margin, which stay on one line.
_NUMBER = re.compile(r"\d[\d.,]*%? \(\d[\d.,]*[-–]\d[\d.,]*\)")


def with_widths(table: Node, always: bool = False) -> Node:
    """Return a table with a share of the line for each column, where it needs more than a line.

    The share follows the mean length of the column's texts, at least its longest word.

    Parameters
    ----------
    always : bool
        Also for a table that needs less than a line: its columns are then as wide as their texts.
        A program that shows Word documents makes columns without widths equal and narrow.

    Examples
    --------
    >>> from wijkkit.reports.pandoc import HTML, read
    >>> rows = f"<tr><td>club</td><td>{'a long reason ' * 9}</td></tr>"
    >>> table = read(f"<table>{rows}</table>", HTML)["blocks"][0]
    >>> [round(width["c"], 2) for _, width in with_widths(table)["c"][2]]
    [0.13, 0.87]
    """
    columns, texts = table["c"][2], _texts(table)
    needed = [max(map(len, column), default=0) + _GAP for column in texts]
    narrow = sum(needed) <= _LINE
    if narrow and not always:
        return table
    shares = needed if narrow else _shares(texts)
    whole = _LINE if narrow else sum(shares)
    widths = [{"t": "ColWidth", "c": share / whole} for share in shares]
    sized = [[align, width] for (align, _), width in zip(columns, widths, strict=True)]
    return {"t": "Table", "c": [*table["c"][:2], sized, *table["c"][3:]]}


def is_dense(table: Node) -> bool:
    """Say whether the longest words of a table's columns do not fit on one line side by side."""
    return sum(_longest_word(column) + _GAP for column in _texts(table)) > _LINE


def _texts(table: Node) -> list[list[str]]:
    """Return the texts of each column."""
    texts: list[list[str]] = [[] for _ in table["c"][2]]
    for row in _rows(table):
        for column, cell in zip(texts, row, strict=False):
            column.append(plain(cell[4]))
    return texts


def _shares(texts: list[list[str]]) -> list[float]:
    """Return what each column gets: its longest word first, the rest by the mean of its texts."""
    least = [_longest_word(column) + _GAP for column in texts]
    mean = [
        min(sum(map(len, column)) / max(1, sum(map(bool, column))), _LONGEST) + _GAP
        for column in texts
    ]
    left = max(_LINE - sum(least), 0)
    more = [max(wanted - own, 0) for wanted, own in zip(mean, least, strict=True)]
    part = min(1.0, left / sum(more)) if sum(more) else 0.0
    return [own + part * extra for own, extra in zip(least, more, strict=True)]


def _longest_word(texts: list[str]) -> int:
    words = (word for text in texts for word in _unbroken(text).split(" "))
    return min(max(map(len, words), default=0), _WORD)


def _unbroken(text: str) -> str:
    return _NUMBER.sub(lambda found: found[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def _rows(table: Node) -> Iterator[list]:
    """Yield the cells of each row whose cells each take one column."""
    head, bodies, foot = table["c"][3:]
    rows = [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
    for _, cells in rows:
        if all(cell[3] == 1 for cell in cells):
            yield cells
