"""Widths of the columns of a table that is wider than paper: by what stands in them."""

from __future__ import annotations

from collections.abc import Iterator

from wijkkit.reports.pandoc import Node, plain

#: Characters that fit on a line of a page; a narrower table gets no widths.
_LINE = 75
#: A column never counts as more than this; the rest goes on next lines.
_LONGEST = 45

#: Space between two columns, and what bold heads are wider.
_GAP = 5


def with_widths(table: Node) -> Node:
    """Return a table with a share of the line for each column, where it needs more than a line.

    The share follows the mean length of the column's texts, at least its longest word.

    Examples
    --------
    >>> from wijkkit.reports.pandoc import HTML, read
    >>> rows = f"<tr><td>club</td><td>{'a long reason ' * 9}</td></tr>"
    >>> table = read(f"<table>{rows}</table>", HTML)["blocks"][0]
    >>> [round(width["c"], 2) for _, width in with_widths(table)["c"][2]]
    [0.15, 0.85]
    """
    columns = table["c"][2]
    texts: list[list[str]] = [[] for _ in columns]
    for row in _rows(table):
        for column, cell in zip(texts, row, strict=False):
            column.append(plain(cell[4]))
    longest = [max(map(len, column), default=0) for column in texts]
    if len(columns) < 2 or sum(longest) <= _LINE:
        return table
    shares = [_share(column) for column in texts]
    widths = [{"t": "ColWidth", "c": share / sum(shares)} for share in shares]
    sized = [[align, width] for (align, _), width in zip(columns, widths, strict=True)]
    return {"t": "Table", "c": [*table["c"][:2], sized, *table["c"][3:]]}


def _share(texts: list[str]) -> float:
    word = max((len(word) for text in texts for word in text.split()), default=0)
    mean = sum(map(len, texts)) / max(1, len(texts))
    return max(min(word, 18), min(mean, _LONGEST)) + _GAP


def _rows(table: Node) -> Iterator[list]:
    """Yield the cells of each row whose cells each take one column."""
    head, bodies, foot = table["c"][3:]
    rows = [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
    for _, cells in rows:
        if all(cell[3] == 1 for cell in cells):
            yield cells
