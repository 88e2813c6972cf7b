"""Slides of a report for a meeting: one finding a slide, from the same sources and notebooks.

A slide is what a section of the report says first, beside its figure; the summary gives a slide
per answer. Staging writes them as a source of their own beside the notebooks of the report, and
Pandoc makes PowerPoint of it, whichever engine makes the pages: Quarto leaves the pictures out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wijkkit.reports.embed import inlines
from wijkkit.reports.pandoc import API_VERSION, Node, convert, plain
from wijkkit.reports.sanitise import markdown_blocks
from wijkkit.reports.shortcodes import embed, embedded

#: A title that is longer does not fit a slide.
_TITLE = 90
#: So many letters fit a slide, and a column beside a figure.
_WHOLE, _BESIDE = 420, 260
_HEADING = re.compile(r"^##+ +(.*?)(?: +\{.*\})?$")
_FENCE = re.compile(r"^:::+ *(\S.*)?$")

#: (notebook, label) -> the text that the cell shows, as clean Markdown; None where it shows none.
Texts = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a source: its title, and what it embeds outside parts that fold, in order."""

    title: str
    embeds: tuple[tuple[str, str], ...]
    talk: bool = False


def slides_of(source: Path) -> Path:
    """Return where the slides of a staged report are staged."""
    return source.with_suffix("") / "slides.qmd"


def slides_body(source: str, texts: Texts) -> str:
    """Return the slides of a report as Markdown."""
    slides: list[str] = []
    for number, part in enumerate(parts(source)):
        said = [text for name in part.embeds if (text := texts(*name))]
        figure = next((name for name in part.embeds if name[1].startswith("fig-")), None)
        findings = [finding for text in said for finding in _findings(text)]
        if part.talk:
            slides.append(_slide(part.title, [f"- {finding}" for finding in _fitting(findings)]))
        elif number == 0:
            for place, finding in enumerate(findings):
                slides.append(_of_finding(part.title, finding, figure if place == 0 else None))
        elif figure:
            slides.append(_of_finding(part.title, findings[0] if findings else "", figure))
    return "\n\n".join(slides) + "\n"


def parts(source: str) -> Iterator[Part]:
    """Yield the sections of a source; a tip that does not fold is one as well."""
    title, folded = "", 0
    found: list[Any] = []
    open_fences: list[Any] = []
    for line in source.splitlines():
        fence, heading = _FENCE.match(line), _HEADING.match(line)
        if fence and fence[1]:
            open_fences.append(fence[1])
            folded += "collapse" in fence[1]
            if "callout-tip" in fence[1]:
                yield Part(title, tuple(found))
                title, found = "", []
        elif fence and open_fences:
            closed = open_fences.pop()
            folded -= "collapse" in closed
            if "callout-tip" in closed:
                yield Part(title, tuple(found), talk=True)
                title, found = "", []
        elif heading and not folded:
            if title and not (open_fences and "callout-tip" in open_fences[-1]):
                yield Part(title, tuple(found))
            title, found = heading[1], []
        elif not folded and not any("content-" in item for item in open_fences):
            found += embedded(line)
    yield Part(title, tuple(found))


def _findings(markdown: str) -> list[str]:
    """Return what a text says, one finding each: its list items, or its paragraphs."""
    blocks: list[list[Node]] = []
    for block in markdown_blocks(markdown):
        blocks += block["c"] if block["t"] == "BulletList" else [[block]]
    trees = [{"pandoc-api-version": API_VERSION, "meta": {}, "blocks": item} for item in blocks]
    made = convert([(json.dumps(tree), "json", "markdown") for tree in trees])
    return [text.strip() for text in made if text.strip()]


def _of_finding(title: str, finding: str, figure: tuple[str, str] | None) -> str:
    """Return a slide whose title is how a finding begins in bold, where it does."""
    lead = re.match(r"\*\*(.+?)\*\*:?\s*", finding)
    if lead and len(plain(inlines(lead[1]))) <= _TITLE:
        title, finding = lead[1].rstrip(".:"), finding[lead.end() :]
    finding = finding[:1].upper() + finding[1:]
    return _slide(title, [_first_sentences(finding)], figure)


def _first_sentences(text: str) -> str:
    """Return as many whole sentences as fit beside a figure, at least one.

    Examples
    --------
    >>> _first_sentences("Kort. " + "Lang " * 80 + "einde.")
    'Kort.'
    """
    return " ".join(_fitting(re.split(r"(?<=[.?!])\s+(?=[A-Z])", text), _BESIDE))


def _fitting(texts: list[str], room: int = _WHOLE) -> list[str]:
    """Return the first texts that fit, at least one."""
    kept = texts[:1]
    for text in texts[1:]:
        if sum(map(len, kept)) + len(text) > room:
            break
        kept.append(text)
    return kept


def _slide(title: str, body: list[str], figure: tuple[str, str] | None = None) -> str:
    said = "\n".join(body)
    if figure is None:
        return f"## {title}\n\n{said}"
    return (
        f'## {title}\n\n:::: {{.columns}}\n::: {{.column width="42%"}}\n{said}\n:::\n'
        f'::: {{.column width="58%"}}\n{embed(*figure)}\n:::\n::::'
    )
