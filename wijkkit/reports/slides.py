"""Slides of a report for a meeting: one finding a slide, from the same sources and notebooks.

A slide is what a section of the report says first, beside its figure; the summary gives a slide
per answer. Staging writes them as a source of their own beside the notebooks of the report, and
Pandoc makes PowerPoint of it, whichever engine makes the pages: Quarto leaves the pictures out.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from wijkkit.files import write_whole
from wijkkit.language import text
from wijkkit.reports import pandoc
from wijkkit.reports.cells import markdown_blocks, read_outputs_ahead
from wijkkit.reports.embed import inlines
from wijkkit.reports.pandoc import Node
from wijkkit.reports.paper import for_paper, in_house_style, page_words, rewritten_zip
from wijkkit.reports.theme import HouseStyle

#: A title that is longer does not fit a slide.
_TITLE = 90
#: So many letters fit a slide, and a column beside a figure.
_WHOLE, _BESIDE = 300, 260
#: Which answer of a summary a figure shows: the key of its question.
_SHOWS = {
    "fig-doelen": "show.summary.question.goals",
    "fig-stappen": "show.summary.question.done",
    "fig-effect-kort": "show.city_summary.question.effect",
}
_HEADING = re.compile(r"^##+ +(.*?)(?: +\{.*\})?$")
_FENCE = re.compile(r"^:::+ *(\S.*)?$")
_LEAD = re.compile(r"\*\*(.+?)\*\*:?\s*")

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


def slides_body(source: str, texts: Texts, language: str = "nl") -> str:
    """Return the slides of a report as Markdown."""
    slides: list[str] = []
    sections = [
        (part, [shown for name in part.embeds if (shown := texts(*name))]) for part in parts(source)
    ]
    found = _findings([one for _, said in sections for one in said])
    for number, (part, said) in enumerate(sections):
        figures = [name for name in part.embeds if name[1].startswith("fig-")]
        findings = [finding for one in said for finding in found[one]]
        if part.talk:
            while findings:
                fitting = _fitting(findings)
                slides.append(_slide(part.title, [f"- {finding}" for finding in fitting]))
                findings = findings[len(fitting) :]
        elif number == 0:
            slides += _of_summary(part.title, findings, figures, language)
        elif figures:
            slides.append(next(_of_finding(part.title, "".join(findings[:1]), figures[0])))
    return "\n\n".join(slides) + "\n"


def _of_summary(
    title: str, findings: list[str], figures: list[tuple[str, str]], language: str
) -> Iterator[str]:
    """Yield a slide per finding: beside the figure that shows it, or the first beside one left."""
    shown = {text(_SHOWS[figure[1]], language): figure for figure in figures if figure[1] in _SHOWS}
    left = [figure for figure in figures if figure not in shown.values()]
    for place, finding in enumerate(findings):
        lead = _LEAD.match(finding)
        own = shown.get(pandoc.plain(inlines(lead[1])).strip(":")) if lead else None
        yield from _of_finding(title, finding, own or (left[0] if left and place == 0 else None))


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
            found += pandoc.embedded(line)
    yield Part(title, tuple(found))


def _findings(texts: list[str]) -> dict[str, list[str]]:
    """Return what each text says, one finding each: its list items, or its paragraphs."""
    read_outputs_ahead(("text/markdown", said) for said in texts)
    items = [
        (said, item)
        for said in dict.fromkeys(texts)
        for block in markdown_blocks(said)
        for item in (block["c"] if block["t"] == "BulletList" else [[block]])
    ]
    trees = (json.dumps(pandoc.document(item)) for _, item in items)
    made = pandoc.convert([(tree, "json", "markdown") for tree in trees])
    found: dict[str, list[str]] = {said: [] for said in texts}
    for (said, _), finding in zip(items, made, strict=True):
        found[said] += [finding.strip()] if finding.strip() else []
    leads = filter(None, (_LEAD.match(one) for findings in found.values() for one in findings))
    read_outputs_ahead(("text/markdown", lead[1]) for lead in leads)
    return found


def _of_finding(title: str, finding: str, figure: tuple[str, str] | None) -> Iterator[str]:
    """Yield slides whose title is how a finding begins in bold, where it does, the first one beside
    a figure: as many whole sentences as fit on each, at least one.

    >>> [*_of_finding("Doelen", "Kort. " + "Lang " * 80 + "einde.", None)][0]
    '## Doelen\\n\\nKort.'
    """
    lead = _LEAD.match(finding)
    if lead and len(pandoc.plain(inlines(lead[1]))) <= _TITLE:
        title, finding = lead[1].rstrip(".:"), finding[lead.end() :]
    finding = finding[:1].upper() + finding[1:]
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", finding)
    while sentences:
        fitting = _fitting(sentences, _BESIDE)
        yield _slide(title, [" ".join(fitting)], figure)
        sentences, figure = sentences[len(fitting) :], None


def _fitting(texts: list[str], room: int = _WHOLE) -> list[str]:
    """Return the first texts that fit, at least one."""
    kept = texts[:1]
    for more in texts[1:]:
        if sum(map(len, kept)) + len(more) > room:
            break
        kept.append(more)
    return kept


def _slide(title: str, body: list[str], figure: tuple[str, str] | None = None) -> str:
    said = "\n".join(body)
    if figure is None:
        return f"## {title}\n\n{said}"
    if not said:
        return f"## {title}\n\n{pandoc.embed(*figure)}"
    return (
        f'## {title}\n\n:::: {{.columns}}\n::: {{.column width="42%"}}\n{said}\n:::\n'
        f'::: {{.column width="58%"}}\n{pandoc.embed(*figure)}\n:::\n::::'
    )


# A staged source of slides as PowerPoint, in the house style or a municipality's own.

#: A municipality's own slides, in the folder of the theme; their styles are then taken.
TEMPLATE = "slides.pptx"
_PICTURE = re.compile(r'(<p:cNvPr [^>]*descr=")(.*?)(")', re.DOTALL)


def write_pptx(document: Node, images: Path, target: Path, house: HouseStyle, theme: Path) -> Path:
    """Write `document` to `target` as slides, one for each heading of level 2."""
    meta = document["meta"]
    reference = images / "reference.pptx"
    own = theme / TEMPLATE
    template = own.read_bytes() if own.is_file() else in_house_style("reference.pptx", house)
    reference.write_bytes(template)
    kept = {key: meta[key] for key in ("title", "subtitle", "date", "lang") if key in meta}
    pandoc.write(
        {
            **document,
            "meta": kept,
            "blocks": pandoc.rewrite(for_paper(document["blocks"]), _titled),
        },
        "pptx",
        "--standalone",
        "--slide-level=2",
        f"--reference-doc={reference}",
        f"--resource-path={images}",
        "--fail-if-warnings",
        f"--output={target}",
    )
    finish_slides(target, page_words(document))
    return target


def finish_slides(path: Path, words: str) -> None:
    """Give pictures their alt text and slides a foot, which Pandoc leaves out."""
    with zipfile.ZipFile(path) as source:
        foot = _foot(source.read("ppt/presentation.xml").decode("utf-8"), words)

    def finished(slide: str) -> str:
        return _PICTURE.sub(_named, slide).replace("</p:spTree>", f"{foot}</p:spTree>")

    slides = re.compile(r"ppt/slides/slide\d+\.xml")
    made = rewritten_zip(path.read_bytes(), lambda n: finished if slides.fullmatch(n) else None)
    write_whole(path, made)


def _foot(presentation: str, words: str) -> str:
    """Return a line of small text at the foot of a slide, whatever the size of the slides."""
    found = re.search(r'<p:sldSz [^>]*cx="(\d+)"[^>]*cy="(\d+)"', presentation)
    width, height = (int(side) for side in found.groups()) if found else (9144000, 5143500)
    place = (
        f'<a:xfrm><a:off x="{width - width // 2 - width // 40}" y="{height - height // 16}"/>'
        f'<a:ext cx="{width // 2}" cy="{height // 20}"/></a:xfrm>'
    )
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="9000" name="Foot"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody>'
        f'<a:bodyPr/><a:p><a:pPr algn="r"/><a:r><a:rPr lang="nl-NL" sz="900"/><a:t>{escape(words)}</a:t></a:r></a:p>'
        "</p:txBody></p:sp>"
    )


def _named(found: re.Match[str]) -> str:
    alt = re.split(r"(?:\n|&#10;|&#xA;){2}", found[2])[0]
    return f"{found[1]}{alt}{found[3]}"


def _titled(node: Node) -> list[Node] | None:
    """Give an image its alt text as title: as its words Pandoc would make it a caption."""
    if node["t"] != "Image":
        return None
    about, alt, (path, _) = node["c"]
    return [{"t": "Image", "c": [about, [], [path, pandoc.plain(alt)]]}]
