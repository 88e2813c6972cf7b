"""Leave out of a page what has nothing to show: an embed, a fold, a whole section."""

from __future__ import annotations

import re
from collections.abc import Collection

from wijkkit.reports.shortcodes import embedded

_FENCE = re.compile(r"^:::+\s*(\S.*)?$")
_HEADING = re.compile(r"^(#{2,})\s")

#: A notebook and a label in it.
Embed = tuple[str, str]


def without_empty(body: str, empty: Collection[Embed]) -> str:
    """Return a page's source without what has nothing to show.

    A fenced div or a section goes when it embeds something and nothing of that has content; so do
    its heading and the words that stand with it.

    Examples
    --------
    >>> source = "## A\\n\\n{{< embed wijk/a.ipynb#x >}}\\n\\n## B\\n\\n{{< embed wijk/a.ipynb#y >}}\\n"
    >>> print(without_empty(source, {("wijk/a.ipynb", "x")}).strip())
    ## B
    <BLANKLINE>
    {{< embed wijk/a.ipynb#y >}}
    """
    if not empty:
        return body
    lines = body.split("\n")
    dropped: set[int] = set()
    for first, last in [*_divs(lines), *_sections(lines)]:
        held = list(embedded("\n".join(lines[first:last])))
        if held and all(embed in empty for embed in held):
            dropped.update(range(first, last))
    dropped |= {
        at for at, line in enumerate(lines) if any(embed in empty for embed in embedded(line))
    }
    return "\n".join(line for at, line in enumerate(lines) if at not in dropped)


def _divs(lines: list[str]) -> list[tuple[int, int]]:
    """Return where the fenced divs begin and end."""
    found, open_at = [], []
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence and fence[1]:
            open_at.append(at)
        elif fence and open_at:
            found.append((open_at.pop(), at + 1))
    return found


def _sections(lines: list[str]) -> list[tuple[int, int]]:
    """Return where the sections begin and end; a heading inside a div is its title."""
    inside = {at for first, last in _divs(lines) for at in range(first, last)}
    heads = [
        (at, len(heading[1]))
        for at, line in enumerate(lines)
        if at not in inside and (heading := _HEADING.match(line))
    ]
    return [
        (at, next((after for after, depth in heads if after > at and depth <= level), len(lines)))
        for at, level in heads
    ]
